"""What the formulas of a page have in common, and lengths and words as their markup has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape, unescape

from prerender.engine import X_HEIGHT
from prerender.find import Formula
from prerender.markup.drawing import Drawings
from prerender.markup.style import StyleUse
from prerender.source import Span


@dataclass(slots=True)
class RenderState:
    """What a page has so far: what it draws, and the rules that it needs.

    `apart` is where others cannot rely on what is defined there, `shrink` to what share of its
    size, in percent, what cannot be broken shrinks before it scrolls.
    """

    drawings: Drawings = field(default_factory=Drawings)
    xml: bool = False
    apart: Sequence[Span] = ()
    shrink: int = 70
    needs: StyleUse = field(default_factory=StyleUse)

    def is_apart(self, formula: Formula) -> bool:
        """Whether others cannot rely on what this formula defines."""
        return any(span.start <= formula.span.start < span.end for span in self.apart)


def words_of(formula: Formula, carried: str) -> str:
    """The source of a formula as text, spelled as in the attributes beside it that carry it.

    So compression makes little of it. No script takes it for a formula.
    """
    words = carried.split('"', 2)[1]
    if formula.input == "mathml":
        words = escape(" ".join(_TAG.sub(" ", unescape(words)).split()), quote=False)
    return without_delimiters(words.replace("<", "&lt;"), "<b></b>")


_TAG = re.compile("<[^>]*>")
#: what client MathJax or KaTeX may take for the beginning of a formula, or an escape, where no
#: element follows
_DELIMITER = re.compile(r"\$|`|\\(?=[(\[\\$]|begin|(?:eq)?ref)")


def without_delimiters(text: str, empty: str) -> str:
    """The same with an empty element behind what a script would read as a delimiter."""
    return _DELIMITER.sub(lambda match: match[0] + empty, text)


def ex(thousandths: float) -> str:
    """A length in ex, from thousandths of an em."""
    return length(thousandths / X_HEIGHT, "ex")


def length(value: float, unit: str) -> str:
    """A length to a thousandth, without spare characters."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("0", "-0") else f"{_LEADING_ZERO.sub('', text)}{unit}"


_LEADING_ZERO = re.compile(r"^0(?=\.)|(?<=^-)0(?=\.)")


def number(value: float) -> str:
    """A number to a tenth, without spare characters."""
    return f"{value:.1f}".removesuffix(".0")
