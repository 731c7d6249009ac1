"""STIX Two Math as it is published in; the same as Chromium needs it out.

Chromium follows MathML Core to the letter, where TeX and Firefox are more lenient, and the font
counts on them. What is changed is said below; what only hinting and texts need is left out.
"""

from __future__ import annotations

from copy import deepcopy
from io import BytesIO
from typing import Any

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.misc.transform import Transform
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

_LEFT_OUT = {"DSIG", "GDEF", "GPOS", "cvt ", "fpgm", "gasp", "prep"}
#: accents that are letters, by the combining ones that have their wider forms: a browser places
#: what has no width of its own not where it should be
_SPACING = {0x02C6: 0x0302, 0x02DC: 0x0303, 0x02C7: 0x030C}
#: glyphs that say that they join nothing at their left, and with what they do
_JOINED = "uni2192.var"
#: radical signs, and how much narrower and lower they get: the least is higher than what mostly
#: stands in it, and hangs below the line; each leaves the room that the widest would take
_RADICALS = {
    "uni221A": (0.88, 0.82),
    "uni221A.s1": (0.74, 1.0),
    "uni221A.s2": (0.66, 1.0),
    "uni221A.s3": (0.66, 1.0),
    "uni221A.s4": (0.64, 1.0),
    "uni221A.x": (0.64, 1.0),
    "uni221A.t": (0.64, 1.0),
}
#: primes, which stand in scripts: as large as other fonts have them there, and on the line
_PRIMES = ("minute", "second", "uni2034", "uni2057")
_LARGER = (1.2, 1.5)
_LOWER = 520
#: thousandths of an em: what stands over an arrow at least above its foot
_ABOVE = 500
#: thousandths of an em: how far a script stands at least below the foot of its base. In TeX that
#: holds for boxes, and not for letters.
_DROP = 50
#: accents of three dots and four, to which browsers give no width
_DOTS = (0x20DB, 0x20DC)
#: letters of formulas, which stand alone, and signs; and letters of words, most of which lean out
#: by a hair
_ALONE = (0x210E, *range(0x21D0, 0x21D5), *range(0x2200, 0x2300), *range(0x1D400, 0x1D7CC))
_WORDS = (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0x391, 0x3CA))
_HAIR = 20
#: the rules by which those before a subscript have their own width: style.css.jinja asks for them
_TUCKED = """languagesystem DFLT dflt; languagesystem math dflt; languagesystem latn dflt;
feature tuck {{ {} }} tuck;"""


def mended(data: bytes) -> bytes:
    """The font for our pages (WOFF); the same bytes for the same font."""
    font = TTFont(BytesIO(data), recalcTimestamp=False)
    for name in _LEFT_OUT & set(font.keys()):
        del font[name]
    math = font["MATH"].table
    math.MathConstants.SubscriptBaselineDropMin.Value = _DROP
    math.MathConstants.StretchStackTopShiftUp.Value = _ABOVE
    _join(math.MathVariants)
    _stretch_accents(font, math.MathVariants)
    for name, (across, down) in _RADICALS.items():
        # The top stays
        _scale(font, name, across, down, font["glyf"][name].yMax * (1 - down))
    _hold(font, math.MathGlyphInfo.MathTopAccentAttachment)
    _centre(font, math.MathGlyphInfo.MathTopAccentAttachment)
    for name in _PRIMES:
        _scale(font, name, *_LARGER, -_LOWER)
    _tell_heights(font, math.MathVariants)
    file = BytesIO()
    font.save(file)
    return file.getvalue()


def _join(variants: Any) -> None:
    """Have arrows grow to the right: each part of a glyph overlaps the one before it.

    https://learn.microsoft.com/typography/opentype/spec/math#mathvariants-table
    """
    for construction in variants.HorizGlyphConstruction:
        for part in getattr(construction.GlyphAssembly, "PartRecords", ()):
            if part.glyph == _JOINED:
                part.StartConnectorLength = part.EndConnectorLength


def _stretch_accents(font: TTFont, variants: Any) -> None:
    names = font.getBestCmap()
    known = variants.HorizGlyphCoverage.glyphs
    made = dict(zip(known, variants.HorizGlyphConstruction, strict=True))
    for spacing, combining in _SPACING.items():
        wider = deepcopy(made[names[combining]])
        wider.MathGlyphVariantRecord[0].VariantGlyph = names[spacing]
        made[names[spacing]] = wider
    glyphs = sorted(made, key=font.getGlyphID)
    variants.HorizGlyphCoverage.glyphs = glyphs
    variants.HorizGlyphConstruction = [made[name] for name in glyphs]
    variants.HorizGlyphCount = len(glyphs)


def _scale(
    font: TTFont, name: str, across: float, down: float, up: float, aside: float = 0
) -> None:
    """Make a glyph as wide and as high as it has to be, and move it up, and to the right."""
    pen = TTGlyphPen(font.getGlyphSet())
    scaled = Transform(across, 0, 0, down, aside, round(up))
    font.getGlyphSet()[name].draw(TransformPen(pen, scaled))
    font["glyf"][name] = pen.glyph()
    font["glyf"][name].recalcBounds(font["glyf"])
    advance, _ = font["hmtx"][name]
    font["hmtx"][name] = (round(advance * across), font["glyf"][name].xMin)


def _hold(font: TTFont, accents: Any) -> None:
    """Have no letter reach out of its width, but before subscripts.

    TeX and Firefox give letters the room that they lean into. MathML Core has it for nothing but
    large operators, so that Chromium has them touch brackets.
    """
    names, rules = font.getBestCmap(), []
    attached = _attached(accents)
    for code in sorted({*_ALONE, *_WORDS} & names.keys()):
        name = names[code]
        glyph, (advance, _) = font["glyf"][name], font["hmtx"][name]
        left, right = (max(0, one) for one in (-glyph.xMin, glyph.xMax - advance))
        if code in _WORDS:
            left, right = (one if one <= _HAIR else 0 for one in (left, right))
        if left:
            _scale(font, name, 1, 1, 0, left)
            if name in attached:
                attached[name].Value += left
        font["hmtx"][name] = (left + advance + right, font["glyf"][name].xMin)
        if right:
            rules.append(f"pos {name} <0 0 -{right} 0>;")
    addOpenTypeFeaturesFromString(font, _TUCKED.format(" ".join(rules)), tables=["GPOS"])


def _centre(font: TTFont, accents: Any) -> None:
    """Have dots stand around the place where they are drawn, for Chromium knows no other."""
    for name in (font.getBestCmap()[code] for code in _DOTS):
        aside = -(font["glyf"][name].xMin + font["glyf"][name].xMax) // 2
        _scale(font, name, 1, 1, 0, aside)
        _attached(accents)[name].Value += aside


def _attached(accents: Any) -> dict[str, Any]:
    """Where accents stand above glyphs, and where those have their middle."""
    return dict(zip(accents.TopAccentCoverage.glyphs, accents.TopAccentAttachment, strict=True))


def _tell_heights(font: TTFont, variants: Any) -> None:
    """Have the table of radical signs say how high they are now."""
    at = variants.VertGlyphCoverage.glyphs.index("uni221A")
    for record in variants.VertGlyphConstruction[at].MathGlyphVariantRecord:
        glyph = font["glyf"][record.VariantGlyph]
        record.AdvanceMeasurement = glyph.yMax - glyph.yMin + 1
