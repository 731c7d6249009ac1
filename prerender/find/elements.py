"""The body of a page in, the formulas that are elements out: scripts, MathML, marked spans."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from prerender.find import mathjax2
from prerender.find.model import Formula, Input
from prerender.find.runs import IGNORE_ATTRIBUTE
from prerender.setup import SearchRules
from prerender.source import Element, Span
from prerender.source.selectors import matches, meant, place

MATHML = "http://www.w3.org/1998/Math/MathML"
_TYPE = re.compile(r"math/(tex|asciimath|mml)\s*(?:;.*)?", re.DOTALL)
#: MathJax 2.7 jax/element: how a script says that its formula is a display
_DISPLAY = re.compile(r"(?:;|\s)mode\s*=\s*display(?:;|\s|$)")
_INPUTS: dict[str, Input] = {"tex": "tex", "asciimath": "asciimath", "mml": "mathml"}


def find_elements(part: Element, rules: SearchRules, source: str) -> Iterator[Formula]:
    """The formulas that are elements of a part of a page, or the part itself, in document order."""
    tags = (["math"] if rules.mathml else []) + (["script"] if rules.scripts else [])
    taken: set[Element] = set()
    named = meant([selector for selector, _ in rules.elements] + tags, part)
    prefixed = _prefixed(part) if rules.mathml else []
    for element in sorted([*named, *prefixed], key=place) if prefixed else named:
        formula = _formula(element, rules, source)
        if formula is not None and not _is_hidden(element, part, taken):
            taken.add(element)
            yield formula


def _prefixed(part: Element) -> list[Element]:
    """The `m:math` of a part of a page whose root says that `m` stands for MathML."""
    attrs = next((one.attrs for one in part.above() if one.tag == "html"), part.attrs)
    declared = [name for name, space in attrs.items() if space == MATHML]
    prefixes = [name.removeprefix("xmlns:") for name in declared if name.startswith("xmlns:")]
    return [one for prefix in prefixes for one in part.all(f"{prefix}:math")]


def _is_hidden(element: Element, part: Element, taken: Collection[Element]) -> bool:
    """Whether it is in an element that is a formula itself, or in which there are none."""
    for above in element.above():
        if above in taken or IGNORE_ATTRIBUTE in above.attrs or _is_rendered(above):
            return True
        if above == part:
            break
    return False


def _formula(element: Element, rules: SearchRules, source: str) -> Formula | None:
    """The formula that an element is."""
    if element.tag.rpartition(":")[2] == "math":
        return _mathml(element, element.span, source) if rules.mathml and element.span else None
    for selector, display in rules.elements:
        if matches(selector, element) and element.span is not None:
            shown = "display" in element.classes if display is None else display
            inside = _inside(element)
            level = dict(rules.replaced).get(selector, int(element.tag == "script"))
            spans = [inside, *(one.span for one in element.above())]
            span = spans[min(level, len(spans) - 1)] or inside
            late, scope = rules.elements_late, rules.macros
            return Formula(span, inside, element.text(), shown, late=late, scope=scope)
    found = _script(element, rules) if rules.scripts and element.tag == "script" else None
    return _as_received(found, source) if found and rules.version == "mathjax2" else found


def _is_rendered(element: Element) -> bool:
    """Whether an element is what MathJax or KaTeX has made of a formula: its MathML is no input."""
    made = ("mjx-container", "mjx-assistive-mml")
    return element.tag in made or "katex-mathml" in element.attrs.get("class", "").split()


def _script(element: Element, rules: SearchRules) -> Formula | None:
    """A `<script type="math/...">`, with the preview that the page shows until MathJax comes."""
    kind = _TYPE.fullmatch(element.attrs.get("type", ""))
    span = element.span
    if kind is None or span is None:
        return None
    before = element.before
    if isinstance(before, Element) and before.span and "MathJax_Preview" in before.classes:
        span = Span(before.span.start, span.end)
    display = _DISPLAY.search(element.attrs["type"]) is not None
    late, scope = rules.elements_late, rules.macros
    kind_of = _INPUTS[kind[1].lower()]
    return Formula(span, _inside(element), element.text(), display, kind_of, late, scope)


def _as_received(formula: Formula, source: str) -> Formula:
    """The same without white space around it, as MathJax 2 takes it from a script."""
    start, end = mathjax2.trimmed(formula.math, 0, len(formula.math))
    inner = formula.inner and Span(*mathjax2.trimmed(source, *formula.inner))
    return replace(formula, math=formula.math[start:end], inner=inner)


def _mathml(element: Element, span: Span, source: str) -> Formula:
    display = element.attrs.get("display") == "block" or element.attrs.get("mode") == "display"
    math = source[span.start : span.end]
    if prefix := element.tag.rpartition(":")[0]:
        math = re.sub(rf"(</?){re.escape(prefix)}:", r"\1", math, flags=re.IGNORECASE)
    return Formula(span, span, math, display, "mathml")


def _inside(element: Element) -> Span:
    """The content of an element that stays, for the formula takes the place of its text."""
    assert element.start_tag is not None
    assert element.end_tag is not None
    return Span(element.start_tag.end, element.end_tag.start)


def in_scope(body: Element, selectors: Sequence[str]) -> list[Element]:
    """The elements to look at: the outermost that a selector means; without any, the body."""
    if not selectors:
        return [body]
    result: list[Element] = []
    for element in meant(selectors, body):
        if not any(above in result for above in element.above()):
            result.append(element)
    return result
