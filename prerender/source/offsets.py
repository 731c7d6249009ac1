"""A page in, a copy of it out in which texts are numbered; with a number, where its text stands.

The tokenizer tells where each run of text stands, the tree builder does not. So a copy of the page
is parsed in which each run that may be wanted begins with its number, written in noncharacters,
which parsers carry along like any letter; wherever the tree builder moves a run, its number goes
with it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html.entities import html5
from itertools import islice
from typing import NamedTuple

import turbohtml

from prerender.source.edits import Edit, splice
from prerender.source.lines import LineIndex
from prerender.source.nodes import Piece, Span, Text

_DIGITS = [chr(0xFDD0 + i) for i in range(16)]
_OPEN, _CLOSE = "\ufde0", "\ufde1"
_MARK = re.compile(f"{_OPEN}([{_DIGITS[0]}-{_DIGITS[-1]}]+){_CLOSE}")
_FROM_DIGITS = str.maketrans({digit: format(i, "x") for i, digit in enumerate(_DIGITS)})
_TO_DIGITS = str.maketrans({format(i, "x"): digit for i, digit in enumerate(_DIGITS)})
#: what a copy must not contain: our noncharacters, and halves of surrogate pairs (bytes that could
#: not be decoded)
_FOREIGN = re.compile("[\ufdd0-\ufdef\ud800-\udfff]")
#: a reference to one of them, in hexadecimal digits or in decimal ones
_REFERENCE = re.compile(
    r"&#(?:([xX]0*)(?:[fF][dD][dDeE][0-9a-fA-F])(?![0-9a-fA-F])"
    r"|(0*)(?:649(?:7[6-9]|[89][0-9])|6500[0-7])(?![0-9]))"
)
#: the elements right in which a text is numbered
NUMBERED = f"//*[text()[contains(., '{_OPEN}')]]"


class _Token(NamedTuple):
    start: int
    end: int
    data: str


_Run = Sequence[_Token]


class ParserCopy:
    """A page as parsers get it: `text` is as long as the source, and stands where that does."""

    def __init__(self, source: str) -> None:
        self._source = source
        text = _REFERENCE.sub(
            lambda match: f"&#{match[1]}FFFD" if match[1] else f"&#{match[2]}65533",
            without_foreign(source),
        )
        self.text = " " + text[1:] if text.startswith("\ufeff") else text

    @cached_property
    def _lines(self) -> LineIndex | None:
        """Its lines, if the parser's offsets mean nothing: it takes a CRLF for one character."""
        return LineIndex(self.text) if "\r" in self.text else None

    def span(self, place: turbohtml.SourceSpan) -> Span:
        """Where in the source is what the parser says stands in the copy."""
        if self._lines is None:
            return Span(place.start_offset, place.end_offset)
        return Span(
            self._lines.offset(place.start_line, place.start_col),
            self._lines.offset(place.end_line, place.end_col),
        )

    def numbered(self, document: turbohtml.Document, wanted: frozenset[str] | None) -> NumberedCopy:
        """The copy with runs of text numbered: those with a character that is wanted; None: all.

        `document` is the parsed copy. Above its body, runs may be left out. Runs of white space
        stay as they are: the tree builder treats them apart, and they hold no math.
        """
        start = 0 if wanted is None else self._start(document, wanted)
        runs = [] if start is None else list(self._runs(document, start, wanted))
        marks = [
            Edit(run[0].start, run[0].start, f"{_OPEN}{at:x}{_CLOSE}".translate(_TO_DIGITS))
            for at, run in enumerate(runs)
        ]
        return NumberedCopy(self._source, splice(self.text, marks), runs, wanted is None)

    def _start(self, document: turbohtml.Document, wanted: frozenset[str]) -> int | None:
        """Where to begin to read: at a tag before what may be wanted; None: nothing is.

        Most of a page stands before, and where the parser has a tag, a tokenizer can begin.
        """
        body = document.find("body")
        above = 0 if body is None else self._tag(body)
        first = min(
            (at for one in _spellings(wanted) if (at := self.text.find(one, above)) >= 0),
            default=None,
        )
        if first is None:
            return None
        start = 0
        for name in _LANDMARKS:
            elements = document.find_all(name)
            # in order, but for what the parser has moved
            at = bisect_right(elements, first, key=self._tag) - 1
            if at >= 0 and not _is_foreign(elements[at]) and self._tag(elements[at]) <= first:
                start = max(start, self._tag(elements[at]))
        return start

    def _tag(self, element: turbohtml.Element) -> int:
        """Where the start tag of an element begins; at the start of the page if there is none."""
        location = element.source_location
        return 0 if location is None else self.span(location.start_tag).start

    def _runs(
        self, document: turbohtml.Document, start: int, wanted: frozenset[str] | None
    ) -> Iterator[_Run]:
        """The runs of text between tags and comments that are wanted, each a list of tokens."""
        copy = _html_only(self.text, list(self._embedded(document)))[start:]
        lines = LineIndex(copy)
        tokens = list(turbohtml.tokenize(copy, resolve_references=False, capture_attributes=False))
        found = re.compile("" if wanted is None else _one_of(wanted)).search
        known = 0
        for at, token in enumerate(tokens):
            data = token.data
            if not data or at < known or not found(data) or token.type not in _TEXTS:
                continue
            first, known = _around(tokens, at, known)
            if not all((one.data or " ").isspace() for one in tokens[first:known]):
                places = [lines.offset(one.line, one.col) for one in tokens[first : known + 1]]
                if known == len(tokens):
                    places.append(_end_of_last(copy, places[-1], tokens[-1]))
                parts = zip(places, places[1:], tokens[first:known], strict=False)
                yield [
                    _Token(start + one, start + end, part.data or "") for one, end, part in parts
                ]

    def _embedded(self, document: turbohtml.Document) -> Iterator[Edit]:
        """What is not as in HTML where SVG or MathML stands: tags get another name.

        There `<title/>` is whole and `<![CDATA[` begins text; the tokenizer would take what follows
        for a title or a tag. So those sections become comments.
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


#: elements that there are not too many of, and in whose text, or after, most math stands
_LANDMARKS = ("body", "main", "article", "section", "h1", "h2", "p")


@lru_cache(64)
def _spellings(wanted: frozenset[str]) -> Collection[str]:
    """What in the source may be read as a character that is wanted: it, or a reference."""
    names = {name.rstrip(";") for name, means in html5.items() if not wanted.isdisjoint(means)}
    breaks = {"\r"} if "\n" in wanted else set()
    return {*wanted, *breaks, "&#", *(f"&{name}" for name in names)}


def _one_of(characters: Iterable[str]) -> str:
    """A regular expression for one of these characters."""
    return f"[{re.escape(''.join(sorted(characters)))}]"


_TEXTS = (turbohtml.TokenType.TEXT, turbohtml.TokenType.CHARACTER_REFERENCE)


def _around(tokens: Sequence[turbohtml.Token], at: int, known: int) -> tuple[int, int]:
    """The run that a token is in, from one token to (not with) another, behind what is known."""
    start, end = at, at + 1
    while start > known and tokens[start - 1].type in _TEXTS:
        start -= 1
    while end < len(tokens) and tokens[end].type in _TEXTS:
        end += 1
    return start, end


def without_foreign(text: str) -> str:
    """`text` with U+FFFD for what no parser should be given, as long as it was."""
    try:
        if b"\xef\xb7" not in text.encode():  # which these noncharacters begin with, and quickly so
            return text
    except UnicodeEncodeError:
        pass
    return _FOREIGN.sub("\ufffd", text)


def _end_of_last(copy: str, start: int, token: turbohtml.Token) -> int:
    """Where the last token ends. A tag may follow that does not, which is no token."""
    if token.type == turbohtml.TokenType.CHARACTER_REFERENCE:
        return start + len(copy[start:].partition("<")[0])
    starts = (match.start() for match in re.compile(r"\r\n|(?s:.)").finditer(copy, start))
    return next(islice(starts, len(token.data or ""), None), len(copy))


#: elements whose content is mere text in HTML, and markup like any other in SVG and MathML
_RAW = [
    *("title", "textarea", "style", "script", "noscript"),
    *("xmp", "iframe", "noembed", "noframes", "plaintext"),
]
_EMBEDDED = re.compile(r"<(?:svg|math)\b", re.IGNORECASE)
_SECTION = re.compile(r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def _html_only(copy: str, embedded: Sequence[Edit]) -> str:
    """The copy for the tokenizer, which knows HTML only, as long as `copy`.

    `</>`, which it skips without a word, becomes a comment.
    """
    edits: list[Edit] = []
    for edit in sorted(embedded, key=lambda one: (one.start, -one.end)):
        if not edits or edit.start >= edits[-1].end:  # what lies in another goes with it
            edits.append(edit)
    return splice(copy, edits).replace("</>", "<!>")


def _is_foreign(node: object) -> bool:
    return isinstance(node, turbohtml.Element) and node.namespace != turbohtml.Namespace.HTML


@dataclass(frozen=True, slots=True)
class NumberedCopy:
    """A numbered copy (`text`), and its runs by their numbers; `whole`: all runs have one."""

    _source: str
    text: str
    runs: Sequence[_Run]
    whole: bool

    def node(self, data: str) -> Text:
        """A text node of the parsed copy, without the numbers in it, and where it stands."""
        first, *rest = _MARK.split(data)
        plain = "".join([first, *rest[1::2]])

        def pieces() -> list[Piece]:
            found, at = [], len(first)
            for number, part in zip(rest[::2], rest[1::2], strict=True):
                found += self._pieces(int(number.translate(_FROM_DIGITS), 16), part, at)
                at += len(part)
            return found

        return Text(plain, pieces if rest else (), _final=self.whole)

    def _pieces(self, number: int, part: str, at: int) -> list[Piece]:
        """Where the text `part` of a node, which begins at `at` in it, stands in the source.

        `part` is the run, perhaps with later runs after it that have no number. Where the parser
        has left characters out (NUL), nothing is known.
        """
        run = self.runs[number]
        if not part.startswith("".join(token.data for token in run)):
            return []
        pieces = []
        for token in run:
            raw = self._source[token.start : token.end]
            crlf = len(raw) != len(token.data) and "\r\n" in raw
            pieces.append(Piece(at, len(token.data), token.start, token.end, raw if crlf else None))
            at += len(token.data)
        return pieces
