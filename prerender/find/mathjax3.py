r"""A run of text and the rules in, the formulas in it out, as MathJax 3 and 4 find them.

Source: MathJax 4 ts/input/tex/FindTeX.ts. An opening delimiter without its closing one is text, the
search goes on behind it; braces must balance; a control sequence hides a delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from prerender.find.model import Input
from prerender.setup import Pair, SearchRules


class Match(NamedTuple):
    """A formula in a run, by offsets in the run's text.

    [start, end) is it with its delimiters, [inner, close) without. With `replacement` it is not a
    formula but an escaped character.
    """

    start: int
    inner: int
    close: int
    end: int
    display: bool = False
    input: Input = "tex"
    replacement: str | None = None


def whole(match: re.Match[str], *, replacement: str | None = None) -> Match:
    """A match that has no delimiters."""
    return Match(match.start(), match.start(), match.end(), match.end(), replacement=replacement)


def find_tex(text: str, rules: SearchRules) -> Iterator[Match]:
    """The TeX in a run, and its escaped characters, in order."""
    start = _start(rules)
    if start is None:
        return
    pairs = {pair.open: pair for pair in rules.pairs}
    at = 0
    while opened := start.search(text, at):
        match = _match(text, opened, pairs)
        at = match.end if match else opened.end()
        if match:
            yield match


def find_asciimath(text: str, pairs: tuple[Pair, ...]) -> Iterator[Match]:
    """The AsciiMath in a run, as FindAsciiMath.ts of MathJax 4 has it: no braces, no escapes."""
    start = "|".join(re.escape(pair.open) for pair in _longest_first(pairs))
    by_open = {pair.open: pair for pair in pairs}
    at = 0
    while start and (opened := re.compile(start).search(text, at)):
        pair = by_open[opened[0]]
        close = text.find(pair.close, opened.end())
        at = opened.end()
        if close >= 0:
            at = close + len(pair.close)
            yield Match(opened.start(), opened.end(), close, at, pair.display, "asciimath")


def _longest_first(pairs: tuple[Pair, ...]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (-len(pair.open), pair.open))


def _start(rules: SearchRules) -> re.Pattern[str] | None:
    """Whatever may begin a formula."""
    parts = [re.escape(pair.open) for pair in _longest_first(rules.pairs)]
    if rules.environments:
        parts.append(r"\\begin\s*\{(?P<environment>[^}]*)\}")
    if rules.escapes:
        parts.append(r"\\(?P<escape>[\\$])")
    if rules.refs:
        parts.append(r"(?P<ref>\\(?:eq)?ref\s*\{[^}]*\})")
    return re.compile("|".join(parts)) if parts else None


def _match(text: str, opened: re.Match[str], pairs: dict[str, Pair]) -> Match | None:
    groups = opened.groupdict()
    if (name := groups.get("environment")) is not None:
        end = _end(text, opened.end(), rf"\\end\s*\{{{re.escape(name)}\}}")
        return end and Match(opened.start(), opened.start(), end.end(), end.end(), True)
    if (escape := groups.get("escape")) is not None:
        return whole(opened, replacement=escape)
    if groups.get("ref") is not None:
        return whole(opened)
    pair = pairs[opened[0]]
    end = _end(text, opened.end(), re.escape(pair.close))
    return end and Match(opened.start(), opened.end(), end.start(), end.end(), pair.display)


def _end(text: str, at: int, close: str) -> re.Match[str] | None:
    """The closing delimiter outside braces and control sequences."""
    braces = 0
    pattern = re.compile(rf"(?P<close>{close})|\\(?:[a-zA-Z]|[^\n\r\u2028\u2029])|[{{}}]")
    for match in pattern.finditer(text, at):
        if match["close"] is not None and braces == 0:
            return match
        if match[0] == "{":
            braces += 1
        elif match[0] == "}" and braces:
            braces -= 1
    return None
