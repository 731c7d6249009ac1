"""Finds what of a page's set-up cannot be reproduced, from what its scripts did to MathJax's code.

Sources: MathJax 3 and 4 ts/input/tex/TokenMap.ts, Configuration.ts, ts/core/InputJax.ts; MathJax
2.7 jax/input/TeX/jax.js (Parse.Augment, Definitions, prefilterHooks).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prerender.setup.model import Json, Lack
from prerender.setup.values import section, strings, words

#: classes of name tables that a package creates: new CommandMap(name, names, functions)
_TABLES = words("CommandMap MacroMap EnvironmentMap DelimiterMap CharacterMap")
#: functions that change formulas before or after they are parsed
_FILTERS = ("preFilters.add", "postFilters.add", "prefilterHooks.Add", "postfilterHooks.Add")
#: properties that a package may have without code of its own, besides tables
_PLAIN = words("handler priority parser options package")
_DEFINED = "the page's code defines it"


def lacks(data: Json) -> Iterator[Lack]:
    """Yield what an evaluated page (`finish` in page.js) uses that cannot be reproduced."""
    for path, given in calls(data):
        name = path.rpartition(".")[2]
        if path.endswith(_FILTERS):
            yield Lack(f"the page's code may change it ({path})", "all")
        elif name.endswith("=") and ("._." in path or path.startswith(("TeX.", "InputJax."))):
            yield Lack(f"the page's code changes MathJax itself ({path[:-1]})", "all")
        elif name in _TABLES:
            yield _defined(name, given[1] if len(given) > 1 else None)
        elif path.endswith("Configuration.create") and not _PLAIN.issuperset(_names(given, 1)):
            yield Lack("the page's code makes a package that may change it", "all")
    yield from _mathjax2_lacks(data)


def made(data: Json) -> set[str]:
    """Return the names of packages that a page's code makes; `lacks` has their contents."""
    found = [given for path, given in calls(data) if path.endswith("Configuration.create")]
    return {name for given in found for name in strings(given[:1])}


def calls(data: Json) -> list[tuple[str, list[Any]]]:
    """Return recorded calls without effect: their paths and the texts and names passed to them."""
    notes = data.get("notes")
    return [
        (note[0], note[1])
        for note in (notes if isinstance(notes, list) else [])
        if isinstance(note, list)
        and len(note) == 2
        and isinstance(note[0], str)
        and isinstance(note[1], list)
    ]


def _names(given: list[Any], index: int) -> list[str]:
    return strings(given[index]) if len(given) > index and isinstance(given[index], list) else []


def _defined(table: str, names: object) -> Lack:
    if isinstance(names, list):
        return Lack(f"{_DEFINED} ({table})", "named", tuple(strings(names)))
    return Lack(f"the page's code may define what it uses ({table})", "all")


def _mathjax2_lacks(data: Json) -> Iterator[Lack]:
    """Yield definitions that call functions of the page, and changes of MathJax 2's parser."""
    hub = section(data, "hub")
    uses = {name: called(definition) for name, definition in section(hub, "macros").items()}
    own = {name for name, function in uses.items() if function not in ("Macro", "Extension")}
    own.update(strings(hub.get("others")))
    if own:
        yield Lack(f"{_DEFINED} (TeX.Definitions)", "named", tuple(sorted(own)))
    for path, given in calls(data):
        if path.endswith("Parse.Augment") and not set(uses.values()).issuperset(_names(given, 0)):
            yield Lack("the page's code changes MathJax's parser (Parse.Augment)", "all")


def called(definition: object) -> object:
    """Return the function that a MathJax 2 definition calls: "Name" or ["Name", argument, ...]."""
    return definition[0] if isinstance(definition, list) and definition else definition
