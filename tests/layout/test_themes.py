"""A formula looks the same whatever rules a theme has for what is around it, or for pictures."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page

from tests.support.browser import screenshot
from tests.support.layout.formulas import FORMULAS, Rendered
from tests.support.layout.themes import AROUND, RULES, style_sheets

_PICTURE = Path(__file__).with_name("picture.js").read_text("utf-8")
_SHEETS = style_sheets()
#: asks for all fonts, and waits for them
_FONTS = "Promise.allSettled([...document.fonts].map((font) => font.load())).then(() => {})"
#: the text is alike under all themes, as far as they are not about the text
_PARAGRAPH = (
    "font-family:serif!important;font-size:16px!important;color:#123!important;padding:0!important;"
    "margin:0!important;width:{width}ex!important;max-width:none!important;"
)
#: the space above and below a display, and that within its block, is for a theme to say
_SPACE = (
    "<style>mjx-container[display]:not(#_#_#_){margin-top:1em!important;margin-bottom:1em!important;"
    "padding-left:0!important;padding-right:0!important}</style>"
)
#: ex
_NARROW, _WIDE = 42, 140
#: ex: what rounding to whole pixels does; boxes of text are rounded where they begin and end
_ROUNDED, _ROUNDED_TEXT = 0.15, 0.25


def place(rendered: Rendered, rules: str, width: int) -> str:
    """A page of the formulas under a theme's rules."""
    style = _PARAGRAPH.format(width=width)
    text = "".join(f'<p style="{style}">On {one} off</p>' for one in rendered.formulas.values())
    around = AROUND.format(text)
    return (
        f"<!doctype html><html><head><style>{rules}</style>{rendered.style}{_SPACE}</head>{around}"
    )


@pytest.mark.parametrize("width", [_NARROW, _WIDE])
@pytest.mark.parametrize("name", _SHEETS)
def test_a_theme_changes_nothing(page: Page, either: Rendered, name: str, width: int) -> None:
    rules = _SHEETS[name]
    if rules is None:
        pytest.skip(f"{name} is not installed")
    page.set_viewport_size({"width": 1600, "height": 900})
    looks = []
    for sheet in ("p { line-height: 1.5 }", rules):
        page.set_content(place(either, sheet, width))
        page.evaluate(_FONTS)
        looks.append(page.evaluate(_PICTURE))
    rounded = _ROUNDED_TEXT if "prm-text" in either.style else _ROUNDED
    found = [
        f"{formula}: {difference}"
        for formula, plain, themed in zip(FORMULAS, *looks, strict=True)
        # Where lines of text end is for the text to say: formulas in it only on one line
        if width == _WIDE or "inline" not in formula
        for difference in _differences(plain, themed, rounded)
    ]
    assert found == []


#: a place of its own for each formula, where a theme's rules for what is around it do not move it
_PLACE = (
    "position:absolute!important;left:20px!important;top:{top}px!important;height:180px!important;"
    "width:110ex!important;font:16px/1.5 serif!important;color:#123!important;margin:0!important;"
    "letter-spacing:0!important;word-spacing:0!important;text-indent:0!important;zoom:1!important;"
    "direction:ltr!important;text-align:left!important;padding:0!important;border:0!important;"
    "text-transform:none!important;font-variant:normal!important;white-space:normal!important;"
    "font-size-adjust:none!important;text-shadow:none!important;max-width:none!important;"
    "text-wrap:wrap!important;text-align-last:auto!important;box-sizing:content-box!important"
)
#: grey levels that a pixel may differ by: what has a layer of its own is composed with others
_SHADE = 8


@pytest.mark.parametrize("name", RULES)
def test_a_theme_changes_no_pixel(page: Page, either: Rendered, name: str) -> None:
    page.set_viewport_size({"width": 900, "height": 190 * len(FORMULAS)})
    pictures = []
    for rules in ("p { line-height: 1.5 }", RULES[name]):
        page.set_content(_apart(either, rules))
        page.evaluate(_FONTS)
        data = screenshot(page, animations="allow")
        pictures.append(Image.open(BytesIO(data)).convert("RGB"))
    assert ImageStat.Stat(pictures[0]).var[0] > 10
    different = ImageChops.difference(*pictures).point(lambda level: 255 * (level > _SHADE))
    assert different.getbbox() is None


def _apart(rendered: Rendered, rules: str) -> str:
    """A page of the formulas under a theme's rules, each in its own place."""
    text = "".join(
        f'<p style="{_PLACE.format(top=10 + 190 * at)}">{one}</p>'
        for at, one in enumerate(rendered.formulas.values())
    )
    style = f"<style>{rules}</style>{rendered.style}{_SPACE}"
    return f'<!doctype html><html><head>{style}</head><body><main id="main">{text}</main>'


def _differences(
    plain: list[dict[str, Any]], themed: list[dict[str, Any]], rounded: float
) -> Iterator[str]:
    if len(plain) != len(themed):
        yield f"{len(plain)} pictures, {len(themed)} under the theme"
        return
    for index, (one, other) in enumerate(zip(plain, themed, strict=True)):
        for key in one:
            a, b = one[key], other[key]
            if a != b and not (isinstance(a, float | int) and abs(a - b) <= rounded):
                yield f"{key} of picture {index}: {a}, {b} under the theme"
