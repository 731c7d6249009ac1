"""What the formulas of a page have in common, and lengths and words as their markup has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from prerender.engine import X_HEIGHT
from prerender.find import Formula
from prerender.markup.copied import Parting
from prerender.markup.drawing import Drawings
from prerender.markup.style import StyleUse
from prerender.source import Span


@dataclass(slots=True)
class RenderState:
    """What a page has so far: what it draws, and the rules that it needs.

    `apart` is where others cannot rely on what is defined there, `shrink` to what share of its
    size, in percent, what cannot be broken shrinks before it scrolls. `text` is the page's source,
    `parting` what parts delimiters in it from what follows them.
    """

    drawings: Drawings = field(default_factory=Drawings)
    xml: bool = False
    apart: Sequence[Span] = ()
    shrink: int = 70
    needs: StyleUse = field(default_factory=StyleUse)
    text: str = ""
    parting: Parting = field(default_factory=Parting)

    def is_apart(self, formula: Formula) -> bool:
        """Whether others cannot rely on what this formula defines."""
        return any(span.start <= formula.span.start < span.end for span in self.apart)


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
