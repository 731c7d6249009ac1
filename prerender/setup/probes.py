"""What scripts did to the sandbox's probes (probes.js) in; selectors of what is math out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple

from prerender.setup.model import Json, SearchRules, Setup
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
    #: which call of KaTeX in a page took it, and with which object of macros (-1: none)
    call: int = 0
    macros: int = -1
    #: how many elements the formula takes the place of: 0 none, 1 its own, 2 that and its parent
    replaced: int = 0


def found(data: Json) -> list[Probe]:
    """The probes in an evaluated page; what is not like one is left out."""
    items, replaced = data.get("found"), data.get("replaced")
    levels = replaced if isinstance(replaced, list) else []
    result = []
    for item, level in zip_longest(items if isinstance(items, list) else [], levels):
        if not isinstance(item, dict):
            continue
        texts = [item.get(name) for name in ("selector", "tag", "style", "open", "close")]
        if all(isinstance(text, str) for text in texts):
            selector, tag, style, opened, closed = map(str, texts)
            whole, display = bool(item.get("whole")), bool(item.get("display"))
            options = section(item, "options")
            call, macros = number(item, "call", 0), number(item, "macros", -1)
            above = level if isinstance(level, int) else 0
            about = (selector, tag, style, opened, closed, whole, display, options)
            result.append(Probe(*about, call, macros, above))
    return result


def elements(probes: Sequence[Probe]) -> tuple[tuple[str, bool | None], ...]:
    """The selectors of elements that hold a formula without delimiters, and its style.

    The style is None where it depends on a class `display`.
    """
    bare = [probe for probe in probes if probe.selector != "script" and not probe.open]
    result: dict[str, bool | None] = {}
    for selector in dict.fromkeys(probe.selector for probe in bare):
        mine = [probe for probe in bare if probe.selector == selector]
        tags = dict.fromkeys(probe.tag for probe in mine)
        shown = {tag: _shown([probe for probe in mine if probe.tag == tag]) for tag in tags}
        if len(tags) > 1 and len(set(shown.values())) == 1:
            result[selector] = shown[mine[0].tag]
        else:
            result |= {_of_tag(tag, selector): one for tag, one in shown.items()}
    return tuple(result.items())


def replaced(probes: Sequence[Probe]) -> tuple[tuple[str, int], ...]:
    """The selectors of such elements of which scripts replace more than what is in them."""
    known = dict(elements(probes))
    return tuple(
        (selector, probe.replaced)
        for probe in probes
        for selector in (probe.selector, _of_tag(probe.tag, probe.selector))
        if probe.replaced and selector in known
    )


def replacing(rules: SearchRules, probes: Sequence[Probe]) -> SearchRules:
    """The same, with how much of its elements each formula takes the place of."""
    levels = replaced(probes)
    later = tuple(replace(one, replaced=levels) for one in rules.later)
    return replace(rules, replaced=levels, later=later)


def out_of_reach(rules: SearchRules) -> SearchRules:
    """The same for a page whose scripts stay: they would take what is in its elements for TeX.

    A formula takes the place of its element, so that they do not find it.
    """
    levels = dict(rules.replaced)
    own = tuple((selector, max(1, levels.get(selector, 1))) for selector, _ in rules.elements)
    return replace(rules, replaced=own, later=tuple(map(out_of_reach, rules.later)))


def _shown(probes: Sequence[Probe]) -> bool | None:
    """The style of the formulas that some probes stand for."""
    shown = {probe.style == "display": probe.display for probe in probes}
    depends = shown.get(True) and not shown.get(False)
    return None if depends else shown.get(False, False)


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
