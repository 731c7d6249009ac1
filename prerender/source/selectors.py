"""Matches CSS selectors: takes a selector and elements, returns the elements that match.

Supports the part of Selectors Level 4 (https://www.w3.org/TR/selectors-4/) that scripts use to
select math: tags, ids, classes, attributes (present or `:not` present), descendants, children and
lists. Any other selector matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from prerender.source.nodes import Element


class _Compound(NamedTuple):
    """A compound selector; `child`: the element must be a child of the previous compound's."""

    tag: str
    id: str
    classes: frozenset[str]
    attributes: tuple[re.Match[str], ...]
    without: tuple[str, ...]
    child: bool


_VALUE = r""""[^"]*"|'[^']*'|[\w-]+"""
_ATTRIBUTE = re.compile(rf"\[\s*([\w-]+)\s*(?:([~^$*|]?)=\s*({_VALUE})\s*)?\]")
_WITHOUT = re.compile(r":not\(\[([\w-]+)\]\)")
_COMPOUND = re.compile(rf"(\*|[\w-]+)?((?:[#.][\w-]+|\[[^\]]*\]|{_WITHOUT.pattern})*)")
_PART = re.compile(r"""((?:\[[^\]]*\]|[^\s>\[])+)|(>)|\s""")


def matches(selector: str, element: Element) -> bool:
    """Whether a selector matches an element."""
    return any(compounds and _matches_path(compounds, element) for compounds in _read(selector))


def select(selectors: Sequence[str], part: Element) -> list[Element]:
    """Return the elements in `part`, and `part` itself, that a selector matches, in order."""
    last = [compounds[-1] for selector in selectors for compounds in _read(selector) if compounds]
    return [
        element
        for element in _candidates(last, part)
        if any(matches(selector, element) for selector in selectors)
    ]


def matches_nothing(selector: str, part: Element) -> bool:
    """Whether a selector matches nothing in `part`; False for one that is not supported."""
    return all(_read(selector)) and not select([selector], part)


def _candidates(wanted: Sequence[_Compound], part: Element) -> Iterable[Element]:
    """Return the elements that may match; the parser is faster at looking up names and ids."""
    if all(compound.tag != "*" for compound in wanted):
        tags = {compound.tag for compound in wanted}
        return sorted((element for tag in tags for element in part.all(tag)), key=start_offset)
    if all(compound.id for compound in wanted):
        return part.having("id", {compound.id for compound in wanted})
    return part.walk()


def start_offset(element: Element) -> int:
    """Return the offset of an element's start tag; -1 if it has none in the source."""
    return -1 if element.start_tag is None else element.start_tag.start


def _matches_path(compounds: Sequence[_Compound], element: Element) -> bool:
    """Whether the path from the root to an element ends with elements matching the compounds."""
    *before, last = compounds
    if not _matches_compound(element, last):
        return False
    around = element.parent
    while before and around is not None:
        if _matches_path(before, around):
            return True
        around = None if last.child else around.parent
    return not before


def _matches_compound(element: Element, wanted: _Compound) -> bool:
    return (
        wanted.tag in ("*", element.tag)
        and wanted.id in ("", element.attrs.get("id"))
        and wanted.classes <= set(element.classes)
        and all(_matches_attribute(element, attribute) for attribute in wanted.attributes)
        and not any(name in element.attrs for name in wanted.without)
    )


def _matches_attribute(element: Element, attribute: re.Match[str]) -> bool:
    value = element.attrs.get(attribute[1].lower())
    if value is None or attribute[3] is None:
        return value is not None
    wanted = attribute[3].strip("\"'")
    tests = {
        "": value == wanted,
        "~": wanted in value.split(),
        "|": value == wanted or value.startswith(f"{wanted}-"),
        "^": wanted != "" and value.startswith(wanted),
        "$": wanted != "" and value.endswith(wanted),
        "*": wanted != "" and wanted in value,
    }
    return tests[attribute[2] or ""]


@cache
def _read(selector: str) -> tuple[tuple[_Compound, ...], ...]:
    """Parse a selector list into the compounds of each selector; an unsupported one has none."""
    return tuple(tuple(_compounds(part.strip())) for part in selector.split(","))


def _compounds(selector: str) -> list[_Compound]:
    result: list[_Compound] = []
    child = False
    for part in _PART.finditer(selector):
        if part[2]:
            child = True
        elif part[1]:
            simple = _COMPOUND.fullmatch(part[1])
            if simple is None:
                return []
            tag, rest = simple[1] or "*", _WITHOUT.sub("", simple[2])
            without = tuple(_WITHOUT.findall(simple[2]))
            names = _ATTRIBUTE.sub("", rest)
            ids = re.findall(r"#([\w-]+)", names)
            classes = frozenset(re.findall(r"\.([\w-]+)", names))
            attributes = tuple(_ATTRIBUTE.finditer(rest))
            name = (ids or [""])[0]
            result.append(_Compound(tag.lower(), name, classes, attributes, without, child))
            child = False
    return result
