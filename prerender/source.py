"""A page's text in, a tree of its nodes with exact offsets out; edits in, the edited text out.

Only this module knows the HTML parser, only `xhtml` that of XML. The tree is the one a browser
builds (implied tags, foster parenting, the adoption agency:
https://html.spec.whatwg.org/multipage/parsing.html), and every character of its text knows where in
the source it stands.

How: the tokenizer tells where each run of text stands, the tree builder does not. So a copy of the
page is parsed in which each run begins with its number, written in noncharacters, which parsers
carry along like any letter; wherever the tree builder moves a run, its number goes with it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import turbohtml

from prerender.place import Lines

_DIGITS = [chr(0xFDD0 + i) for i in range(16)]
_OPEN, _CLOSE = "\ufde0", "\ufde1"
_MARK = re.compile(f"{_OPEN}([{_DIGITS[0]}-{_DIGITS[-1]}]+){_CLOSE}")
_FROM_DIGITS = str.maketrans({digit: format(i, "x") for i, digit in enumerate(_DIGITS)})
_TO_DIGITS = str.maketrans({format(i, "x"): digit for i, digit in enumerate(_DIGITS)})
#: what the copy must not contain: our noncharacters, and halves of surrogate pairs (bytes that
#: could not be decoded)
_FOREIGN = re.compile("[\ufdd0-\ufdef\ud800-\udfff]")
#: a reference to one of them, in hexadecimal digits or in decimal ones
_REFERENCE = re.compile(
    r"&#(?:([xX]0*)(?:[fF][dD][dDeE][0-9a-fA-F])(?![0-9a-fA-F])"
    r"|(0*)(?:649(?:7[6-9]|[89][0-9])|6500[0-7])(?![0-9]))"
)


class Span(NamedTuple):
    """A stretch of the source, in characters: [start, end)."""

    start: int
    end: int


class Edit(NamedTuple):
    """What stands in the result in the place of a stretch of the source."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Text:
    """A text node. `data` is what a script would see, references resolved."""

    data: str
    _pieces: Sequence[Piece] | Callable[[], Sequence[Piece]]
    literal: bool = False
    """Whether it is a CDATA section of XML, in which no script looks for math."""

    def span(self, start: int, end: int) -> Span | None:
        """Where data[start:end] (not empty) stands in the source.

        None where the parser has moved it apart or made it up.
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
        if at < 0:
            return None
        piece = self._pieces[at]
        return piece.span(index - piece.at)


@dataclass(slots=True)
class Comment:
    """A comment; `data` is what stands between the dashes."""

    data: str


Tags = tuple[Span | None, Span | None]


@dataclass(slots=True)
class Element:
    """An element with its children. Spans are None for tags that the source does not have.

    Where its tags stand may be found out when it is asked for: of most elements it never is.
    """

    tag: str
    attrs: dict[str, str]
    _tags: Tags | Callable[[], Tags] = (None, None)
    children: list[Node] = field(default_factory=list)

    @property
    def start_tag(self) -> Span | None:
        """Its start tag."""
        return self._both()[0]

    @property
    def end_tag(self) -> Span | None:
        """Its end tag."""
        return self._both()[1]

    def ends(self, end_tag: Span) -> None:
        """Say where its end tag stands."""
        self._tags = (self.start_tag, end_tag)

    def _both(self) -> Tags:
        if callable(self._tags):
            self._tags = self._tags()
        return self._tags

    @property
    def span(self) -> Span | None:
        """The whole element in the source; None where a tag of it is missing."""
        start, end = self._both()
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

    def walk(self) -> Iterator[Element]:
        """It and the elements in it, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend([c for c in reversed(element.children) if isinstance(c, Element)])

    def first(self, tag: str) -> Element | None:
        """The first element of that name in it."""
        return next((element for element in self.walk() if element.tag == tag), None)


Node = Text | Comment | Element
_Locate = Callable[[int, int], int]


class Piece(NamedTuple):
    """A stretch of a text node from one token: plain text, or a character reference."""

    at: int
    length: int
    start: int
    end: int
    raw: str | None
    """The source of a plain stretch with CRLFs; None where source and data match one to one."""

    def span(self, index: int) -> Span | None:
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


class _Token(NamedTuple):
    start: int
    end: int
    data: str


def parse(text: str) -> Element:
    """The `html` element of an HTML page, as a browser with scripting builds it."""
    runs = list(_runs(text))
    marked, marks = _mark(text, runs)
    document = turbohtml.parse(marked, source_locations=True, scripting=True)
    locate = _Locator(marked, marks)
    root = document.find("html")
    if root is None:  # a frameset page or nothing at all
        return Element("html", {})
    return _convert(root, locate, runs, text)


def splice(text: str, edits: Iterable[Edit]) -> str:
    """`text` with the edits made. Raises ValueError where two of them overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise ValueError(f"edits overlap at {edit.start}")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def without_foreign(text: str) -> str:
    """`text` with U+FFFD for what no parser should be given, as long as it was."""
    return _FOREIGN.sub("\ufffd", text)


def _clean(text: str) -> str:
    """The copy that is parsed: as long as `text`, without what a number could be mistaken for."""
    text = _REFERENCE.sub(
        lambda match: f"&#{match[1]}FFFD" if match[1] else f"&#{match[2]}65533",
        without_foreign(text),
    )
    return " " + text[1:] if text.startswith("\ufeff") else text


def _runs(text: str) -> Iterator[list[_Token]]:
    """The runs of text between tags and comments, each a list of tokens."""
    clean = _clean(text)
    starts = Lines(clean).starts
    run: list[_Token] = []
    pending: tuple[int, turbohtml.Token] | None = None
    text_types = (turbohtml.TokenType.TEXT, turbohtml.TokenType.CHARACTER_REFERENCE)
    for token in turbohtml.tokenize(_html_only(clean), resolve_references=False):
        start = starts[token.line - 1] + token.col
        if pending is not None:
            run.append(_Token(pending[0], start, pending[1].data or ""))
            pending = None
        if token.type in text_types:
            pending = (start, token)
        elif run:
            yield run
            run = []
    if pending is not None:
        start, token = pending
        run.append(_Token(start, _end_of_last(clean, start, token), token.data or ""))
    if run:
        yield run


def _end_of_last(clean: str, start: int, token: turbohtml.Token) -> int:
    """Where the last token ends. A tag may follow that does not, which is no token."""
    if token.type == turbohtml.TokenType.CHARACTER_REFERENCE:
        return start + len(clean[start:].partition("<")[0])
    starts = (match.start() for match in re.compile(r"\r\n|(?s:.)").finditer(clean, start))
    return next(islice(starts, len(token.data or ""), None), len(clean))


#: elements whose content is mere text in HTML, and markup like any other in SVG and MathML
_RAW = [
    *("title", "textarea", "style", "script", "noscript"),
    *("xmp", "iframe", "noembed", "noframes", "plaintext"),
]
_EMBEDDED = re.compile(r"<(?:svg|math)\b", re.IGNORECASE)
_SECTION = re.compile(r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def _html_only(clean: str) -> str:
    """The copy for the tokenizer, which does not know SVG and MathML, as long as `clean`.

    There `<title/>` is whole and `<![CDATA[` begins text; the tokenizer would take what follows for
    a title or a tag. So those tags get another name, and those sections become comments. So does
    `</>`, which it skips without a word.
    """
    clean = clean.replace("</>", "<!>")
    if not _EMBEDDED.search(clean):
        return clean
    lines = Lines(clean)
    edits: list[Edit] = []
    document = turbohtml.parse(clean, source_locations=True, scripting=True)
    for element in document.find_all([*_RAW, "svg", "math"]):
        start, end = _tags(element, lines.offset)
        if start is None or not _is_foreign(element):
            continue
        if element.tag in _RAW:
            edits.append(Edit(start.start + 1, start.start + 2, "q"))
            if end is not None:
                edits.append(Edit(end.start + 2, end.start + 3, "q"))
        elif end is not None and not _is_foreign(element.parent):
            for section in _SECTION.finditer(clean, start.end, end.start):
                if section[1] is not None:
                    comment = f"<!--{'x' * (len(section[0]) - 7)}-->"
                    edits.append(Edit(*section.span(), comment))
    if not edits:
        return clean
    characters = list(clean)
    for edit in edits:  # which may lie in one another
        characters[edit.start : edit.end] = edit.text
    return "".join(characters)


def _is_foreign(node: object) -> bool:
    return isinstance(node, turbohtml.Element) and node.namespace != turbohtml.Namespace.HTML


def _mark(text: str, runs: list[list[_Token]]) -> tuple[str, list[tuple[int, int]]]:
    """The copy with the runs numbered, and where.

    A place is (offset in the copy, length of all numbers before it). Runs of white space stay as
    they are: the tree builder treats them apart, and they hold no math.
    """
    clean = _clean(text)
    parts, marks, at, shift = [], [], 0, 0
    for number, run in enumerate(runs):
        if run[0].data.isspace() and all(token.data.isspace() for token in run):
            continue
        mark = f"{_OPEN}{format(number, 'x').translate(_TO_DIGITS)}{_CLOSE}"
        start = run[0].start
        parts += [clean[at:start], mark]
        marks.append((start + shift, shift))
        shift += len(mark)
        at = start
    return "".join([*parts, clean[at:]]), marks


class _Locator:
    """From lines and columns of the numbered copy to offsets of the source."""

    def __init__(self, marked: str, marks: list[tuple[int, int]]) -> None:
        self._starts = Lines(marked).starts
        self._at = [at for at, _ in marks]
        last = marks[-1] if marks else (0, 0)
        closed = marked.find(_CLOSE, last[0]) + 1
        self._shifts = [*(shift for _, shift in marks), last[1] + closed - last[0]]

    def __call__(self, line: int, column: int) -> int:
        offset = self._starts[line - 1] + column
        return offset - self._shifts[bisect_right(self._at, offset - 1)]


def _convert(
    root: turbohtml.Element, locate: _Locator, runs: list[list[_Token]], text: str
) -> Element:
    """The parser's tree as ours."""
    result = _element(root, locate)
    stack = [(root, result)]
    while stack:
        source, target = stack.pop()
        children = target.children
        for child in source.children:
            if isinstance(child, turbohtml.Element):
                element = _element(child, locate)
                children.append(element)
                stack.append((child, element))
            elif isinstance(child, turbohtml.Text):
                data = child.data
                children.append(_text(data, runs, text) if _OPEN in data else Text(data, ()))
            elif isinstance(child, turbohtml.Comment):
                children.append(Comment(child.data))
    return result


def _element(element: turbohtml.Element, locate: _Locate) -> Element:
    attrs = {
        name: " ".join(value) if isinstance(value, list) else value or ""
        for name, value in element.attrs.items()
    }
    return Element(element.tag, attrs, lambda: _tags(element, locate))


def _tags(element: turbohtml.Element, locate: _Locate) -> Tags:
    """Where its start tag and its end tag stand."""
    location = element.source_location
    if location is None:
        return None, None
    start, end = location.start_tag, location.end_tag
    return (
        Span(locate(start.start_line, start.start_col), locate(start.end_line, start.end_col)),
        end and Span(locate(end.start_line, end.start_col), locate(end.end_line, end.end_col)),
    )


def _text(data: str, runs: list[list[_Token]], text: str) -> Text:
    """A text node without the numbers in it, and where its pieces come from."""
    first, *rest = _MARK.split(data)
    plain = "".join([first, *rest[1::2]])

    def pieces() -> list[Piece]:
        found, at = [], len(first)
        for number, part in zip(rest[::2], rest[1::2], strict=True):
            found += _pieces(runs[int(number.translate(_FROM_DIGITS), 16)], part, at, text)
            at += len(part)
        return found

    return Text(plain, pieces if rest else ())


def _pieces(run: list[_Token], part: str, at: int, text: str) -> list[Piece]:
    """Where the text `part` of a node, which begins at `at` in it, stands in the source.

    `part` is the run, perhaps with white space of later runs after it. Where the parser has left
    characters out (NUL), nothing is known.
    """
    if not part.startswith("".join(token.data for token in run)):
        return []
    pieces = []
    for token in run:
        raw = text[token.start : token.end]
        crlf = len(raw) != len(token.data) and "\r\n" in raw
        pieces.append(Piece(at, len(token.data), token.start, token.end, raw if crlf else None))
        at += len(token.data)
    return pieces


_PROLOG = re.compile(
    r"\ufeff?(?:\s+|<!--(?:-?>|.*?--!?>)|<\?.*?>|<!doctype[^>]*>)*", re.IGNORECASE | re.DOTALL
)


def prolog_end(text: str) -> int:
    """Where the document type and what may stand before and right behind it end."""
    match = _PROLOG.match(text)
    return match.end() if match else 0
