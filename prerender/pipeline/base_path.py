"""A page and what reads its site's files in; out: the same for a site in a folder of its host.

A site that is built for https://host/blog/ names its own scripts /blog/js/x.js, or by their whole
address, and has them in js/x.js.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from prerender.setup.scripts import Read
from prerender.source import Element

#: folders that a site may be in, where nothing says which
_DEEPEST = 3
_INDEX = "index.html"


def reader_at(page: PurePosixPath, root: Element, base_path: str, read: Read) -> Read:
    """What reads scripts by their addresses as a page (its tree: `root`) has written them.

    `base_path` is where the site is ("/blog", or "https://host/blog"); "": it is found out, from
    the page's own address if it tells, else from which files there are.
    """
    base = base_path or _base_of(page, root)

    def look(url: str) -> str | None:
        return next((text for one in _meant(url, base) if (text := read(one)) is not None), None)

    return look


def _meant(url: str, base: str) -> Iterator[str]:
    """What an address may be in the folder of the site, the likeliest first."""
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
        for _ in range(_DEEPEST):
            rest = rest[rest.find("/", 1) :] if "/" in rest[1:] else ""
            if rest:
                yield rest


def _base_of(page: PurePosixPath, root: Element) -> str:
    """The address of the folder that a site is in, from that of a page; "" where it tells none."""
    for address in _addresses(root):
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


def _addresses(root: Element) -> Iterator[str]:
    """Where a page says that it is."""
    for link in root.all("link"):
        if "canonical" in link.attrs.get("rel", "").lower().split():
            yield link.attrs.get("href", "")
    for meta in root.all("meta"):
        if meta.attrs.get("property") == "og:url":
            yield meta.attrs.get("content", "")
