"""An element in, the runs of text right in it that a search for delimiters looks at out.

A run is the text of sibling text nodes with what stands between them where that does not end a run
(`<br>`, `<wbr>`, comments). Sources: MathJax 4 ts/handlers/html/HTMLDomStrings.ts, MathJax 2
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

#: an author's own mark on elements in which nothing is to be rendered
IGNORE_ATTRIBUTE = "data-prerender-ignore"
_CDATA = re.compile(r"^\[CDATA\[(.*)\]\]$", re.DOTALL)


@dataclass(slots=True)
class Run:
    """A run's text, and the text nodes in it with their offsets."""

    text: str = ""
    nodes: list[Text | None] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    def add(self, text: str, node: Text | None) -> None:
        """Append the text of a node, or what stands for markup between nodes."""
        self.nodes.append(node)
        self.offsets.append(len(self.text))
        self.text += text

    def part(self, start: int, end: int) -> Run:
        """What text[start:end] is by itself."""
        return Run(self.text[start:end], self.nodes, [at - start for at in self.offsets])

    def span(self, start: int, end: int) -> Span | None:
        """Where text[start:end] stands in the source; None where the parser moved it apart.

        Raises UnlocatedError.
        """
        first, last = self._character(start), self._character(end - 1)
        if first is None or last is None or last.end < first.start:
            return None
        return Span(first.start, last.end)

    def _character(self, index: int) -> Span | None:
        at = bisect_right(self.offsets, index) - 1
        node = self.nodes[at]
        local = index - self.offsets[at]
        return None if node is None else node.span(local, local + 1)


#: tag (or "#comment") to the text it puts in a run; None: the comment's own text (MathJax 2)
Include = Mapping[str, str | None]
Descend = Callable[[Element, bool], bool | None]


def runs(element: Element, include: Include) -> Iterator[Run]:
    """The runs of an element in order; `include`: what tags that do not end a run put in it."""
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
    """MathJax's rule: (element, ignoring) to whether to ignore in it; None: do not go in."""
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


#: what the text right in an element is: above the body, outside of the parts that are looked at, in
#: an element that nobody goes into, ignored, or looked at
_Place = Literal["above", "outside", "closed", "ignored", "open"]


class Looked:
    """Where is looked for math: in the parts of a body, as `descend` and `include` tell.

    `parts` are selectors of them; without any, the whole body is one. What is known of an element
    is kept, for others are in it.
    """

    def __init__(self, parts: Sequence[str], descend: Descend, include: Include) -> None:
        self._parts, self._descend, self._include = parts, descend, include
        self._known: dict[Element, _Place] = {}
        self._numbers: dict[Element, int] = {}

    def at(self, element: Element) -> bool:
        """Whether the text right in an element is looked at."""
        place: _Place = "above"
        new = []
        for one in element.above():
            if one in self._known:
                place = self._known[one]
                break
            new.append(one)
        for one in reversed(new):
            place = self._known[one] = self._inside(one, place)
        return place == "open"

    def part_of(self, element: Element) -> int:
        """Which of the parts an element is in that is looked at, by their order; the first is 0."""
        if not self._parts:
            return 0
        around = (one for one in element.above() if self._is_part(one))
        return self._numbers.setdefault(list(around)[-1], len(self._numbers))

    def _is_part(self, element: Element) -> bool:
        return any(matches(selector, element) for selector in self._parts)

    def _inside(self, element: Element, around: _Place) -> _Place:
        """What the text right in an element is, from what that around the element is."""
        if around == "above":
            if element.tag != "body":
                return "above"
            around = "outside"
        if around == "outside":
            if self._parts and not self._is_part(element):
                return "outside"
        elif around == "closed" or element.tag in self._include:
            return "closed"
        ignoring = self._descend(element, around == "ignored")
        return "closed" if ignoring is None else "ignored" if ignoring else "open"
