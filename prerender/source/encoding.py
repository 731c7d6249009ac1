"""Bytes of a page in, its text and codec out, and back again without losing a byte."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

import turbohtml

from prerender.errors import PageError

#: Python's codec for each WHATWG encoding whose name Python does not know or takes more strictly
#: (https://encoding.spec.whatwg.org/#names-and-labels)
_CODECS = {
    "GBK": "gb18030",
    "Big5": "big5hkscs",
    "EUC-KR": "cp949",
    "Shift_JIS": "cp932",
    "ISO-8859-8-I": "iso8859_8",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac_cyrillic",
    "macintosh": "mac_roman",
    "UTF-16LE": "utf_16_le",
    "UTF-16BE": "utf_16_be",
}
_XML_DECLARATION = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf_8"),
    (b"\xff\xfe", "utf_16_le"),
    (b"\xfe\xff", "utf_16_be"),
)


class EncodingLossError(PageError):
    """A page whose bytes do not come back when its text is encoded again."""


class Decoded(NamedTuple):
    """A page's text (a byte order mark stays its first character) and the codec it was in."""

    text: str
    codec: str


def decode(data: bytes, *, xml: bool = False) -> Decoded:
    """Decode a page as a browser would that opens the file (no HTTP header).

    `xml`: the page is XHTML, so its XML declaration counts and UTF-8 is the default. Raises
    EncodingLossError where encoding the text would not give the same bytes.
    """
    codec = _xml_codec(data) if xml else _html_codec(data)
    try:
        text = data.decode(codec, "surrogateescape")
        same = text.encode(codec, "surrogateescape") == data
    except (UnicodeError, LookupError) as error:
        raise EncodingLossError(f"cannot be read as {codec}: {error}") from error
    if not same:
        raise EncodingLossError(f"is not the same after reading and writing it as {codec}")
    return Decoded(text, codec)


def encode(text: str, codec: str) -> bytes:
    """The bytes of a page's text; the inverse of `decode`."""
    return text.encode(codec, "surrogateescape")


def with_references(text: str, codec: str) -> str:
    """`text` with a character reference for each character that `codec` lacks."""
    return text.encode(codec, "prerender.references").decode(codec, "surrogateescape")


def _reference(error: UnicodeError) -> tuple[str | bytes, int]:
    """A codec's error handler: undecodable bytes come back, characters become references."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    if "\udc80" <= character <= "\udcff":
        return bytes([ord(character) - 0xDC00]), error.start + 1
    return f"&#{ord(character)};", error.start + 1


codecs.register_error("prerender.references", _reference)


def _html_codec(data: bytes) -> str:
    """The WHATWG encoding sniffing algorithm, by turbohtml; UTF-8 where that fits undeclared."""
    beginning = turbohtml.parse(data[:_BEGINNING], positions=False)
    # where the parser comes upon what the page declares, what follows counts no more
    certain = beginning.encoding_confidence == "certain"
    name = (beginning if certain else turbohtml.parse(data, positions=False)).encoding or "UTF-8"
    return _CODECS.get(name, name)


#: bytes in which most pages declare their encoding: more than parsers look at for it beforehand
_BEGINNING = 4096


def _xml_codec(data: bytes) -> str:
    """Appendix F of the XML specification: byte order mark, declaration, UTF-8."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return codec
    declared = _XML_DECLARATION.match(data)
    name = declared[1].decode("ascii") if declared else "UTF-8"
    canonical = turbohtml.parse(f"<meta charset={name}>".encode(), positions=False).encoding or name
    return _CODECS.get(canonical, canonical)
