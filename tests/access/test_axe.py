"""axe-core finds nothing wrong with a rendered page that its source has not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.access.conftest import ALL_FORMS, SOURCE, RealPages

Open = Callable[..., Page]
_AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
#: what it says of any `math` that is all of a heading, or has a link: it reads nothing in there
_OF_ANY_MATHML = {"empty-heading", "empty-table-header", "link-name", "nested-interactive"}
_RUN = """async () => {
    const {violations} = await axe.run(document, {resultTypes: ['violations']});
    return violations.map(({id}) => id);
}"""


def _violations(page: Page) -> set[str]:
    page.evaluate(_AXE.read_text("utf-8"))
    return set(page.evaluate(_RUN))


@pytest.mark.parametrize("form", ALL_FORMS)
@pytest.mark.parametrize("width", [320, 820])
def test_math_in_all_places(open_page: Open, places: str, form: str, width: int) -> None:
    new = _violations(open_page(places, width)) - _violations(open_page(SOURCE, width))
    assert new <= (_OF_ANY_MATHML if form == "mathml" else set())


@pytest.mark.parametrize("form", ALL_FORMS)
def test_real_pages(open_page: Open, real_pages: RealPages, form: str) -> None:
    for name, source, page in real_pages(form):
        new = _violations(open_page(page, 390)) - _violations(open_page(source, 390))
        assert new == set(), name
