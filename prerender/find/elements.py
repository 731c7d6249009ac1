"""The body of a page in, the formulas that are whole elements out: scripts, MathML, marked spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from prerender.find.model import Formula, Input
from prerender.find.runs import IGNORE_ATTRIBUTE
from prerender.setup import Rules
from prerender.source import Element, Span

_TYPE = re.compile(r"math/(tex|asciimath|mml)\s*(?:;.*)?", re.DOTALL)
#: MathJax 2.7 jax/element: how a script says that its formula is a display
_DISPLAY = re.compile(r"(?:;|\s)mode\s*=\s*display(?:;|\s|$)")
_INPUTS: dict[str, Input] = {"tex": "tex", "asciimath": "asciimath", "mml": "mathml"}


def find_elements(body: Element, rules: Rules, source: str) -> Iterator[Formula]:
    """The formulas that are elements, in document order."""
    stack: list[tuple[Element, Element | None]] = [(body, None)]
    while stack:
        element, before = stack.pop()
        if IGNORE_ATTRIBUTE in element.attrs or _rendered(element):
            continue
        formula = _formula(element, before, rules, source)
        if formula is not None:
            yield formula
            continue
        previous: Element | None = None
        children: list[tuple[Element, Element | None]] = []
        for child in element.children:
            if isinstance(child, Element):
                children.append((child, previous))
                previous = child
            else:
                previous = None
        stack.extend(reversed(children))


def _formula(
    element: Element, before: Element | None, rules: Rules, source: str
) -> Formula | None:
    """The formula that an element is; `before` is the element right before it."""
    if element.span is None:
        return None
    if element.tag == "script":
        return _script(element, element.span, before) if rules.scripts else None
    if element.tag == "math":
        return _mathml(element, element.span, source) if rules.mathml else None
    for selector, display in rules.elements:
        if _matches(element, selector):
            shown = "display" in element.classes if display is None else display
            inside = _inside(element)
            return Formula(inside, inside, element.text(), shown)
    return None


def _rendered(element: Element) -> bool:
    """Whether an element is what MathJax or KaTeX has made of a formula: its MathML is no input."""
    made = ("mjx-container", "mjx-assistive-mml")
    return element.tag in made or "katex-mathml" in element.classes


def _script(element: Element, span: Span, before: Element | None) -> Formula | None:
    """A `<script type="math/...">`, with the preview that the page shows until MathJax comes."""
    kind = _TYPE.fullmatch(element.attrs.get("type", ""))
    if kind is None:
        return None
    if before is not None and before.span is not None and "MathJax_Preview" in before.classes:
        span = Span(before.span.start, span.end)
    display = _DISPLAY.search(element.attrs["type"]) is not None
    return Formula(span, _inside(element), element.text(), display, _INPUTS[kind[1].lower()])


def _mathml(element: Element, span: Span, source: str) -> Formula:
    display = (
        element.attrs.get("display") == "block" or element.attrs.get("mode") == "display"
    )
    return Formula(span, span, source[span.start : span.end], display, "mathml")


def _inside(element: Element) -> Span:
    """The content of an element that stays, for the formula takes the place of its text."""
    assert element.start_tag is not None and element.end_tag is not None
    return Span(element.start_tag.end, element.end_tag.start)


def in_scope(body: Element, selectors: Sequence[str]) -> list[Element]:
    """The elements that text is looked at in: the outermost that a selector names; without, all."""
    if not selectors:
        return [body]
    stack, result = [body], []
    while stack:
        element = stack.pop()
        if any(_matches(element, selector) for selector in selectors):
            result.append(element)
        else:
            stack.extend(c for c in reversed(element.children) if isinstance(c, Element))
    return result


def _matches(element: Element, selector: str) -> bool:
    """Whether an element is what a selector says: `#id`, or a tag and classes (`span.math`)."""
    if selector.startswith("#"):
        return element.attrs.get("id") == selector[1:]
    tag, *classes = selector.split(".")
    return tag in ("", "*", element.tag) and set(classes) <= set(element.classes)
