"""axe-core finds nothing wrong with a rendered page that its source has not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.access.conftest import SOURCE
from tests.support.access import violations

Open = Callable[..., Page]


@pytest.mark.parametrize("width", [320, 820])
def test_math_in_all_places(open_page: Open, places: str, width: int) -> None:
    assert violations(open_page(places, width)) - violations(open_page(SOURCE, width)) == set()


def test_real_pages(
    open_page: Open, real_pages: dict[str, list[tuple[str, str, str]]], form: str
) -> None:
    for name, source, page in real_pages[form]:
        new = violations(open_page(page, 390)) - violations(open_page(source, 390))
        assert new == set(), name
