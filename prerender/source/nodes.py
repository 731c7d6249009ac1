"""What a page's tree is made of: elements, text and comments, and where they stand in the source.

How an element knows its own is its parser's concern (html.py, xhtml.py).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of the source, in characters: [start, end)."""

    start: int
    end: int


#: the start tag and the end tag; None for one that the source does not have
Tags = tuple[Span | None, Span | None]


class Piece(NamedTuple):
    """A stretch of a text node from one token: plain text, or a character reference."""

    at: int
    length: int
    start: int
    end: int
    raw: str | None
    """The source of a plain stretch with CRLFs; None where source and data match one to one."""

    def span(self, index: int) -> Span | None:
        """The span of the one character of the node that is the piece's character `index`."""
        if index >= self.length:
            return None
        if self.raw is not None:
            starts = [match.start() for match in re.finditer(r"\r\n|(?s:.)", self.raw)]
            start = self.start + starts[index]
            end = self.start + (starts[index + 1] if index + 1 < len(starts) else len(self.raw))
            return Span(start, end)
        if self.end - self.start == self.length:
            return Span(self.start + index, self.start + index + 1)
        return Span(self.start, self.end)  # a reference, which may stand for two characters


class UnlocatedError(LookupError):
    """Of this text it was not found out where it stands (`Element.holding`)."""


@dataclass(slots=True)
class Text:
    """A text node. `data` is what a script would see, references resolved."""

    data: str
    _pieces: Sequence[Piece] | Callable[[], Sequence[Piece]]
    literal: bool = False
    """Whether it is a CDATA section of XML, in which no script looks for math."""
    _final: bool = True
    """Whether more than its pieces cannot be known."""

    def span(self, start: int, end: int) -> Span | None:
        """Where data[start:end] (not empty) stands in the source.

        None where the parser has moved it apart or made it up. Raises UnlocatedError.
        """
        first = self._source(start)
        last = self._source(end - 1)
        if first is None or last is None or last.end < first.start:
            return None
        return Span(first.start, last.end)

    def _source(self, index: int) -> Span | None:
        """The span of the one character data[index]."""
        if callable(self._pieces):
            self._pieces = self._pieces()
        at = bisect_right(self._pieces, index, key=lambda piece: piece.at) - 1
        piece = self._pieces[at] if at >= 0 else None
        found = piece and piece.span(index - piece.at)
        if found is None and not self._final:
            raise UnlocatedError
        return found


@dataclass(slots=True)
class Comment:
    """A comment; `data` is what stands between the dashes."""

    data: str


class Element(ABC):
    """An element with its children. Two are equal if they are the same element of a tree."""

    __slots__ = ()

    @property
    @abstractmethod
    def tag(self) -> str:
        """Its name."""

    @property
    @abstractmethod
    def attrs(self) -> Mapping[str, str]:
        """Its attributes."""

    @property
    @abstractmethod
    def parent(self) -> Element | None:
        """The element that it is in; None: it is the root."""

    @property
    @abstractmethod
    def children(self) -> Sequence[Node]:
        """What is right in it."""

    @property
    @abstractmethod
    def tags(self) -> Tags:
        """Where its tags stand."""

    @property
    @abstractmethod
    def before(self) -> Node | None:
        """What stands right before it in its parent."""

    @abstractmethod
    def holding(self, wanted: frozenset[str] | None) -> Sequence[Element]:
        """Of the page whose root it is, the elements right in which a text holds what is wanted.

        That is one of some characters. The elements are in document order; above the body, some may
        be left out. These texts know where they stand, all others need not; None: all do. It may be
        a tree of its own, in which tags do not know their places.
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
        """The text in it (textContent)."""
        return "".join(
            node.data if isinstance(node, Text) else node.text()
            for node in self.children
            if not isinstance(node, Comment)
        )

    def above(self) -> Iterator[Element]:
        """It, its parent, and so on up to the root."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.parent

    def walk(self) -> Iterator[Element]:
        """It and the elements in it, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend([c for c in reversed(element.children) if isinstance(c, Element)])

    def all(self, tag: str) -> list[Element]:
        """Those of that name (of HTML), among it and the elements in it, in document order."""
        return [element for element in self.walk() if element.tag == tag]

    def having(self, name: str, values: Collection[str] | None = None) -> list[Element]:
        """Those of which an attribute has one of these values (or any), in the same way."""
        found = (element for element in self.walk() if name in element.attrs)
        return [one for one in found if values is None or one.attrs[name] in values]

    def first(self, tag: str) -> Element | None:
        """The first of that name, in the same way."""
        return next(iter(self.all(tag)), None)


Node = Text | Comment | Element
