"""Bytes come back from text in every encoding that browsers know, or the page is refused."""

from __future__ import annotations

import codecs
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prerender.source.encoding import Decoded, EncodingLossError, decode, encode, with_references

pytestmark = pytest.mark.quick

#: label, Python's codec, and words that a page in it may hold
SAMPLES = [
    ("utf-8", "utf-8", "数学 é 𝐀 🙂"),
    ("gb2312", "gb18030", "数学公式"),
    ("gbk", "gb18030", "数学公式鑫"),
    ("gb18030", "gb18030", "数学 𝐀"),
    ("big5", "big5hkscs", "數學公式"),
    ("big5-hkscs", "big5hkscs", "數學㗎"),
    ("shift_jis", "cp932", "数学ソ表①"),
    ("euc-jp", "euc_jp", "数学ソ表"),
    ("iso-2022-jp", "iso2022_jp", "数学ソ表 and x"),
    ("euc-kr", "cp949", "수학 똠"),
    ("windows-1251", "cp1251", "математика №"),
    ("koi8-r", "koi8-r", "математика"),
    ("koi8-u", "koi8-u", "їжак"),
    ("ibm866", "ibm866", "математика"),
    ("x-mac-cyrillic", "mac_cyrillic", "математика"),
    ("iso-8859-5", "iso8859-5", "математика"),
    ("iso-8859-1", "cp1252", "é “quoted” €"),
    ("us-ascii", "cp1252", "é “quoted” €"),
    ("windows-1252", "cp1252", "é “quoted” €"),
    ("macintosh", "mac_roman", "é ∞ ∫"),
    ("iso-8859-2", "iso8859-2", "łódź"),
    ("windows-1250", "cp1250", "łódź"),
    ("windows-1253", "cp1253", "μαθηματικά"),
    ("iso-8859-7", "iso8859-7", "μαθηματικά"),
    ("windows-1254", "cp1254", "İğş"),
    ("iso-8859-9", "cp1254", "İğş"),
    ("windows-1255", "cp1255", "מתמטיקה"),
    ("iso-8859-8-i", "iso8859-8", "מתמטיקה"),
    ("windows-1256", "cp1256", "رياضيات"),
    ("windows-1257", "cp1257", "ąčę"),
    ("windows-1258", "cp1258", "toán ₫"),
    ("windows-874", "cp874", "คณิตศาสตร์"),
    ("tis-620", "cp874", "คณิตศาสตร์"),
    ("iso-8859-15", "iso8859-15", "€ œ"),
    ("iso-8859-16", "iso8859-16", "ș"),
]


@pytest.mark.parametrize(("label", "codec", "words"), SAMPLES)
@pytest.mark.parametrize(
    "declared",
    [
        '<!doctype html><meta charset="{}"><p>',
        '<html><head><META http-equiv=Content-Type content="text/html; charset={}"></head><p>',
    ],
)
def test_declared_encodings(label: str, codec: str, words: str, declared: str) -> None:
    text = f"{declared.format(label)}{words}\r\n$x$"
    data = text.encode(codec)
    decoded = decode(data)
    assert decoded.text == text
    assert encode(*decoded) == data


@pytest.mark.parametrize(("label", "codec", "words"), SAMPLES)
def test_encodings_of_xhtml(label: str, codec: str, words: str) -> None:
    text = f'<?xml version="1.0" encoding="{label}"?>\n<html><p>{words}</p></html>'
    data = text.encode(codec)
    assert decode(data, xml=True).text == text
    assert encode(*decode(data, xml=True)) == data


@pytest.mark.parametrize("xml", [False, True])
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_byte_order_mark_stays_the_first_character(codec: str, xml: bool) -> None:
    text = "<p>数𝐀</p>"
    data = ("\ufeff" + text).encode(codec) if codec == "utf-16-be" else text.encode(codec)
    decoded = decode(data, xml=xml)
    assert decoded.text == "\ufeff" + text
    assert encode(*decoded) == data


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("declaration", "xml"),
    [
        ("<!doctype html><meta charset=gbk>", False),
        ('<?xml version="1.0" encoding="gbk"?>', True),
    ],
)
def test_a_byte_order_mark_counts_before_what_is_declared(
    codec: str, declaration: str, xml: bool
) -> None:
    text = f"\ufeff{declaration}<p>数𝐀é</p>"
    decoded = decode(text.encode(codec), xml=xml)
    assert decoded.text == text
    assert codecs.lookup(decoded.codec).name == codec


def test_what_is_declared_nowhere() -> None:
    assert decode("<p>数".encode()).text == "<p>数"
    assert decode(b"<p>\xe9").text == "<p>é"
    assert decode(b"").text == ""
    assert decode("<p>é".encode(), xml=True) == Decoded("<p>é", "UTF-8")


def test_a_declaration_in_xml_that_ascii_cannot_be_in_is_wrong() -> None:
    data = '<?xml version="1.0" encoding="UTF-16"?><p>é</p>'.encode()
    assert decode(data, xml=True).text.endswith("<p>é</p>")


@pytest.mark.parametrize("label", ["utf-8", "windows-1252", "shift_jis", "gbk", "euc-kr", "big5"])
def test_bytes_that_are_no_text_come_back(label: str) -> None:
    data = f"<meta charset={label}>".encode() + b"<p>a\x81<b>\xff$x$\xfe\n\x80"
    assert encode(*decode(data)) == data


@given(
    st.binary(max_size=60), st.sampled_from([label for label, _, _ in SAMPLES] + ["", "hz-gb-2312"])
)
@example(b"\xed\xa0\x80", "utf-8")
@example(b"\x1b(B", "iso-2022-jp")
@example(b"\x87\x90", "shift_jis")
@example(b"\xff\xfe\x00\xd8A", "")
@example(b"\xff\xfea", "")
def test_any_bytes_come_back_or_are_refused(junk: bytes, label: str) -> None:
    data = junk + f"<meta charset={label}>".encode() + junk
    for xml in (False, True):
        try:
            decoded = decode(data, xml=xml)
        except EncodingLossError:
            continue
        assert encode(*decoded) == data


@pytest.mark.parametrize(
    ("label", "junk", "said"),
    [
        ("iso-2022-kr", b"", "cannot be read as replacement"),
        ("shift_jis", b"\x87\x90", "is not the same after reading and writing it as cp932"),
    ],
)
def test_refusals_say_why(label: str, junk: bytes, said: str) -> None:
    with pytest.raises(EncodingLossError, match=said):
        decode(f"<meta charset={label}>".encode() + junk)


@pytest.mark.parametrize("codec", sorted({codec for _, codec, _ in SAMPLES}))
def test_characters_that_a_codec_lacks_become_references(codec: str) -> None:
    text = with_references("a∉\U0001f9ee<", codec)
    assert text in ("a∉\U0001f9ee<", "a&#8713;\U0001f9ee<", "a∉&#129518;<", "a&#8713;&#129518;<")
    text.encode(codec)


def test_undecodable_bytes_are_no_characters() -> None:
    assert with_references("\udc81é数", "ascii") == "\udc81&#233;&#25968;"


#: what may stand before, around and in place of the declaration of an encoding
DECLARATIONS = [
    *(b"<meta charset=utf-8>", b"<meta charset=koi8-r>", b"<META charset='gbk'/>", b"<meta "),
    b"<meta http-equiv=content-type content='text/html; charset=shift_jis'>",
    *(b"<script>", b"</script>", b"<!--", b"-->", b"<title>", b"</title>", b"<svg>", b"<p a='"),
    *(b" " * 1000, b"x" * 4070, b"\xff", b"\xc3\xa9", b"\xef\xbb\xbf", b"<template>", b"<body>"),
]


@given(st.lists(st.sampled_from(DECLARATIONS), max_size=12).map(b"".join))
@example(b"<script><meta charset=koi8-r></script>" + b" " * 5000 + b"<meta charset=gbk>")
def test_the_beginning_of_a_page_says_what_all_of_it_does(data: bytes) -> None:
    with patch("prerender.source.encoding._PREFIX_LENGTH", len(data)):
        expected = outcome(data)
    assert outcome(data) == expected


def outcome(data: bytes) -> Decoded | str:
    try:
        return decode(data)
    except EncodingLossError as error:
        return str(error)
