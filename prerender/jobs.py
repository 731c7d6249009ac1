r"""A page's formulas and its set-up in, jobs for the engine out.

A formula that neither sets nor uses state of the page (macros, labels, numbers) is a job of its own,
which any page may share. All others of a page are one job, in the order of the page. Where it cannot
be told from the text what a formula changes (`\require`), every formula behind it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from prerender.engine import Item, Job
from prerender.find import Formula

_NAME = re.compile(r"\\([a-zA-Z@]+|.)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\begin\s*\{([^}]*)\}")
#: what these define is the control sequence, or the environment, that comes next
_DEFINES = re.compile(
    r"\\(?:[gex]?def|let|futurelet)\s*\\(?P<name>[a-zA-Z@]+|.)"
    r"|\\(?:re|provide)?newcommand\s*\*?\s*\{?\s*\\(?P<command>[a-zA-Z@]+|.)"
    r"|\\(?:Declare\w+|New(?:x|ext)arrow|operatorname@)\s*\*?\s*\{?\s*\\(?P<declared>[a-zA-Z@]+|.)"
    r"|\\(?:re)?newenvironment\s*\*?\s*\{(?P<environment>[^}]*)\}"
)
#: what sets or uses state that is not a macro
_STATE = frozenset(
    "label ref eqref notag nonumber cref Cref autoref newtagform renewtagform usetagform refeq "
    "mathtoolsset setOptions definecolor noeqref begingroup endgroup".split()
)
#: what may change anything behind it
_OPAQUE = frozenset(["require", "begingroup", "endgroup", "setOptions", "mathtoolsset"])
_DEFINERS = re.compile(
    r"\\(?:[gex]?def|let|futurelet|(?:re|provide)?newcommand|(?:re)?newenvironment|Declare\w+"
    r"|New(?:x|ext)arrow|newcolumntype)(?![a-zA-Z])"
)
#: environments whose lines get numbers under `tags: 'ams'` (MathJax 4: AmsMappings, mathtools, cases)
_NUMBERED = re.compile(
    r"(?:equation|align|alignat|flalign|gather|multline|eqnarray|xalignat|xxalignat|numcases"
    r"|subnumcases|empheq|subequations)$"
)


class Planned(NamedTuple):
    """A job, and which formulas of the page (by index) it answers for."""

    job: Job
    indexes: tuple[int, ...]


def plan_jobs(formulas: Sequence[Formula], key: str, tex: dict[str, Any]) -> list[Planned]:
    """The jobs for a page's formulas. `key` names the set-up, `tex` are its options for TeX input."""
    items = [Item(formula.math, formula.display, formula.input) for formula in formulas]
    together = _stateful(items, tex)
    planned = [
        Planned(Job(key, (item,)), (index,))
        for index, item in enumerate(items)
        if index not in together
    ]
    if together:
        indexes = tuple(sorted(together))
        planned.append(Planned(Job(key, tuple(items[index] for index in indexes)), indexes))
    return planned


def _stateful(items: Sequence[Item], tex: dict[str, Any]) -> set[int]:
    """The indexes of the formulas that set or use state of the page."""
    definers, state = _macros_with_state(tex.get("macros", {}))
    defined = _defined(item.math for item in items if item.input == "tex")
    tags = str(tex.get("tags", "none"))
    result: set[int] = set()
    opaque = False
    for index, item in enumerate(items):
        if item.input != "tex":
            continue
        names = set(_NAME.findall(item.math))
        opaque = opaque or not names.isdisjoint(_OPAQUE | definers)
        if (
            opaque
            or not names.isdisjoint(_STATE | state | defined)
            or not defined.isdisjoint(_ENVIRONMENT.findall(item.math))
            or _DEFINERS.search(item.math)
            or _numbered(item, tags)
        ):
            result.add(index)
    return result


def _defined(sources: Iterable[str]) -> set[str]:
    """The names of macros and environments that formulas define."""
    return {
        name
        for source in sources
        for match in _DEFINES.finditer(source)
        for name in match.groupdict().values()
        if name
    }


def _macros_with_state(macros: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Macros of the set-up that define something, and those that number or refer."""
    bodies = {name: str(body) for name, body in macros.items()}
    definers = {name for name, body in bodies.items() if _DEFINERS.search(body)}
    state = {
        name
        for name, body in bodies.items()
        if not _STATE.isdisjoint(_NAME.findall(body))
        or any(_NUMBERED.match(inner) for inner in _ENVIRONMENT.findall(body))
    }
    return _closed(definers, bodies), _closed(state, bodies)


def _closed(names: set[str], bodies: dict[str, str]) -> set[str]:
    """`names` with the macros whose bodies use them."""
    while True:
        using = {name for name, body in bodies.items() if not names.isdisjoint(_NAME.findall(body))}
        if using <= names:
            return names
        names = names | using


def _numbered(item: Item, tags: str) -> bool:
    """Whether a formula may take a number."""
    if tags == "all":
        return item.display
    if tags == "none":
        return False
    return any(_NUMBERED.match(name) for name in _ENVIRONMENT.findall(item.math))
