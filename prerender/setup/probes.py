"""What scripts did to the sandbox's probes (probes.js) in; selectors of what is math out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from prerender.setup.model import Json, Setup
from prerender.setup.values import number, section, strings

_NEVER = (
    "the page keeps MathJax from typesetting, and no script that could be read asks for it later"
)


class Probe(NamedTuple):
    """An element that a script took for a formula: how it was written, and as what it was taken."""

    selector: str
    tag: str
    style: str
    open: str
    close: str
    whole: bool
    display: bool
    options: Json
    call: int = 0
    """Which call of KaTeX in a page took it, and with which object of macros (-1: none)."""
    macros: int = -1


def found(data: Json) -> list[Probe]:
    """The probes in an evaluated page; what is not like one is left out."""
    items = data.get("found")
    result = []
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        texts = [item.get(name) for name in ("selector", "tag", "style", "open", "close")]
        if all(isinstance(text, str) for text in texts):
            selector, tag, style, opened, closed = map(str, texts)
            whole, display = bool(item.get("whole")), bool(item.get("display"))
            options = section(item, "options")
            call, macros = number(item, "call", 0), number(item, "macros", -1)
            result.append(
                Probe(selector, tag, style, opened, closed, whole, display, options, call, macros)
            )
    return result


def elements(probes: Sequence[Probe]) -> tuple[tuple[str, bool | None], ...]:
    """The selectors of elements that hold a formula without delimiters, and its style.

    The style is None where it depends on a class `display`.
    """
    bare = [probe for probe in probes if probe.selector != "script" and not probe.open]
    result: dict[str, bool | None] = {}
    for selector in dict.fromkeys(probe.selector for probe in bare):
        mine = [probe for probe in bare if probe.selector == selector]
        shown = {probe.style == "display": probe.display for probe in mine}
        tags = {probe.tag for probe in mine}
        depends = shown.get(True) and not shown.get(False)
        only = tags.pop() if len(tags) == 1 else ""
        result[_of_tag(only, selector)] = None if depends else shown.get(False, False)
    return tuple(result.items())


def _of_tag(tag: str, selector: str) -> str:
    """A selector for elements of one tag; of any where it is empty."""
    return re.sub(r"(?<![^\s>])(?=[.][^\s>]*$)", tag, selector)


def typeset_only(setup: Setup, data: Json) -> Setup:
    """The same for the elements that MathJax is asked to typeset, where that is not the page."""
    calls = data.get("typesets")
    if not isinstance(calls, list) or not data.get("loaded"):
        return setup
    selectors = dict.fromkeys(selector for call in calls for selector in strings(call))
    if "" in selectors:
        return setup
    setup = replace(setup, rules=replace(setup.rules, scope=tuple(selectors) or None))
    return setup if selectors else setup.with_warnings(_NEVER)
