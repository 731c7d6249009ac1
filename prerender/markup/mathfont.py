"""Characters of formulas in MathML in, the font that has them out, as a file and as CSS.

A browser takes how high brackets grow, and all that places scripts and fractions, from the first
font of a formula: so a page has one, with the variants and parts of its characters. It is a subset
of STIX Two Math: what most pages need, and of all else the groups of which a page has something. So
pages with much the same needs share a file, and no page's depends on another's.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from io import BytesIO

from prerender.engine import math_font
from prerender.hashing import digest, fingerprint
from prerender.markup.faces import FontFile, data_url, face, font_file

FAMILY = "prm-mathml"


def _span(first: int, last: int) -> frozenset[int]:
    return frozenset(range(first, last + 1))


#: what most pages need: ASCII, capital Greek, letters in italics, and the commonest operators
_CORE = (
    _span(0x20, 0x7E)
    | frozenset(map(ord, "ℎ\u00a0·×±÷¬¯ˉ‾…⋯⋮⋱′″→←⇒⇔↦∀∃∂∅∇∈∉∏∑−∗∘√∞∣∥∧∨∩∪∫∼≃≅≈≠≡≤≥⊂⊆⊕⊗⊥⋅⟨⟩ℝℕℤℓ"))
    | frozenset(map(ord, "⌊⌋⌈⌉⟹⟺"))
    | frozenset(map(ord, "ΓΔΘΛΞΠΣΦΨΩ\u2061\u2062\u2063\u2064\u0302\u0303\u0304\u0307\u20d7ˆ˜"))
    | _span(0x1D434, 0x1D467)
    | _span(0x1D6FC, 0x1D71B)
)
#: alphabets of Mathematical Alphanumeric Symbols, and characters that stand for letters of them
_ALPHABETS = tuple(_span(first, first + 51) for first in range(0x1D400, 0x1D6A4, 52)) + tuple(
    _span(first, first + 57) for first in range(0x1D6A8, 0x1D7CA, 58)
)
#: the size of other groups
_ROW = 16
#: what is kept of the font's rules, and of what it says of itself
_FEATURES = ["tuck"]
_NAMES = [0, 1, 2, 13, 14]


def math_file(codes: frozenset[int]) -> FontFile:
    """The font that has these characters."""
    return font_file(_subset(codes))


def math_key(codes: frozenset[int]) -> str:
    """A hash of all that the font with these characters depends on."""
    from fontTools import version

    return fingerprint([version, digest(_whole()), _FEATURES, _NAMES, sorted(codes)])


def math_inside(characters: Iterable[str]) -> str:
    """The rule with a font in it that has these characters and no others."""
    return math_face(data_url(_subset(frozenset(map(ord, characters)) | {0x20})))


def math_face(url: str) -> str:
    """The rule that names the font of MathML."""
    return face(url, family=FAMILY)


def math_codes(characters: Iterable[str]) -> frozenset[int]:
    """What the font of a page has whose formulas have these characters.

    It is what most pages need, and the groups of the characters that are not in it.
    """
    codes = set(_CORE)
    for code in map(ord, characters):
        if code not in codes:
            codes |= _group(code)
    return frozenset(codes)


def _group(code: int) -> frozenset[int]:
    alphabet = next((one for one in _ALPHABETS if code in one), None)
    return alphabet or _span(code - code % _ROW, code - code % _ROW + _ROW - 1)


def _subset(codes: frozenset[int]) -> bytes:
    # What makes it takes a while to load, and most runs make none
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    # The boxes of glyphs are known, and take a quarter of the time to find out
    font = TTFont(BytesIO(_whole()), lazy=True, recalcTimestamp=False, recalcBBoxes=False)
    options = Options()
    options.layout_features = _FEATURES
    options.hinting = False
    options.name_IDs = _NAMES
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(codes))
    subsetter.subset(font)
    font.flavor = "woff2"
    file = BytesIO()
    font.save(file)
    return file.getvalue()


_whole = cache(math_font)
