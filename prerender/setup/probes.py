"""Interprets the sandbox's probes (probes.js): which elements scripts treat as formulas."""

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
    """An element that a script has treated as a formula: how it was written, and how rendered."""

    selector: str
    tag: str
    style: str
    open: str
    close: str
    whole: bool
    display: bool
    options: Json
    #: number of the KaTeX call that rendered it, and of its `macros` object (-1: none)
    call: int = 0
    macros: int = -1
    #: which element the formula replaces: 0 none, 1 its own, 2 its parent
    replaced: int = 0


def found(data: Json) -> list[Probe]:
    """Return the valid probes in the answer of an evaluated page."""
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
    """Return selectors of elements that contain a formula without delimiters: are they displays?

    None: it depends on a class `display`.
    """
    bare = [probe for probe in probes if probe.selector != "script" and not probe.open]
    result: dict[str, bool | None] = {}
    for selector in dict.fromkeys(probe.selector for probe in bare):
        mine = [probe for probe in bare if probe.selector == selector]
        tags = dict.fromkeys(probe.tag for probe in mine)
        displays = {tag: _display([probe for probe in mine if probe.tag == tag]) for tag in tags}
        if len(tags) > 1 and len(set(displays.values())) == 1:
            result[selector] = displays[mine[0].tag]
        else:
            result |= {_with_tag(tag, selector): display for tag, display in displays.items()}
    return tuple(result.items())


def replaced(probes: Sequence[Probe]) -> tuple[tuple[str, int], ...]:
    """Return selectors of such elements of which scripts replace more than their content."""
    known = dict(elements(probes))
    return tuple(
        (selector, probe.replaced)
        for probe in probes
        for selector in (probe.selector, _with_tag(probe.tag, probe.selector))
        if probe.replaced and selector in known
    )


def replacing(rules: SearchRules, probes: Sequence[Probe]) -> SearchRules:
    """Add to rules which element each formula replaces."""
    levels = replaced(probes)
    later = tuple(replace(search, replaced=levels) for search in rules.later)
    return replace(rules, replaced=levels, later=later)


def out_of_reach(rules: SearchRules) -> SearchRules:
    """Change rules for a page whose scripts stay and would read the elements' content as TeX.

    Each formula then replaces its element, so that the scripts do not find it.
    """
    levels = dict(rules.replaced)
    own = tuple((selector, max(1, levels.get(selector, 1))) for selector, _ in rules.elements)
    return replace(rules, replaced=own, later=tuple(map(out_of_reach, rules.later)))


def _display(probes: Sequence[Probe]) -> bool | None:
    """Whether formulas like these probes are displays; None: it depends on a class `display`."""
    displays = {probe.style == "display": probe.display for probe in probes}
    depends = displays.get(True) and not displays.get(False)
    return None if depends else displays.get(False, False)


def _with_tag(tag: str, selector: str) -> str:
    """Restrict a selector to elements with a tag; not if the tag is empty."""
    return re.sub(r"(?<![^\s>])(?=[.][^\s>]*$)", tag, selector)


def typeset_only(setup: Setup, data: Json) -> Setup:
    """Restrict a Setup to the elements that MathJax is called to typeset, if not the whole page."""
    calls = data.get("typesets")
    if not isinstance(calls, list) or not data.get("loaded"):
        return setup
    selectors = dict.fromkeys(selector for call in calls for selector in strings(call))
    if "" in selectors:
        return setup
    setup = replace(setup, rules=replace(setup.rules, scope=tuple(selectors) or None))
    return setup if selectors else setup.with_warnings(_NEVER)
