r"""A page's formulas and its set-up in, jobs for the engine out.

A formula that neither sets nor uses state of the page (macros, labels, numbers) is a job of its
own, which any page may share. All others are one job, in the order of typesetting. Where it
cannot be told from the text what a formula changes (`\require`), every formula behind it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from prerender.engine import FormulaInput, Job
from prerender.find import NAME, Formula
from prerender.setup import Scope

_NAME = re.compile(r"\\([a-zA-Z@]+|.)", re.DOTALL)
_ENVIRONMENT = re.compile(rf"\\begin\s*\{{({NAME})\}}")
#: what these define is the control sequence (\newcommand needs no backslash before it), or the
#: environment, that comes next
_DEFINES = re.compile(
    r"\\(?:[gex]?def|let|futurelet)\s*\\(?P<name>[a-zA-Z@]+|.)"
    r"|\\(?:(?:re)?newcommand|providecommand|Declare\w+|Newextarrow)\s*(?:\*\s*)?(?:\[[^]]{0,99}\]\s*)?"
    r"(?:\{\s*\\?|\\)(?P<command>[a-zA-Z@]+|.)"
    rf"|\\(?:re)?newenvironment\s*(?:\*\s*)?\{{(?P<environment>{NAME})\}}"
)
_DEFINERS = re.compile(
    r"\\(?:[gex]?def|let|futurelet|(?:re)?newcommand|providecommand|(?:re)?newenvironment|Declare\w+"
    r"|Newextarrow)(?![a-zA-Z])"
)
#: the same where only what is global lasts (KaTeX)
_GLOBAL = r"\\(?:[gx]def|global(?:\s*\\(?:long|global))*\s*\\(?:[gex]?def|let|futurelet))"
_GLOBAL_DEFINES = re.compile(_GLOBAL + r"\s*\\(?P<name>[a-zA-Z@]+|.)")
_GLOBAL_DEFINERS = re.compile(r"\\(?:[gx]def|global)(?![a-zA-Z])")
#: what may change anything behind it
_OPAQUE = frozenset(
    {"require", "begingroup", "endgroup", "begingroupReset", "begingroupSandbox", "setOptions"}
    | {"mathtoolsset", "newtagform", "renewtagform", "usetagform", "definecolor", "newcolumntype"}
)
#: what sets or uses state that is not a macro
_STATE = _OPAQUE | {"label", "ref", "eqref", "refeq", "noeqref", "notag", "nonumber"}
#: environments whose lines get numbers under `tags: 'ams'` (MathJax 4: ams, mathtools, cases)
_NUMBERED = re.compile(
    r"(?:equation|align|alignat|flalign|gather|multline|eqnarray|xalignat|xxalignat|numcases"
    r"|subnumcases|empheq|subequations)$"
)


class _Lasting(NamedTuple):
    """What lasts of a formula: what defines a name, what may define one, what may change all."""

    defines: re.Pattern[str]
    definers: re.Pattern[str]
    opaque: frozenset[str]


_ALL = _Lasting(_DEFINES, _DEFINERS, _OPAQUE)
_OPEN = _Lasting(_DEFINES, _DEFINERS, frozenset())
_GLOBALS = _Lasting(_GLOBAL_DEFINES, _GLOBAL_DEFINERS, frozenset())


def _lasting(scopes: Sequence[Scope]) -> _Lasting:
    if not scopes:
        return _ALL
    return _OPEN if any(scope.open for scope in scopes) else _GLOBALS


class Planned(NamedTuple):
    """A job, and which formulas of the page (by index) it answers for."""

    job: Job
    indexes: tuple[int, ...]


def plan_jobs(
    formulas: Sequence[Formula],
    key: str,
    tex: dict[str, Any],
    scopes: Sequence[Scope] = (),
    voices: Sequence[str] | None = None,
) -> list[Planned]:
    """The jobs for a page's formulas.

    `key` names the set-up, `tex` are its options for TeX, `scopes` how far its definitions reach.
    `voices` are those of the formulas (FormulaInput); None: nothing is said.
    """
    voices = voices or [""] * len(formulas)
    order = sorted(range(len(formulas)), key=lambda index: formulas[index].late)
    inputs = [_input(formulas[index], voices[index]) for index in order]
    macros = bodies_of(tex.get("macros"))
    for name, body in (macro for scope in scopes for macro in bodies_of(scope.macros).items()):
        macros[name] = f"{macros.get(name, '')} {body}"
    bodies = {**macros, **bodies_of(tex.get("environments"))}
    together = _stateful(inputs, bodies, str(tex.get("tags", "none")), _lasting(scopes))
    planned = [
        Planned(Job(key, (formula_input,)), (order[index],))
        for index, formula_input in enumerate(inputs)
        if index not in together
    ]
    if together:
        shared = sorted(together)
        job = Job(key, tuple(inputs[index] for index in shared))
        planned.append(Planned(job, tuple(order[index] for index in shared)))
    return planned


def _input(formula: Formula, voice: str) -> FormulaInput:
    return FormulaInput(formula.math, formula.display, formula.input, formula.scope, voice)


def _stateful(
    inputs: Sequence[FormulaInput], bodies: dict[str, str], tags: str, lasting: _Lasting
) -> set[int]:
    """The indexes of the formulas that set or use state of the page; `bodies`: of its macros."""
    definers = closed({name for name, body in bodies.items() if _defines(body, lasting)}, bodies)
    state = closed({name for name, body in bodies.items() if _counts(body)}, bodies)
    sources = (formula.math for formula in inputs if formula.input == "tex")
    state |= definers | _defined(sources, lasting.defines)
    result: set[int] = set()
    opaque = False
    for index, formula in enumerate(inputs):
        if formula.input != "tex":
            continue
        names = names_of(formula.math)
        opaque = opaque or not names.isdisjoint(lasting.opaque | definers)
        if (
            opaque
            or not names.isdisjoint(_STATE | state)
            or lasting.definers.search(formula.math)
            or _numbered(formula, tags)
        ):
            result.add(index)
    return result


def names_of(tex: str) -> set[str]:
    """The control sequences and the environments that TeX uses."""
    return {*_NAME.findall(tex), *_ENVIRONMENT.findall(tex)}


def _defined(sources: Iterable[str], defines: re.Pattern[str]) -> set[str]:
    """The names of macros and environments that formulas define."""
    return {
        name
        for source in sources
        for match in defines.finditer(source)
        for name in match.groupdict().values()
        if name
    }


def bodies_of(macros: object) -> dict[str, str]:
    """What macros, or environments, of the set-up stand for: a text, or a list with texts in it."""
    if not isinstance(macros, dict):
        return {}
    return {
        name: " ".join(str(part) for part in (body if isinstance(body, list) else [body]))
        for name, body in macros.items()
    }


def _defines(body: str, lasting: _Lasting) -> bool:
    """Whether TeX changes what other formulas mean."""
    opaque = not lasting.opaque.isdisjoint(_NAME.findall(body))
    return lasting.definers.search(body) is not None or opaque


def _counts(body: str) -> bool:
    """Whether TeX numbers or refers."""
    return not _STATE.isdisjoint(_NAME.findall(body)) or has_numbers(body)


def closed(names: set[str], bodies: dict[str, str]) -> set[str]:
    """`names` with the macros and environments whose bodies use them."""
    while True:
        using = {name for name, body in bodies.items() if not names.isdisjoint(names_of(body))}
        if using <= names:
            return names
        names = names | using


def _numbered(formula: FormulaInput, tags: str) -> bool:
    """Whether a formula may take a number."""
    return (tags == "all" and formula.display) or (tags != "none" and has_numbers(formula.math))


def has_numbers(tex: str) -> bool:
    """Whether TeX has an environment whose lines AMS numbers."""
    return any(_NUMBERED.match(name) for name in _ENVIRONMENT.findall(tex))
