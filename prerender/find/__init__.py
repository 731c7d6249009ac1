"""A page's tree and the rules of its set-up in, its formulas with exact spans out, in order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from prerender.find import katex, mathjax2, mathjax3
from prerender.find.elements import find_elements, in_scope
from prerender.find.mathjax3 import Match
from prerender.find.model import Escape, Formula, Found, Input
from prerender.find.runs import Include, Run, runs, switch
from prerender.find.selectors import Path
from prerender.setup import Rules
from prerender.source import Element

__all__ = ["Escape", "Formula", "Found", "Input", "find"]


def find(root: Element, rules: Rules, source: str) -> list[Found]:
    """What the scripts of the page would typeset, and the escapes they would resolve.

    `root` is the tree of `source`. Formulas whose characters the parser has moved apart (text that
    stands in a table, say) are left alone; of two that overlap the first counts.
    """
    body = root.first("body")
    if body is None or rules.scope is None:
        return []
    parts = in_scope(body, rules.scope)
    found: list[Found] = list(_elements(body, parts, rules, source))
    in_text = [one for part in parts for one in _in_text(part.element, rules)]
    found += _unbroken(in_text, root, source, {tag for tag, _ in rules.include})
    return _apart(sorted(found, key=lambda one: (one.span.start, -one.span.end)))


def _elements(body: Element, parts: Sequence[Path], rules: Rules, source: str) -> Iterator[Formula]:
    """Formulas that are elements: those that MathJax itself looks for are in the parts only."""
    own = rules.version == "mathjax2"
    anywhere = replace(rules, mathml=False, scripts=rules.scripts and not own)
    yield from find_elements(Path(body), anywhere, source)
    inside = replace(rules, elements=(), scripts=rules.scripts and own)
    for part in parts:
        yield from find_elements(part, inside, source)


def _apart(found: list[Found]) -> list[Found]:
    """Those that do not overlap one before them."""
    result: list[Found] = []
    for one in found:
        if not result or one.span.start >= result[-1].span.end:
            result.append(one)
    return result


_IMPLIED = re.compile(r"<(?:html|head|body)\b", re.IGNORECASE)


def _unbroken(
    found: list[Found], root: Element, source: str, inside: Collection[str]
) -> Iterator[Found]:
    """Those in which no tag stands, but for elements of which the text of a run may consist.

    The parser joins text that tags stand between: `a<table>b` is text before the table.
    """
    found = list(found)
    if all("<" not in source[slice(*one.span)] for one in found):
        yield from found
        return
    elements = [element for element in root.walk() if element.tag not in inside]
    tags = [
        tag.start for one in elements for tag in (one.start_tag, one.end_tag) if tag is not None
    ]
    tags.sort()
    for one in found:
        at = bisect_right(tags, one.span.start)
        crossed = at < len(tags) and tags[at] < one.span.end
        if not crossed and not _IMPLIED.search(source, *one.span):
            yield one


def _in_text(part: Element, rules: Rules) -> Iterator[Found]:
    if rules.version == "katex":
        for run in runs(part, katex.switch(rules.switch), {}):
            yield from _located(run, katex.find_tex(run.text, rules))
        return
    include: Include = dict(rules.include)
    if rules.version == "mathjax2":
        include = {**include, "#comment": None}
    taken: dict[int, list[Match]] = {}
    for run in runs(part, switch(rules.switch), include):
        matches = list(
            mathjax2.find_tex(run, rules)
            if rules.version == "mathjax2"
            else mathjax3.find_tex(run.text, rules)
        )
        taken[run.key] = matches
        yield from _located(run, matches)
    if rules.asciimath and rules.asciimath_switch is not None:
        for run in runs(part, switch(rules.asciimath_switch), include):
            yield from _located(
                run,
                mathjax2.find_asciimath(run, rules.asciimath, taken.get(run.key, []))
                if rules.version == "mathjax2"
                else mathjax3.find_asciimath(run.text, rules.asciimath),
            )


def _located(run: Run, matches: Iterable[Match]) -> Iterator[Found]:
    """Matches in a run as formulas in the source."""
    for match in matches:
        span = run.span(match.start, match.end)
        if span is None:
            continue
        if match.replacement is not None:
            yield Escape(span, match.replacement)
        else:
            inner = run.span(match.inner, match.close) if match.inner < match.close else None
            math = run.text[match.inner : match.close]
            yield Formula(span, inner, math, match.display, match.input)
