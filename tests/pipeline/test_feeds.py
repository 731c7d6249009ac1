r"""Feeds, as other readers of feeds read them: their formulas are shown, and all else is as it was.

Each kind of feed is parsed by feedparser and lxml, or as JSON.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from prerender.errors import Exit
from tests.conftest import Run

SITE = "https://example.org/blog"
V3 = r"""<!doctype html><html lang=en><meta charset=utf-8><title>t</title>
<script>MathJax = {tex: {inlineMath: [['$', '$']], macros: {RR: '\\mathbb{R}'}}}</script>
<script src=https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js></script><body>"""
V2 = r"""<!doctype html><html lang=en><meta charset=utf-8><title>t</title>
<script type="text/x-mathjax-config">MathJax.Hub.Config({TeX:{Macros:{RR:"\\mathbf{R}"}}})</script>
<script src="https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/MathJax.js?config=TeX-AMS_CHTML">
</script><body>"""
#: an entry as MathJax 3 reads it, and what is in it but formulas
ONE = (
    r"<p>Let $x &lt; y$ &amp; $\RR$, \(no\), \$5 ü &#8212; <code>$c$</code></p>"
    r"$$\sum_1^n a_k$$<hr/>"
)
#: an entry as MathJax 2 reads it
TWO = (
    r'<p>$no$ <script type="math/tex">\RR</script> and \(z\)</p>'
    r'<script type="math/tex; mode=display">% <![CDATA['
    "\n"
    r"a < b %]]></script><p>end</p>"
)
#: what is shown of their formulas, by its TeX
FORMULAS = [r"x &lt; y", r"\RR", r"\sum_1^n a_k", r"\RR", "z"]

FORMULA = re.compile(r"<math\b.*?</math>|<img [^>]*>", re.DOTALL)


def around(entry: str) -> str:
    """What is in an entry, with a mark in place of each formula."""
    return FORMULA.sub("•", entry)


#: what is around the formulas in these entries, once they are rendered
AROUND_ONE = "<p>Let • &amp; •, \\(no\\), $5 ü &#8212; <code>$c$</code></p>•<hr/>"
AROUND_TWO = "<p>$no$ • and •</p>•<p>end</p>"


def section(entry: str) -> str:
    return f"<![CDATA[{entry.replace(']]>', ']]]]><![CDATA[>')}]]>"


def escaped(entry: str) -> str:
    return html.escape(entry, quote=False)


def numbered(entry: str) -> str:
    return "".join(one if one.isalnum() else f"&#x{ord(one):x};" for one in entry)


def atom(spell: Callable[[str], str]) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>{SITE}/</id><title type="html">T $x$</title>
<updated>2025-01-01T00:00:00Z</updated><link rel="self" href="{SITE}/atom.xml"/>
<entry><title>$x$</title><id>{SITE}/1</id><link href="{SITE}/one/"/>
<updated>2025-01-01T00:00:00Z</updated><content type="html">{spell(ONE)}</content></entry>
<entry><title>2</title><id>{SITE}/2</id><link href="two.html" xml:base="{SITE}/"/>
<updated>2025-01-01T00:00:00Z</updated><content type="html">{spell(TWO)}</content>
<summary>$plain$</summary></entry></feed>
"""


def rss(spell: Callable[[str], str]) -> str:
    return f"""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>T $x$</title><link>{SITE}/</link><description>$x$</description>
<item><title>$x$</title><link>{SITE}/one/</link><description>{spell(ONE)}</description></item>
<item><title>2</title><guid>{SITE}/two.html</guid>
<content:encoded>{spell(TWO)}</content:encoded></item></channel></rss>"""


def rdf(spell: Callable[[str], str]) -> str:
    return f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="{SITE}/"><title>T $x$</title><link>{SITE}/</link></channel>
<item rdf:about="{SITE}/one/"><title>$x$</title><link>{SITE}/one/</link>
<description>{spell(ONE)}</description></item>
<item rdf:about="{SITE}/two.html"><title>2</title><link>{SITE}/two.html</link>
<content:encoded>{spell(TWO)}</content:encoded></item></rdf:RDF>
"""


def json_feed(*, ascii_only: bool) -> str:
    feed = {
        "items": [
            {"id": "1", "url": f"{SITE}/one/", "content_html": ONE, "content_text": "$x$"},
            {"id": f"{SITE}/two.html", "content_html": TWO, "title": "$x$"},
        ],
        "feed_url": f"{SITE}/feed.json",
        "title": "T $x$",
        "version": "https://jsonfeed.org/version/1.1",
    }
    return json.dumps(feed, indent=2, ensure_ascii=ascii_only)


FEEDS = {
    "atom.xml": atom(section),
    "escaped.atom": atom(escaped),
    "numbers.xml": atom(numbered),
    "rss.xml": rss(escaped),
    "section.rss": rss(section),
    "one.rdf": rdf(section),
    "feed.json": json_feed(ascii_only=True),
    "plain.json": json_feed(ascii_only=False),
}


def entries(file: Path) -> list[str]:
    """The HTML of a feed's entries, as a reader of feeds gets it."""
    if file.suffix == ".json":
        return [one["content_html"] for one in json.loads(file.read_bytes())["items"]]
    etree.fromstring(file.read_bytes())
    read = feedparser.parse(file.read_bytes(), sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo
    return [one.content[0].value if "content" in one else one.summary for one in read.entries]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "one").mkdir(parents=True)
    (folder / "index.html").write_text(V3 + "<p>$a$")
    (folder / "one" / "index.html").write_text(V3 + ONE)
    (folder / "two.html").write_text(V2 + TWO)
    return folder


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(folder)), file.read_bytes()


@pytest.mark.parametrize("way", ["img", "mathml"])
def test_every_kind(prerender: Run, site: Path, way: str) -> None:
    """What is built shows all formulas, stays as it is when built again, and comes back."""
    for name, text in FEEDS.items():
        (site / name).write_text(text)
    before = dict(files(site))
    done = prerender("build", "site", "--feeds", way)
    assert done.returncode == Exit.DONE, done.stderr
    assert "3 pages and 8 feeds: 11 rendered; 11 written" in done.stderr
    for name in FEEDS:
        one, two = entries(site / name)
        assert around(one) == AROUND_ONE
        assert around(two) == AROUND_TWO
        shown = FORMULA.findall(one + two)
        if way == "img":
            assert [re.findall(r' alt="([^"]*)"', found)[0] for found in shown][:5] == FORMULAS
            for url in re.findall(r' src="([^"]*)"', "".join(shown)):
                picture = site / url.removeprefix(f"{SITE}/")
                assert etree.fromstring(picture.read_bytes()).tag.endswith("}svg")
        else:
            assert all(etree.fromstring(found).tag.endswith("}math") for found in shown)
            assert ["block" in found.partition(">")[0] for found in shown] == [0, 0, 1, 0, 0, 1]
            assert "data-" not in "".join(shown)
        # \RR is what its page says
        assert ("mathvariant" not in one) or shown[1] != shown[3]
    built = dict(files(site))
    again = prerender("build", "site", "--feeds", way)
    assert "nothing written" in again.stderr
    assert "typeset" not in again.stderr
    assert dict(files(site)) == built
    assert prerender("build", "site", "--feeds", way, "--no-cache").returncode == Exit.DONE
    assert dict(files(site)) == built
    restored = prerender("restore", "site")
    assert "3 pages and 8 feeds: 11 restored" in restored.stderr
    assert dict(files(site)) == before


def test_titles_and_plain_text_stay(prerender: Run, site: Path) -> None:
    (site / "atom.xml").write_text(atom(section))
    (site / "feed.json").write_text(json_feed(ascii_only=True))
    prerender("build", "site", "--feeds", "img")
    read = feedparser.parse((site / "atom.xml").read_bytes())
    assert (read.feed.title, read.entries[0].title) == ("T $x$", "$x$")
    assert read.entries[1].summary == "$plain$"
    feed = json.loads((site / "feed.json").read_bytes())
    assert (feed["title"], feed["items"][0]["content_text"]) == ("T $x$", "$x$")


def test_xhtml(prerender: Run, site: Path) -> None:
    inside = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; $x &lt; y$<br/>$$z$$ é</p></div>'
    text = atom(section).replace(
        f'<content type="html">{section(ONE)}', f'<content type="xhtml">{inside}'
    )
    for way in ("img", "mathml"):
        (site / "atom.xml").write_text(text)
        prerender("build", "site", "--feeds", way)
        root = etree.fromstring((site / "atom.xml").read_bytes())
        shown = root.findall(".//{http://www.w3.org/1999/xhtml}p")[0]
        names = {"img": "{http://www.w3.org/1999/xhtml}img"}
        name = names.get(way, "{http://www.w3.org/1998/Math/MathML}math")
        assert [one.tag for one in shown] == [name, "{http://www.w3.org/1999/xhtml}br", name]
        assert (shown.text, shown[-1].tail) == ("a < ", " é")
        prerender("restore", "site")
        assert (site / "atom.xml").read_text() == text


@pytest.mark.parametrize("codec", ["iso-8859-1", "utf-16", "koi8-r"])
def test_encodings(prerender: Run, site: Path, codec: str) -> None:
    text = rss(section).replace('"1.0"', f'"1.0" encoding="{codec}"').replace("ü", "A")
    data = text.replace("x &lt; y", r"x \ne \text{A}").encode(codec)
    (site / "rss.xml").write_bytes(data)
    done = prerender("build", "site", "--feeds", "mathml")
    assert done.returncode == Exit.DONE, done.stderr
    [one, _] = entries(site / "rss.xml")
    assert "≠" in html.unescape(one)
    prerender("restore", "site")
    assert (site / "rss.xml").read_bytes() == data


def test_off_is_the_default_and_touches_none(prerender: Run, site: Path) -> None:
    for name, text in FEEDS.items():
        (site / name).write_text(text)
    prerender("build", "site", "-o", "out")
    prerender("build", "site", "-o", "off", "--feeds", "off")
    for name, text in FEEDS.items():
        assert (site.parent / "out" / name).read_text() == text
        assert (site.parent / "off" / name).read_text() == text
    assert not (site.parent / "out" / "prerender-math").exists()


def test_what_is_no_feed_stays(prerender: Run, site: Path) -> None:
    others = {
        "index.json": json.dumps([{"title": "t", "contents": ONE, "permalink": f"{SITE}/one/"}]),
        "search.xml": f"<search><entry><content>{section(ONE)}</content></entry></search>",
        "sitemap.xml": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>',
        "broken.json": "{",
        "about.json": '{"about": "https://jsonfeed.org/version/1", "content_html": "$x$"}',
    }
    for name, text in others.items():
        (site / name).write_text(text)
    done = prerender("build", "site", "--feeds", "img")
    assert done.returncode == Exit.DONE, done.stderr
    assert {name: (site / name).read_text() for name in others} == others
    assert prerender("restore", "site").returncode == Exit.DONE
    assert {name: (site / name).read_text() for name in others} == others


def test_a_feed_with_the_name_of_a_page_stays(prerender: Run, site: Path) -> None:
    """Mirrors of sites have such."""
    (site / "feed.html").write_text(rss(escaped))
    for command in (("build", "site"), ("batch", "site", "--journal", "journal.db")):
        prerender(*command)
        assert (site / "feed.html").read_text() == rss(escaped)


def test_without_a_url_pictures_are_refused_in_a_line(prerender: Run, site: Path) -> None:
    text = rss(section).replace(SITE, "")
    (site / "rss.xml").write_text(text)
    done = prerender("build", "site", "--feeds", "img")
    assert done.returncode == Exit.SOME_FAILED
    [line] = [one for one in done.stderr.splitlines() if "rss.xml" in one]
    assert "pictures have no URL" in line
    assert "--base-path" in done.stderr
    assert (site / "rss.xml").read_text() == text
    assert prerender("build", "site", "--feeds", "mathml").returncode == Exit.DONE
    assert around(entries(site / "rss.xml")[0]) == AROUND_ONE
    named = prerender("build", "site", "--feeds", "img", "--base-path", "https://other.example/x")
    assert named.returncode == Exit.DONE
    assert 'src="https://other.example/x/prerender-math/' in entries(site / "rss.xml")[0]


def test_an_entry_that_leads_elsewhere_is_read_as_the_front_page(
    prerender: Run, site: Path
) -> None:
    text = rss(section).replace(f"{SITE}/one/", "https://elsewhere.example/")
    (site / "rss.xml").write_text(text)
    prerender("build", "site", "--feeds", "mathml")
    assert around(entries(site / "rss.xml")[0]) == AROUND_ONE


def test_a_feed_changes_with_the_pages_of_its_entries(prerender: Run, site: Path) -> None:
    (site / "rss.xml").write_text(rss(section))
    prerender("build", "site", "-o", "out", "--feeds", "mathml")
    before = (site.parent / "out" / "rss.xml").read_bytes()
    (site / "one" / "index.html").write_text(V3.replace("mathbb", "mathfrak") + ONE)
    prerender("build", "site", "-o", "out", "--feeds", "mathml")
    changed = (site.parent / "out" / "rss.xml").read_bytes()
    assert changed != before
    prerender("build", "site", "-o", "new", "--feeds", "mathml", "--no-cache")
    assert (site.parent / "new" / "rss.xml").read_bytes() == changed


def test_a_feed_is_rendered_anew_where_its_pictures_are_gone(prerender: Run, site: Path) -> None:
    (site / "rss.xml").write_text(rss(section))
    prerender("build", "site", "--feeds", "img")
    there = {file.name for file in (site / "prerender-math").iterdir()}
    shutil.rmtree(site / "prerender-math")
    prerender("build", "site", "--feeds", "img")
    assert {file.name for file in (site / "prerender-math").iterdir()} == there


def test_what_is_wrong_is_told_with_its_place(prerender: Run, site: Path) -> None:
    wrong = rss(section).replace(r"\sum_1^n a_k", r"\frac{1}")
    (site / "rss.xml").write_text(wrong.replace("$x &lt; y$", "$x &lt; y$ \\begin{a"))
    done = prerender("build", "site", "--feeds", "img")
    assert done.returncode == Exit.SOME_FAILED
    assert re.search(r"^site/rss.xml:4:\d+: error: ", done.stderr, re.MULTILINE)
    assert "never closed" not in done.stderr
    one, two = entries(site / "rss.xml")
    assert r"$$\frac{1}$$" in one
    assert r"\$5" in one
    assert around(two) == AROUND_TWO


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rss.xml", rss(section).replace("</channel>", "")),
        ("feed.json", json_feed(ascii_only=True)[:-3]),
    ],
)
def test_what_is_broken_is_told_and_stays(prerender: Run, site: Path, name: str, text: str) -> None:
    (site / name).write_text(text)
    done = prerender("build", "site", "--feeds", "img")
    assert done.returncode == Exit.SOME_FAILED
    assert f"site/{name}: error: the feed is left as it is: it is not" in done.stderr
    assert (site / name).read_text() == text


def test_a_feed_that_was_changed_since_stays(prerender: Run, site: Path) -> None:
    (site / "rss.xml").write_text(rss(section))
    prerender("build", "site", "--feeds", "img")
    changed = (site / "rss.xml").read_text().replace("Let ", "Suppose ")
    (site / "rss.xml").write_text(changed)
    for command in (("build", "site", "--feeds", "img"), ("restore", "site")):
        done = prerender(*command)
        assert done.returncode == Exit.SOME_FAILED
        assert "its source is lost" in done.stderr
        assert (site / "rss.xml").read_text() == changed


def test_one_feed_excluded_feeds_and_compressed_copies(prerender: Run, site: Path) -> None:
    (site / "rss.xml").write_text(rss(section))
    (site / "rss.xml.gz").write_bytes(gzip.compress(rss(section).encode()))
    (site / "feed.json").write_text(json_feed(ascii_only=True))
    prerender("build", "site", "--feeds", "img", "--exclude", "*.json")
    assert gzip.decompress((site / "rss.xml.gz").read_bytes()) == (site / "rss.xml").read_bytes()
    assert (site / "feed.json").read_text() == json_feed(ascii_only=True)
    done = prerender("build", "site/feed.json", "--feeds", "img")
    assert "0 pages and 1 feed: 1 rendered" in done.stderr
    assert prerender("build", "site/feed.json").returncode == Exit.USAGE_ERROR
    assert "1 feed: 1 restored" in prerender("restore", "site/feed.json").stderr
    assert prerender("build", "site/feed.json", "--feeds", "img").returncode == Exit.DONE
    report = prerender("build", "site", "--feeds", "img", "--json", "-")
    told = json.loads(report.stdout)
    assert (told["totals"]["pages"], told["totals"]["feeds"]) == (3, 2)
    assert [one["path"] for one in told["pages"] if one.get("feed")] == ["feed.json", "rss.xml"]
