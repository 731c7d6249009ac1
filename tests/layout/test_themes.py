"""A formula looks the same whatever rules a theme has for what is around it, or for pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from .formulas import FORMULAS, Rendered
from .themes import AROUND, style_sheets

_PICTURE = Path(__file__).with_name("picture.js").read_text("utf-8")
_SHEETS = style_sheets()
#: the text is alike under all themes, as far as they are not about the text
_PARAGRAPH = (
    "font-family:serif!important;font-size:16px!important;color:#123!important;padding:0!important;"
    "margin:0!important;width:{width}ex!important;max-width:none!important;"
)
#: ex
_NARROW, _WIDE = 42, 140
#: ex: what rounding to whole pixels does
_ROUNDED = 0.15


def place(rendered: Rendered, rules: str, width: int) -> str:
    """A page of the formulas under a theme's rules."""
    style = _PARAGRAPH.format(width=width)
    text = "".join(f'<p style="{style}">On {one} off</p>' for one in rendered.formulas.values())
    around = AROUND.format(text)
    return f"<!doctype html><html><head><style>{rules}</style>{rendered.style}</head>{around}"


@pytest.mark.parametrize("width", [_NARROW, _WIDE])
@pytest.mark.parametrize("name", _SHEETS)
def test_a_theme_changes_nothing(page: Page, usual: Rendered, name: str, width: int) -> None:
    rules = _SHEETS[name]
    if rules is None:
        pytest.skip(f"{name} is not installed")
    page.set_viewport_size({"width": 1600, "height": 900})
    looks = []
    for sheet in ("p { line-height: 1.5 }", rules):
        page.set_content(place(usual, sheet, width))
        looks.append(page.evaluate(_PICTURE))
    found = [
        f"{formula}: {difference}"
        for formula, plain, themed in zip(FORMULAS, *looks, strict=True)
        # Where lines of text end is for the text to say: formulas in it only on one line
        if width == _WIDE or "inline" not in formula
        for difference in _differences(plain, themed)
    ]
    assert found == []


def _differences(plain: list[dict[str, Any]], themed: list[dict[str, Any]]) -> Iterator[str]:
    if len(plain) != len(themed):
        yield f"{len(plain)} pictures, {len(themed)} under the theme"
        return
    for index, (one, other) in enumerate(zip(plain, themed, strict=True)):
        for key in one:
            a, b = one[key], other[key]
            if a != b and not (isinstance(a, float | int) and abs(a - b) <= _ROUNDED):
                yield f"{key} of picture {index}: {a}, {b} under the theme"
