"""Characters and what draws them in, a font (WOFF2) out.

It has what text needs: glyphs with their advances, spaces, and nothing that one browser reads and
another does not. Its ascent is an em and its descent nothing: with others, browsers round the
places of small text to whole pixels. The same characters give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from fontTools.fontBuilder import FontBuilder
from fontTools.misc.transform import Scale
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.svgLib.path import parse_path

from prerender.engine import X_HEIGHT

#: thousandths of an em
_EM = 1000
#: what a space in the text is: where a line may end, without room of its own (style.css.jinja)
_BREAK = {" ": 0}
#: seconds since 1904: the same in every font
_MADE = 3_800_000_000
_CAPITALS = 683
_LICENSE = (
    "The outlines come from MathJax's fonts (Apache License 2.0), which derive from New Computer "
    "Modern by Antonis Tsolomitis (GUST Font License)."
)
_URL = "https://www.gust.org.pl/projects/e-foundry/licenses"


def font(name: str, glyphs: Mapping[str, str], spaces: Mapping[str, int]) -> bytes:
    """A font of this name.

    `glyphs` are characters with their advances and paths (SVG path data, axis down) behind a space;
    `spaces` characters that draw nothing, with their widths; all in thousandths of an em.
    """
    drawn = {character: _glyph(told) for character, told in sorted(glyphs.items())}
    widths = {character: width for character, (width, _) in drawn.items()}
    widths |= dict(sorted(spaces.items())) | _BREAK
    names = {character: f"g{index}" for index, character in enumerate(widths, 1)}
    order = [".notdef", *names.values()]
    charstrings = {".notdef": _charstring("")}
    for character, glyph in names.items():
        charstrings[glyph] = _charstring(drawn.get(character, (0, ""))[1])
    builder = FontBuilder(_EM, isTTF=False)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(character): glyph for character, glyph in names.items()})
    builder.setupCFF(name, {"FullName": name}, charstrings, _NO_DEFAULTS)
    metrics = {glyph: (widths[character], 0) for character, glyph in names.items()}
    builder.setupHorizontalMetrics({".notdef": (0, 0), **metrics})
    builder.setupHorizontalHeader(ascent=_EM, descent=0)
    builder.setupNameTable(
        {
            "familyName": name,
            "styleName": "Regular",
            "licenseDescription": _LICENSE,
            "licenseInfoURL": _URL,
        },
        mac=False,
    )
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
    made = builder.font
    made["head"].created = made["head"].modified = _MADE
    made.recalcTimestamp = False
    made.flavor = "woff2"
    file = BytesIO()
    made.save(file)
    return file.getvalue()


_NO_DEFAULTS = {"defaultWidthX": 0, "nominalWidthX": 0}


def _glyph(told: str) -> tuple[int, str]:
    """The advance and the path of a glyph."""
    advance, _, path = told.partition(" ")
    return int(advance), path


def _charstring(path: str) -> object:
    """An outline; its advance stands in `hmtx` only, which is where all browsers look for it."""
    pen = T2CharStringPen(None, None)
    if path:
        parse_path(path, TransformPen(pen, Scale(1, -1)))
    return pen.getCharString()
