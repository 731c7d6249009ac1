"""What the scripts of a page ask of it in, its tree and its files; out: the request with that.

A page's scripts are evaluated without the page, so that all pages with the same set-up have one
answer. What they look for and do not find there is given from the page, and they are evaluated
again: what they ask for is all that their answer depends on.
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

#: scripts that need what others bring may need more for that, and so on
_ROUNDS = 8
#: elements of one selector that differ
_MOST = 200
#: what a page may not have from anywhere but its engine, which comes later
_ENGINES = frozenset(["MathJax"])
#: elements that say something to scripts, and nothing to readers
_DATA = frozenset(["script", "template", "meta", "input"])
#: selectors of too much
_ALL = frozenset(["*", "script", "meta", "template", "input", "link", "head", "title", "base"])
#: what a page says to others than its scripts
_SOCIAL = re.compile(
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
    """A request with all that it asks for, and its answer. Raises what `evaluate` raises."""
    for _ in range(_ROUNDS):
        data = await evaluate(request)
        more = _with_asked(request, data, around)
        if more == request:
            return request, data
        request = more
    return request, await evaluate(request)


def _with_asked(request: Request, data: Json, around: Surroundings) -> Request:
    """The request with what its scripts ask for in their answer, as far as it is to be had."""
    asked = section(data, "asked")
    elements = asked.get("elements")
    wanted = [
        (one[0], frozenset(strings(one[1])))
        for one in (elements if isinstance(elements, list) else [])
        if isinstance(one, list) and len(one) == 2 and isinstance(one[0], str)
    ]
    data_elements = _data_elements(around.root) if wanted else []
    found = [
        planted
        for selector, reads in wanted
        for planted in _elements(selector, reads, around.root, data_elements)
    ]
    planted = tuple(dict.fromkeys([*request.planted, *found]))
    files = dict(request.files)
    for name in strings(asked.get("files", [])):
        text = around.read(name) if name not in files else None
        if text is not None and concerns(text, name, "module", around.read):
            files[name] = text
    known = {*request.names, *_ENGINES}
    names = [name for name in strings(asked.get("names", [])) if name not in known]
    lacking = [*names, *_lacking(request.steps, data)]
    steps = _givers(lacking, request.steps, around) if lacking else []
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
    """Whether scripts have come to nothing: an element that is not there may have stopped them.

    Otherwise it makes no difference, and pages that differ in it have one answer.
    """
    return not any(data.get(name) for name in ("loaded", "found", "searched", "typesets"))


def _absent(selectors: Sequence[str], root: Element) -> tuple[str, ...]:
    """The selectors of which a page has no element."""
    return tuple(one for one in selectors if one not in _ALL and matches_nothing(one, root))


def _lacking(steps: Sequence[Step], data: Json) -> list[str]:
    """What scripts that have failed look for in `window`: it may not be there yet."""
    errors = data.get("errors")
    failed = {
        error.get("script")
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict) and str(error.get("message")).startswith("TypeError")
    }
    texts = [step.what for step in steps if step.script in failed]
    return [name for text in texts for name in _IN_WINDOW.findall(text) if name not in _ENGINES]


def _data_elements(root: Element) -> list[Element]:
    """The elements of a page that say something to scripts, and to no reader."""
    found = [one for tag in sorted({*_DATA, "html", "body"}) for one in root.all(tag)]
    return [one for one in found if not _is_math(one) and not _is_social(one)]


def _elements(
    selector: str, reads: Set[str], root: Element, data_elements: Sequence[Element]
) -> Iterator[Planted]:
    """The elements of the page that a selector means, as much of each as scripts have read."""
    if selector in _ALL:
        return
    found = dict.fromkeys(
        planted
        for element in data_elements
        if matches(selector, element) and (planted := _said(selector, element, reads))
    )
    if reads:
        others = (one for one in select([selector], root) if one not in data_elements)
        for element in islice(others, 10 * _MOST):
            if selector.startswith("#") and "text" in reads:
                path = ((element.tag, _attributes(element)),)
                found[Planted(selector, path, element.text())] = None
            elif {"around", "attributes"} & reads:
                found[_formula(selector, element, with_data="attributes" in reads)] = None
    yield from islice(found, _MOST)


def _said(selector: str, element: Element, reads: Set[str]) -> Planted | None:
    """What an element says to scripts; None where they do not want to know."""
    path = ((element.tag, _attributes(element)),)
    if element.tag not in ("html", "body") or "text" in reads:
        return Planted(selector, path, element.text())
    named = "attributes" in reads or "[" in selector or "." in selector
    return Planted(selector, path) if named else None


def _is_math(element: Element) -> bool:
    return element.tag == "script" and _MATH.match(element.attrs.get("type", "")) is not None


def _is_social(element: Element) -> bool:
    name = element.attrs.get("name") or element.attrs.get("property") or ""
    return _SOCIAL.fullmatch(name) is not None


def _formula(selector: str, element: Element, *, with_data: bool) -> Planted:
    """An element that may be a formula, with the tags and classes of all that it is in."""
    above = [one for one in element.above() if one is not element]
    path = [(one.tag, _classes(one)) for one in reversed(above) if one.tag not in ("html", "body")]
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


def _givers(names: Sequence[str], steps: Sequence[Step], around: Surroundings) -> list[Step]:
    """The other scripts of the page that define names, or members of them that are used."""
    taken = {step.script for step in steps}
    used = "\n".join(step.what for step in steps)
    patterns = [_definition(name, used) for name in names]
    result = []
    for index, script in enumerate(around.scripts):
        if index in taken or not script.executable:
            continue
        text = script.text if script.src is None else around.read(script.src)
        if text and len(text) <= _LARGEST_GIVER and any(one.search(text) for one in patterns):
            kind: Kind = "module" if "module" in script.type.lower() else "classic"
            result.append(Step(index, "run", text, kind, script.deferred, own=False))
    return result


#: characters of a script that is run only because others need it
_LARGEST_GIVER = 500_000


def _definition(name: str, used: str) -> re.Pattern[str]:
    """Where a script defines a name, or a member of it that is used."""
    it = re.escape(name)
    members = set(re.findall(rf"(?<![\w$.]){it}\??\.([A-Za-z_$][\w$]*)", used))
    member = rf"|(?<![\w$.]){it}\.(?:{'|'.join(map(re.escape, members))})\s*=(?!=)"
    return re.compile(
        rf"\b(?:var|let|const|function|class)\s+{it}(?![\w$])"
        rf"|\b(?:window|self|globalThis|this)\.{it}\s*=(?!=)|(?<![\w$.]){it}\s*=(?!=)"
        + (member if members else "")
    )
