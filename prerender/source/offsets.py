"""Finds the source offsets of text nodes: makes a numbered copy of a page, and maps numbers back.

The tokenizer reports where each run of text is, the tree builder does not. So we parse a copy of
the page in which each run of interest begins with its number, written in noncharacters, which
parsers treat like any letter; wherever the tree builder moves a run, its number goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import turbohtml

from prerender.source.edits import Edit, splice
from prerender.source.lines import LineIndex
from prerender.source.nodes import Piece, Span, Text, beginning

_DIGITS = [chr(0xFDD0 + i) for i in range(16)]
_OPEN, _CLOSE = "\ufde0", "\ufde1"
_MARK = re.compile(f"{_OPEN}([{_DIGITS[0]}-{_DIGITS[-1]}]+){_CLOSE}")
_FROM_DIGITS = str.maketrans({digit: format(i, "x") for i, digit in enumerate(_DIGITS)})
_TO_DIGITS = str.maketrans({format(i, "x"): digit for i, digit in enumerate(_DIGITS)})
#: what a copy must not contain: our noncharacters, and lone surrogates (undecodable bytes)
_FOREIGN = re.compile("[\ufdd0-\ufdef\ud800-\udfff]")
#: a reference to one of them, in hexadecimal digits or in decimal ones
_REFERENCE = re.compile(
    r"&#(?:([xX]0*)(?:[fF][dD][dDeE][0-9a-fA-F])(?![0-9a-fA-F])"
    r"|(0*)(?:649(?:7[6-9]|[89][0-9])|6500[0-7])(?![0-9]))"
)
#: XPath of the elements that have a numbered text child
NUMBERED = f"//*[text()[contains(., '{_OPEN}')]]"


class _Token(NamedTuple):
    start: int
    end: int
    data: str


_Run = Sequence[_Token]


class ParserCopy:
    """A page as the parser receives it: `text` has the same length and offsets as the source."""

    def __init__(self, source: str) -> None:
        self._source = source
        text = _REFERENCE.sub(
            lambda match: f"&#{match[1]}FFFD" if match[1] else f"&#{match[2]}65533",
            without_foreign(source),
        )
        self.text = " " + text[1:] if text.startswith("\ufeff") else text

    @cached_property
    def _lines(self) -> LineIndex | None:
        """A line index where the parser's offsets are wrong: it counts a CRLF as one character."""
        return LineIndex(self.text) if "\r" in self.text else None

    def span(self, location: turbohtml.SourceSpan) -> Span:
        """Convert a location that the parser reports to a span of the source."""
        if self._lines is None:
            return Span(location.start_offset, location.end_offset)
        return Span(
            self._lines.offset(location.start_line, location.start_col),
            self._lines.offset(location.end_line, location.end_col),
        )

    def numbered(self, document: turbohtml.Document) -> NumberedCopy:
        """Number the runs of text; `document` is the parsed copy.

        Runs of white space are never numbered: the tree builder treats them differently, and they
        contain no math.
        """
        runs = list(self._runs(document))
        marks = [
            Edit(run[0].start, run[0].start, f"{_OPEN}{number:x}{_CLOSE}".translate(_TO_DIGITS))
            for number, run in enumerate(runs)
        ]
        return NumberedCopy(self._source, splice(self.text, marks), runs)

    def _runs(self, document: turbohtml.Document) -> Iterator[_Run]:
        """Yield the runs of text between tags and comments, each as a list of tokens."""
        copy = _html_only(self.text, list(self._embedded(document)))
        lines = LineIndex(copy)
        tokens = list(turbohtml.tokenize(copy, resolve_references=False, capture_attributes=False))
        done = 0
        for index, token in enumerate(tokens):
            if not token.data or index < done or token.type not in _TEXTS:
                continue
            first, done = _run_bounds(tokens, index, done)
            if all((part.data or " ").isspace() for part in tokens[first:done]):
                continue
            offsets = [lines.offset(part.line, part.col) for part in tokens[first : done + 1]]
            if done == len(tokens):
                offsets.append(_end_of_last(copy, offsets[-1], tokens[-1]))
            parts = zip(offsets, offsets[1:], tokens[first:done], strict=False)
            yield [_Token(begin, end, part.data or "") for begin, end, part in parts]

    def _embedded(self, document: turbohtml.Document) -> Iterator[Edit]:
        """Yield edits that hide from the tokenizer what differs inside SVG and MathML.

        There `<title/>` is a complete element and `<![CDATA[` begins text; the tokenizer would read
        what follows as a title or a tag. So such tags are renamed, such sections become comments.
        """
        names = (*_RAW, "svg", "math") if _EMBEDDED.search(self.text) else ()
        for element in (element for name in names for element in document.find_all(name)):
            location = element.source_location
            if location is None or not _is_foreign(element):
                continue
            start = self.span(location.start_tag).start
            end = location.end_tag and self.span(location.end_tag).start
            if element.tag in _RAW:
                yield Edit(start + 1, start + 2, "q")
                if end is not None:
                    yield Edit(end + 2, end + 3, "q")
            elif end is not None and not _is_foreign(element.parent):
                for section in _SECTION.finditer(self.text, start, end):
                    if section[1] is not None:
                        yield Edit(*section.span(), f"<!--{'x' * (len(section[0]) - 7)}-->")


_TEXTS = (turbohtml.TokenType.TEXT, turbohtml.TokenType.CHARACTER_REFERENCE)


def _run_bounds(tokens: Sequence[turbohtml.Token], index: int, done: int) -> tuple[int, int]:
    """Return the range [start, end) of tokens of the run around token `index`, from `done` on."""
    start, end = index, index + 1
    while start > done and tokens[start - 1].type in _TEXTS:
        start -= 1
    while end < len(tokens) and tokens[end].type in _TEXTS:
        end += 1
    return start, end


def without_foreign(text: str) -> str:
    """Replace characters that the parser must not see by U+FFFD; the length stays the same."""
    try:
        if b"\xef\xb7" not in text.encode():  # a fast test: all our noncharacters begin with it
            return text
    except UnicodeEncodeError:
        pass
    return _FOREIGN.sub("\ufffd", text)


def _end_of_last(copy: str, start: int, token: turbohtml.Token) -> int:
    """Return where the last token ends; an unfinished tag, which is no token, may follow it."""
    if token.type == turbohtml.TokenType.CHARACTER_REFERENCE:
        return start + len(copy[start:].partition("<")[0])
    return start + len(beginning(copy[start:], len(token.data or "")))


#: elements whose content is plain text in HTML, but markup in SVG and MathML
_RAW = [
    *("title", "textarea", "style", "script", "noscript"),
    *("xmp", "iframe", "noembed", "noframes", "plaintext"),
]
_EMBEDDED = re.compile(r"<(?:svg|math)\b", re.IGNORECASE)
_SECTION = re.compile(r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def _html_only(copy: str, embedded: Sequence[Edit]) -> str:
    """Return the copy for the tokenizer, which knows HTML only; its length stays the same.

    `</>`, for which the tokenizer emits no token, becomes a comment.
    """
    edits: list[Edit] = []
    for edit in sorted(embedded, key=lambda edit: (edit.start, -edit.end)):
        if not edits or edit.start >= edits[-1].end:  # the outer edit covers the inner one
            edits.append(edit)
    return splice(copy, edits).replace("</>", "<!>")


def _is_foreign(node: object) -> bool:
    return isinstance(node, turbohtml.Element) and node.namespace != turbohtml.Namespace.HTML


@dataclass(frozen=True, slots=True)
class NumberedCopy:
    """A numbered copy (`text`) and its runs by number."""

    _source: str
    text: str
    runs: Sequence[_Run]

    def node(self, data: str) -> Text:
        """Make a text node from one of the parsed copy: without its numbers, with its location."""
        first, *rest = _MARK.split(data)
        plain = "".join([first, *rest[1::2]])

        def pieces() -> list[Piece]:
            found, offset = [], len(first)
            for number, part in zip(rest[::2], rest[1::2], strict=True):
                found += self._pieces(int(number.translate(_FROM_DIGITS), 16), part, offset)
                offset += len(part)
            return found

        return Text(plain, pieces if rest else ())

    def _pieces(self, number: int, part: str, offset: int) -> list[Piece]:
        """Return the pieces of the text `part` of a node, which begins at `offset` in the node.

        `part` is the run, possibly followed by runs that have no number. Empty where the parser has
        dropped characters (NUL).
        """
        run = self.runs[number]
        if not part.startswith("".join(token.data for token in run)):
            return []
        pieces = []
        for token in run:
            raw = self._source[token.start : token.end]
            crlf = len(raw) != len(token.data) and "\r\n" in raw
            length = len(token.data)
            pieces.append(Piece(offset, length, token.start, token.end, raw if crlf else None))
            offset += length
        return pieces
