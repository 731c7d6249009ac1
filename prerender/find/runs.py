"""The `body` of a page in, the runs of text that a search for delimiters looks at out.

A run is the text of sibling text nodes with what stands between them where that does not end a run
(`<br>`, `<wbr>`, comments). Sources: MathJax 4 ts/handlers/html/HTMLDomStrings.ts, MathJax 2
extensions/tex2jax.js (scanElement), KaTeX contrib/auto-render.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from prerender.setup import Switch
from prerender.source import Comment, Element, Node, Span, Text

#: an author's own mark on elements in which nothing is to be rendered
IGNORE_ATTRIBUTE = "data-prerender-ignore"
_CDATA = re.compile(r"^\[CDATA\[(.*)\]\]$", re.DOTALL)


@dataclass(slots=True)
class Run:
    """A run's text, and the text nodes in it with their offsets."""

    text: str = ""
    nodes: list[Text | None] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    @property
    def key(self) -> int:
        """The same for runs of the same text nodes."""
        return id(next((node for node in self.nodes if node is not None), None))

    def add(self, text: str, node: Text | None) -> None:
        """Append the text of a node, or what stands for markup between nodes."""
        self.nodes.append(node)
        self.offsets.append(len(self.text))
        self.text += text

    def span(self, start: int, end: int) -> Span | None:
        """Where text[start:end] stands in the source; None where the parser moved it apart."""
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


def switch(rules: Switch) -> Descend:
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


def runs(body: Element, descend: Descend, include: Include) -> Iterator[Run]:
    """The runs of a body in order; `include`: what tags that do not end a run put in it."""
    ignoring = descend(body, False)
    stack = [] if ignoring is None else [(iter(body.children), ignoring)]
    run = Run()
    while stack:
        children, ignoring = stack[-1]
        node = next(children, None)
        if node is not None and _extend(run, node, include):
            continue
        if not ignoring and run.text.strip():
            yield run
        run = Run()
        if node is None:
            stack.pop()
        elif isinstance(node, Element) and node.children:
            inner = descend(node, ignoring)
            if inner is not None:
                stack.append((iter(node.children), inner))


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
