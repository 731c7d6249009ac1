"""A page of a site goes in; the formulas that its real scripts typeset in Chromium come out.

Nothing is fetched: the site answers, npm packages in place of the CDNs, all else is refused.
"""

from __future__ import annotations

import asyncio
import mimetypes
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

from playwright.async_api import Browser, Page, Route
from playwright.async_api import Error as BrowserError

from tests.support.browser import chromium
from tests.support.oracle.cdn import answer

ORIGIN = "https://site.test/"
MODULES = Path(os.environ.get("ORACLE_MODULES") or Path(__file__).parents[2] / "node_modules")
SUFFIXES = (".html", ".htm", ".xhtml")

_JS = Path(__file__).parent / "js"
_WATCH, _SETTLE, _HARVEST = (
    (_JS / name).read_text("utf-8") for name in ("watch.js", "settle.js", "harvest.js")
)
_KATEX = ("katex.js", "katex.min.js", "katex.mjs")
_LIMIT = 30.0  #: seconds for a page to load and be typeset
_QUIET = 0.08  #: seconds between two looks at a page; it is done when nothing moves for three


@dataclass(frozen=True, slots=True)
class Mark:
    """A number beside an equation (anchor: its id) or a reference to one (anchor: its href)."""

    text: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One formula as the page's own engine received it, and what it made of it."""

    tex: str
    display: bool
    input: Literal["tex", "mathml", "asciimath"]
    tags: tuple[Mark, ...] = ()
    refs: tuple[Mark, ...] = ()
    error: str | None = None


def pages_of(site: Path) -> list[Path]:
    """The HTML and XHTML files of a site (or the one page that `site` is), sorted."""
    if site.is_file():
        return [site]
    return sorted(file for file in site.rglob("*") if file.suffix in SUFFIXES)


async def typeset_by_page(
    browser: Browser,
    page_path: Path,
    site_root: Path,
    modules: Path = MODULES,
    limit: float = _LIMIT,
) -> list[Seen]:
    """What the scripts of one page typeset, in document order.

    A page that does not come to rest within `limit` seconds is read as it is then; one that does
    not even answer raises TimeoutError.
    """
    context = await browser.new_context(service_workers="block")
    try:
        server = _Server(site_root.resolve(), modules)
        await context.route("**/*", server.handle)
        await context.add_init_script(_WATCH)
        page = await context.new_page()
        with suppress(TimeoutError, BrowserError):
            await asyncio.wait_for(_open(page, server, page_path), limit)
        return [_seen(found) for found in await asyncio.wait_for(page.evaluate(_HARVEST), limit)]
    finally:
        await context.close()


async def in_page(
    page_path: Path, site_root: Path, script: str, modules: Path = MODULES, limit: float = _LIMIT
) -> Any:
    """What a script answers in a page that has come to rest."""
    [answered] = await in_pages([page_path], site_root, script, modules, limit)
    return answered


async def in_pages(
    page_paths: Iterable[Path],
    site_root: Path,
    script: str,
    modules: Path = MODULES,
    limit: float = _LIMIT,
) -> list[Any]:
    """What a script answers in pages of a site that have come to rest, one after the other."""
    answers = []
    async with chromium() as browser:
        for path in page_paths:
            context = await browser.new_context(service_workers="block")
            server = _Server(site_root.resolve(), modules)
            await context.route("**/*", server.handle)
            await context.add_init_script(_WATCH)
            page = await context.new_page()
            await asyncio.wait_for(_open(page, server, path), limit)
            answers.append(await page.evaluate(script))
            await context.close()
    return answers


async def typeset_by_site(
    pages: Iterable[Path], site_root: Path, modules: Path = MODULES, at_once: int = 3
) -> dict[Path, list[Seen]]:
    """The same for many pages of a site, a few at once in one browser."""
    turn = asyncio.Semaphore(at_once)
    async with chromium() as browser:

        async def one(path: Path) -> tuple[Path, list[Seen]]:
            async with turn:
                return path, await typeset_by_page(browser, path, site_root, modules)

        return dict(await asyncio.gather(*map(one, pages)))


async def _open(page: Page, server: _Server, path: Path) -> None:
    """Load a page and wait until its engine is done and nothing more is asked for."""
    name = path.resolve().relative_to(server.site).as_posix()
    await page.goto(ORIGIN + quote(name), wait_until="load")
    before, quiet = None, 0
    while quiet < 2:
        await asyncio.sleep(_QUIET)
        now = (await page.evaluate(_SETTLE), server.requests)
        quiet = quiet + 1 if now == before and not server.pending else 0
        before = now


def _seen(found: dict[str, Any]) -> Seen:
    marks = {name: tuple(Mark(**mark) for mark in found[name]) for name in ("tags", "refs")}
    return Seen(**{**found, **marks})


class _Server:
    """Answers every request of one page: from its site, from npm packages, or not at all."""

    def __init__(self, site: Path, modules: Path) -> None:
        if not modules.is_dir():
            raise FileNotFoundError(f"{modules} is missing: run `npm ci` beside its package.json")
        self.site = site
        self.modules = modules
        self.requests = self.pending = 0

    async def handle(self, route: Route) -> None:
        if route.request.is_navigation_request() and self.requests:
            await route.fulfill(status=204)  # a refresh or a frame: the page stays as it is
            return
        self.requests += 1
        self.pending += 1
        file = self._local(route.request.url) or answer(route.request.url, self.modules)
        try:
            if file is None:
                await route.abort()
            else:
                await route.fulfill(body=_body(file), content_type=_type(file))
        finally:
            self.pending -= 1

    def _local(self, url: str) -> Path | None:
        if not url.startswith(ORIGIN):
            return None
        file = (self.site / unquote(urlsplit(url).path).lstrip("/")).resolve()
        file = file / "index.html" if file.is_dir() else file
        return file if file.is_file() and file.is_relative_to(self.site) else None


def _type(file: Path) -> str:
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _body(file: Path) -> bytes:
    """The bytes of a file; KaTeX is handed to the watcher, however it is loaded."""
    source = file.read_bytes()
    if file.name not in _KATEX:
        return source
    if file.suffix == ".mjs":
        return source + b"\n__oracle.watchKatex(katex);\n"
    return b"(function (define) {" + source + _WATCHED_KATEX


#: KaTeX defines itself through AMD where there is a loader, else as a global
_WATCHED_KATEX = b"""
if (!define) __oracle.watchKatex(katex);
}).call(this, window.define?.amd && Object.assign(
  (needs, make) => window.define(needs, () => __oracle.watchKatex(make())), {amd: true}));
"""
