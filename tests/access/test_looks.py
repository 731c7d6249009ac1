"""What formulas look like to those who go by keyboard, select, or have colours of their own."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.access.conftest import FORMS, rendered

Open = Callable[..., Page]
_COLOURS = r"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Colours</title><style>
body { font: 40px/1.6 serif; margin: 1em } @media (prefers-color-scheme: dark) {
body { background: #111; color: #eee } }</style></head><body>
<p id="color">\(\color{navy}{mmm}\)</p>
<p id="box">\(\colorbox{yellow}{$\mathbf{mmm}$}\)</p>
<p id="frame">\(\fcolorbox{red}{black}{$\color{white}{mmm}$}\)</p>
<p id="bbox">\(\bbox[navy,5px,border:2px solid blue]{\color{white}{mmm}}\)</p>
<p id="style">\(\style{color:#003}{mmm}\)</p>
<p id="black">\(\color{black}{mmm}\)</p>
<p id="again">\(\color{navy}{mmm+nnn+mmm+nnn+mmm+nnn}\) \(\color{navy}{mmm+nnn+mmm+nnn+mmm+nnn}\)</p>
<p id="twice">\(\colorbox{navy}{$\color{white}{mmm+nnn+mmm+nnn}$}\) \(\colorbox{navy}{$\color{white}{mmm+nnn+mmm+nnn}$}\)</p>
</body></html>
"""  # noqa: E501


@pytest.fixture(scope="module")
def all_colours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {form: rendered(_COLOURS, tmp_path_factory.mktemp(form), form) for form in FORMS}


def _picture(page: Page, selector: str) -> Any:
    return _pixels(page.locator(selector).first.screenshot())


def _pixels(data: bytes) -> Any:
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"), float)


def _luminance(colours: Any) -> Any:
    linear = np.where(colours <= 10, colours / 3294.6, ((colours / 255 + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def _contrast(picture: Any) -> float:
    """The contrast (WCAG) of what is drawn most strongly with what is around it."""
    shades = _luminance(picture.reshape(-1, 3))
    values, counts = np.unique(shades.round(3), return_counts=True)
    ground = values[counts.argmax()]
    drawn = values[(counts > 60) & (values != ground)]
    ratios = (np.maximum(drawn, ground) + 0.05) / (np.minimum(drawn, ground) + 0.05)
    return float(ratios.max(initial=1))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_stay_readable_in_forced_colours(
    open_page: Open, all_colours: dict[str, str], form: str, scheme: str
) -> None:
    page = open_page(all_colours[form], forced_colors="active", color_scheme=scheme)
    found = {
        one: _contrast(_picture(page, f"#{one} mjx-container"))
        for one in ("color", "box", "frame", "bbox", "style", "black", "again", "twice")
    }
    assert min(found.values()) >= 4.5, found
    again = [_picture(page, f"#again mjx-container:nth-of-type({at})") for at in (1, 2)]
    assert abs(_contrast(again[0]) - _contrast(again[1])) < 0.5


def test_black_has_the_colour_of_the_text_on_a_dark_page(
    open_page: Open, all_colours: dict[str, str], form: str
) -> None:
    dark = open_page(all_colours[form], color_scheme="dark")
    assert _contrast(_picture(dark, "#black mjx-container")) > 10
    light = open_page(all_colours[form], color_scheme="light")
    assert _contrast(_picture(light, "#black mjx-container")) > 15
    assert _contrast(_picture(light, "#frame mjx-container")) > 15


def test_focus_is_seen_on_each_link(open_page: Open, places: str) -> None:
    page = open_page(places)
    count = page.evaluate("document.querySelectorAll('mjx-container a').length")
    assert count == 5
    for at in range(count):
        box = page.evaluate(
            """(at) => {
                document.activeElement.blur();
                const link = document.querySelectorAll('mjx-container a')[at];
                link.scrollIntoView({block: 'center'});
                const {x, y, width, height} = link.getBoundingClientRect();
                return {x: x - 20, y: y - 20, width: width + 40, height: height + 40};
            }""",
            at,
        )
        before = page.screenshot(clip=box)
        page.keyboard.press("Shift")  # the keyboard is used from here on
        page.evaluate("(at) => document.querySelectorAll('mjx-container a')[at].focus()", at)
        after = page.screenshot(clip=box)
        pictures = [
            np.asarray(Image.open(BytesIO(one)).convert("RGB"), int) for one in (before, after)
        ]
        changed = (abs(pictures[0] - pictures[1]).max(axis=2) > 40).sum()
        assert changed >= 100, at


def test_links_have_the_colour_of_the_theme_or_of_links(open_page: Open, places: str) -> None:
    colour = """() => {
        const path = document.querySelector('mjx-container a :is(path, use)');
        return getComputedStyle(path).color;
    }"""
    assert open_page(places).evaluate(colour) == "rgb(0, 102, 204)"
    plain = open_page(places.replace("a { color: #06c }", ""))
    assert plain.evaluate(colour) == "rgb(0, 0, 238)"


def test_a_selection_shows_on_formulas(open_page: Open, places: str) -> None:
    page = open_page(places)
    for selector in ("h1 mjx-container", "#one mjx-container", "#wide mjx-container"):
        page.evaluate("getSelection().removeAllRanges()")
        before = _picture(page, selector)
        page.evaluate("getSelection().selectAllChildren(document.body)")
        after = _picture(page, selector)
        assert (abs(before - after).max(axis=2) > 40).sum() > 30, selector


def test_strokes_are_stronger_for_who_asks_for_contrast(open_page: Open, places: str) -> None:
    dark = [
        (_picture(open_page(places, **options), "h1 mjx-container") < 100).sum()
        for options in ({}, {"contrast": "more"})
    ]
    assert dark[1] > 1.02 * dark[0]


def test_what_is_copied_is_hidden_without_animations(open_page: Open, places: str) -> None:
    page = open_page(places)
    page.screenshot()
    before = page.screenshot()
    page.add_style_tag(content="prm-tex:not(#_#_#_#_#_){animation:none!important}")
    assert abs(_pixels(page.screenshot()) - _pixels(before)).max() < 60


def test_the_source_is_seen_or_hidden_where_the_style_sheet_is_gone(
    open_page: Open, places: str, form: str
) -> None:
    page = open_page(places)
    page.evaluate("document.querySelector('style[data-prerender]').remove()")
    text = page.inner_text("#one")
    assert (r"\frac ab" in text) == (form == "html")


def test_what_is_copied_is_not_seen_in_letters_that_stay_joined(
    open_page: Open, tmp_path: Path, form: str
) -> None:
    """Browsers put no room between Arabic letters."""
    page = open_page(
        rendered(r"<!doctype html><title>x</title><p>\[قيمة=\frac{١}{٢}\]", tmp_path, form)
    )
    before = page.screenshot()
    page.evaluate("document.querySelector('prm-tex').remove()")
    assert page.screenshot() == before
