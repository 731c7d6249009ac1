"""What `find` answers: formulas and what else is said of text, each with its span in the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from prerender.source import Span

Input = Literal["tex", "mathml", "asciimath"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A piece of math in a page.

    `math` is what the input processor receives (TeX without its delimiters, references resolved);
    `inner` is the part of `span` that spells it, where one part does. A `late` one is typeset after
    all that are not. Definitions in it last in the `scope` of that number (Setup.scopes).
    """

    span: Span
    inner: Span | None
    math: str
    display: bool
    input: Input = "tex"
    late: bool = False
    scope: int = 0


@dataclass(frozen=True, slots=True)
class Escape:
    r"""Characters in text that MathJax replaces on the page: `\$` by `$`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Unclosed:
    r"""What begins a formula (`\[`, `\begin{align}`) that is none, for nothing closes it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The beginning of a formula that no part of the source spells: tags stand in it that a parser
    moves, as it does with text right in a table. It is for the scripts of the page."""

    span: Span
    text: str


Found = Formula | Escape | Unclosed | Broken
