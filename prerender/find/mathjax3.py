r"""Finds TeX in a run of text as MathJax 3 and 4 do; yields matches by offset.

Source: MathJax 4 ts/input/tex/FindTeX.ts. An opening delimiter that is never closed is text, and
the search goes on after it; braces must balance; a delimiter in a control sequence does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from prerender.find.ends import Ends
from prerender.find.model import NAME, Input
from prerender.setup import Pair, SearchRules


class Match(NamedTuple):
    """A formula in a run, by offsets in the run's text.

    [start, end) includes its delimiters, [inner, close) does not. With a `replacement` it is an
    escaped character, not a formula.
    """

    start: int
    inner: int
    close: int
    end: int
    display: bool = False
    input: Input = "tex"
    replacement: str | None = None


def whole(match: re.Match[str], *, replacement: str | None = None) -> Match:
    """Make a match that has no delimiters."""
    return Match(match.start(), match.start(), match.end(), match.end(), replacement=replacement)


def find_tex(text: str, rules: SearchRules) -> Iterator[Match]:
    """Yield the TeX in a run, and its escaped characters, in order."""
    start = _start(rules.pairs, rules.environments, rules.escapes, rules.refs)
    if start is None:
        return
    pairs = {pair.open: pair for pair in rules.pairs}
    ends = Ends(text, r"\\end\s*")
    position = 0
    while opened := start.search(text, position):
        match = _match(ends, opened, pairs)
        position = match.end if match else opened.end()
        if match:
            yield match


def find_asciimath(text: str, pairs: tuple[Pair, ...]) -> Iterator[Match]:
    """Yield the AsciiMath in a run, as MathJax 4's FindAsciiMath.ts does: no braces, no escapes."""
    start = "|".join(re.escape(pair.open) for pair in _longest_first(pairs))
    by_open = {pair.open: pair for pair in pairs}
    position = 0
    while start and (opened := re.compile(start).search(text, position)):
        pair = by_open[opened[0]]
        close = text.find(pair.close, opened.end())
        position = opened.end()
        if close >= 0:
            position = close + len(pair.close)
            yield Match(opened.start(), opened.end(), close, position, pair.display, "asciimath")


def _longest_first(pairs: tuple[Pair, ...]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (-len(pair.open), pair.open))


@lru_cache(64)
def _start(
    pairs: tuple[Pair, ...],
    environments: bool,
    escapes: bool,
    refs: bool,
) -> re.Pattern[str] | None:
    """Return a pattern of all that may open a formula; None where nothing may."""
    parts = [re.escape(pair.open) for pair in _longest_first(pairs)]
    if environments:
        parts.append(rf"\\begin\s*\{{(?P<environment>{NAME})\}}")
    if escapes:
        parts.append(r"\\(?P<escape>[\\$])")
    if refs:
        parts.append(rf"(?P<ref>\\(?:eq)?ref\s*\{{{NAME}\}})")
    return re.compile("|".join(parts)) if parts else None


def _match(ends: Ends, opened: re.Match[str], pairs: dict[str, Pair]) -> Match | None:
    groups = opened.groupdict()
    if (name := groups.get("environment")) is not None:
        end = ends.of_environment(name, opened.end())
        return end and Match(opened.start(), opened.start(), end.end, end.end, True)
    if (escape := groups.get("escape")) is not None:
        return whole(opened, replacement=escape)
    if groups.get("ref") is not None:
        return whole(opened)
    pair = pairs[opened[0]]
    end = ends.of_pair(pair.close, opened.end())
    return end and Match(opened.start(), opened.end(), end.start, end.end, pair.display)
