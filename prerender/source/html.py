"""Parses an HTML page's text and returns its tree, a lazy view of turbohtml's tree.

turbohtml's tree has source locations for tags only. A text is looked for between two tags
(between.py); where one is not found so, the page is parsed a second time (offsets.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import turbohtml

from prerender.source.between import pieces
from prerender.source.nodes import Comment, Element, Node, Tags, Text
from prerender.source.offsets import NUMBERED, ParserCopy


def parse(text: str) -> Element:
    """Return the `html` element of an HTML page, as a browser with scripting builds it."""
    copy = ParserCopy(text)
    document = turbohtml.parse(copy.text, source_locations=True, scripting=True)
    root = document.find("html")
    assert root is not None  # a parser that follows the standard makes one
    return _HtmlElement(root, _Tree(document, copy, _unlocated_text))


def _unlocated_text(node: turbohtml.Text) -> Text:
    """A text node without a source location."""
    return Text(node.data, (), _final=False)


class _Tree:
    """State shared by the elements of a tree; `text` makes its text nodes from the parser's."""

    def __init__(
        self, document: turbohtml.Document, copy: ParserCopy, text: Callable[[turbohtml.Text], Text]
    ) -> None:
        self.document, self.copy, self.text = document, copy, text
        self.has_templates = document.find("template") is not None
        """Whether the parser's searches may return elements in templates, outside the tree."""

    def views(self, nodes: Iterable[turbohtml.Element]) -> list[Element]:
        """Wrap elements that the parser has found, without those in templates."""
        if self.has_templates:
            nodes = (node for node in nodes if not _in_template(node))
        return [_HtmlElement(node, self) for node in nodes]


def _in_template(node: turbohtml.Element) -> bool:
    return any(isinstance(above, turbohtml.DocumentFragment) for above in node.ancestors)


class _HtmlElement(Element):
    """A view of a turbohtml element."""

    __slots__ = ("_attrs", "_node", "_tree")

    def __init__(self, node: turbohtml.Element, tree: _Tree) -> None:
        self._node, self._tree = node, tree
        self._attrs: dict[str, str] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _HtmlElement) and self._node == other._node

    def __hash__(self) -> int:
        return hash(self._node)

    @property
    def tag(self) -> str:
        return self._node.tag

    @property
    def attrs(self) -> Mapping[str, str]:
        if self._attrs is None:
            self._attrs = {
                name: " ".join(value) if isinstance(value, list) else value or ""
                for name, value in self._node.attrs.items()
            }
        return self._attrs

    @property
    def parent(self) -> Element | None:
        parent = self._node.parent
        return _HtmlElement(parent, self._tree) if isinstance(parent, turbohtml.Element) else None

    @property
    def children(self) -> Sequence[Node]:
        views = (self._view(child) for child in self._node.children)
        return [view for view in views if view is not None]

    @property
    def before(self) -> Node | None:
        views = (self._view(node) for node in self._node.previous_siblings)
        return next((view for view in views if view is not None), None)

    def _view(self, node: turbohtml.Node) -> Node | None:
        """Wrap a node; None for a node that is not part of the tree (a processing instruction)."""
        if isinstance(node, turbohtml.Element):
            return _HtmlElement(node, self._tree)
        if isinstance(node, turbohtml.Text):
            return self._tree.text(node)
        return Comment(node.data) if isinstance(node, turbohtml.Comment) else None

    @property
    def tags(self) -> Tags:
        location = self._node.source_location
        if location is None:
            return None, None
        span = self._tree.copy.span
        return span(location.start_tag), location.end_tag and span(location.end_tag)

    def text(self) -> str:
        return super().text() if self._tree.has_templates else self._node.text

    def walk(self) -> Iterator[Element]:
        yield self
        yield from self._tree.views(self._node.find_all())

    def all(self, tag: str) -> list[Element]:
        # the parser has an index of names for the document; other searches walk the tree
        nodes = self._tree.document.find_all(tag)
        if isinstance(self._node.parent, turbohtml.Element):
            nodes = [node for node in nodes if node == self._node or self._node in node.ancestors]
        return self._tree.views(nodes)

    def having(self, name: str, values: Collection[str] | None = None) -> list[Element]:
        mine: list[Element] = []
        if name in self.attrs and (values is None or self.attrs[name] in values):
            mine.append(self)
        found = self._node.find_all(attrs={name: True if values is None else [*values]})
        return mine + self._tree.views(found)

    def holding(self, wanted: frozenset[str] | None) -> Sequence[Element]:
        document, copy = self._tree.document, self._tree.copy
        if wanted is not None:
            tree = _Tree(document, copy, lambda node: _between_tags(node, copy))
            return tree.views(_found(document, _having(wanted)))
        numbered = copy.numbered(document)
        if not numbered.runs:
            return []
        document = turbohtml.parse(numbered.text, positions=False, scripting=True)
        tree = _Tree(document, copy, lambda node: numbered.node(node.data))
        return tree.views(_found(document, NUMBERED))


def _between_tags(node: turbohtml.Text, copy: ParserCopy) -> Text:
    """A text node that is looked for between two tags when its location is asked for."""
    return Text(node.data, lambda: pieces(copy, node), _final=False)


@lru_cache(64)
def _having(wanted: frozenset[str]) -> str:
    """Return an XPath of the elements that have a text child with any of the characters."""
    quoted = (f"'{one}'" if one != "'" else f'"{one}"' for one in sorted(wanted))
    return f"//*[text()[{' or '.join(f'contains(., {one})' for one in quoted)}]]"


def _found(document: turbohtml.Document, path: str) -> Iterator[turbohtml.Element]:
    """Yield the elements that an XPath selects."""
    found = document.xpath(path)
    assert isinstance(found, list)
    yield from (node for node in found if isinstance(node, turbohtml.Element))
