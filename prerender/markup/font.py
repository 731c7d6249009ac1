"""Characters and what draws them in, a font (WOFF2) out.

It has what text needs: glyphs with their advances, spaces, and nothing that one browser reads and
another does not. Its ascent is an em and its descent nothing: with others, browsers round the
places of small text to whole pixels. The same characters give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from typing import NamedTuple

from fontTools.cffLib import cffStandardStrings
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.arrayTools import intRect
from fontTools.misc.psCharStrings import T2CharString
from fontTools.misc.transform import Scale
from fontTools.pens.boundsPen import ControlBoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.svgLib.path import parse_path

from prerender.engine import X_HEIGHT

#: thousandths of an em
_EM = 1000
#: seconds since 1904: the same in every font
_MADE = 3_800_000_000
_CAPITALS = 683
#: whose outlines they are, and under which licenses
_NOTICE = {"copyright": "MathJax (Apache 2.0), New Computer Modern (GUST Font License)"}


def font(name: str, outlines: Mapping[str, str], spaces: Mapping[str, int]) -> bytes:
    """A font of this name.

    `outlines` are characters with their advances and paths (SVG path data, axis down) behind a
    space; `spaces` characters that draw nothing, with their widths; all in thousandths of an em.
    """
    glyphs = {character: _glyph(told) for character, told in sorted(outlines.items())}
    glyphs |= {character: _blank(width) for character, width in sorted(spaces.items())}
    names = dict(zip(glyphs, _names(len(glyphs)), strict=True))
    named = {_MISSING: _blank(0)} | {names[one]: glyph for one, glyph in glyphs.items()}
    bounds = _union(glyph.bounds for glyph in glyphs.values())
    builder = FontBuilder(_EM, isTTF=False)
    builder.setupGlyphOrder(list(named))
    builder.setupCharacterMap({ord(character): glyph for character, glyph in names.items()})
    drawn = {glyph: T2CharString(bytecode=one.charstring) for glyph, one in named.items()}
    builder.setupCFF(name, {"FullName": name, "FontBBox": bounds}, drawn, _NO_DEFAULTS)
    builder.setupHorizontalMetrics({glyph: (one.advance, 0) for glyph, one in named.items()})
    widest = max(one.advance for one in named.values())
    builder.setupHorizontalHeader(ascent=_EM, descent=0, advanceWidthMax=widest)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", **_NOTICE}, mac=False)
    builder.setupOS2(
        sTypoAscender=_EM,
        sTypoDescender=0,
        sTypoLineGap=0,
        usWinAscent=_EM,
        usWinDescent=0,
        fsSelection=0x40,
        sxHeight=round(X_HEIGHT),
        sCapHeight=_CAPITALS,
    )
    builder.setupPost(keepGlyphNames=False)
    return _written(builder, bounds)


def _written(builder: FontBuilder, bounds: Bounds) -> bytes:
    """A font as a file. What it could compute of its outlines is known already."""
    made = builder.font
    head = made["head"]
    head.created = head.modified = _MADE
    head.xMin, head.yMin, head.xMax, head.yMax = bounds
    made.recalcTimestamp = made.recalcBBoxes = False
    made.flavor = "woff2"
    file = BytesIO()
    made.save(file)
    return file.getvalue()


_MISSING = ".notdef"
_NO_DEFAULTS = {"defaultWidthX": 0, "nominalWidthX": 0}


Bounds = tuple[int, int, int, int]


class _Glyph(NamedTuple):
    """What a font has of a glyph. The advance stands in `hmtx` only, where all browsers look."""

    advance: int
    charstring: bytes
    bounds: Bounds | None


@cache
def _glyph(told: str) -> _Glyph:
    """A glyph, of its advance and its path. Pages have many in common, so each is read once."""
    advance, _, path = told.partition(" ")
    pen, bounds = T2CharStringPen(None, None), ControlBoundsPen(None)
    if path:
        parse_path(path, TransformPen(pen, _UP))
        parse_path(path, TransformPen(bounds, _UP))
    charstring = pen.getCharString()
    charstring.compile()
    return _Glyph(int(advance), charstring.bytecode, bounds.bounds and intRect(bounds.bounds))


def _blank(width: int) -> _Glyph:
    return _glyph(f"{width}")


_UP = Scale(1, -1)


def _union(bounds: Iterable[Bounds | None]) -> Bounds:
    sides = list(zip(*filter(None, bounds), strict=True)) or [(0,)] * 4
    return min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])


def _names(count: int) -> list[str]:
    """Names of so many glyphs: nobody reads them, and standard ones take no room."""
    standard = cffStandardStrings[1 : count + 1]
    return [*standard, *(f"g{index}" for index in range(len(standard), count))]
