"""Finds formulas that are elements of a page: math scripts, MathML, and selected elements."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from prerender.find import mathjax2
from prerender.find.model import Formula, Input
from prerender.find.runs import IGNORE_ATTRIBUTE
from prerender.setup import SearchRules
from prerender.source import Element, Span
from prerender.source.selectors import matches, select, start_offset

MATHML = "http://www.w3.org/1998/Math/MathML"
_TYPE = re.compile(r"math/(tex|asciimath|mml)\s*(?:;.*)?", re.DOTALL)
#: MathJax 2.7 jax/element: how a script says that its formula is a display
_DISPLAY = re.compile(r"(?:;|\s)mode\s*=\s*display(?:;|\s|$)")
_INPUTS: dict[str, Input] = {"tex": "tex", "asciimath": "asciimath", "mml": "mathml"}


def find_elements(part: Element, rules: SearchRules, source: str) -> Iterator[Formula]:
    """Yield the formulas that are `part` or elements in it, in document order."""
    tags = (["math"] if rules.mathml else []) + (["script"] if rules.scripts else [])
    taken: set[Element] = set()
    named = select([selector for selector, _ in rules.elements] + tags, part)
    prefixed = _prefixed(part) if rules.mathml else []
    for element in sorted([*named, *prefixed], key=start_offset) if prefixed else named:
        formula = _formula(element, rules, source)
        if formula is not None and not _is_hidden(element, part, taken):
            taken.add(element)
            yield formula


def _prefixed(part: Element) -> list[Element]:
    """Return the `m:math` elements in `part`, if the root declares the prefix `m` for MathML."""
    above = part.above()
    attrs = next((element.attrs for element in above if element.tag == "html"), part.attrs)
    declared = [name for name, space in attrs.items() if space == MATHML]
    prefixes = [name.removeprefix("xmlns:") for name in declared if name.startswith("xmlns:")]
    return [element for prefix in prefixes for element in part.all(f"{prefix}:math")]


def _is_hidden(element: Element, part: Element, taken: Collection[Element]) -> bool:
    """Whether an element is inside another formula, or where no formulas are looked for."""
    for above in element.above():
        if above in taken or IGNORE_ATTRIBUTE in above.attrs or _is_rendered(above):
            return True
        if above == part:
            break
    return False


def _formula(element: Element, rules: SearchRules, source: str) -> Formula | None:
    """Make a formula of an element; None where it is not one."""
    if element.tag.rpartition(":")[2] == "math":
        return _mathml(element, element.span, source) if rules.mathml and element.span else None
    for selector, display in rules.elements:
        if matches(selector, element) and element.span is not None:
            shown = "display" in element.classes if display is None else display
            inside = _inside(element)
            level = dict(rules.replaced).get(selector, int(element.tag == "script"))
            spans = [inside, *(ancestor.span for ancestor in element.above())]
            span = spans[min(level, len(spans) - 1)] or inside
            late, scope = rules.elements_late, rules.macros
            return Formula(span, inside, element.text(), shown, late=late, scope=scope)
    found = _script(element, rules) if rules.scripts and element.tag == "script" else None
    return _stripped(found, source) if found and rules.version == "mathjax2" else found


def _is_rendered(element: Element) -> bool:
    """Whether an element is output of MathJax or KaTeX, whose MathML is not an input."""
    output_tags = ("mjx-container", "mjx-assistive-mml")
    return element.tag in output_tags or "katex-mathml" in element.attrs.get("class", "").split()


def _script(element: Element, rules: SearchRules) -> Formula | None:
    """Make a formula of a `<script type="math/...">`, including the preview element before it."""
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


class ScriptMath(NamedTuple):
    """The content of a `<script type="math/...">`, as MathJax 2 reads it."""

    math: str
    display: bool
    input: Input


def math_of_script(element: Element) -> ScriptMath | None:
    """Return the math in a script; None where it is not one of MathJax 2's."""
    kind = _TYPE.fullmatch(element.attrs.get("type", ""))
    if kind is None:
        return None
    text = element.text()
    math = slice(*mathjax2.trimmed(text, 0, len(text)))
    display = _DISPLAY.search(element.attrs["type"]) is not None
    return ScriptMath(text[math], display, _INPUTS[kind[1].lower()])


def _stripped(formula: Formula, source: str) -> Formula:
    """Strip white space around the math, as MathJax 2 does with a script's content."""
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
    """Return the span of an element's content, which the formula replaces."""
    assert element.start_tag is not None
    assert element.end_tag is not None
    return Span(element.start_tag.end, element.end_tag.start)


def in_scope(body: Element, selectors: Sequence[str]) -> list[Element]:
    """Return the elements to search: the outermost that match; the body without selectors."""
    if not selectors:
        return [body]
    result: list[Element] = []
    for element in select(selectors, body):
        if not any(above in result for above in element.above()):
            result.append(element)
    return result
