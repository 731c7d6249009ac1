"""Feeds of all kinds, read as other readers of feeds read them, and edited where they say."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prerender.source import splice
from prerender.source.feeds import Content, FeedError, is_feed, is_json, read_feed

pytestmark = pytest.mark.quick

ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/b/" xml:lang="de">'
    "{}</feed>"
)
RSS = (
    '<?xml version="1.0"?><!-- a comment --><rss version="2.0" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"><channel><language>ru</language>'
    "<link>https://a.example/</link>"
    '<atom:link rel="self" href="https://a.example/rss.xml"/>{}</channel></rss>'
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns="http://purl.org/rss/1.0/"><channel><link>https://a.example/</link></channel>{}</rdf:RDF>'
)
JSON = (
    '{{"version": "https://jsonfeed.org/version/1.1", "home_page_url": "https://a.example/", {}}}'
)


def contents(text: str) -> list[Content]:
    feed = read_feed(text)
    assert feed is not None
    return [content for entry in feed.entries for content in entry.contents]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ATOM, True),
        (RSS, True),
        (RDF, True),
        (JSON, True),
        ("\ufeff" + RSS, True),
        ('<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "r.dtd">\n<rss version="0.91"/>', True),
        ('<a:feed xmlns:a="http://www.w3.org/2005/Atom"/>', True),
        ('<?xml version="1.0"?><urlset><url/></urlset>', False),
        ("<search><entry><content>$x$</content></entry></search>", False),
        ("<!DOCTYPE html><title>feed</title><p>&lt;rss>", False),
        ("<!-- <rss> --><html/>", False),
        ('[{"title": "a", "content": "$x$"}]', False),
        ('{"title": "https://jsonfeed.org"}', False),
        ("", False),
    ],
)
def test_feeds_are_told_from_other_files(text: str, found: bool) -> None:
    assert is_feed(text.encode()) == found
    assert is_feed(text.lstrip("\ufeff").encode("utf-16")) == found or is_json(text)


def test_an_index_that_mentions_json_feed_is_none() -> None:
    text = '{"about": "https://jsonfeed.org/version/1", "items": [{"content_html": "$x$"}]}'
    assert read_feed(text) is None


def test_a_feed_of_another_namespace_is_none() -> None:
    assert read_feed('<feed xmlns="urn:x"><entry/></feed>') is None


def test_what_readers_get_is_what_is_read() -> None:
    own = "<p>a &amp;lt; b</p>"
    escaped, section = html.escape(own), f"<![CDATA[{own}]]>"
    items = (
        f"<item><link>https://a.example/1</link><description>{escaped}</description></item>"
        f"<item><guid>https://a.example/2</guid><description> {section} </description>"
        f"<content:encoded>{section}{escaped}</content:encoded></item>"
    )
    for text in (RSS.format(items), RDF.format(items)):
        parsed = feedparser.parse(text.encode(), sanitize_html=False)
        seen = [
            value.strip()
            for one in parsed.entries
            for value in (one.summary, *(part.value for part in one.get("content", ())))
        ]
        assert sorted(one.html.strip() for one in contents(text)) == sorted(seen)


def test_kinds_of_atom() -> None:
    inside = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; b<br/></p></div>'
    text = ATOM.format(
        '<title type="html">&lt;b&gt;$t$</title><link rel="self" href="f.xml"/>'
        '<entry xml:lang="fr" xml:base="c/"><link rel="related" href="no"/><link href="d"/>'
        "<id>tag:a</id><summary>$plain$</summary>"
        f'<content type="xhtml">{inside}</content></entry>'
        '<entry><link href="e"/><summary type="html">&lt;i&gt;</summary>'
        '<content type="html" src="elsewhere"/></entry>'
    )
    feed = read_feed(text)
    assert feed is not None
    assert feed.own == ["https://a.example/b/f.xml"]
    first, second = feed.entries
    assert (first.links[0], first.language) == ("https://a.example/b/c/d", "fr")
    assert (second.links[0], second.language) == ("https://a.example/b/e", "de")
    assert [(one.html, one.kind) for one in first.contents] == [(inside, "xhtml")]
    assert [one.html for one in second.contents] == ["<i>"]
    edit = first.contents[0].edit(0, len(inside), "")
    assert edit is not None
    assert text[edit.start : edit.end] == inside


def test_json() -> None:
    items = {
        "items": [
            {"id": "https://a.example/1", "content_html": 'a "\\alpha" ü \U0001d54f', "x": ["{"]},
            {"id": "2", "url": "https://a.example/2", "content_text": "$x$", "language": "ja"},
            {"id": "3", "attachments": [{"content_html": "no"}], "content_html": ""},
        ],
        "language": "nl",
    }
    for ascii_only in (True, False):
        text = JSON.format(json.dumps(items, ensure_ascii=ascii_only)[1:-1])
        feed = read_feed(text)
        assert feed is not None
        assert [one.language for one in feed.entries] == ["nl", "ja", "nl"]
        assert feed.entries[1].links[0] == "https://a.example/2"
        own = [one.html for entry in feed.entries for one in entry.contents]
        assert own == ['a "\\alpha" ü \U0001d54f', ""]


@pytest.mark.parametrize(
    "text",
    [
        RSS.removesuffix("</rss>"),
        RSS.format("<item>&nbsp;</item>"),
        JSON.format('"items": ['),
        '<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel>&a;</channel></rss>',
    ],
)
def test_what_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(FeedError):
        read_feed(text)


#: how a feed may spell a stretch of HTML
SPELLINGS: dict[str, Callable[[str], str]] = {
    "escaped": html.escape,
    "section": lambda part: f"<![CDATA[{part}]]>",
    "numbers": lambda part: "".join(f"&#{ord(one)};" for one in part),
}
PARTS = st.lists(
    st.tuples(
        st.text("a<>&$\\\"'ü\U0001d54f;", min_size=1, max_size=6), st.sampled_from([*SPELLINGS])
    ),
    min_size=1,
    max_size=5,
)


@given(PARTS, st.data())
def test_an_edit_in_xml_changes_what_readers_get_there_only(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    own = "".join(part for part, _ in parts)
    text = RSS.format(
        "<item><description>"
        + "".join(SPELLINGS[way](part) for part, way in parts)
        + "</description></item>"
    )
    [content] = contents(text)
    assert content.html == own
    start = data.draw(st.integers(0, len(own) - 1))
    end = data.draw(st.integers(start + 1, len(own)))
    edit = content.edit(start, end, '<img alt="a &amp; b"/>')
    assert edit is not None
    root = ElementTree.fromstring(splice(text, [edit]))
    [seen] = [one.text for one in root.iter("description")]
    assert seen == own[:start] + '<img alt="a &amp; b"/>' + own[end:]


@given(st.text(min_size=1, max_size=30), st.booleans(), st.data())
def test_an_edit_in_json_changes_what_readers_get_there_only(
    own: str, ascii_only: bool, data: st.DataObject
) -> None:
    own = own.encode("utf-8", "replace").decode()
    value = json.dumps(own, ensure_ascii=ascii_only)
    text = JSON.format(f'"items": [{{"content_html": {value}}}]')
    [content] = contents(text)
    start = data.draw(st.integers(0, len(own) - 1))
    end = data.draw(st.integers(start + 1, len(own)))
    edit = content.edit(start, end, '<img alt="\\a"/>')
    assert edit is not None
    seen = json.loads(splice(text, [edit]))["items"][0]["content_html"]
    assert seen == own[:start] + '<img alt="\\a"/>' + own[end:]
