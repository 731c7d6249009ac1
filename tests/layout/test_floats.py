"""A display beside something that floats has the room that is left, or begins below it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.support.layout.formulas import Rendered
from tests.support.layout.themes import FLOAT

pytestmark = pytest.mark.quick

#: of each display: the space above its pictures and on its right, in pixels, and whether it begins
#: beside what floats
_LOOK = """() => [...document.querySelectorAll('mjx-container[display]')].map((display) => {
  const shown = [...display.querySelectorAll('svg:not(svg svg)')];
  const boxes = shown.map((one) => one.getBoundingClientRect()).filter(({height}) => height > 0);
  const own = display.getBoundingClientRect();
  const block = display.closest('p').getBoundingClientRect();
  return {
    above: Math.min(...boxes.map(({top}) => top)) - own.top,
    beside: own.top < block.top + 100,
    right: block.right - own.right,
  };
})"""


@pytest.mark.parametrize(("width", "beside"), [(1000, True), (700, True), (250, False)])
def test_a_display_has_the_room_beside_a_float(
    page: Page, usual: Rendered, width: int, beside: bool
) -> None:
    page.set_viewport_size({"width": 1200, "height": 900})
    formulas = [one for one in usual.formulas.values() if "<prm-box" in one and "display" in one]
    text = "".join(f'<p style="width:{width}px">Text {one} text</p>' for one in formulas)
    style = f"<style>{FLOAT}</style>{usual.style}"
    page.set_content(f"<!doctype html><html><head>{style}</head><body>{text}</body></html>")
    looks = page.evaluate(_LOOK)
    assert len(looks) > 4
    for look in looks:
        assert look["beside"] == beside, look
        assert look["right"] == (200 if beside else 0), look
        assert look["above"] < 20, look
