"""Evaluates a page's scripts, adding to the request what they ask for from the page and its files.

Scripts are evaluated without the page, so that all pages with the same set-up share one answer.
What they look for and do not find is added from the page, and they are evaluated again: their
answer depends only on what they have asked for.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from prerender.setup.model import Json
from prerender.setup.scripts import Planted, Read, Request, Script, Step, concerns
from prerender.setup.values import section, strings
from prerender.source import Element
from prerender.source.selectors import matches, matches_nothing, select

#: the most evaluations: scripts added to a request may ask for more
_ROUNDS = 8
#: the most different elements that are added for one selector
_MAX_ELEMENTS = 200
#: names that only the engine defines, which is loaded later
_ENGINES = frozenset(["MathJax"])
#: elements that contain data for scripts, not for readers
_DATA = frozenset(["script", "template", "meta", "input"])
#: selectors that match too much
_TOO_BROAD = frozenset(
    ["*", "script", "meta", "template", "input", "link", "head", "title", "base"]
)
#: metadata that is not meant for the page's scripts
_METADATA = re.compile(
    r"(?:og|article|twitter|fb|dc)[:.].*|description|keywords|author|title", re.IGNORECASE
)
_DELIMITERS = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$"))
_IN_WINDOW = re.compile(r"\bwindow\.([A-Za-z_$][\w$]*)")
_MATH = re.compile(r"\s*math/", re.IGNORECASE)

Kind = Literal["classic", "module"]
Evaluate = Callable[[Request], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the scripts of a page may ask for: its elements, its scripts, files of its site."""

    root: Element
    scripts: Sequence[Script]
    read: Read


async def answered(
    request: Request, around: Surroundings, evaluate: Evaluate
) -> tuple[Request, Json]:
    """Evaluate until nothing more is asked for; return the final request and its answer.

    Raises what `evaluate` raises.
    """
    for _ in range(_ROUNDS):
        data = await evaluate(request)
        more = _with_requested(request, data, around)
        if more == request:
            return request, data
        request = more
    return request, await evaluate(request)


def _with_requested(request: Request, data: Json, around: Surroundings) -> Request:
    """Add to a request what its scripts ask for in their answer, as far as the page has it."""
    requested = section(data, "asked")
    elements = requested.get("elements")
    wanted = [
        (entry[0], frozenset(strings(entry[1])))
        for entry in (elements if isinstance(elements, list) else [])
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)
    ]
    data_elements = _data_elements(around.root) if wanted else []
    found = [
        planted
        for selector, reads in wanted
        for planted in _elements(selector, reads, around.root, data_elements)
    ]
    planted = tuple(dict.fromkeys([*request.planted, *found]))
    files = dict(request.files)
    for name in strings(requested.get("files", [])):
        text = around.read(name) if name not in files else None
        if text is not None and concerns(text, name, "module", around.read):
            files[name] = text
    known = {*request.names, *_ENGINES}
    names = [name for name in strings(requested.get("names", [])) if name not in known]
    lacking = [*names, *_lacking(request.steps, data)]
    steps = _defining_scripts(lacking, request.steps, around) if lacking else []
    unknown = () if steps else tuple(names)
    absent = _absent([selector for selector, _ in wanted], around.root) if _is_idle(data) else ()
    return replace(
        request,
        steps=tuple(sorted((*steps, *request.steps), key=lambda step: step.script)),
        planted=planted,
        files=tuple(files.items()),
        names=(*request.names, *unknown),
        absent=tuple(dict.fromkeys([*request.absent, *absent])),
    )


def _is_idle(data: Json) -> bool:
    """Whether the scripts had no effect on math: a missing element may have stopped them.

    If they had, missing elements do not matter, and pages that differ in them share an answer.
    """
    return not any(data.get(name) for name in ("loaded", "found", "searched", "typesets"))


def _absent(selectors: Sequence[str], root: Element) -> tuple[str, ...]:
    """Return the selectors that match no element of the page."""
    narrow = (selector for selector in selectors if selector not in _TOO_BROAD)
    return tuple(selector for selector in narrow if matches_nothing(selector, root))


def _lacking(steps: Sequence[Step], data: Json) -> list[str]:
    """Return the members of `window` that failed scripts use: they may not be defined yet."""
    errors = data.get("errors")
    failed = {
        error.get("script")
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict) and str(error.get("message")).startswith("TypeError")
    }
    texts = [step.what for step in steps if step.script in failed]
    return [name for text in texts for name in _IN_WINDOW.findall(text) if name not in _ENGINES]


def _data_elements(root: Element) -> list[Element]:
    """Return the elements of a page that contain data for scripts, not for readers."""
    tags = sorted({*_DATA, "html", "body"})
    found = [element for tag in tags for element in root.all(tag)]
    return [element for element in found if not _is_math(element) and not _is_metadata(element)]


def _elements(
    selector: str, reads: Set[str], root: Element, data_elements: Sequence[Element]
) -> Iterator[Planted]:
    """Yield the elements that a selector matches, with as much of each as scripts have read."""
    if selector in _TOO_BROAD:
        return
    found = dict.fromkeys(
        planted
        for element in data_elements
        if matches(selector, element) and (planted := _data_element(selector, element, reads))
    )
    if reads:
        matching = select([selector], root)
        others = (element for element in matching if element not in data_elements)
        for element in islice(others, 10 * _MAX_ELEMENTS):
            if selector.startswith("#") and "text" in reads:
                path = ((element.tag, _attributes(element)),)
                found[Planted(selector, path, element.text())] = None
            elif {"around", "attributes"} & reads:
                found[_formula(selector, element, with_data="attributes" in reads)] = None
    yield from islice(found, _MAX_ELEMENTS)


def _data_element(selector: str, element: Element, reads: Set[str]) -> Planted | None:
    """Return an element with its data; None if the scripts have not read it."""
    path = ((element.tag, _attributes(element)),)
    if element.tag not in ("html", "body") or "text" in reads:
        return Planted(selector, path, element.text())
    named = "attributes" in reads or "[" in selector or "." in selector
    return Planted(selector, path) if named else None


def _is_math(element: Element) -> bool:
    return element.tag == "script" and _MATH.match(element.attrs.get("type", "")) is not None


def _is_metadata(element: Element) -> bool:
    name = element.attrs.get("name") or element.attrs.get("property") or ""
    return _METADATA.fullmatch(name) is not None


def _formula(selector: str, element: Element, *, with_data: bool) -> Planted:
    """Return an element that may be a formula, with the tags and classes of its ancestors."""
    ancestors = [above for above in element.above() if above is not element]
    path = [
        (ancestor.tag, _classes(ancestor))
        for ancestor in reversed(ancestors)
        if ancestor.tag not in ("html", "body")
    ]
    attributes = _attributes(element) if with_data else _classes(element)
    text = element.text().strip()
    delimiters = next(
        (pair for pair in _DELIMITERS if text.startswith(pair[0]) and text.endswith(pair[1])),
        ("", ""),
    )
    return Planted(selector, (*path, (element.tag, attributes)), None, delimiters)


def _attributes(element: Element) -> tuple[tuple[str, str], ...]:
    return tuple(element.attrs.items())


def _classes(element: Element) -> tuple[tuple[str, str], ...]:
    return tuple(item for item in element.attrs.items() if item[0] == "class")


def _defining_scripts(
    names: Sequence[str], steps: Sequence[Step], around: Surroundings
) -> list[Step]:
    """Return the page's other scripts that define these names, or members of them that are used."""
    taken = {step.script for step in steps}
    used = "\n".join(step.what for step in steps)
    patterns = [_definition(name, used) for name in names]
    result = []
    for index, script in enumerate(around.scripts):
        if index in taken or not script.executable:
            continue
        text = script.text if script.src is None else around.read(script.src)
        if (
            text
            and len(text) <= _MAX_SCRIPT_SIZE
            and any(pattern.search(text) for pattern in patterns)
        ):
            kind: Kind = "module" if "module" in script.type.lower() else "classic"
            result.append(Step(index, "run", text, kind, script.deferred, own=False))
    return result


#: the most characters of a script that is run only because others need it
_MAX_SCRIPT_SIZE = 500_000


def _definition(name: str, used: str) -> re.Pattern[str]:
    """Return a pattern of the definitions of a name, and of its members that are used."""
    it = re.escape(name)
    members = set(re.findall(rf"(?<![\w$.]){it}\??\.([A-Za-z_$][\w$]*)", used))
    member = rf"|(?<![\w$.]){it}\.(?:{'|'.join(map(re.escape, members))})\s*=(?!=)"
    return re.compile(
        rf"\b(?:var|let|const|function|class)\s+{it}(?![\w$])"
        rf"|\b(?:window|self|globalThis|this)\.{it}\s*=(?!=)|(?<![\w$.]){it}\s*=(?!=)"
        + (member if members else "")
    )
