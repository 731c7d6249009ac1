"""Characters of our font in, the parts of it that have them out, as files and as CSS.

The font is cut once for all: what most pages need stands in one part, what is used together in one
each (glyphs.txt), all else in parts of 64 neighbours. So a page's fonts depend on nothing but its
formulas, all pages of a site share them, and another page's needs change nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import NamedTuple

from prerender.markup.spaces import SPACES

#: how many neighbours are a part, as a power of two
_NEIGHBOURS = 6

_PARTS = files("prerender.markup").joinpath("glyphs.txt").read_text("utf-8").splitlines()
_PART_OF = {character: index for index, part in enumerate(_PARTS) for character in part}

#: a part: its place in glyphs.txt, or, behind those, the first of its neighbours
Slice = int
#: what every page with formulas has; it has the spaces, too
CORE: Slice = 0


def slices_of(characters: Iterable[str]) -> list[Slice]:
    """The parts that have these characters, and the first, in order."""
    return sorted({CORE, *map(_slice_of, characters)})


def _slice_of(character: str) -> Slice:
    known = _PART_OF.get(character)
    return len(_PARTS) + (ord(character) >> _NEIGHBOURS) if known is None else known


def characters_of(part: Slice) -> str:
    """All that a part may have: MathJax's fonts may lack some of it."""
    if part < len(_PARTS):
        return _PARTS[part]
    first = (part - len(_PARTS)) << _NEIGHBOURS
    both = (chr(first + index) for index in range(1 << _NEIGHBOURS))
    return "".join(one for one in both if one not in _PART_OF and not 0xD800 <= ord(one) < 0xE000)


def unicode_range(characters: str) -> str:
    """Characters as CSS names them."""
    codes = sorted(map(ord, characters))
    ranges: list[tuple[int, int]] = []
    for code in codes:
        if ranges and ranges[-1][1] + 1 == code:
            ranges[-1] = ranges[-1][0], code
        else:
            ranges.append((code, code))
    return ",".join(f"U+{low:X}" + (f"-{high:X}" if high > low else "") for low, high in ranges)


class FontFile(NamedTuple):
    """A part of the font: the name that its content gives it, and its content (WOFF2)."""

    name: str
    data: bytes


def font_file(part: Slice, outlines: Mapping[str, str]) -> FontFile:
    """A part of the font. `outlines` are those of its characters."""
    data = _font(outlines, SPACES if part == CORE else {})
    return FontFile(f"{_BEGIN}{hashlib.blake2b(data, digest_size=5).hexdigest()}{_END}", data)


def is_font_file(name: str) -> bool:
    """Whether a file has such a name."""
    return name.startswith(_BEGIN) and name.endswith(_END)


FAMILY = "prm-math"
_BEGIN, _END = "prerender-math-", ".woff2"


def face(part: Slice, url: str) -> str:
    """The rule that names a part of the font: the first has what no other says to have."""
    only = "" if part == CORE else f"unicode-range:{unicode_range(characters_of(part))};"
    return f"@font-face{{font-family:{FAMILY};{only}src:url({url});font-display:block}}"


def face_inside(outlines: Mapping[str, str], text: str) -> str:
    """The rule with a font in it for a text; `outlines` are those of its characters."""
    spaces = {character: SPACES[character] for character in SPACES.keys() & set(text)}
    data = base64.b64encode(_font(outlines, spaces)).decode()
    return face(CORE, f"data:font/woff2;base64,{data}")


def _font(outlines: Mapping[str, str], spaces: Mapping[str, int]) -> bytes:
    # Most runs make none, and what makes them takes a while to load
    from prerender.markup.font import font

    return font(FAMILY, outlines, spaces)
