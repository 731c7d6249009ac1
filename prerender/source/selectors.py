"""A CSS selector and an element with what is around it in; whether the selector means it, out.

As much of Selectors Level 4 (https://www.w3.org/TR/selectors-4/) as scripts name math with: tags,
ids, classes, attributes (there or `:not` there), descendants, children, lists. A selector of any
other form means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from prerender.source.nodes import Element


class _Compound(NamedTuple):
    """What an element itself must be; `child`: a child of what the compound before it means."""

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
    """Whether a selector means an element."""
    return any(compounds and _ends(compounds, element) for compounds in _read(selector))


def meant(selectors: Sequence[str], part: Element) -> list[Element]:
    """The elements of a part of a page, and the part itself, that a selector means, in order."""
    last = [compounds[-1] for one in selectors for compounds in _read(one) if compounds]
    return [
        element
        for element in _candidates(last, part)
        if any(matches(selector, element) for selector in selectors)
    ]


def means_none(selector: str, part: Element) -> bool:
    """Whether nothing in a part of a page can be what a selector means; one that cannot be read may
    mean anything."""
    return all(_read(selector)) and not meant([selector], part)


def _candidates(wanted: Sequence[_Compound], part: Element) -> Iterable[Element]:
    """Those that may be one of what is wanted: the parser is faster in looking for names."""
    if all(one.tag != "*" for one in wanted):
        found = [one for tag in {one.tag for one in wanted} for one in part.all(tag)]
        return sorted(found, key=place)
    if all(one.id for one in wanted):
        return part.having("id", {one.id for one in wanted})
    return part.walk()


def place(element: Element) -> int:
    """Where an element begins; one without a start tag is nothing that is wanted."""
    return -1 if element.start_tag is None else element.start_tag.start


def _ends(compounds: Sequence[_Compound], element: Element) -> bool:
    """Whether the path to an element ends with what compounds mean, in their order."""
    *before, last = compounds
    if not _is(element, last):
        return False
    around = element.parent
    while before and around is not None:
        if _ends(before, around):
            return True
        around = None if last.child else around.parent
    return not before


def _is(element: Element, wanted: _Compound) -> bool:
    return (
        wanted.tag in ("*", element.tag)
        and wanted.id in ("", element.attrs.get("id"))
        and wanted.classes <= set(element.classes)
        and all(_has(element, attribute) for attribute in wanted.attributes)
        and not any(name in element.attrs for name in wanted.without)
    )


def _has(element: Element, attribute: re.Match[str]) -> bool:
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
    """The selectors of a list, each as its compounds; one of another form has none."""
    return tuple(tuple(_compounds(one.strip())) for one in selector.split(","))


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
