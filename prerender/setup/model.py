"""The data types of a page's set-up, made by `setup` and read by `find` and `engine`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from prerender.errors import PageError

Version = Literal["mathjax2", "mathjax3", "mathjax4", "katex"]
Json = dict[str, Any]


class SetupError(PageError):
    """A page's configuration could not be evaluated; the message says why."""


class SetupLostError(SetupError):
    """The same, where another attempt, or another machine, might succeed."""


class Pair(NamedTuple):
    """A pair of delimiters; `display`: whether the formula between them is a display."""

    open: str
    close: str
    display: bool


class ElementFilter(NamedTuple):
    """Which elements are searched for math (regular expressions as MathJax builds them)."""

    skip_tags: tuple[str, ...]
    ignore_class: str
    process_class: str


class Scope(NamedTuple):
    """The scope of definitions in KaTeX's formulas: the formulas that share a `macros` object.

    `macros` are its initial macros that are not the same in all scopes. If the scope `lasts`,
    global definitions are valid in later formulas; in an `open` scope, all definitions are.
    """

    macros: Json
    lasts: bool = True
    open: bool = False


@dataclass(frozen=True, slots=True)
class SearchRules:
    """Where formulas are in a page; `find` reads nothing else of a set-up.

    `version` selects the search algorithm: MathJax 2's tex2jax, MathJax 3/4's FindTeX and
    HTMLDomStrings (identical except for `include`), or KaTeX's auto-render.
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
    #: elements that do not end a run of text, and the text that they add to it: (("br", "\n"), ...)
    include: tuple[tuple[str, str], ...] = (("br", "\n"), ("wbr", ""), ("#comment", ""))
    #: `<script type="math/tex">` (and math/mml, math/asciimath if those inputs are on) are formulas
    scripts: bool = False
    #: pairs of AsciiMath delimiters, and its own element filter; None if that input is off
    asciimath: tuple[Pair, ...] = ()
    asciimath_switch: ElementFilter | None = None
    #: CSS selectors of elements whose direct text is AsciiMath in display style
    asciimath_displays: tuple[str, ...] = ()
    #: `<math>` elements are formulas
    mathml: bool = False
    #: formulas that are elements, except `<math>`, are typeset after those in text
    elements_late: bool = False
    #: CSS selectors of elements whose whole text is one formula: ((selector, display or None),
    #: ...); None: display if the element has a class `display`
    elements: tuple[tuple[str, bool | None], ...] = ()
    #: which element a formula replaces, for selectors where that is more than the element's
    #: content: 1 the element itself, 2 its parent
    replaced: tuple[tuple[str, int], ...] = ()
    #: CSS selectors of the elements that are searched; empty: the whole body; None: nothing is
    #: typeset
    scope: tuple[str, ...] | None = ()
    #: index of the set-up's scope that the definitions of these formulas belong to
    macros: int = 0
    #: if not 0, each element of `scope` has a scope of its own with the same initial macros, whose
    #: index is larger by this number
    apart: int = 0
    #: further searches, each in the text that is left: KaTeX may be called several times
    later: tuple[SearchRules, ...] = ()


class Lack(NamedTuple):
    """A part of a set-up that only the page's own code can do, so that we lack it.

    `why` ends the sentence "it stays as it is: ...". `formulas` are the affected ones: "all";
    "unplaced": all, because their locations are not known; "named": those that use one of `names`
    (control sequences without backslash, environments); "undefined": those with something that is
    not defined here, perhaps because the packages `names` are missing; "numbered": those with a
    number or a reference. `scope`: only formulas of the scope with this index.
    """

    why: str
    formulas: Literal["all", "unplaced", "named", "undefined", "numbered"]
    names: tuple[str, ...] = ()
    scope: int | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """How a page configures its math.

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
    #: scopes of definitions; none: they are valid in all later formulas of the page, as in MathJax
    scopes: tuple[Scope, ...] = ()
    #: what could not be supported, one sentence each, for the report
    warnings: tuple[str, ...] = ()
    #: the message about formulas if nothing on the page typesets any
    idle: str = ""
    #: what cannot be reproduced
    lacks: tuple[Lack, ...] = ()

    def with_warnings(self, *more: str) -> Setup:
        """Return the Setup with more warnings."""
        return replace(self, warnings=(*self.warnings, *more)) if more else self
