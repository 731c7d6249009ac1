r"""Finds TeX in a run of text as MathJax 2's tex2jax does; yields matches by offset.

Source: MathJax 2.7 extensions/tex2jax.js. Unlike in v3, a delimiter does not span the nodes of a
run; a closing delimiter within unbalanced braces is used if the run has no better one; `\begin` and
`\ref` take no space before the brace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prerender.find.mathjax3 import Match, whole
from prerender.find.runs import Run
from prerender.setup import Pair, SearchRules


@dataclass(slots=True)
class _Search:
    """An opened formula: its offsets, what closes it, and the first close seen within braces.

    `literal` is how what closes it is spelled.
    """

    start: int
    math: int
    inner: int
    resume: int
    close: re.Pattern[str]
    display: bool
    environment: bool
    literal: str
    braces: int = 0
    candidate: re.Match[str] | None = None


def find_tex(run: Run, rules: SearchRules) -> Iterator[Match]:
    """Yield the TeX in a run, and its escaped dollars, in order."""
    start = _start(rules)
    if start is None:
        return
    pairs = {pair.open: pair for pair in rules.pairs}
    ends: dict[str, int] = {}
    position = 0
    while opened := _search(run, start, position):
        if (slashes := opened.groupdict().get("escape")) is not None:
            yield whole(opened, replacement=_unescape(slashes))
            position = opened.end()
        elif opened[0].startswith((r"\ref", r"\eqref")):
            yield whole(opened)
            position = opened.end()
        else:
            search = _open(opened, pairs)
            literal = search.literal
            if literal not in ends:
                ends[literal] = run.text.rfind(literal)
            close = _close(run, search) if ends[literal] >= search.inner else None
            if close is not None:
                end = close.end() if search.environment else close.start()
                inner, end = trimmed(run.text, search.math, end)
                yield Match(search.start, inner, end, close.end(), search.display)
            position = close.end() if close is not None else search.resume


#: white space as JavaScript has it: https://tc39.es/ecma262/ (WhiteSpace, LineTerminator)
_SPACE = " \t\n\v\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range of text[start:end] that is MathJax 2's input (MathJax.HTML.getScript)."""
    inner = text[start:end].lstrip(_SPACE)
    start = end - len(inner)
    return start, start + len(inner.rstrip(_SPACE))


def find_asciimath(run: Run, pairs: Sequence[Pair], taken: Sequence[Match]) -> Iterator[Match]:
    """Yield the AsciiMath in the text that tex2jax has not `taken`, as asciimath2jax finds it."""
    starts = sorted((pair.open for pair in pairs), key=lambda text: (-len(text), text))
    start = re.compile("|".join(map(re.escape, starts)))
    closes = {pair.open: re.compile(rf"(?P<close>{re.escape(pair.close)})|\\.") for pair in pairs}
    edges = [0, *(edge for match in taken for edge in (match.start, match.end)), len(run.text)]
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        position = begin
        while opened := _search(run, start, position, end):
            position = opened.end()
            close = _unescaped(run, closes[opened[0]], position, end)
            if close is not None:
                inner, stop = trimmed(run.text, position, close.start())
                yield Match(opened.start(), inner, stop, close.end(), input="asciimath")
                position = close.end()


def _unescaped(run: Run, pattern: re.Pattern[str], position: int, end: int) -> re.Match[str] | None:
    """Return the first closing delimiter that is not behind a backslash."""
    while match := _search(run, pattern, position, end):
        if match["close"] is not None:
            return match
        position = match.end()
    return None


def _start(rules: SearchRules) -> re.Pattern[str] | None:
    opens = sorted((pair.open for pair in rules.pairs), key=lambda text: (-len(text), text))
    parts = [re.escape(text) for text in opens]
    if rules.environments:
        parts.append(r"\\begin\{(?P<environment>[^}]*)\}")
    if rules.escapes:
        parts.append(r"(?P<escape>\\*\\)\$")
    if rules.refs:
        parts.append(r"\\(?:eq)?ref\{[^}]*\}")
    return re.compile("|".join(parts)) if parts else None


def _unescape(slashes: str) -> str:
    r"""Return what MathJax displays for backslashes and a dollar: `\$` is `$`, `\\$` is `\$`."""
    return slashes[len(slashes) % 2 :].replace("\\\\", "\\") + "$"


def _open(opened: re.Match[str], pairs: dict[str, Pair]) -> _Search:
    name = opened.groupdict().get("environment")
    if name is not None:
        end = _end(re.escape(rf"\end{{{name}}}"))
        start, resume = opened.start(), opened.start() + len(name) + 3  # tex2jax: in the name again
        literal = rf"\end{{{name}}}"
        return _Search(start, start, opened.end(), resume, end, True, True, literal)
    pair = pairs[opened[0]]
    inner, close = opened.end(), _end(re.escape(pair.close))
    start = opened.start()
    return _Search(start, inner, inner, inner, close, pair.display, False, pair.close)


def _end(close: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<close>{close})|\\[^\n\r\u2028\u2029]|[{{}}]")


def _close(run: Run, search: _Search) -> re.Match[str] | None:
    """Return the closing delimiter: the first outside braces, else the first of all."""
    position = search.inner
    while match := _search(run, search.close, position):
        position = match.end()
        if match["close"] is not None:
            if search.braces == 0:
                return match
            search.candidate = search.candidate or match
        elif match[0] == "{":
            search.braces += 1
        elif match[0] == "}" and search.braces:
            search.braces -= 1
    return search.candidate


def _search(
    run: Run, pattern: re.Pattern[str], position: int, end: int | None = None
) -> re.Match[str] | None:
    """Return the first match in [`position`, `end`) that lies within one text node of the run."""
    limit = len(run.text) if end is None else end
    edges = zip(run.nodes, run.offsets, [*run.offsets[1:], len(run.text)], strict=True)
    for node, start, stop in edges:
        if node is not None and stop > position and start < limit:
            match = pattern.search(run.text, max(start, position), min(stop, limit))
            if match:
                return match
    return None
