r"""A page's formulas and its set-up in, jobs for the engine out.

A formula that neither sets nor uses state of the page (macros, labels, numbers) is a job of its
own, which any page may share. All others are one job, in the order of typesetting. Where it
cannot be told from the text what a formula changes (`\require`), every formula behind it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from prerender.engine import Item, Job
from prerender.find import Formula

_NAME = re.compile(r"\\([a-zA-Z@]+|.)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\begin\s*\{([^}]*)\}")
#: what these define is the control sequence (\newcommand needs no backslash before it), or the
#: environment, that comes next
_DEFINES = re.compile(
    r"\\(?:[gex]?def|let|futurelet)\s*\\(?P<name>[a-zA-Z@]+|.)"
    r"|\\(?:(?:re)?newcommand|providecommand|Declare\w+|Newextarrow)\s*\*?\s*(?:\[[^]]*\]\s*)?"
    r"(?:\{\s*\\?|\\)(?P<command>[a-zA-Z@]+|.)"
    r"|\\(?:re)?newenvironment\s*\*?\s*\{(?P<environment>[^}]*)\}"
)
_DEFINERS = re.compile(
    r"\\(?:[gex]?def|let|futurelet|(?:re)?newcommand|providecommand|(?:re)?newenvironment|Declare\w+"
    r"|Newextarrow)(?![a-zA-Z])"
)
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


class Planned(NamedTuple):
    """A job, and which formulas of the page (by index) it answers for."""

    job: Job
    indexes: tuple[int, ...]


def plan_jobs(formulas: Sequence[Formula], key: str, tex: dict[str, Any]) -> list[Planned]:
    """The jobs for a page's formulas. `key` names the set-up, `tex` are its options for TeX."""
    order = sorted(range(len(formulas)), key=lambda index: formulas[index].late)
    items = [Item(one.math, one.display, one.input) for one in (formulas[at] for at in order)]
    together = _stateful(items, tex)
    planned = [
        Planned(Job(key, (item,)), (order[at],))
        for at, item in enumerate(items)
        if at not in together
    ]
    if together:
        shared = sorted(together)
        job = Job(key, tuple(items[at] for at in shared))
        planned.append(Planned(job, tuple(order[at] for at in shared)))
    return planned


def _stateful(items: Sequence[Item], tex: dict[str, Any]) -> set[int]:
    """The indexes of the formulas that set or use state of the page."""
    bodies = {**bodies_of(tex.get("macros")), **bodies_of(tex.get("environments"))}
    definers = closed({name for name, body in bodies.items() if _defines(body)}, bodies)
    state = closed({name for name, body in bodies.items() if _counts(body)}, bodies)
    state |= definers | _defined(item.math for item in items if item.input == "tex")
    tags = str(tex.get("tags", "none"))
    result: set[int] = set()
    opaque = False
    for index, item in enumerate(items):
        if item.input != "tex":
            continue
        names = names_of(item.math)
        opaque = opaque or not names.isdisjoint(_OPAQUE | definers)
        if (
            opaque
            or not names.isdisjoint(_STATE | state)
            or _DEFINERS.search(item.math)
            or _numbered(item, tags)
        ):
            result.add(index)
    return result


def names_of(tex: str) -> set[str]:
    """The control sequences and the environments that TeX uses."""
    return {*_NAME.findall(tex), *_ENVIRONMENT.findall(tex)}


def _defined(sources: Iterable[str]) -> set[str]:
    """The names of macros and environments that formulas define."""
    return {
        name
        for source in sources
        for match in _DEFINES.finditer(source)
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


def _defines(body: str) -> bool:
    """Whether TeX changes what other formulas mean."""
    return _DEFINERS.search(body) is not None or not _OPAQUE.isdisjoint(_NAME.findall(body))


def _counts(body: str) -> bool:
    """Whether TeX numbers or refers."""
    return not _STATE.isdisjoint(_NAME.findall(body)) or _has_numbers(body)


def closed(names: set[str], bodies: dict[str, str]) -> set[str]:
    """`names` with the macros and environments whose bodies use them."""
    while True:
        using = {name for name, body in bodies.items() if not names.isdisjoint(names_of(body))}
        if using <= names:
            return names
        names = names | using


def _numbered(item: Item, tags: str) -> bool:
    """Whether a formula may take a number."""
    return (tags == "all" and item.display) or (tags != "none" and _has_numbers(item.math))


def _has_numbers(tex: str) -> bool:
    return any(_NUMBERED.match(name) for name in _ENVIRONMENT.findall(tex))
