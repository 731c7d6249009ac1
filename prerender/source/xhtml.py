"""Parses an XHTML page's text and returns the same kind of tree as `source.parse` does for HTML.

XML gives the same characters another meaning than HTML: `<script src="…"/>` and `<title/>` are
complete elements, `<![CDATA[` begins text. A page that is not well-formed is parsed as HTML.
"""

from __future__ import annotations

import html.entities
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import Any, Literal, NamedTuple
from xml.parsers import expat

from prerender import source
from prerender.source import Comment, Element, Node, Piece, Span, Tags, Text


class _Event(NamedTuple):
    """A parser event; `offset` is where it begins, in bytes of UTF-8."""

    kind: Literal["start", "end", "text", "literal", "comment", "other"]
    offset: int
    name: str = ""
    attrs: Mapping[str, str] = MappingProxyType({})


class _EntityError(Exception):
    """The page declares entities of its own, whose text has no location in the source."""


class XmlError(Exception):
    """A text that is not well-formed, or has entities of its own; the message says which."""


def parse(text: str) -> Element:
    """Return the `html` element of an XHTML page, as a browser builds it."""
    try:
        top = parse_document(text, sections=False)
    except XmlError:
        return source.parse(text)
    return top if top.tag == "html" or top.parent is None else top.parent


def parse_document(text: str, *, sections: bool = True) -> Element:
    """Return the root element of an XML document, below one that is none of its own.

    `sections`: text of CDATA sections has a location, too. Raises XmlError.
    """
    data = source.without_foreign(text).encode()
    try:
        events = _read(data)
    except expat.ExpatError as error:
        raise XmlError(f"it is not well-formed XML: {error}") from error
    except _EntityError as error:
        raise XmlError("it declares entities of its own") from error
    return _build(events, list(_offsets(data, events)), sections)


def _read(data: bytes) -> list[_Event]:
    """Return expat's events for a page, and one for its end. Raises ExpatError, _EntityError."""
    parser = expat.ParserCreate("utf-8")
    events: list[_Event] = []
    literal = False

    def add(kind: Any, name: str = "", attrs: dict[str, str] | None = None) -> None:
        events.append(_Event(kind, parser.CurrentByteIndex, name, attrs or {}))

    def section(begins: bool) -> None:
        nonlocal literal
        literal = begins
        add("other")

    def refuse(*_: object) -> None:
        raise _EntityError

    parser.StartElementHandler = lambda name, attrs: add("start", name, attrs)
    parser.EndElementHandler = lambda name: add("end", name)
    parser.CharacterDataHandler = lambda data: add("literal" if literal else "text", data)
    parser.SkippedEntityHandler = lambda name, _: add(
        "text", html.entities.html5.get(f"{name};", "")
    )
    parser.CommentHandler = lambda data: add("comment", data)
    parser.StartCdataSectionHandler = lambda: section(True)
    parser.EndCdataSectionHandler = lambda: section(False)
    parser.EntityDeclHandler = refuse
    parser.DefaultHandlerExpand = lambda _: add("other")
    parser.Parse(data, True)
    return [*events, _Event("other", len(data))]


def _offsets(data: bytes, events: list[_Event]) -> Iterator[int]:
    """Yield the offsets of events in characters."""
    characters = position = 0
    for event in events:
        characters += len(data[position : event.offset].decode())
        position = event.offset
        yield characters


class _XmlElement(Element):
    """An element of an XML document."""

    __slots__ = ("_attrs", "_children", "_parent", "_tag", "_tags")

    def __init__(
        self,
        tag: str,
        attrs: Mapping[str, str] = MappingProxyType({}),
        parent: Element | None = None,
        start_tag: Span | None = None,
    ) -> None:
        self._tag, self._attrs, self._parent = tag, attrs, parent
        self._tags: Tags = (start_tag, None)
        self._children: list[Node] = []

    @property
    def tag(self) -> str:
        return self._tag

    @property
    def attrs(self) -> Mapping[str, str]:
        return self._attrs

    @property
    def parent(self) -> Element | None:
        return self._parent

    @property
    def children(self) -> list[Node]:
        return self._children

    @property
    def tags(self) -> Tags:
        return self._tags

    @property
    def before(self) -> Node | None:
        siblings = self._parent.children if self._parent is not None else [self]
        index = next(index for index, node in enumerate(siblings) if node is self)
        return siblings[index - 1] if index else None

    def holding(self, wanted: frozenset[str] | None) -> Sequence[Element]:
        return [
            element
            for element in self.walk()
            if any(
                isinstance(node, Text) and (wanted is None or not wanted.isdisjoint(node.data))
                for node in element.children
            )
        ]

    def set_end_tag(self, end_tag: Span) -> None:
        """Set the span of its end tag."""
        self._tags = (self._tags[0], end_tag)


def _build(events: list[_Event], offsets: list[int], sections: bool) -> Element:
    """Build the tree of a document from its events; return its root."""
    root = _XmlElement("html")
    stack = [root]
    located = zip(events, map(Span._make, pairwise(offsets)), strict=False)
    for kind, group in groupby(located, key=lambda item: item[0].kind):
        if kind in ("text", "literal"):
            stack[-1].children.append(_text(kind == "literal", sections, list(group)))
            continue
        for event, span in group:
            if kind == "start":
                element = _XmlElement(event.name, event.attrs, stack[-1], span)
                stack[-1].children.append(element)
                stack.append(element)
            elif kind == "end":
                element = stack.pop()
                element.set_end_tag(span)  # an empty span for a self-closing tag
                if element.tag == "template":
                    element.children.clear()  # the content belongs to another document
            elif kind == "comment":
                stack[-1].children.append(Comment(event.name))
    [top] = (node for node in root.children if isinstance(node, Element))
    return top


def _text(literal: bool, sections: bool, parts: list[tuple[_Event, Span]]) -> Text:
    """Make a text node; that of a CDATA section has a location with `sections` only."""
    pieces, offset = [], 0
    for event, span in parts:
        pieces.append(Piece(offset, len(event.name), *span, None))
        offset += len(event.name)
    data = "".join(event.name for event, _ in parts)
    return Text(data, pieces if sections or not literal else [], literal=literal)
