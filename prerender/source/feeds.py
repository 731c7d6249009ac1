"""The text of a feed in; its entries out: what they link to, and their HTML with its places.

RSS (0.9x, 1.0 and 2.0, https://www.rssboard.org/rss-specification), Atom (RFC 4287, and 0.3) and
JSON Feed (https://www.jsonfeed.org/version/1.1/). What is plain text for readers (titles, Atom's
text of type "text") is none of the HTML.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urljoin

from prerender.errors import PageError
from prerender.source.edits import Edit
from prerender.source.nodes import Element, Piece, Span, Text, joined
from prerender.source.xhtml import XmlError, parse_document

_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_JSON_FEED = b"jsonfeed.org/version/"
_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/")
#: the first element of an XML document; what may stand before it has no `<` followed by a letter,
#: but for comments
_FIRST = re.compile(rb"<(?:[\w.-]+:)?(rss|feed|RDF)(?=[\s>])")
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf|\s+|<\?.*?\?>|<!--.*?-->|<![^>]*>)*", re.DOTALL)
#: bytes in which the first element begins
_HEAD = 8192

Kind = Literal["escaped", "xhtml", "json"]


class FeedError(PageError):
    """A feed that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Content:
    """The HTML of an entry (`text`, with its places in the feed), and how the feed spells it.

    `sections` are the spans of `text` that stand in CDATA.
    """

    text: Text
    kind: Kind
    sections: Sequence[Span] = ()

    @property
    def html(self) -> str:
        """The HTML (XHTML: as the feed has it), as readers get it."""
        return self.text.data

    def as_page(self, language: str) -> tuple[str, int]:
        """The HTML as all that a page in a language has, and where in it it begins."""
        begin = f'<html lang="{html.escape(language)}"><body>'
        if self.kind == "xhtml":
            return f"{begin}{self.html}</body></html>", len(begin)
        begin = f"<!DOCTYPE html>{begin}"
        return begin + self.html, len(begin)

    def edit(self, start: int, end: int, markup: str) -> Edit | None:
        """Put markup in place of html[start:end]; None where its place is not known."""
        span = self.text.span(start, end)
        return None if span is None else Edit(*span, self._spelled(start, end, markup))

    def _spelled(self, start: int, end: int, markup: str) -> str:
        if self.kind == "json":
            return json.dumps(markup, ensure_ascii=False)[1:-1]
        if self.kind == "xhtml":
            return markup
        first, last = self._section(start), self._section(end - 1)
        if first is not None and first == last:
            return markup
        escaped = html.escape(markup, quote=False)
        return ("]]>" if first else "") + escaped + ("<![CDATA[" if last else "")

    def _section(self, offset: int) -> Span | None:
        return next((one for one in self.sections if one.start <= offset < one.end), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: the URLs that may be its page's, the likeliest first, its language, its HTML."""

    links: Sequence[str]
    language: str
    contents: Sequence[Content]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its own URLs, those of the pages that it belongs to, and its entries."""

    own: Sequence[str]
    homes: Sequence[str]
    entries: Sequence[Entry]


def is_feed(data: bytes) -> bool:
    """Whether a file seems to be a feed, by what it begins with; JSON: what stands in it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data[2 : 2 * _HEAD].replace(b"\0", b"")
    start = _BEFORE.match(data, 0, _HEAD)
    begin = start.end() if start else 0
    if data[begin : begin + 1] == b"{":
        return _JSON_FEED in data
    return _FIRST.match(data, begin) is not None


def is_json(text: str) -> bool:
    """Whether a feed is one in JSON."""
    return text.lstrip("\ufeff \t\r\n").startswith("{")


def read_feed(text: str) -> Feed | None:
    """Read a feed; None where it is none after all. Raises FeedError."""
    if is_json(text):
        return _read_json(text)
    try:
        root = parse_document(text)
    except XmlError as error:
        raise FeedError(str(error)) from error
    space, name = _name(root)
    if name == "feed" and space in _ATOM:
        return _read_atom(root, text)
    if name == "rss" or (name == "RDF" and space == _RDF):
        return _read_rss(root, text)
    return None


def _read_atom(root: Element, text: str) -> Feed:
    links = list(_atom_links(root))
    entries = [one for one in _elements(root) if _name(one) == (_name(root)[0], "entry")]
    return Feed(
        [link for relation, link in links if relation == "self"],
        [link for relation, link in links if relation == "alternate"],
        [_atom_entry(one, text) for one in entries],
    )


def _atom_entry(entry: Element, text: str) -> Entry:
    links = [link for relation, link in _atom_links(entry) if relation == "alternate"]
    links += [one.text().strip() for one in _elements(entry) if _name(one)[1] == "id"]
    return Entry(links, _language(entry), [*_atom_contents(entry, text)])


def _atom_links(parent: Element) -> Iterator[tuple[str, str]]:
    """Yield the relations and the URLs of links: those to HTML first."""
    found = [one for one in _elements(parent) if _is_atom(one, "link") and "href" in one.attrs]
    for one in sorted(found, key=lambda link: "html" not in link.attrs.get("type", "html")):
        yield one.attrs.get("rel", "alternate"), _resolved(one, one.attrs["href"])


def _atom_contents(entry: Element, text: str) -> Iterator[Content]:
    for one in _elements(entry):
        if (_is_atom(one, "content") or _is_atom(one, "summary")) and "src" not in one.attrs:
            kind = one.attrs.get("type", "text")
            # Atom 0.3 has media types, and says how they are written
            if kind == "html" or (kind == "text/html" and one.attrs.get("mode") != "xml"):
                yield from _escaped(one)
            elif "xhtml" in kind:
                yield from _xhtml(one, text)


def _read_rss(root: Element, text: str) -> Feed:
    channels = [one for one in _elements(root) if _local(one) == "channel"]
    parents = [root, *channels]
    items = [one for parent in parents for one in _elements(parent) if _local(one) == "item"]
    links = [link for channel in channels for link in _atom_links(channel)]
    return Feed(
        [link for relation, link in links if relation == "self"],
        [link for channel in channels for link in _texts(channel, "link")],
        [_rss_item(one, text) for one in items],
    )


def _rss_item(item: Element, text: str) -> Entry:
    links = _texts(item, "link") + [
        one.text().strip()
        for one in _elements(item)
        if _local(one) == "guid" and one.attrs.get("isPermaLink") != "false"
    ]
    links += [item.attrs["rdf:about"]] if "rdf:about" in item.attrs else []
    contents = [*_atom_contents(item, text)]
    for one in _elements(item):
        if _local(one) == "description" or _name(one) == (_CONTENT, "encoded"):
            contents += _escaped(one)
    return Entry(links, _language(item), contents)


def _escaped(element: Element) -> Iterator[Content]:
    """The HTML that an element has as text; none where it has elements."""
    if any(isinstance(node, Element) for node in element.children):
        return
    texts = [node for node in element.children if isinstance(node, Text)]
    sections, offset = [], 0
    for text in texts:
        if text.literal:
            sections.append(Span(offset, offset + len(text.data)))
        offset += len(text.data)
    yield Content(joined(texts), "escaped", sections)


def _xhtml(element: Element, text: str) -> Iterator[Content]:
    """The XHTML that an element has as its elements, as it stands in the feed."""
    start, end = element.tags
    if start is not None and end is not None and start.end < end.start:
        inside = text[start.end : end.start]
        piece = Piece(0, len(inside), start.end, end.start, None)
        yield Content(Text(inside, [piece]), "xhtml")


def _elements(parent: Element) -> Iterator[Element]:
    return (node for node in parent.children if isinstance(node, Element))


def _name(element: Element) -> tuple[str, str]:
    """The namespace of an element, and its name there."""
    prefix, _, name = element.tag.rpartition(":")
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    return _inherited(element, declared), name


def _local(element: Element) -> str:
    """The name of an element of RSS, whatever namespace its version has; "" for one of others."""
    return "" if ":" in element.tag else element.tag


def _is_atom(element: Element, name: str) -> bool:
    space, own = _name(element)
    return own == name and space in _ATOM


def _inherited(element: Element, name: str) -> str:
    values = (one.attrs[name] for one in element.above() if name in one.attrs)
    return next(values, "")


def _texts(parent: Element, name: str) -> list[str]:
    found = (one for one in _elements(parent) if _local(one) == name)
    return [_resolved(one, text) for one in found if (text := one.text().strip())]


def _resolved(element: Element, url: str) -> str:
    """A URL, resolved by xml:base (https://www.w3.org/TR/xmlbase/)."""
    bases = [one.attrs["xml:base"] for one in element.above() if "xml:base" in one.attrs]
    for base in bases:
        try:
            url = urljoin(base, url)
        except ValueError:
            return url
    return url


def _language(entry: Element) -> str:
    """The language of an entry (RFC 5646); "" if none is said."""
    told = (text for above in entry.above() for text in _texts(above, "language"))
    return _inherited(entry, "xml:lang") or next(told, "")


def _read_json(text: str) -> Feed | None:
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise FeedError(f"it is not JSON: {error}") from error
    if not isinstance(data, dict) or not _VERSION.match(_string(data, "version")):
        return None
    items = data.get("items")
    contents: dict[int, list[Content]] = {}
    for path, span in _json_strings(text):
        match path:
            case ("items", int(index), "content_html"):
                contents.setdefault(index, []).append(_json_content(text, span))
    language = _string(data, "language")
    entries = [
        Entry(
            [link for name in ("url", "id") if (link := _string(item, name))],
            _string(item, "language") or language,
            contents.get(index, []),
        )
        for index, item in enumerate(items if isinstance(items, list) else [])
    ]
    own, home = _string(data, "feed_url"), _string(data, "home_page_url")
    return Feed([own] if own else [], [home] if home else [], entries)


def _string(data: Any, name: str) -> str:
    value = data.get(name) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else ""


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]', re.DOTALL)
_Path = tuple[str | int | None, ...]


def _json_strings(text: str) -> Iterator[tuple[_Path, Span]]:
    """The strings that are values in valid JSON: their paths (keys, indexes), what they enclose."""
    path: list[str | int | None] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "{[":
            path.append(None if token == "{" else 0)
        elif token in "}]":
            path.pop()
        elif token == ",":
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else None
        elif path and path[-1] is None:
            path[-1] = json.loads(token)
        else:
            yield tuple(path), Span(match.start() + 1, match.end() - 1)


_PART = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]+"
)


def _json_content(text: str, span: Span) -> Content:
    pieces, parts, offset = [], [], 0
    for match in _PART.finditer(text, *span):
        data = json.loads(f'"{match[0]}"') if match[0][0] == "\\" else match[0]
        pieces.append(Piece(offset, len(data), *match.span(), None))
        parts.append(data)
        offset += len(data)
    return Content(Text("".join(parts), pieces), "json")
