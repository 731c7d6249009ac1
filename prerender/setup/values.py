"""JSON data of unknown shape in, typed values out: a configuration may be anything at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from prerender.setup.model import Json, Pair

#: what a function or a regular expression of a configuration is as JSON, and what one may compute
FUNCTION, REGEXP, COMPUTES = "$function", "$regexp", "$computes"
APPEND, REMOVE = "[+]", "[-]"
_CHANGES = (REMOVE, APPEND)


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


def section(data: object, *names: str) -> Json:
    """The object at a path of names; an empty one where there is none."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) and not is_code(data) else {}


def is_code(value: object) -> bool:
    """Whether a value stands for a function or a regular expression."""
    return isinstance(value, dict) and not value.keys().isdisjoint((FUNCTION, REGEXP, COMPUTES))


def is_pattern(value: object) -> bool:
    """Whether a value stands for a regular expression."""
    return isinstance(value, dict) and value.keys() == {REGEXP} and isinstance(value[REGEXP], str)


def has_code(value: object) -> bool:
    """Whether there is a function or a regular expression anywhere in a value."""
    if isinstance(value, dict):
        return is_code(value) or any(map(has_code, value.values()))
    return isinstance(value, list) and any(map(has_code, value))


def strings(value: object) -> list[str]:
    """The strings of a list, or the one string."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def flag(data: Json, name: str, otherwise: bool) -> bool:
    """An option that is on or off as JavaScript takes it; `otherwise` where it is not given."""
    return truthy(data[name]) if name in data else otherwise


def number(data: Json, name: str, otherwise: int) -> int:
    """A whole number; `otherwise` where it is none."""
    value = data.get(name)
    return value if isinstance(value, int) else otherwise


def truthy(value: object) -> bool:
    """As JavaScript has it: an empty list or object counts as true."""
    return value is not None and value is not False and value not in (0, "")


def pairs(value: object, display: bool) -> list[Pair]:
    """Delimiters [["$", "$"], ...]; what is none is left out."""
    items = value if isinstance(value, list) else []
    return [
        Pair(item[0], item[1], display)
        for item in items
        if isinstance(item, list) and len(strings(item)) >= 2 and all(strings(item[:2]))
    ]


def insert(into: Any, value: Any) -> Any:
    """An option merged over its default, as MathJax 3 and 4 do it (ts/util/Options.ts: insert).

    Objects are merged; arrays are replaced, but {"[+]": [...], "[-]": [...]} appends and removes.
    What is removed is looked for as JavaScript does it, which finds no pair of delimiters. Neither
    argument is changed.
    """
    if not isinstance(value, dict) or is_code(value):
        return value
    if isinstance(into, list) and value and value.keys() <= set(_CHANGES):
        removed, added = (one if isinstance(one, list) else [] for one in map(value.get, _CHANGES))
        return [item for item in into if isinstance(item, list) or item not in removed] + added
    base = into if isinstance(into, dict) and not is_code(into) else {}
    return {**base, **{key: insert(base.get(key), one) for key, one in value.items()}}


def pattern(parts: Iterable[str], otherwise: str) -> str:
    """Names of classes as one regular expression; `otherwise` where Python cannot read it."""
    joined = "|".join(parts)
    try:
        re.compile(joined)
    except re.error:
        return otherwise
    return joined
