"""Splits the text children of an element into the runs in which delimiters are searched.

A run is the text of adjacent text nodes, joined across elements that do not end a run (`<br>`,
`<wbr>`, comments). Sources: MathJax 4 ts/handlers/html/HTMLDomStrings.ts, MathJax 2
extensions/tex2jax.js (scanElement), KaTeX contrib/auto-render.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from prerender.setup import ElementFilter
from prerender.source import Comment, Element, Node, Span, Text
from prerender.source.selectors import matches

#: the attribute with which authors exclude an element from rendering
IGNORE_ATTRIBUTE = "data-prerender-ignore"
_CDATA = re.compile(r"^\[CDATA\[(.*)\]\]$", re.DOTALL)


@dataclass(slots=True)
class Run:
    """A run's text, and its text nodes with their offsets in the run."""

    text: str = ""
    nodes: list[Text | None] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    def add(self, text: str, node: Text | None) -> None:
        """Append the text of a node, or the text that replaces markup between nodes (None)."""
        self.nodes.append(node)
        self.offsets.append(len(self.text))
        self.text += text

    def part(self, start: int, end: int) -> Run:
        """Return text[start:end] as a run of its own."""
        return Run(self.text[start:end], self.nodes, [offset - start for offset in self.offsets])

    def span(self, start: int, end: int) -> Span | None:
        """Return the source span of text[start:end]; None where the parser has split it.

        Raises UnlocatedError.
        """
        number = bisect_right(self.offsets, start) - 1
        node, offset = self.nodes[number], self.offsets[number]
        if number + 1 == len(self.nodes) or end <= self.offsets[number + 1]:
            return None if node is None else node.span(start - offset, end - offset)
        first, last = self.span(start, start + 1), self.span(end - 1, end)
        if first is None or last is None or last.end < first.start:
            return None
        return Span(first.start, last.end)


#: tag (or "#comment") to the text it adds to a run; None: the comment's own text (MathJax 2)
Include = Mapping[str, str | None]
Descend = Callable[[Element, bool], bool | None]


def runs(element: Element, include: Include) -> Iterator[Run]:
    """Yield the runs of an element in order; `include`: the text that tags inside a run add."""
    run = Run()
    for node in element.children:
        if not _extend(run, node, include):
            if run.text.strip():
                yield run
            run = Run()
    if run.text.strip():
        yield run


def _extend(run: Run, node: Node, include: Include) -> bool:
    """Add a node to a run; False where it ends the run."""
    if isinstance(node, Text):
        if node.literal:
            return False
        run.add(node.data, node)
        return True
    name = "#comment" if isinstance(node, Comment) else node.tag
    if name not in include:
        return False
    text = include[name]
    if text is None:
        text = _CDATA.sub(r"\1", node.data) if isinstance(node, Comment) else ""
    run.add(text, None)
    return True


def switch(rules: ElementFilter) -> Descend:
    """MathJax's rule: maps (element, ignoring) to whether to ignore its text; None: skip it."""
    skip = re.compile(f"(?:{'|'.join(rules.skip_tags)})", re.IGNORECASE)
    ignore = re.compile(rf"(?:^| )(?:{rules.ignore_class})(?: |$)") if rules.ignore_class else None
    process = re.compile(rf"(?:^| )(?:{rules.process_class})(?: |$)")

    def descend(element: Element, ignoring: bool) -> bool | None:
        classes = element.attrs.get("class", "")
        processing = process.search(classes) is not None
        if IGNORE_ATTRIBUTE in element.attrs or (
            skip.fullmatch(element.tag) is not None and not processing
        ):
            return None
        ignored = ignore is not None and ignore.search(classes) is not None
        return (ignoring or ignored) and not processing

    return descend


#: how the text directly in an element is treated: it is above the body, outside the searched parts,
#: in a skipped element, ignored, or searched
_State = Literal["above", "outside", "skipped", "ignored", "searched"]


class SearchScope:
    """Decides which elements are searched for math: parts of the body, by `descend` and `include`.

    `parts` are their selectors; without any, the whole body is one part. The state of each element
    is kept, because its descendants depend on it.
    """

    def __init__(self, parts: Sequence[str], descend: Descend, include: Include) -> None:
        self._parts, self._descend, self._include = parts, descend, include
        self._states: dict[Element, _State] = {}
        self._numbers: dict[Element, int] = {}

    def includes(self, element: Element) -> bool:
        """Whether the text directly in an element is searched."""
        state: _State = "above"
        new = []
        for ancestor in element.above():
            if ancestor in self._states:
                state = self._states[ancestor]
                break
            new.append(ancestor)
        for ancestor in reversed(new):
            state = self._states[ancestor] = self._state_in(ancestor, state)
        return state == "searched"

    def part_of(self, element: Element) -> int:
        """Return the index of the part that a searched element is in, in order of first use."""
        if not self._parts:
            return 0
        parts = [ancestor for ancestor in element.above() if self._is_part(ancestor)]
        return self._numbers.setdefault(parts[-1], len(self._numbers))

    def _is_part(self, element: Element) -> bool:
        return any(matches(selector, element) for selector in self._parts)

    def _state_in(self, element: Element, around: _State) -> _State:
        """Return the state of the text directly in an element; `around`: that of its parent."""
        if around == "above":
            if element.tag != "body":
                return "above"
            around = "outside"
        if around == "outside":
            if self._parts and not self._is_part(element):
                return "outside"
        elif around == "skipped" or element.tag in self._include:
            return "skipped"
        ignoring = self._descend(element, around == "ignored")
        return "skipped" if ignoring is None else "ignored" if ignoring else "searched"
