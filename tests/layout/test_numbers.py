"""The number of a formula is at its edge, and never over the formula, on screens of any width."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.layout.formulas import FORMULAS, Rendered, page_of

pytestmark = pytest.mark.quick

_NUMBERS = Path(__file__).with_name("numbers.js").read_text("utf-8")
_WIDTHS = (200, 240, 280, 360, 480, 600, 700, 820, 1024, 1440)


@pytest.mark.parametrize("align", ["center", "left", "right"])
@pytest.mark.parametrize("side", ["right", "left"])
def test_numbers_are_at_the_edge(
    page: Page, all_rendered: dict[str, Rendered], side: str, align: str
) -> None:
    page.set_content(page_of(all_rendered[f"{align}, numbers {side}"]))
    found = {}
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if wrong := page.evaluate(_NUMBERS, side):
            found[width] = wrong
    assert found == {}


def test_formulas_begin_where_text_does(page: Page, all_rendered: dict[str, Rendered]) -> None:
    """Displays at the left of a wide page begin where its text does, but for the indent."""
    page.set_content(page_of(all_rendered["left, numbers right"]))
    page.set_viewport_size({"width": 1440, "height": 900})
    lefts: list[float] = page.evaluate(
        """() => [...document.querySelectorAll('[display] svg:not(svg svg, .prm-room)')]
            .filter((svg) => svg.getClientRects().length && svg.matches(
                'prm-row > :first-child, :is(prm-view, prm-box, prm-look, mjx-container) > svg'))
            .map((svg) => svg.getBoundingClientRect().left)"""
    )
    displays = sum("inline" not in name for name in FORMULAS)
    assert len(lefts) == displays
    indented = [left for left in lefts if abs(left - lefts[0]) < 0.5]
    assert lefts[0] > 8 + 2 + 16
    assert len(indented) == displays - 2, lefts  # but for multlines, which take the whole line
