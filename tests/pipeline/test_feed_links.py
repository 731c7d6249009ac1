"""Which page of its site an entry of a feed is about, and what URL the site has."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from prerender.pipeline.feed_links import links_of
from prerender.source.feeds import Entry, Feed

pytestmark = pytest.mark.quick

PAGES = {"index.html", "posts/a/index.html", "2020/b.html", "posts/ü x/index.html"}


def feed(*links: str, own: tuple[str, ...] = (), homes: tuple[str, ...] = ()) -> Feed:
    return Feed(own, homes, [Entry([link], "", []) for link in links])


@pytest.mark.parametrize(
    ("name", "one", "base_path", "address"),
    [
        ("feed.xml", feed(own=("https://h.example/feed.xml",)), "", "https://h.example"),
        ("feed.xml", feed(own=("https://h.example/blog/feed.xml",)), "", "https://h.example/blog"),
        ("feed/index.xml", feed(own=("https://h.example/feed/",)), "", "https://h.example"),
        ("posts/index.xml", feed(homes=("https://h.example/posts/",)), "", "https://h.example"),
        ("index.xml", feed(homes=("https://h.example/blog/",)), "", "https://h.example/blog"),
        ("index.xml", feed(homes=("/",)), "", ""),
        ("index.xml", feed("/posts/a/"), "", ""),
        (
            "f.xml",
            feed(own=("https://h.example/%C3%BC%20x/f.xml",)),
            "",
            "https://h.example/%C3%BC%20x",
        ),
        ("index.xml", feed("https://h.example/x/posts/a/"), "", "https://h.example/x"),
        ("index.xml", feed("https://h.example/posts/none/"), "", ""),
        ("index.xml", feed("/posts/a/"), "https://h.example/y/", "https://h.example/y"),
        ("index.xml", feed(homes=("https://h.example",)), "/y", "https://h.example/y"),
        ("index.xml", feed("/posts/a/"), "/y", ""),
        # a service that passes the feed on; the entries tell
        (
            "f.xml",
            feed(
                "https://h.example/2020/b.html",
                own=("https://feeds.example/f.xml",),
                homes=("https://h.example/",),
            ),
            "",
            "https://h.example",
        ),
        ("f.xml", feed(own=("javascript:f.xml",), homes=("http://[",)), "", ""),
    ],
)
def test_the_url_of_the_site(name: str, one: Feed, base_path: str, address: str) -> None:
    links = links_of(one, PurePosixPath(name), base_path, PAGES.__contains__)
    assert links.address == address


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://h.example/blog/posts/a/", "posts/a/index.html"),
        ("https://h.example/blog/posts/a", "posts/a/index.html"),
        ("https://h.example/blog/posts/a/?utm=1#c", "posts/a/index.html"),
        ("https://h.example/blog/2020/b", "2020/b.html"),
        ("https://h.example/blog/2020/b.html", "2020/b.html"),
        ("https://h.example/blog/posts/%C3%BC%20x/", "posts/ü x/index.html"),
        ("https://h.example/blog/", "index.html"),
        ("https://h.example/blog", "index.html"),
        ("/blog/posts/a/", "posts/a/index.html"),
        ("posts/a/", "posts/a/index.html"),
        ("https://other.example/blog/posts/a/", None),
        ("https://h.example/blog/posts/none/", None),
        ("tag:h.example,2020:1", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_the_page_of_an_entry(url: str, page: str | None) -> None:
    own = feed(own=("https://h.example/blog/feed.xml",))
    links = links_of(own, PurePosixPath("feed.xml"), "", PAGES.__contains__)
    assert links.page(url) == page


def test_without_a_url_paths_tell() -> None:
    links = links_of(feed(), PurePosixPath("posts/index.xml"), "", PAGES.__contains__)
    assert links.page("/blog/posts/a/") == "posts/a/index.html"
    assert links.page("https://any.example/posts/a/") == "posts/a/index.html"
    assert links.page("a/") == "posts/a/index.html"
