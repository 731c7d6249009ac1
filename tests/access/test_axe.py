"""axe-core finds nothing wrong with a rendered page that its source has not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.access.conftest import ALL_FORMS, SOURCE, RealPages
from tests.support.access import violations

Open = Callable[..., Page]
#: what it says of any `math` that is all of a heading, or has a link: it reads nothing in there
_OF_ANY_MATHML = {"empty-heading", "empty-table-header", "link-name", "nested-interactive"}


@pytest.mark.parametrize("form", ALL_FORMS)
@pytest.mark.parametrize("width", [320, 820])
def test_math_in_all_places(open_page: Open, places: str, form: str, width: int) -> None:
    new = violations(open_page(places, width)) - violations(open_page(SOURCE, width))
    assert new <= (_OF_ANY_MATHML if form == "mathml" else set())


@pytest.mark.parametrize("form", ALL_FORMS)
def test_real_pages(open_page: Open, real_pages: RealPages, form: str) -> None:
    for name, source, page in real_pages(form):
        new = violations(open_page(page, 390)) - violations(open_page(source, 390))
        assert new == set(), name
