"""The nodes of a page's tree: elements, text and comments, with their spans in the source.

The parsers (html.py, xhtml.py) implement `Element`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple


class Span(NamedTuple):
    """A range of the source, in characters: [start, end)."""

    start: int
    end: int


#: the start tag and the end tag; None for one that the source does not have
Tags = tuple[Span | None, Span | None]


class Piece(NamedTuple):
    """The part of a text node that comes from one token: plain text, or a character reference."""

    offset: int
    length: int
    start: int
    end: int
    raw: str | None
    """The source of plain text with CRLFs; None where source and data match one to one."""

    def span(self, start: int, end: int) -> Span | None:
        """Return the span of its characters [start, end); None if it does not have them all."""
        if end > self.length:
            return None
        if self.raw is not None:
            starts = _starts(self.raw)
            return Span(self.start + starts[start], self.start + starts[end])
        if self.end - self.start == self.length:
            return Span(self.start + start, self.start + end)
        return Span(self.start, self.end)  # a reference, which may stand for two characters


@lru_cache(8)
def _starts(raw: str) -> list[int]:
    """Where each character of a source begins (a CRLF is one), and where the last ends."""
    return [*(match.start() for match in re.finditer(r"\r\n|(?s:.)", raw)), len(raw)]


def beginning(raw: str, length: int) -> str:
    """Return the source of so many characters, of which a CRLF is one; all, if it has fewer."""
    if "\r\n" not in raw:
        return raw[:length]
    starts = _starts(raw)
    return raw[: starts[min(length, len(starts) - 1)]]


class UnlocatedError(LookupError):
    """Raised for text whose source location was not computed (see `Element.holding`)."""


@dataclass(slots=True)
class Text:
    """A text node. `data` is what a script would see, references resolved."""

    data: str
    _pieces: Sequence[Piece] | Callable[[], Sequence[Piece]]
    literal: bool = False
    """Whether it is a CDATA section of XML, in which no script looks for math."""
    _final: bool = True
    """Whether its pieces are all that can be known of its location."""

    def span(self, start: int, end: int) -> Span | None:
        """Return the source span of data[start:end] (not empty).

        None where the parser has split it or invented it. Raises UnlocatedError.
        """
        piece = self._piece(start)
        whole = piece and piece.span(start - piece.offset, end - piece.offset)
        if whole is not None:
            return whole
        first, last = self._character(start), self._character(end - 1)
        if first is None or last is None or last.end < first.start:
            return None
        return Span(first.start, last.end)

    def _piece(self, index: int) -> Piece | None:
        """Return the piece that the character data[index] is in, or behind."""
        if callable(self._pieces):
            self._pieces = self._pieces()
        last = bisect_right(self._pieces, index, key=lambda piece: piece.offset) - 1
        return self._pieces[last] if last >= 0 else None

    def _character(self, index: int) -> Span | None:
        """Return the span of the character data[index]."""
        piece = self._piece(index)
        found = piece and piece.span(index - piece.offset, index + 1 - piece.offset)
        if found is None and not self._final:
            raise UnlocatedError
        return found


def joined(texts: Sequence[Text]) -> Text:
    """One text node of several, each with all its pieces."""
    pieces: list[Piece] = []
    offset = 0
    for text in texts:
        own = text._pieces() if callable(text._pieces) else text._pieces
        pieces += [piece._replace(offset=offset + piece.offset) for piece in own]
        offset += len(text.data)
    return Text("".join(text.data for text in texts), pieces)


@dataclass(slots=True)
class Comment:
    """A comment; `data` is the text between the dashes."""

    data: str


class Element(ABC):
    """An element with its children. Two are equal if they are the same element of a tree."""

    __slots__ = ()

    @property
    @abstractmethod
    def tag(self) -> str:
        """Its tag name."""

    @property
    @abstractmethod
    def attrs(self) -> Mapping[str, str]:
        """Its attributes."""

    @property
    @abstractmethod
    def parent(self) -> Element | None:
        """Its parent element; None for the root."""

    @property
    @abstractmethod
    def children(self) -> Sequence[Node]:
        """Its child nodes."""

    @property
    @abstractmethod
    def tags(self) -> Tags:
        """The spans of its start and end tag."""

    @property
    @abstractmethod
    def before(self) -> Node | None:
        """Its previous sibling."""

    @abstractmethod
    def holding(self, wanted: frozenset[str] | None) -> Sequence[Element]:
        """Return the page's elements that have a text child with any of the characters `wanted`.

        Called on the root. The elements are in document order; elements above the body may be left
        out. Their texts have source locations, other texts need not; with None, all texts have
        them. The result may belong to another tree, whose tags have no locations.
        """

    @property
    def start_tag(self) -> Span | None:
        """Its start tag."""
        return self.tags[0]

    @property
    def end_tag(self) -> Span | None:
        """Its end tag."""
        return self.tags[1]

    @property
    def span(self) -> Span | None:
        """The whole element in the source; None where a tag of it is missing."""
        start, end = self.tags
        return None if start is None or end is None else Span(start.start, end.end)

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.attrs.get("class", "").split()

    def text(self) -> str:
        """Its textContent."""
        return "".join(
            node.data if isinstance(node, Text) else node.text()
            for node in self.children
            if not isinstance(node, Comment)
        )

    def above(self) -> Iterator[Element]:
        """Yield the element itself, its parent, and so on up to the root."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.parent

    def walk(self) -> Iterator[Element]:
        """Yield the element itself and its descendants, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend([c for c in reversed(element.children) if isinstance(c, Element)])

    def all(self, tag: str) -> list[Element]:
        """Return itself and its descendants with this tag name (HTML's), in document order."""
        return [element for element in self.walk() if element.tag == tag]

    def having(self, name: str, values: Collection[str] | None = None) -> list[Element]:
        """Return those whose attribute `name` has one of `values` (None: any), as in `all`."""
        found = (element for element in self.walk() if name in element.attrs)
        return [element for element in found if values is None or element.attrs[name] in values]

    def first(self, tag: str) -> Element | None:
        """Return the first with this tag name, as in `all`."""
        return next(iter(self.all(tag)), None)


Node = Text | Comment | Element
