"""Reads typed values from JSON data of unknown shape: a configuration may contain anything."""

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
    """Return the words of a text as a set."""
    return frozenset(text.split())


def section(data: object, *names: str) -> Json:
    """Return the object at a path of names; an empty one if there is none."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) and not is_code(data) else {}


def is_code(value: object) -> bool:
    """Whether a value represents a function or a regular expression."""
    return isinstance(value, dict) and not value.keys().isdisjoint((FUNCTION, REGEXP, COMPUTES))


def is_pattern(value: object) -> bool:
    """Whether a value represents a regular expression."""
    return isinstance(value, dict) and value.keys() == {REGEXP} and isinstance(value[REGEXP], str)


def has_code(value: object) -> bool:
    """Whether a value contains a function or a regular expression anywhere."""
    if isinstance(value, dict):
        return is_code(value) or any(map(has_code, value.values()))
    return isinstance(value, list) and any(map(has_code, value))


def strings(value: object) -> list[str]:
    """Return the strings of a list, or a single string as a list."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def flag(data: Json, name: str, otherwise: bool) -> bool:
    """Return an option as a JavaScript boolean; `otherwise` if it is not given."""
    return truthy(data[name]) if name in data else otherwise


def number(data: Json, name: str, otherwise: int) -> int:
    """Return a whole number; `otherwise` if it is not one."""
    value = data.get(name)
    return value if isinstance(value, int) else otherwise


def truthy(value: object) -> bool:
    """Whether a value is true in JavaScript, as empty lists and objects are."""
    return value is not None and value is not False and value not in (0, "")


def pairs(value: object, display: bool) -> list[Pair]:
    """Return the valid delimiters in a list [["$", "$"], ...]."""
    items = value if isinstance(value, list) else []
    return [
        Pair(item[0], item[1], display)
        for item in items
        if isinstance(item, list) and len(strings(item)) >= 2 and all(strings(item[:2]))
    ]


def insert(into: Any, value: Any) -> Any:
    """Merge an option over its default as MathJax 3 and 4 do (ts/util/Options.ts: insert).

    Objects are merged; arrays are replaced, but {"[+]": [...], "[-]": [...]} appends and removes.
    Items to remove are compared as in JavaScript, which never finds a pair of delimiters. Neither
    argument is modified.
    """
    if not isinstance(value, dict) or is_code(value):
        return value
    if isinstance(into, list) and value and value.keys() <= set(_CHANGES):
        changes = map(value.get, _CHANGES)
        removed, added = (items if isinstance(items, list) else [] for items in changes)
        return [item for item in into if isinstance(item, list) or item not in removed] + added
    base = into if isinstance(into, dict) and not is_code(into) else {}
    return {**base, **{key: insert(base.get(key), item) for key, item in value.items()}}


def pattern(parts: Iterable[str], otherwise: str) -> str:
    """Join class names to one regular expression; `otherwise` if Python cannot search by it."""
    joined = "|".join(parts)
    return joined if is_searchable(joined) else otherwise


def is_searchable(pattern: str) -> bool:
    """Whether Python can search by a regular expression, alone and within others, and will end.

    Repeated groups are refused: with what is repeated in them they may take as long as they like.
    """
    try:
        re.compile(pattern)
        re.compile(f"(?: {pattern})")
    except (re.error, RecursionError, OverflowError):
        return False
    return _REPEATED_GROUP.search(pattern) is None


_REPEATED_GROUP = re.compile(r"\)[*+{]")
