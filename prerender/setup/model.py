"""The set-up of a page as plain data: what `setup` makes, what `find` and `engine` read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

Version = Literal["mathjax2", "mathjax3", "mathjax4", "katex"]
Json = dict[str, Any]


class Pair(NamedTuple):
    """A pair of delimiters; `display` says which style the formula between them has."""

    open: str
    close: str
    display: bool


class ElementFilter(NamedTuple):
    """Which elements math is looked for in (regular expressions as MathJax builds them)."""

    skip_tags: tuple[str, ...]
    ignore_class: str
    process_class: str


class Scope(NamedTuple):
    """How far definitions in KaTeX's formulas reach: those that share one object `macros`.

    `macros` are what it begins with, where that is not the same in all scopes. What is global lasts
    for the formulas behind it if the scope `lasts`, and so does everything in an `open` one.
    """

    macros: Json
    lasts: bool = True
    open: bool = False


@dataclass(frozen=True, slots=True)
class SearchRules:
    """Where formulas stand in a page; `find` reads nothing else of a set-up.

    `version` selects whose search algorithm is followed: MathJax 2's tex2jax, MathJax 3/4's FindTeX
    and HTMLDomStrings (identical but for `include`), or KaTeX's auto-render.
    """

    version: Version
    pairs: tuple[Pair, ...]
    switch: ElementFilter
    #: `\begin{env}...\end{env}` outside delimiters is a display formula
    environments: bool = True
    #: `\$` (and `\\` in v3, v4) in text stands for the character itself
    escapes: bool = True
    #: `\ref{...}` and `\eqref{...}` in text are inline formulas
    refs: bool = True
    #: elements that do not end a run of text, and what they put in it: (("br", "\n"), ...)
    include: tuple[tuple[str, str], ...] = (("br", "\n"), ("wbr", ""), ("#comment", ""))
    #: `<script type="math/tex">` (and math/mml, math/asciimath if those inputs are on) are formulas
    scripts: bool = False
    #: pairs of AsciiMath delimiters, and its own switch; None where that input is off
    asciimath: tuple[Pair, ...] = ()
    asciimath_switch: ElementFilter | None = None
    #: CSS selectors of elements right in which AsciiMath is a display
    asciimath_displays: tuple[str, ...] = ()
    #: `<math>` elements are formulas
    mathml: bool = False
    #: formulas that are elements, but for `<math>`, are typeset after those in text
    elements_late: bool = False
    #: CSS selectors of elements whose whole text is one formula: ((selector, display or None),
    #: ...); None: display where the element has a class `display`
    elements: tuple[tuple[str, bool | None], ...] = ()
    #: of such elements, how many the formula takes the place of, where that is more than what is in
    #: them: 1 the element itself, 2 its parent
    replaced: tuple[tuple[str, int], ...] = ()
    #: CSS selectors of elements outside of which no text is looked at; empty: the whole body; None:
    #: nothing is typeset at all
    scope: tuple[str, ...] | None = ()
    #: the set-up's scope (by number) that the definitions of these formulas belong to
    macros: int = 0
    #: each element of `scope` has one of its own that begins alike, so many numbers further; 0: not
    apart: int = 0
    #: where is looked after that, in what is left: KaTeX may be called several times
    later: tuple[SearchRules, ...] = ()


class Lack(NamedTuple):
    """Something of a set-up that only the page's own code can do, so that it cannot be had.

    `why` ends the sentence "it stays as it is: ...". `formulas` are those that it concerns: all;
    all, for it is not known where they are ("unplaced"); those that use one of `names` (control
    sequences without their backslash, environments); those with something that is not defined here,
    perhaps for want of the packages `names`; those with a number or a reference. `scope`: of these,
    only those of the scope of that number.
    """

    why: str
    formulas: Literal["all", "unplaced", "named", "undefined", "numbered"]
    names: tuple[str, ...] = ()
    scope: int | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """All that a page says about its math.

    `tex` holds options for MathJax 4's TeX input (`packages` a list, `macros`, `tags`, and one
    entry a package for its options), `load` the components that those packages need
    ("[tex]/physics"), `output` options for the output (`displayAlign`, `displayIndent`, ...); JSON
    values only, and no code. A regular expression is {"$regexp": "source text"} (`tex.digits`), a
    function {"$computes": ...}, what it computes (`tex.tagformat`; functions.py).
    """

    rules: SearchRules
    tex: Json = field(default_factory=dict)
    load: tuple[str, ...] = ()
    asciimath: Json = field(default_factory=dict)
    mathml: Json = field(default_factory=dict)
    output: Json = field(default_factory=dict)
    #: where definitions end; none: they last for all formulas of the page, as MathJax has it
    scopes: tuple[Scope, ...] = ()
    #: what could not be honoured, one sentence each, for the report
    warnings: tuple[str, ...] = ()
    #: what there is to say of formulas where nothing on the page typesets any
    idle: str = ""
    #: what cannot be had
    lacks: tuple[Lack, ...] = ()

    def with_warnings(self, *more: str) -> Setup:
        """The same with more to report."""
        return replace(self, warnings=(*self.warnings, *more)) if more else self
