"""Text nodes know where their characters stand; edits change nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prerender.source import (
    Comment,
    Edit,
    Element,
    Node,
    Span,
    Text,
    UnlocatedError,
    parse,
    prolog_end,
    splice,
    xhtml,
)
from prerender.source.encoding import decode
from prerender.source.lines import LineIndex, Location
from tests.support.strategies import pages

pytestmark = pytest.mark.quick

#: what is read as U+FFFD: undecodable bytes, and the noncharacters that `source` needs for itself
NONCHARACTER = re.compile("[\x00\ud800-\udfff\ufdd0-\ufdef]|&#(?:[xX][fF][dD].*|6.*)")


def nodes(root: Element) -> Iterator[Text | Comment | Element]:
    """All that is in an element, in document order."""
    for child in root.children:
        yield child
        if isinstance(child, Element):
            yield from nodes(child)


def texts(root: Element) -> list[Text]:
    return [node for node in nodes(root) if isinstance(node, Text)]


def located(source: str) -> list[Text]:
    """The texts of a page, all of which know where they stand; none where all is white space."""
    holding = parse(source).holding(None)
    return texts([*holding[0].above()][-1]) if holding else []


def spelt(source: str, node: Text) -> list[str | None]:
    """How the source spells each character of a node; None where it is not known."""
    spans = (node.span(at, at + 1) for at in range(len(node.data)))
    return [None if span is None else source[span.start : span.end] for span in spans]


def means(spelling: str, character: str) -> bool:
    """Whether a browser reads a character where the source has a spelling."""
    if spelling in (character, "\r\n", "\r"):
        return spelling == character or character == "\n"
    if character == "\ufffd" and NONCHARACTER.fullmatch(spelling):
        return True
    return spelling == "\ufeff" or (spelling[0] == "&" and character in html.unescape(spelling))


@settings(max_examples=300)
@given(pages())
@example("<svg><![CDATA[a>b]]><g>c</g></svg>d")
@example("a&#xFDD0;&#64976;b")
@example("a&#xfde0;&#xfdd9;&#xfde1;b")
def test_each_character_stands_where_its_node_says(source: str) -> None:
    for node in located(source):
        for character, spelling in zip(node.data, spelt(source, node), strict=True):
            assert spelling is None or means(spelling, character)


@settings(max_examples=300)
@given(pages())
def test_all_places_are_known_where_the_parser_left_nothing_out(source: str) -> None:
    if any(part in source for part in ("\x00", "<![CDATA", "</>")):
        return
    for node in located(source):
        for character, spelling in zip(node.data, spelt(source, node), strict=True):
            assert spelling is not None or character.isspace()


@settings(max_examples=300)
@given(pages(), st.sampled_from(["$", "\\", "x", "a", "%", "&", "<"]))
@example("a&dollar;b<p>$", "$")
@example("$<!-- -->x$", "$")
@example("<p>a</p>\rx", "\n")
def test_wanted_text_stands_where_it_does_when_all_is_wanted(source: str, wanted: str) -> None:
    if "<![CDATA" in source:
        return
    asked, everywhere = (
        [
            node
            for one in parse(source).holding(characters)
            if any(above.tag == "body" for above in one.above())
            for node in one.children
            if isinstance(node, Text) and wanted in node.data
        ]
        for characters in (frozenset(wanted), None)
    )
    for node, same in zip(asked, everywhere, strict=True):
        if node.data != same.data:  # a number keeps white space where the parser would drop it
            assert node.data.split() == same.data.split() or "colgroup" in source
            continue
        for at in range(len(node.data)):
            with suppress(UnlocatedError):
                assert node.span(at, at + 1) == same.span(at, at + 1)


@pytest.mark.parametrize(
    "source",
    [
        "<p>a $x$<p>b<br>$x$<ul><li>$x$<li>$x$</ul>$x$",
        "<p>a < b &amp; $x &lt; y$ &#x26;<!-- c --> d</p>",
        "<body><p>a\r\n$x$\r\n</p>\r\n$x$</body>\r\n</html>\r\n",
        "<body><pre>\n$x$</pre><div>$x$<!-- c --></div>$x$<!-- c -->\n</body>\n</html>\n",
        "<table><td>$x$<tr><td>a<b>$x$</b>$x$</table>",
    ],
)
def test_text_between_tags_needs_no_second_parse(source: str) -> None:
    found = parse(source).holding(frozenset("$"))
    asked = [node for one in found for node in one.children if isinstance(node, Text)]
    asked = [node for node in asked if "$" in node.data]
    assert len(asked) == source.count("$x")
    for node in asked:
        start, end = node.data.index("$"), node.data.rindex("$") + 1
        span = node.span(start, end)
        assert span is not None
        assert html.unescape(source[span.start : span.end]) == node.data[start:end]


@settings(max_examples=300)
@given(pages())
def test_what_the_parser_finds_is_what_a_walk_finds(source: str) -> None:
    """Elements look things up in the parser's tree; `Element` itself does so node by node."""
    root = parse(source)
    elements = list(Element.walk(root))
    assert list(root.walk()) == elements
    body = root.first("body") or root
    for tag in ("p", "span", "script", "math", "title", "html", "foo-bar"):
        assert root.all(tag) == Element.all(root, tag)
        assert root.first(tag) == Element.first(root, tag)
        assert body.all(tag) == Element.all(body, tag)
    for name, values in (("id", ["x>y"]), ("jax", ["SVG"]), ("title", ["$x$", ""]), ("id", None)):
        assert root.having(name, values) == Element.having(root, name, values)
    for element in elements:
        assert element.text() == Element.text(element)
        for before, child in zip([None, *element.children], element.children, strict=False):
            if isinstance(child, Element):
                assert child.before == before
                assert child.parent == element


@pytest.mark.parametrize(
    ("source", "spelling"),
    [
        ("<p>a &lt; b &ltc &notit; &#x1D400;", ["a", " ", "&lt;", " ", "b"]),
        ("<p>a\r\nb\rc\r\n", ["a", "\r\n", "b", "\r", "c", "\r\n"]),
        ("<p>&NotEqualTilde;x", ["&NotEqualTilde;", "&NotEqualTilde;", "x"]),
        ("<p>\udc81𝐀中", ["\udc81", "𝐀", "中"]),
        ("<svg><title/><style/></svg>ab", ["a", "b"]),
        ("<svg><title>t</title></svg>ab", ["t"]),
        ("<math><annotation-xml encoding=text/html><title>&amp;</title>ab", ["&amp;"]),
        ("<svg><![CDATA[<title>]]></svg>ab", [None] * 7),
        ("<svg><foreignObject><svg><title/></svg><p>ab</svg>", ["a", "b"]),
        ("<table>a<tr><td>b</table>", ["a"]),
        ("a\x00b", [None, None]),
        ("\ra</>\r\nb&amp</>c", ["\r", "a", "\r\n", "b", "&amp", "c"]),
        ("<p>a\r\nb<b title='", ["a", "\r\n", "b"]),
        ("<p>a&lt<b title='", ["a", "&lt"]),
        ("a<", ["a", "<"]),
        ("<title>a</>b</title>", [None]),
        ("\ufeffa", ["\ufeff", "a"]),
    ],
)
def test_spellings(source: str, spelling: list[str | None]) -> None:
    first = next(node for node in located(source) if node.data)
    assert spelt(source, first)[: len(spelling)] == spelling


@pytest.mark.parametrize(
    "inside", ["title", "style", "script", "textarea", "xmp", "noscript", "iframe"]
)
@pytest.mark.parametrize("kind", ["svg", "math"])
def test_what_follows_an_empty_element_of_svg_or_mathml_is_known(kind: str, inside: str) -> None:
    """An icon with `<title/>` must not swallow the page."""
    source = f"<p>a<{kind}><{inside} a='>'/></{kind}>b"
    assert [spelt(source, node) for node in located(source) if node.data] == [["a"], ["b"]]


def test_tags_know_where_they_stand() -> None:
    source = "<!doctype html>\r\n<p class='a b'>x<br>y&amp;</p>\r\n<p>z"
    first, second = (e for e in parse(source).walk() if e.tag == "p")
    assert first.classes == ["a", "b"]
    assert first.span is not None
    assert source[first.span.start : first.span.end] == "<p class='a b'>x<br>y&amp;</p>"
    assert second.start_tag is not None
    assert source[second.start_tag.start : second.start_tag.end] == "<p>"
    assert second.end_tag is None
    assert second.span is None
    assert first.text() == "xy&"


def test_templates_hold_no_text_of_the_page() -> None:
    assert [node.data for node in texts(parse("<template><p>a</p></template>b"))] == ["b"]


def test_deep_pages_are_read() -> None:
    [node] = located("<div>" * 5000 + "x")
    assert node.span(0, 1) == Span(25000, 25001)


XHTML = """\
\ufeff<?xml version="1.0" encoding="gb2312"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/>
<script>//<![CDATA[
a<b
//]]></script></head><body>𝐀&nbsp;中&lt;&#65;\r
b<br/><![CDATA[x<y]]>z<p class="c"/><!-- c --></body></html>
"""


def test_xhtml_is_read_as_xml() -> None:
    root = xhtml.parse(XHTML)
    loader, script = (e for e in root.walk() if e.tag == "script")
    assert loader.attrs == {"src": "a.js"}
    assert loader.span is not None
    assert XHTML[loader.span.start : loader.span.end] == '<script src="a.js"/>'
    assert script.text() == "//\na<b\n//"
    body = root.first("body")
    assert body is not None
    before, _, section, after, paragraph, comment = body.children
    assert isinstance(before, Text)
    assert before.data == "𝐀\xa0中<A\nb"
    assert spelt(XHTML, before) == ["𝐀", "&nbsp;", "中", "&lt;", "&#65;", "\r\n", "b"]
    assert isinstance(section, Text)
    assert section.span(0, 1) is None
    assert isinstance(after, Text)
    assert spelt(XHTML, after) == ["z"]
    assert isinstance(paragraph, Element)
    assert paragraph.classes == ["c"]
    assert comment == Comment(" c ")


def outline(node: Node) -> object:
    """All that is known of a tree."""
    if not isinstance(node, Element):
        return node.data
    return node.tag, node.attrs, node.start_tag, node.end_tag, [*map(outline, node.children)]


@pytest.mark.parametrize(
    "source", ["<html><p>a</html>", "<html>&nbsp;a</html>", "a", "", "<html>a\x01</html>"]
)
def test_xhtml_that_is_not_well_formed_is_read_as_html(source: str) -> None:
    assert outline(xhtml.parse(source)) == outline(parse(source))


def test_entities_that_a_page_declares_make_it_html() -> None:
    source = '<!DOCTYPE html [<!ENTITY x "<b>$x$</b>">]><html><body>&x;</body></html>'
    assert outline(xhtml.parse(source)) == outline(parse(source))


def test_real_pages(shared: Path) -> None:
    """Real text stands where it is said to stand (one character in seven is looked at)."""
    seen = 0
    for path in sorted(shared.rglob("*.html")):
        source = decode(path.read_bytes()).text
        for node in located(source):
            for at in range(0, len(node.data), 7):
                span = node.span(at, at + 1)
                assert span is None or means(source[span.start : span.end], node.data[at])
                seen += 1
    assert seen > 200_000


@given(st.text(), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9), st.text())))
def test_splice_changes_what_it_is_told_to(text: str, asked: list[tuple[int, int, str]]) -> None:
    edits: list[Edit] = []
    expected, at = "", 0
    for gap, length, new in asked:
        start = min(at + gap, len(text))
        end = min(start + length, len(text))
        edits.append(Edit(start, end, new))
        expected += text[at:start] + new
        at = end
    assert splice(text, edits) == expected + text[at:]


def test_edits_may_not_overlap() -> None:
    with pytest.raises(ValueError, match="overlap at 1"):
        splice("abc", [Edit(0, 2, "x"), Edit(1, 3, "y")])


def test_places_count_characters() -> None:
    lines = LineIndex("\ufeffab\r\n中𝐀c\rd\ne")
    assert lines.locate(1) == Location(1, 1, "ab")
    assert lines.locate(7) == Location(2, 3, "中𝐀c")
    assert lines.locate(9) == Location(3, 1, "d")
    assert lines.locate(12) == Location(4, 2, "e")


@pytest.mark.parametrize(
    ("source", "rest"),
    [
        ("<!doctype html><p>", "<p>"),
        ("\ufeff<?xml version='1.0'?>\n<!-- <p> -->\n<!DOCTYPE html>\n<p>", "<p>"),
        ("<!-->a<!-- b -->", "a<!-- b -->"),
        ("<!--->a", "a"),
        ("<!-- a --!>b-->", "b-->"),
        ("a<!doctype html>", "a<!doctype html>"),
        ("<!-- never closed", "<!-- never closed"),
    ],
)
def test_where_a_page_begins(source: str, rest: str) -> None:
    assert source[prolog_end(source) :] == rest
