"""Finds the formulas in a page's tree by the rules of its set-up; returns them in source order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from prerender.find import katex, mathjax2, mathjax3
from prerender.find.elements import find_elements, in_scope
from prerender.find.mathjax3 import Match
from prerender.find.model import NAME, Broken, Escape, Formula, Found, Stray, Unclosed
from prerender.find.runs import Include, Run, SearchScope, runs, switch
from prerender.setup import SearchRules
from prerender.source import Element, Span, UnlocatedError
from prerender.source.selectors import matches as matches_selector


def find(root: Element, rules: SearchRules, source: str, *, strays: bool = False) -> list[Found]:
    """Find what the page's scripts would typeset, the escapes they resolve, and unclosed math.

    `root` is the tree of `source`; `strays`: also what looks like TeX and is no formula. Of two
    results that overlap, the first is kept.
    """
    body = root.first("body")
    if body is None or rules.scope is None:
        return []
    found: list[Found] = []
    for search in (rules, *rules.later):
        found += _elements(body, search.scope or (), search, source)
    in_text = _in_text(root, rules, strays)
    found += _contiguous(in_text, root, source, {tag for tag, _ in rules.include})
    return _without_overlaps(sorted(found, key=lambda item: (item.span.start, -item.span.end)))


def _elements(
    body: Element, scope: Sequence[str], rules: SearchRules, source: str
) -> Iterator[Formula]:
    """Yield formulas that are elements; what MathJax itself searches for, only in its scope."""
    own = rules.version == "mathjax2"
    anywhere = replace(rules, mathml=False, scripts=rules.scripts and not own)
    yield from find_elements(body, anywhere, source)
    inside = replace(rules, elements=(), scripts=rules.scripts and own)
    for part in in_scope(body, scope) if inside.mathml or inside.scripts else ():
        yield from find_elements(part, inside, source)


def _without_overlaps(found: list[Found]) -> list[Found]:
    """Return the items that do not overlap an earlier one."""
    result: list[Found] = []
    for item in found:
        if not result or item.span.start >= result[-1].span.end:
            result.append(item)
    return result


_TAG = re.compile("</?[a-zA-Z]")
_IMPLIED = re.compile(r"<(?:html|head|body)\b", re.IGNORECASE)


def _contiguous(
    found: Sequence[Found], root: Element, source: str, inside: Collection[str]
) -> Iterator[Found]:
    """Yield items with no tag in their span, except tags that may be inside a run; others: Broken.

    The parser joins text across some tags: in `a<table>b`, `ab` is text before the table.
    """
    if not any(_TAG.search(source, *item.span) for item in found):
        yield from found
        return
    elements = [element for element in root.walk() if element.tag not in inside]
    tags = [tag.start for element in elements for tag in element.tags if tag is not None]
    tags.sort()
    for item in found:
        following = bisect_right(tags, item.span.start)
        crossed = following < len(tags) and tags[following] < item.span.end
        if not crossed and not _IMPLIED.search(source, *item.span):
            yield item
        elif isinstance(item, Formula):
            start = item.span.start
            yield Broken(Span(start, start + 1), item.math)


def _in_text(root: Element, rules: SearchRules, strays: bool) -> list[Found]:
    """Find the formulas and escapes in the text of a page."""
    wanted = frozenset[str]().union(*map(_first_characters, (rules, *rules.later)))
    if not wanted:
        return []
    try:
        return list(_search(root.holding(wanted), rules, strays))
    except UnlocatedError:  # a formula extends into text without any wanted character
        return list(_search(root.holding(None), rules, strays))


def _first_characters(rules: SearchRules) -> frozenset[str]:
    """Return the characters that formulas in text may begin with."""
    characters = {pair.open[0] for pair in (*rules.pairs, *rules.asciimath)}
    slashes = rules.environments or rules.escapes or rules.refs
    return frozenset(characters | {"\\"} if slashes else characters)


class _Call(NamedTuple):
    """One of the searches made in turn; `opening` matches what begins its formulas."""

    rules: SearchRules
    scope: SearchScope
    opening: re.Pattern[str] | None


def _search(elements: Sequence[Element], rules: SearchRules, strays: bool) -> Iterator[Found]:
    """Yield what is found in the text directly in `elements`, where it is searched."""
    include = _include(rules)
    descend = katex.switch if rules.version == "katex" else switch
    calls = [
        _Call(call, SearchScope(call.scope or (), descend(call.switch), include), _opening(call))
        for call in (rules, *rules.later)
    ]
    other = rules.asciimath_switch if rules.asciimath else None
    asciimath_scope = (
        None if other is None else SearchScope(rules.scope or (), switch(other), include)
    )
    for element in elements:
        searching = [call for call in calls if call.scope.includes(element)]
        asciimath = asciimath_scope is not None and asciimath_scope.includes(element)
        for run in runs(element, include) if searching or asciimath else ():
            parts = [run]
            taken: list[Match] = []
            unclosed: list[Unclosed] = []
            for call in searching:
                found = [(part, list(_tex(part, call.rules))) for part in parts]
                for part, matches in found:
                    scope = call.rules.macros + call.rules.apart * call.scope.part_of(element)
                    yield from _located(part, matches, scope)
                    if call.opening is not None:
                        unclosed += _unclosed(part, call.opening, matches)
                    taken += matches
                if call is not searching[-1]:
                    parts = [rest for part, matches in found for rest in _between(part, matches)]
            if asciimath:
                displays = rules.asciimath_displays
                display = any(matches_selector(selector, element) for selector in displays)
                yield from _located(run, _asciimath(run, rules, taken), display=display)
            yield from unclosed
            if strays and searching and not unclosed:
                yield from (one for one in _stray(run, taken) if not _is_source(element))


def _between(run: Run, matches: Sequence[Match]) -> list[Run]:
    """Return the parts of a run between matches; the next search treats each as a separate text."""
    return [run.part(*gap) for gap in _gaps(run, matches)] if matches else [run]


def _gaps(run: Run, matches: Sequence[Match]) -> Iterator[tuple[int, int]]:
    """Return where the text before, between and behind matches starts and ends."""
    ends = [0, *(match.end for match in matches)]
    starts = [*(match.start for match in matches), len(run.text)]
    return zip(ends, starts, strict=True)


def _opening(rules: SearchRules) -> re.Pattern[str] | None:
    """Return a pattern of unambiguous opening delimiters; a single dollar may be money."""
    opens = [pair.open for pair in rules.pairs if pair.open[0] == "\\" or pair.open == "$$"]
    parts = [re.escape(delimiter) for delimiter in opens]
    if rules.environments:
        parts.append(rf"\\begin\s*\{{{NAME}\}}")
    escaped = "" if rules.version == "katex" else r"(?<!\\)"
    return re.compile(f"{escaped}(?:{'|'.join(parts)})") if parts else None


def _unclosed(run: Run, opening: re.Pattern[str], matches: Sequence[Match]) -> Iterator[Unclosed]:
    """Yield the first opening delimiter outside all matches; later ones may be consequences."""
    between = (opening.search(run.text, *gap) for gap in _gaps(run, matches))
    opened = next(filter(None, between), None)
    span = run.span(*opened.span()) if opened else None
    if opened and span:
        yield Unclosed(span, opened[0])


#: a command with an argument or one of the commonest letters and signs, or single dollars about
#: what is no money: as in pandoc, no space follows the first, or stands before the last
_LIKE_TEX = re.compile(
    r"\\[A-Za-z]{2,}\s?\{"
    r"|\\(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|pi|sigma|phi|omega|infty|cdot|times|leq?"
    r"|geq?|sum|int|log|partial)\b"
    r"|\$(?![\s$])(?=[^$\n]{0,200}?(?:\\[A-Za-z]|[\w)}][_^][\w{\\]))[^$\n]{1,200}(?<!\s)\$(?![\w$])"
)


def _stray(run: Run, taken: Sequence[Match]) -> Iterator[Stray]:
    """Yield the first that looks like TeX outside all matches."""
    if "\\" not in run.text and "$" not in run.text:
        return
    for gap in _gaps(run, sorted(taken, key=lambda match: match.start)):
        found = _LIKE_TEX.search(run.text, *gap)
        span = run.span(*found.span()) if found else None
        if found and span:
            yield Stray(span, found[0])
            return


def _is_source(element: Element) -> bool:
    """Whether the text in an element is the source of what another tool has rendered."""
    return any(above.tag in ("annotation", "math", "svg") for above in element.above())


def _include(rules: SearchRules) -> Include:
    """Return the text that elements which do not end a run add to it."""
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
    """Find AsciiMath in a run; `taken` are the TeX matches, which version 2 finds first."""
    if rules.version == "mathjax2":
        return mathjax2.find_asciimath(run, rules.asciimath, taken)
    return mathjax3.find_asciimath(run.text, rules.asciimath)


def _located(
    run: Run, matches: Iterable[Match], scope: int = 0, *, display: bool = False
) -> Iterator[Found]:
    """Convert matches in a run to formulas in the source.

    `scope`: the scope of their definitions; `display`: all of them are displays.
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
            yield Formula(span, inner, math, display or match.display, match.input, scope=scope)
