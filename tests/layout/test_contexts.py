"""Wherever a formula stands, it has the room that text would have, and the layout that fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from prerender import screens
from prerender.engine import X_HEIGHT
from tests.support.layout.contexts import CONTEXTS, LATE
from tests.support.layout.formulas import FORMULAS, Rendered, page_of

pytestmark = pytest.mark.quick

SCREENS = Path(screens.__file__).with_name("look").joinpath("measure.js").read_text("utf-8")
#: what it is asked for: text as it is, and the limit of what can be read
ASKED = {"textSize": 1.0, "shrink": 0.7, "xHeight": X_HEIGHT}
_WIDTHS = Path(__file__).with_name("measure.js").read_text("utf-8")
WIDTHS = (280, 320, 390, 820)


def offences(page: Page, shrink: float = 0.7) -> list[str]:
    """What is wrong with the formulas of a page; `shrink` is the limit of what can be read."""
    names = list(FORMULAS)
    seen: dict[str, Any] = page.evaluate(SCREENS, ASKED | {"shrink": shrink})
    found = [f"{names[one['index']]}: {one['reason']}" for one in seen["violations"]]
    for name, widths in zip(names, page.evaluate(_WIDTHS), strict=True):
        natural, box, possible = (round(widths[key]) for key in ("natural", "box", "possible"))
        if widths["boxed"] and abs(box - possible) > 1:
            found.append(f"{name}: is {box} px wide, could be {possible}, would be {natural}")
        if not widths["boxed"] and box < min(natural, possible) - 1:
            found.append(f"{name}: is {box} px wide, would be {natural}")
    return found


def offences_at(
    page: Page, widths: tuple[int, ...] = WIDTHS, shrink: float = 0.7
) -> dict[int, list[str]]:
    """What is wrong at widths of the screen, where anything is."""
    found = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if wrong := offences(page, shrink):
            found[width] = wrong
    return found


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS.keys())
def test_it_has_the_room_of_text_and_the_layout_that_fits(
    page: Page, usual: Rendered, context: str
) -> None:
    page.set_content(page_of(usual, context))
    assert offences_at(page) == {}


@pytest.mark.parametrize(("context", "reveal"), LATE.values(), ids=LATE.keys())
def test_what_is_hidden_at_first_is_right_when_it_is_shown(
    page: Page, usual: Rendered, context: str, reveal: str
) -> None:
    page.set_content(page_of(usual, context))
    page.evaluate(f"for (const one of document.querySelectorAll('section > *')) {{ {reveal} }}")
    assert offences_at(page) == {}
