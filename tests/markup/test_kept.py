"""A rendered feed carries its source, to the byte, and is believed only if all of it fits."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prerender.markup import DamagedError, is_rendered_feed, rendered_feed, restored_feed
from prerender.source import Edit

pytestmark = pytest.mark.quick

XML = "<rss><description>{}</description></rss>"
TEXT = st.text("ab-]>\n\\ü\U0001d54f", max_size=12)


def edits(lengths: list[tuple[int, int, str]], start: int, end: int) -> list[Edit]:
    """Edits one behind the other, from gaps, lengths and texts."""
    found, at = [], start
    for gap, length, text in lengths:
        begin = min(at + gap, end)
        at = min(begin + length, end)
        found.append(Edit(begin, at, text))
    return found


EDITS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4), TEXT), min_size=1, max_size=4)


@given(TEXT, EDITS, st.sampled_from(["", "\n", "\n<!-- c -->\n"]))
def test_xml_comes_back(own: str, lengths: list[tuple[int, int, str]], behind: str) -> None:
    source = XML.format(own.replace(">", "")) + behind
    start = len("<rss><description>")
    made = edits(lengths, start, source.index("</"))
    rendered = rendered_feed(source, made, "0.1 --> x")
    assert is_rendered_feed(rendered)
    assert restored_feed(rendered) == source
    assert restored_feed(source) == source
    if ">" not in "".join(one.text for one in made):
        ElementTree.fromstring(rendered)


@given(st.text(max_size=20), EDITS)
def test_json_comes_back(own: str, lengths: list[tuple[int, int, str]]) -> None:
    source = json.dumps({"version": "x", "items": [own]}, indent=1) + "\n"
    start = source.index("[") + 1
    texts = [(gap, length, json.dumps(text)[1:-1]) for gap, length, text in lengths]
    rendered = rendered_feed(source, edits(texts, start, source.rindex("]")), "0.1 x")
    assert restored_feed(rendered) == source
    assert is_rendered_feed(rendered)


def test_json_stays_json() -> None:
    source = '{"version": "https://jsonfeed.org/version/1", "items": ["$x$"]}\n'
    at = source.index("$")
    rendered = rendered_feed(source, [Edit(at, at + 3, "<b>")], "0.1 x")
    assert json.loads(rendered)["items"] == ["<b>"]
    assert list(json.loads(rendered)) == ["version", "items", "_prerender"]


def test_what_was_changed_since_is_not_believed() -> None:
    source = XML.format("a $x$ b")
    at = source.index("$")
    rendered = rendered_feed(source, [Edit(at, at + 3, "PICTURE")], "0.1 x")
    for changed in (
        rendered.replace("a PICTURE", "aa PICTURE"),
        rendered.replace('"$x$"', '"<script>"'),
        rendered.replace('"$x$"]', "1]"),
        rendered.replace('"$x$"]', '"$x$",-5,2,"y"]'),
    ):
        assert changed != rendered
        with pytest.raises(DamagedError):
            restored_feed(changed)


@pytest.mark.parametrize(
    "source",
    [
        XML.format('<![CDATA[a reader writes <!--prerender feed ["0","0",1,2,"x"]-->]]>'),
        XML.format("a") + "<!--prerender feed by itself-->",
        XML.format("a") + '<!--prerender feed {"a": 1}-->',
        '{"version": "x", "items": [{"a": ",\\"_prerender\\":{\\"source\\":[]}"}]}',
        '{"items": [{"a": 1,"_prerender":{"source":[]}}]}',
        '{"version": "x","_prerender":5}',
    ],
)
def test_what_only_looks_rendered_is_source(source: str) -> None:
    assert not is_rendered_feed(source)
    assert restored_feed(source) == source
