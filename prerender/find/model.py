"""The results of `find`: formulas, escapes, and unclosed or broken math, with source spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from prerender.setup import Version
from prerender.source import Span

Input = Literal["tex", "mathml", "asciimath"]
#: a pattern of a name in braces; none is longer, so that one without an end is not searched for it
NAME = "[^}]{0,1000}"


class Rendering(NamedTuple):
    """How a formula is shown that another tool has rendered.

    `numbers` are those beside it, from above; "" for one that a style sheet counts (KaTeX). `align`
    and `number_side` are where a display and its number stand; "": in the middle, and at the right.
    """

    engine: Version
    numbers: tuple[str, ...] = ()
    align: str = ""
    number_side: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A piece of math in a page.

    `math` is what the input processor receives (TeX without delimiters, references resolved);
    `inner` is the part of `span` that contains it, if it is one part. `late` formulas are typeset
    after all others. Definitions in it are valid in the scope with index `scope` (Setup.scopes).
    `rendered`: another tool has rendered it, and `span` is all that it has put there.
    """

    span: Span
    inner: Span | None
    math: str
    display: bool
    input: Input = "tex"
    late: bool = False
    scope: int = 0
    rendered: Rendering | None = None


@dataclass(frozen=True, slots=True)
class Escape:
    r"""An escape in text that MathJax replaces on the page: `\$` by `$`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Unclosed:
    r"""An opening delimiter (`\[`, `\begin{align}`) that is never closed, so not a formula."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The start of a formula that is not contiguous in the source, because the parser moves tags or
    text out of it (text directly in a table). Only the page's own scripts can render it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Stray:
    r"""What looks like TeX (`\frac{1}{2}`, `$x_1$`) and is in no formula by the page's set-up."""

    span: Span
    text: str


Found = Formula | Escape | Unclosed | Broken | Stray
