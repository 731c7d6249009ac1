"""A text of the parser's tree in; its pieces in the source out, if it stands between two tags.

The parser reports where tags are. A text stands between the tag before it and the one after it,
unless the tree builder has moved or dropped something: then what stands there is not the text, and
nothing is known (offsets.py finds all texts, for much more work).
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

import turbohtml

from prerender.source.nodes import Piece, beginning
from prerender.source.offsets import ParserCopy

_Leaf = (turbohtml.Text, turbohtml.Comment)
#: elements without content behind which text stands (https://html.spec.whatwg.org/#void-elements)
_VOID = frozenset(("br", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
#: elements in which a newline behind the start tag is dropped
#: (https://html.spec.whatwg.org/#parsing-main-inbody)
_DROPS_NEWLINE = frozenset(("pre", "listing", "textarea"))
#: a character reference with its semicolon, or what stands for itself
_PART = re.compile(r"&(#\d+|#[xX][\da-fA-F]+|[\da-zA-Z]+);|(?:[^&]|&(?![#\da-zA-Z]))+")
_SPACE = "\t\n\f\r "
_NEWLINE = re.compile(r"\r?\n|\r|")


def pieces(copy: ParserCopy, node: turbohtml.Text) -> list[Piece]:
    """Return the pieces of a text; none where it does not stand as it is between two tags."""
    first: turbohtml.Node = node
    while isinstance(before := first.previous_sibling, _Leaf):
        first = before
    at, end = _start(copy, first), _end(copy, node)
    mine: list[Piece] = []
    one: turbohtml.Node | None = first
    while at is not None and end is not None and isinstance(one, _Leaf):
        if isinstance(one, turbohtml.Comment):
            at = _after(copy, at, f"<!--{one.data}-->")
        elif data := _data(one):
            found = _read(copy.text, at, end, data)
            at = found[-1].end if found else None
            mine = found if one == node else mine
        one = one.next_sibling
    return mine if at is not None and not copy.text[at:end].strip(_SPACE) else []


def _data(node: turbohtml.Text) -> str:
    """Return what stands between the tags: to the end of a body, space behind it is added."""
    last = isinstance(node.parent, turbohtml.Element) and node.parent.tag == "body"
    return node.data.rstrip(_SPACE) if last and node.next_sibling is None else node.data


def _after(copy: ParserCopy, at: int, markup: str) -> int | None:
    """Return where markup ends that stands at an offset; None if it does not."""
    return at + len(markup) if copy.text.startswith(markup, at) else None


def _start(copy: ParserCopy, node: turbohtml.Node) -> int | None:
    """Return where what stands before a node ends; None if that is not known."""
    before = node.previous_sibling
    if isinstance(before, turbohtml.Element):
        location = before.source_location
        tag = location and (location.end_tag or (before.tag in _VOID and location.start_tag))
        return copy.span(tag).end if tag else None
    around = node.parent
    if before is not None or not isinstance(around, turbohtml.Element):
        return None
    location = around.source_location
    if location is None:
        return None
    start = copy.span(location.start_tag).end
    if around.tag in _DROPS_NEWLINE:
        return next(_NEWLINE.finditer(copy.text, start)).end()
    return start


def _end(copy: ParserCopy, node: turbohtml.Node) -> int | None:
    """Return where the first tag behind a node starts; None if that is not known."""
    while isinstance(after := node.next_sibling, _Leaf):
        node = after
    if isinstance(after, turbohtml.Element):
        location = after.source_location
        return location and copy.span(location.start_tag).start
    around = node.parent
    if after is not None or around is None:
        return None
    if not isinstance(around, turbohtml.Element):
        return len(copy.text)
    location = around.source_location
    if location is not None and location.end_tag is not None:
        return copy.span(location.end_tag).start
    return _end(copy, around)


def _read(text: str, at: int, end: int, data: str) -> list[Piece]:
    """Return the pieces of some data, all of which stands from `at` on; none if it does not."""
    found: list[Piece] = []
    offset = 0
    while offset < len(data):
        part = _PART.match(text, at, end)
        if part is None:
            return []
        if part[1] is None:
            raw = beginning(part[0], len(data) - offset)
            means = raw.replace("\r\n", "\n").replace("\r", "\n")
        else:
            raw = part[0]
            means = unescape(raw) if raw[1] == "#" or f"{part[1]};" in html5 else ""
        if not means or not data.startswith(means, offset):
            return []
        crlf = raw if "\r\n" in raw else None
        found.append(Piece(offset, len(means), at, at + len(raw), crlf))
        at, offset = at + len(raw), offset + len(means)
    return found
