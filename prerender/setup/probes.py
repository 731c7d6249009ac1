"""What scripts of a page made of the sandbox's probes (probes.js) in; selectors of formulas out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from prerender.setup.model import Json
from prerender.setup.values import section


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
            result.append(Probe(selector, tag, style, opened, closed, whole, display, options))
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
        only = tags.pop() if len(tags) == 1 and selector.startswith(".") else ""
        depends = shown.get(True) and not shown.get(False)
        result[f"{only}{selector}"] = None if depends else shown.get(False, False)
    return tuple(result.items())
