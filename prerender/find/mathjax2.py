r"""Finds TeX in a run of text as MathJax 2's tex2jax does; yields matches by offset.

Source: MathJax 2.7 extensions/tex2jax.js. Unlike in v3, a delimiter does not span the nodes of a
run; a closing delimiter within unbalanced braces is used if the run has no better one; `\begin` and
`\ref` take no space before the brace.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from prerender.find.ends import Ends
from prerender.find.mathjax3 import Match, whole
from prerender.find.model import NAME
from prerender.find.runs import Run
from prerender.setup import Pair, SearchRules
from prerender.source import Span


def find_tex(run: Run, rules: SearchRules) -> Iterator[Match]:
    """Yield the TeX in a run, and its escaped dollars, in order."""
    start = _start(rules)
    if start is None:
        return
    pairs = {pair.open: pair for pair in rules.pairs}
    edges = [*run.offsets, len(run.text)]
    nodes = zip(run.nodes, map(Span, edges, edges[1:]), strict=True)
    parts = [span for node, span in nodes if node is not None and span.end > 0]
    ends = Ends(run.text, r"\\end", parts)
    position = 0
    while opened := _search(run, start, position):
        if (slashes := opened.groupdict().get("escape")) is not None:
            yield whole(opened, replacement=_unescape(slashes))
            position = opened.end()
        elif opened[0].startswith((r"\ref", r"\eqref")):
            yield whole(opened)
            position = opened.end()
        elif (name := opened.groupdict().get("environment")) is not None:
            found = ends.of_environment(name, opened.end(), anyhow=True)
            if found is not None:
                inner, end = trimmed(run.text, opened.start(), found.end)
                yield Match(opened.start(), inner, end, found.end, True)
            # tex2jax: in the name again
            position = found.end if found is not None else opened.start() + len(name) + 3
        else:
            pair = pairs[opened[0]]
            found = ends.of_pair(pair.close, opened.end(), anyhow=True)
            if found is not None:
                inner, end = trimmed(run.text, opened.end(), found.start)
                yield Match(opened.start(), inner, end, found.end, pair.display)
            position = found.end if found is not None else opened.end()


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
        parts.append(rf"\\begin\{{(?P<environment>{NAME})\}}")
    if rules.escapes:
        parts.append(r"(?P<escape>\\*\\)\$")
    if rules.refs:
        parts.append(rf"\\(?:eq)?ref\{{{NAME}\}}")
    return re.compile("|".join(parts)) if parts else None


def _unescape(slashes: str) -> str:
    r"""Return what MathJax displays for backslashes and a dollar: `\$` is `$`, `\\$` is `\$`."""
    return slashes[len(slashes) % 2 :].replace("\\\\", "\\") + "$"


def _search(
    run: Run, pattern: re.Pattern[str], position: int, end: int | None = None
) -> re.Match[str] | None:
    """Return the first match in [`position`, `end`) that lies within one text node of the run."""
    limit = len(run.text) if end is None else end
    offsets = run.offsets
    for number in range(max(0, bisect_right(offsets, position) - 1), len(offsets)):
        start = offsets[number]
        stop = offsets[number + 1] if number + 1 < len(offsets) else len(run.text)
        if start >= limit:
            break
        if run.nodes[number] is not None and stop > position:
            match = pattern.search(run.text, max(start, position), min(stop, limit))
            if match:
                return match
    return None
