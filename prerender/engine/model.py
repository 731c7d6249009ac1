"""What goes into the engine and what comes out of it, as plain data that JSON can carry."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from prerender.find import Input
from prerender.hashing import fingerprint
from prerender.setup import Setup

#: a form in which formulas are written
Markup = Literal["svg", "html", "mathml"]


class FormulaInput(NamedTuple):
    """A formula for the engine: what the input processor receives, and the style it is set in.

    `scope` is the one of its set-up's scopes in which its definitions last, if it has any. `voice`
    is for those who do not see it: a language of `speech_languages` in which it is said, "mathml",
    or "" for nothing. With "glyphs", `math` are characters of our font whose outlines are wanted.
    """

    math: str
    display: bool
    input: Input | Literal["glyphs"]
    scope: int = 0
    voice: str = ""


class Job(NamedTuple):
    """Formulas that share state (macros, labels, numbers), in order, under one set-up."""

    setup: str
    formulas: tuple[FormulaInput, ...]

    @property
    def formula_count(self) -> int:
        """How many formulas it typesets."""
        return sum(formula.input != "glyphs" for formula in self.formulas)

    @property
    def weight(self) -> int:
        """A measure of the work, in characters."""
        return sum(len(formula.math) + 40 for formula in self.formulas)

    @property
    def key(self) -> str:
        """The content hash of all that the answer depends on, but for our own version."""
        return fingerprint([self.setup, *self.formulas])


class Piece(NamedTuple):
    """A part of a drawing that others refer to by its name, which depends on nothing but it."""

    name: str
    markup: str


@dataclass(frozen=True, slots=True)
class EquationNumber:
    """The number of a formula, or the numbers of its rows, in the coordinates of its picture.

    `gap` is the least space between the two, `side` where it stands, `row` its baseline where there
    is one number only.
    """

    width: float
    body: tuple[str, ...]
    gap: float
    side: Literal["left", "right"]
    row: float | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing: a layout of a display formula, or a part of an inline one.

    Sizes are in thousandths of an em; `body` is SVG markup, pieces in it defined where they first
    occur. `break_before`: how it follows the part before it: "newline", or a space in which a line
    may end; None for the first. `indent` is free space at its left, or at its right if negative.
    `full_width`: it is as wide as its line, its parts at the ends and in the middle.
    """

    width: float
    height: float
    depth: float
    body: tuple[str | Piece, ...]
    tag: EquationNumber | None = None
    indent: float = 0
    break_before: int | Literal["newline"] | None = None
    full_width: bool = False


class Label(NamedTuple):
    """A number beside an equation (`anchor`: its id), or a reference to one (its address)."""

    text: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Typeset:
    """What the engine answers for a formula: its layouts, or what is wrong with it.

    `layouts` are those of a display, widest first, or the parts of an inline formula, in the form
    of `markup`: SVG where it cannot be text. `glyphs` are the names of the outlines it uses, or the
    characters of our font; `undefined` the control sequences that MathJax
    does not know and shows in red; `guessed` texts for which this machine has no font, so that
    their widths are guesses; `accident`: another run may fare better (time ran out, a tab died);
    `tags` its numbers, `refs` its references to those of others. For those who do not see it:
    `speech` is what is said (plain text), `braille` the same in Nemeth braille, `mathml` a `<math>`
    element of MathML Core, without its namespace; "" where that was not asked for, or there is
    nothing to say.
    """

    layouts: tuple[Layout, ...] = ()
    glyphs: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    accident: bool = False
    tags: tuple[Label, ...] = ()
    refs: tuple[Label, ...] = ()
    error: str | None = None
    markup: Markup = "svg"
    speech: str = ""
    braille: str = ""
    mathml: str = ""

    @property
    def drawn(self) -> tuple[str, ...]:
        """The names of the outlines that it needs: the font of MathML has its own."""
        return () if self.markup == "mathml" else self.glyphs


@dataclass(slots=True)
class Budget:
    """The time that the formulas of a page may take together, in seconds."""

    seconds: float
    spent: float = 0.0

    @property
    def left(self) -> float:
        """What is left of it; 0: nothing."""
        return max(0.0, self.seconds - self.spent)


@dataclass(frozen=True, slots=True)
class JobResult:
    """The typesets of a job's formulas, and the outlines they use by name: SVG paths, axis down.

    Before that of a character of our font stand its advance (thousandths of an em) and a space.
    """

    typesets: tuple[Typeset, ...]
    outlines: dict[str, str] = field(default_factory=dict)
    given_up: bool = False
    """Whether it was not done, because others of the page had taken all the time it has."""

    @property
    def failed(self) -> int:
        """How many formulas have an error."""
        return sum(typeset.error is not None for typeset in self.typesets)

    @property
    def size(self) -> int:
        """The characters of its drawings, which is about what it takes of memory, in bytes."""
        bodies = (layout.body for typeset in self.typesets for layout in typeset.layouts)
        parts = (part for body in bodies for part in body)
        drawn = sum(len(part if isinstance(part, str) else part.markup) for part in parts)
        said = sum(len(typeset.mathml) + len(typeset.speech) for typeset in self.typesets)
        return drawn + said + sum(map(len, self.outlines.values()))

    @property
    def cacheable(self) -> bool:
        """Whether another run would give the same, also with other fonts on this machine."""
        return not any(typeset.guessed or typeset.accident for typeset in self.typesets)


def engine_setup(setup: Setup, markup: Markup = "svg") -> dict[str, Any]:
    """What the engine reads of a set-up; where formulas stand is not its concern."""
    return {
        "markup": markup,
        "version": setup.rules.version,
        "tex": setup.tex,
        "scopes": [scope._asdict() for scope in setup.scopes],
        "load": list(setup.load),
        "mathml": setup.mathml if setup.rules.mathml or setup.rules.scripts else None,
        "asciimath": setup.asciimath if setup.rules.asciimath or setup.rules.scripts else None,
        "output": setup.output,
    }


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
