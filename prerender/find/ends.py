r"""A text in, where the formulas that begin in it end out: at delimiters outside of braces.

Nothing closes a formula within braces that are opened in it, or in a control sequence (`\$`).
Braces are counted once for a text, however many formulas begin in it and never end.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from prerender.find.model import NAME
from prerender.source import Span

_TOKEN = re.compile(r"\\[^\n\r\u2028\u2029]|[{}]")


class _Closes(NamedTuple):
    """All that may close formulas of a kind, in order.

    `around` is the innermost brace that is open there (-1: none), `least` the first of these from
    there on.
    """

    spans: list[Span]
    around: list[int]
    least: list[int]


class Ends:
    """The ends of formulas in a text; `parts` are the stretches of it in which all stands."""

    def __init__(self, text: str, environment: str, parts: Sequence[Span] | None = None) -> None:
        r"""`environment` is the pattern of what stands before a name that ends one (`\\end`)."""
        self._text, self._environment = text, environment
        self._parts = [Span(0, len(text))] if parts is None else parts
        self._escapes: set[int] = set()
        self._braces: list[int] = []
        self._open = [-1]
        self._count_braces()
        self._closes: dict[str, _Closes] = {}
        self._none: dict[str, int] = {}
        named: dict[str, list[Span]] = {}
        for match in re.finditer(rf"{environment}\{{(?=({NAME})\}})", text):
            named.setdefault(match[1], []).append(Span(match.start(), match.end(1) + 1))
        self._environments = named

    def of_environment(self, name: str, position: int, *, anyhow: bool = False) -> Span | None:
        """The end of an environment that begins before `position`; `anyhow`: else the first one."""
        if {"{", "\\"}.isdisjoint(name):
            return self._find(f"{{{name}}}", position, anyhow=anyhow)
        close = rf"{self._environment}\{{{re.escape(name)}\}}"
        return self._scan(close, position, anyhow=anyhow)

    def of_pair(self, close: str, position: int, *, anyhow: bool = False) -> Span | None:
        """The same of what closes with a delimiter."""
        in_escape = position - 1 in self._escapes
        if in_escape or not {"{", "}"}.isdisjoint(close):
            return self._scan(re.escape(close), position, anyhow=anyhow)
        return self._find(close, position, anyhow=anyhow)

    def _find(self, key: str, position: int, *, anyhow: bool) -> Span | None:
        """Return what closes; `key` is a delimiter, or a name in braces."""
        if key not in self._closes:
            named = key[0] == "{"
            found = self._environments.get(key[1:-1], []) if named else self._all(key)
            self._closes[key] = self._located(found)
        spans, around, least = self._closes[key]
        first = bisect_left(spans, (position, 0))
        if first == len(spans):
            return None
        if least[first] >= position:
            return spans[first] if anyhow else None
        # No search passes these again: the next begins behind what this one finds
        while around[first] >= position:
            first += 1
        return spans[first]

    def _count_braces(self) -> None:
        stack: list[int] = []
        for part in self._parts:
            for match in _TOKEN.finditer(self._text, *part):
                start = match.start()
                if match[0][0] == "\\":
                    self._escapes.add(start)
                    continue
                if match[0] == "{":
                    stack.append(start)
                elif stack:
                    stack.pop()
                self._braces.append(start)
                self._open.append(stack[-1] if stack else -1)

    def _all(self, close: str) -> Iterator[Span]:
        return (
            Span(match.start(), match.start() + len(close))
            for match in re.finditer(f"(?={re.escape(close)})", self._text)
        )

    def _located(self, found: Iterable[Span]) -> _Closes:
        spans = [one for one in found if one.start - 1 not in self._escapes and self._is_whole(one)]
        around = [self._open[bisect_left(self._braces, start)] for start, _ in spans]
        least = [*accumulate(reversed(around), min)][::-1]
        return _Closes(spans, around, least)

    def _is_whole(self, span: Span) -> bool:
        """Whether a span lies in one part."""
        at = bisect_left(self._parts, (span.start + 1, 0)) - 1
        return at >= 0 and span.end <= self._parts[at].end

    def _scan(self, close: str, position: int, *, anyhow: bool) -> Span | None:
        """Return what a pattern closes, by looking at all: braces in it do not count."""
        if self._none.get(close, position + 1) <= position:
            return None
        tokens = re.compile(rf"(?P<close>{close})|{_TOKEN.pattern}")
        braces, first = 0, None
        for start, end in self._parts:
            for match in tokens.finditer(self._text, max(start, position), end):
                if match["close"] is not None:
                    if not braces:
                        return Span(*match.span())
                    first = first or Span(*match.span())
                braces += match[0] == "{"
                braces -= match[0] == "}" and braces > 0
        if first is None:
            self._none[close] = position
        return first if anyhow else None
