"""Makes a reader of a site's files work for a site that is deployed in a folder of its host.

A site that is built for https://host/blog/ refers to its own scripts as /blog/js/x.js, or by their
full URL, and has them in js/x.js.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from prerender.setup.scripts import Read
from prerender.source import Element

#: how many leading folders a site may be in, if nothing says which
_MAX_DEPTH = 3
_INDEX = "index.html"


def reader_at(page: PurePosixPath, root: Element, base_path: str, read: Read) -> Read:
    """Return a reader of scripts by the URLs that a page (its tree: `root`) uses for them.

    `base_path` is where the site is ("/blog", or "https://host/blog"); "": it is inferred from the
    page's canonical URL if it has one, else from which files exist.
    """
    base = base_path or _base_of(page, root)

    def read_at_base(url: str) -> str | None:
        texts = (read(candidate) for candidate in _candidate_urls(url, base))
        return next((text for text in texts if text is not None), None)

    return read_at_base


def _candidate_urls(url: str, base: str) -> Iterator[str]:
    """Yield what a URL may be in the folder of the site, the likeliest first."""
    try:
        host, own = urlsplit(url.strip()), urlsplit(base)
    except ValueError:
        return
    folder = own.path.rstrip("/")
    if host.netloc:
        if host.netloc == own.netloc and f"{host.path}/".startswith(f"{folder}/"):
            yield host.path.removeprefix(folder)
        return
    inside = host.path.startswith(f"{folder}/")
    if folder and inside:
        yield host.path.removeprefix(folder)
    yield url
    if host.path.startswith("/") and not (folder and inside):
        rest = host.path
        for _ in range(_MAX_DEPTH):
            rest = rest[rest.find("/", 1) :] if "/" in rest[1:] else ""
            if rest:
                yield rest


def _base_of(page: PurePosixPath, root: Element) -> str:
    """Return the URL of the folder that a site is in, from a page's canonical URL; "" if none."""
    for address in _canonical_urls(root):
        try:
            parts = urlsplit(address.strip())
        except ValueError:
            continue
        path, name = unquote(parts.path), f"/{page}"
        for form in (name, name.removesuffix(_INDEX), name.removesuffix(f"/{_INDEX}"),
                     name.removesuffix(page.suffix)):  # fmt: skip
            if parts.netloc and path.endswith(form):
                return f"{parts.scheme}://{parts.netloc}{path.removesuffix(form)}"
    return ""


def _canonical_urls(root: Element) -> Iterator[str]:
    """Yield the URLs that a page declares as its own."""
    for link in root.all("link"):
        if "canonical" in link.attrs.get("rel", "").lower().split():
            yield link.attrs.get("href", "")
    for meta in root.all("meta"):
        if meta.attrs.get("property") == "og:url":
            yield meta.attrs.get("content", "")
