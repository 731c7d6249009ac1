"""Outlines of characters in, the fonts that have them out, as files and as CSS.

What most pages need stands in one file, which is the same for all pages of all sites (core.txt).
What else a page needs has a file of its own, which pages with the same needs share. So a page loads
nothing that it does not need, its fonts depend on nothing but its formulas, and another page's
needs change nothing.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from prerender.hashing import digest
from prerender.markup.spaces import SPACES

#: characters that most pages need
CORE = files("prerender.markup").joinpath("core.txt").read_text("utf-8").strip()
_CORE = frozenset(CORE)
#: a space in the text is where a line may end, without room of its own (style.css.jinja)
_BREAK = {" ": 0}


class FontFile(NamedTuple):
    """A font (WOFF2), or a style sheet that names one; its name comes from its content.

    `characters` are the font's; none where it has all that no other says to have.
    """

    name: str
    data: bytes
    characters: str = ""


def core_file(outlines: Mapping[str, str]) -> FontFile:
    """The font that every page with formulas has. `outlines` are those of `CORE`."""
    return font_file(_font(outlines, SPACES | _BREAK))


def further_file(outlines: Mapping[str, str]) -> FontFile | None:
    """The font of what else a page has, None if nothing. `outlines` are those of the page."""
    further = tuple(sorted(one for one in outlines.items() if one[0] not in _CORE))
    return _further(further) if further else None


@lru_cache(512)
def _further(outlines: tuple[tuple[str, str], ...]) -> FontFile:
    drawn = dict(outlines)
    return font_file(_font(drawn, {}), "".join(drawn))


def font_file(data: bytes, characters: str = "", suffix: str = ".woff2") -> FontFile:
    """A file that has its name from its content."""
    return FontFile(f"{_BEGIN}{digest(data, 5)}{suffix}", data, characters)


def sheet_file(rule: str) -> FontFile:
    """The style sheet with the rule of a font beside it, for pages that have none in themselves.

    The sheet that all pages share cannot: of fonts with the same characters browsers take the last.
    """
    return font_file(rule.encode(), suffix=".css")


def is_font_file(name: str) -> bool:
    """Whether a file has such a name."""
    return _NAME.fullmatch(name) is not None


FAMILY = "prm-math"
_BEGIN = "prerender-math-"
_NAME = re.compile(rf"{_BEGIN}[0-9a-f]{{10}}\.(?:woff2|css)")


def face(url: str, characters: str = "", family: str = FAMILY) -> str:
    """The rule that names a font: that of these characters, or of what no other says to have."""
    only = f"unicode-range:{_unicode_range(characters)};" if characters else ""
    return f"@font-face{{font-family:{family};{only}src:url({url});font-display:block}}"


def face_inside(outlines: Mapping[str, str], text: str) -> str:
    """The rule with a font in it for a text; `outlines` are those of its characters."""
    spaces = {character: SPACES[character] for character in SPACES.keys() & set(text)}
    return face(data_url(_font(outlines, spaces | _BREAK)))


def data_url(font: bytes) -> str:
    """A font as a URL."""
    return f"data:font/woff2;base64,{base64.b64encode(font).decode()}"


def _unicode_range(characters: str) -> str:
    """Characters as CSS names them (https://www.w3.org/TR/css-fonts-4/#unicode-range-desc)."""
    codes = sorted(map(ord, characters))
    ranges: list[tuple[int, int]] = []
    for code in codes:
        if ranges and ranges[-1][1] + 1 == code:
            ranges[-1] = ranges[-1][0], code
        else:
            ranges.append((code, code))
    return ",".join(f"U+{low:X}" + (f"-{high:X}" if high > low else "") for low, high in ranges)


def _font(outlines: Mapping[str, str], spaces: Mapping[str, int]) -> bytes:
    # Most runs make none, and what makes them takes a while to load
    from prerender.markup.font import font

    return font(FAMILY, outlines, spaces)
