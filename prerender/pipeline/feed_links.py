"""A feed and its site in; out, the URL of the site, and which of its pages an entry is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from prerender.source.feeds import Feed

#: whether a site has a page of this name, a path from its root
Exists = Callable[[str], bool]

#: how many leading folders a site may be in, if nothing says which
_MAX_DEPTH = 3
#: the entries that are asked whether a URL of the site is right
_ASKED = 20
_INDEX = "index.html"


class Links(NamedTuple):
    """Where the URLs of a feed lead.

    `address` is the URL of its site's root, without a slash at its end; "": it is not known.
    Relative URLs are relative to `folder`, that of the feed.
    """

    address: str
    folder: PurePosixPath
    exists: Exists

    def page(self, url: str) -> str | None:
        """The page of the site that a URL leads to; None: it leads elsewhere, or nowhere."""
        parts, own = _split(url), _split(self.address)
        if (
            not url
            or parts is None
            or own is None
            or (parts.netloc and own.netloc not in ("", parts.netloc))
        ):
            return None
        path = unquote(parts.path)
        if not path.startswith("/"):
            path = f"/{self.folder}/{path}" if path else "/"
        below = _below(own.path, path) if own.path else None
        tails = _tails(path) if below is None else [below]
        return next((found for tail in tails if (found := _page(tail, self.exists))), None)


def links_of(feed: Feed, name: PurePosixPath, base_path: str, exists: Exists) -> Links:
    """Find out the URL of a feed's site; `base_path` is what the user says of it, "" for nothing.

    Of all that may be it, the first is taken by which an entry has its page; else the first.
    """
    likely = list(dict.fromkeys(_addresses(feed, name, base_path, exists)))
    links = [link for entry in feed.entries[:_ASKED] for link in entry.links]
    fits = (one for one in likely if any(_leads(link, one, exists) for link in links))
    address = next(fits, next(iter(likely), ""))
    return Links(address, name.parent, exists)


def _addresses(feed: Feed, name: PurePosixPath, base_path: str, exists: Exists) -> Iterator[str]:
    """Yield the URLs that may be that of the site, the likeliest first."""
    if _is_absolute(base_path):
        yield base_path.rstrip("/")
        return
    hosts = [url for url in (*feed.own, *feed.homes) if _is_absolute(url)]
    if base_path:
        yield from (f"{_host(url)}/{base_path.strip('/')}" for url in hosts)
    for url in hosts:
        path = unquote(urlsplit(url).path).rstrip("/")
        for tail in (f"/{name}", f"/{name}".removesuffix(f"/{_INDEX}"), f"/{name.parent}"):
            if path.endswith(tail) and tail != "/.":
                yield _host(url) + quote(path.removesuffix(tail))
    yield from (url.partition("?")[0].rstrip("/") for url in feed.homes if _is_absolute(url))
    for entry in feed.entries[:_ASKED]:
        for link in filter(_is_absolute, entry.links):
            path = unquote(urlsplit(link).path)
            for tail in _tails(path):
                if _page(tail, exists):
                    yield _host(link) + quote(path.removesuffix(tail))


def _leads(link: str, address: str, exists: Exists) -> bool:
    """Whether a URL leads to a page of a site at this URL."""
    parts, own = _split(link), _split(address)
    if parts is None or own is None or (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
        return False
    tail = _below(own.path, unquote(parts.path))
    return tail is not None and _page(tail, exists) is not None


def _below(folder: str, path: str) -> str | None:
    """A path as seen from a folder; None where it is not in it."""
    folder = unquote(folder).rstrip("/")
    return path.removeprefix(folder) if f"{path}/".startswith(f"{folder}/") else None


def _tails(path: str) -> Iterator[str]:
    """Yield a path, and what is left of it without some of its leading folders, but for nothing."""
    starts = (at for at, sign in enumerate(path) if sign == "/" and path[at:] != "/")
    yield from islice((path[at:] for at in starts), _MAX_DEPTH + 1) if path != "/" else path


def _page(path: str, exists: Exists) -> str | None:
    """The page that a server has at a path."""
    own = path.strip("/")
    ways = [f"{own}/{_INDEX}" if own else _INDEX]
    if own and not path.endswith("/"):
        ways = [own, f"{own}.html", *ways]
    return next((way for way in ways if exists(way)), None)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url.strip())
    except ValueError:
        return None


def _is_absolute(url: str) -> bool:
    parts = _split(url)
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.netloc)


def _host(url: str) -> str:
    parts = urlsplit(url.strip())
    return f"{parts.scheme}://{parts.netloc}"
