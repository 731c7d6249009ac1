"""Text in our font: its characters, its spaces, the names of its elements."""

from __future__ import annotations

import pytest

from prerender.markup.faces import CORE, face, further_file, is_font_file, sheet_file
from prerender.markup.font import font
from prerender.markup.names import rules
from prerender.markup.spaces import SPACES, space


def test_a_font_depends_on_its_characters_alone() -> None:
    glyphs = {"b": "500 M0 0L0-500L500 0z", "a": "400 M0 0L0-400L400 0z"}
    data = font("x", glyphs, SPACES)
    assert data == font("x", dict(reversed(glyphs.items())), dict(reversed(SPACES.items())))
    assert data != font("x", {"a": glyphs["a"]}, SPACES)


def test_a_page_has_a_font_of_what_the_common_one_lacks() -> None:
    path = "500 M0 0L0-500L500 0z"
    assert further_file({CORE[0]: path}) is None
    further = further_file({CORE[0]: path, "\U000f0123": path, "Z": path})
    assert further is not None
    assert further.characters == "Z\U000f0123"
    sheet = sheet_file(face(further.name, further.characters))
    assert further.name in sheet.data.decode()
    assert is_font_file(further.name)
    assert is_font_file(sheet.name)
    assert not is_font_file("prerender-math-of-mine.css")


def test_ranges_name_all_characters() -> None:
    assert "unicode-range:U+61-63,U+7A;" in face("x", "abcz")


@pytest.mark.parametrize("width", [0, 4, 167, 1000, 2222, 31_004, 70_500])
def test_spaces_are_as_wide_as_asked(width: int) -> None:
    assert abs(sum(SPACES[one] for one in space(width)) - width) <= 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("m-u365s", "top:-0.365em;font-size:70.7%"),
        ("m-d150tz", "top:0.15em;font-size:50%;display:inline-block;width:0"),
        ("m-f1200", "font-size:120%"),
        ("m-z", "display:inline-block;width:0"),
        ("e-u5z", "top:-0.005em;display:inline-block;width:0;transform-origin:0 .5em"),
        ("h-u220-60", "top:-0.22em;display:inline-block;border-top:calc(0.06em + .25px) solid"),
    ],
)
def test_a_name_says_its_rule(name: str, said: str) -> None:
    assert dict(rules([name])) == {name: said}


def test_a_name_that_says_nothing_has_no_rule() -> None:
    assert dict(rules(["m-0", "l-left", "m-bad!"])) == {}
