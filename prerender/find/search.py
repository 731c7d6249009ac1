"""A page's tree and the rules of its set-up in, its formulas with exact spans out, in order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from prerender.find import katex, mathjax2, mathjax3
from prerender.find.elements import find_elements, in_scope
from prerender.find.mathjax3 import Match
from prerender.find.model import Broken, Escape, Formula, Found, Unclosed
from prerender.find.runs import Include, Looked, Run, runs, switch
from prerender.setup import SearchRules
from prerender.source import Element, Span, UnlocatedError
from prerender.source.selectors import matches as matches_selector


def find(root: Element, rules: SearchRules, source: str) -> list[Found]:
    """What the scripts of the page would typeset, the escapes they would resolve, what is unclosed.

    `root` is the tree of `source`. Of two that overlap the first counts.
    """
    body = root.first("body")
    if body is None or rules.scope is None:
        return []
    found: list[Found] = []
    for one in (rules, *rules.later):
        found += _elements(body, one.scope or (), one, source)
    in_text = _in_text(root, rules)
    found += _unbroken(in_text, root, source, {tag for tag, _ in rules.include})
    return _apart(sorted(found, key=lambda one: (one.span.start, -one.span.end)))


def _elements(
    body: Element, scope: Sequence[str], rules: SearchRules, source: str
) -> Iterator[Formula]:
    """Formulas that are elements: those that MathJax itself looks for are in its scope only."""
    own = rules.version == "mathjax2"
    anywhere = replace(rules, mathml=False, scripts=rules.scripts and not own)
    yield from find_elements(body, anywhere, source)
    inside = replace(rules, elements=(), scripts=rules.scripts and own)
    for part in in_scope(body, scope) if inside.mathml or inside.scripts else ():
        yield from find_elements(part, inside, source)


def _apart(found: list[Found]) -> list[Found]:
    """Those that do not overlap one before them."""
    result: list[Found] = []
    for one in found:
        if not result or one.span.start >= result[-1].span.end:
            result.append(one)
    return result


_TAG = re.compile("</?[a-zA-Z]")
_IMPLIED = re.compile(r"<(?:html|head|body)\b", re.IGNORECASE)


def _unbroken(
    found: Sequence[Found], root: Element, source: str, inside: Collection[str]
) -> Iterator[Found]:
    """Those in which no tag stands, but for elements of which the text of a run may consist.

    The parser joins text that tags stand between: `a<table>b` is text before the table.
    """
    if not any(_TAG.search(source, *one.span) for one in found):
        yield from found
        return
    elements = [element for element in root.walk() if element.tag not in inside]
    tags = [tag.start for one in elements for tag in one.tags if tag is not None]
    tags.sort()
    for one in found:
        at = bisect_right(tags, one.span.start)
        crossed = at < len(tags) and tags[at] < one.span.end
        if not crossed and not _IMPLIED.search(source, *one.span):
            yield one
        elif isinstance(one, Formula):
            start = one.span.start
            yield Broken(Span(start, start + 1), one.math)


def _in_text(root: Element, rules: SearchRules) -> list[Found]:
    """Formulas and escapes in the text of a page."""
    wanted = frozenset[str]().union(*map(_first_characters, (rules, *rules.later)))
    if not wanted:
        return []
    try:
        return list(_search(root.holding(wanted), rules))
    except UnlocatedError:  # a formula reaches into text that holds nothing of the kind
        return list(_search(root.holding(None), rules))


def _first_characters(rules: SearchRules) -> frozenset[str]:
    """What formulas in text begin with, any of them."""
    characters = {pair.open[0] for pair in (*rules.pairs, *rules.asciimath)}
    slashes = rules.environments or rules.escapes or rules.refs
    return frozenset(characters | {"\\"} if slashes else characters)


class _Call(NamedTuple):
    """One search of those that are made in turn; `opening`: what begins its formulas."""

    rules: SearchRules
    looked: Looked
    opening: re.Pattern[str] | None


def _search(elements: Sequence[Element], rules: SearchRules) -> Iterator[Found]:
    """What is in the text right in elements, where it is looked at."""
    include = _include(rules)
    descend = katex.switch if rules.version == "katex" else switch
    calls = [
        _Call(one, Looked(one.scope or (), descend(one.switch), include), _opening(one))
        for one in (rules, *rules.later)
    ]
    other = rules.asciimath_switch if rules.asciimath else None
    for_asciimath = Looked(rules.scope or (), switch(other), include) if other is not None else None
    for element in elements:
        asked = [call for call in calls if call.looked.at(element)]
        asciimath = for_asciimath is not None and for_asciimath.at(element)
        for run in runs(element, include) if asked or asciimath else ():
            parts = [run]
            taken: list[Match] = []
            for call in asked:
                found = [(part, list(_tex(part, call.rules))) for part in parts]
                for part, matches in found:
                    scope = call.rules.macros + call.rules.apart * call.looked.part_of(element)
                    yield from _located(part, matches, scope)
                    if call.opening is not None:
                        yield from _unclosed(part, call.opening, matches)
                    taken += matches
                if call is not asked[-1]:
                    parts = [rest for part, matches in found for rest in _between(part, matches)]
            if asciimath:
                shown = any(matches_selector(one, element) for one in rules.asciimath_displays)
                yield from _located(run, _asciimath(run, rules, taken), shown=shown)


def _between(run: Run, matches: Sequence[Match]) -> list[Run]:
    """What of a run no match takes: to the next search, each piece is a text of its own."""
    ends = [0, *(match.end for match in matches)]
    starts = [*(match.start for match in matches), len(run.text)]
    return [run.part(*gap) for gap in zip(ends, starts, strict=True)] if matches else [run]


def _opening(rules: SearchRules) -> re.Pattern[str] | None:
    """What begins a formula and hardly anything else; a single dollar may be money."""
    opens = [pair.open for pair in rules.pairs if pair.open[0] == "\\" or pair.open == "$$"]
    parts = [re.escape(one) for one in opens]
    if rules.environments:
        parts.append(r"\\begin\s*\{[^}]*\}")
    escaped = "" if rules.version == "katex" else r"(?<!\\)"
    return re.compile(f"{escaped}(?:{'|'.join(parts)})") if parts else None


def _unclosed(run: Run, opening: re.Pattern[str], matches: Sequence[Match]) -> Iterator[Unclosed]:
    """What begins first of all that is in no formula: what follows may only seem so."""
    ends = [0, *(match.end for match in matches)]
    starts = [*(match.start for match in matches), len(run.text)]
    between = (opening.search(run.text, *gap) for gap in zip(ends, starts, strict=True))
    opened = next(filter(None, between), None)
    span = run.span(*opened.span()) if opened else None
    if opened and span:
        yield Unclosed(span, opened[0])


def _include(rules: SearchRules) -> Include:
    """What the elements that do not end a run put in it."""
    if rules.version == "katex":
        return {}
    include: Include = dict(rules.include)
    return {**include, "#comment": None} if rules.version == "mathjax2" else include


def _tex(run: Run, rules: SearchRules) -> Iterator[Match]:
    if rules.version == "katex":
        return katex.find_tex(run.text, rules)
    if rules.version == "mathjax2":
        return mathjax2.find_tex(run, rules)
    return mathjax3.find_tex(run.text, rules)


def _asciimath(run: Run, rules: SearchRules, taken: Sequence[Match]) -> Iterator[Match]:
    """`taken` is what is TeX in the run, which version 2 looks for first."""
    if rules.version == "mathjax2":
        return mathjax2.find_asciimath(run, rules.asciimath, taken)
    return mathjax3.find_asciimath(run.text, rules.asciimath)


def _located(
    run: Run, matches: Iterable[Match], scope: int = 0, *, shown: bool = False
) -> Iterator[Found]:
    """Matches in a run as formulas in the source.

    `scope`: of their definitions; `shown`: all of them are displays.
    """
    for match in matches:
        span = run.span(match.start, match.end)
        math = run.text[match.inner : match.close]
        if match.replacement is not None:
            if span is not None:
                yield Escape(span, match.replacement)
        elif span is None:
            if (first := run.span(match.start, match.start + 1)) is not None:
                yield Broken(first, math)
        else:
            inner = run.span(match.inner, match.close) if match.inner < match.close else None
            yield Formula(span, inner, math, shown or match.display, match.input, scope=scope)
