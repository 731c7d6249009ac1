"""Decodes a page's bytes to text and codec, and encodes the text back to the same bytes."""

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
    """A page whose text does not encode back to the same bytes."""


class Decoded(NamedTuple):
    """A page's text (a byte order mark stays its first character) and its codec."""

    text: str
    codec: str


def decode(data: bytes, *, xml: bool = False) -> Decoded:
    """Decode a page as a browser does that opens the file (no HTTP header).

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
    """Encode a page's text to bytes; the inverse of `decode`.

    Raises EncodingLossError where the codec does not have all of it, as in a page that was changed.
    """
    try:
        return text.encode(codec, "surrogateescape")
    except UnicodeEncodeError as error:
        raise EncodingLossError(f"cannot be written as {codec}: {error}") from error


def with_references(text: str, codec: str) -> str:
    """Replace each character that `codec` cannot encode by a character reference."""
    return text.encode(codec, "prerender.references").decode(codec, "surrogateescape")


def _replace_unencodable(error: UnicodeError) -> tuple[str | bytes, int]:
    """Codec error handler: restores undecodable bytes, turns characters into references."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    if "\udc80" <= character <= "\udcff":
        return bytes([ord(character) - 0xDC00]), error.start + 1
    return f"&#{ord(character)};", error.start + 1


codecs.register_error("prerender.references", _replace_unencodable)


def _html_codec(data: bytes) -> str:
    """The WHATWG encoding sniffing algorithm, by turbohtml; UTF-8 where that fits undeclared."""
    prefix = turbohtml.parse(data[:_PREFIX_LENGTH], positions=False)
    # once the parser has met a declared encoding, the rest of the page cannot change it
    certain = prefix.encoding_confidence == "certain"
    name = (prefix if certain else turbohtml.parse(data, positions=False)).encoding or "UTF-8"
    return _CODECS.get(name, name)


#: the first bytes, in which most pages declare their encoding; more than a parser's prescan reads
_PREFIX_LENGTH = 4096


def _xml_codec(data: bytes) -> str:
    """Appendix F of the XML specification: byte order mark, declaration, UTF-8."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return codec
    declared = _XML_DECLARATION.match(data)
    name = declared[1].decode("ascii") if declared else "UTF-8"
    canonical = turbohtml.parse(f"<meta charset={name}>".encode(), positions=False).encoding or name
    return _CODECS.get(canonical, canonical)
