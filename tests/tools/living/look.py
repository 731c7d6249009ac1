"""Pages of a site in, what Chromium shows of them out: their formulas, errors, requests, pictures.

The site is served at the origin that it is published at; CDNs are answered from npm packages.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route
from playwright.async_api import TimeoutError as TooLate

from tests.tools.living.libraries import library
from tests.tools.living.recipes import ORIGIN

_HERE = Path(__file__).parent
_MEASURE, _FAMILY = ((_HERE / name).read_text("utf-8") for name in ("measure.js", "family.js"))
_BARE = """() => {
  const sheets = [...document.querySelectorAll('[data-prerender]:is(style, link)')];
  const head = sheets.map((one) => one.outerHTML.replace(/ href="[^"]*"/, ` href="${one.href}"`));
  const formulas = [...document.querySelectorAll('mjx-container[data-tex]')];
  const body = formulas.map((one) => `<div>${one.outerHTML}</div>`);
  return `<!DOCTYPE html>${head.join('')}<body style="font:16px/1.5 serif">${body.join('')}`;
}"""
#: how many elements a page has, when what MathJax has begun is done; 0 while it is being loaded
_SETTLED = """async () => {
  const mathjax = window.MathJax;
  if (mathjax && !mathjax.startup?.promise && !mathjax.isReady) return 0;
  if (mathjax?.startup?.promise) await mathjax.startup.promise.catch(() => null);
  if (mathjax?.Hub?.Queue && mathjax.isReady) await new Promise((done) => mathjax.Hub.Queue(done));
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return document.querySelectorAll('*').length;
}"""
_CLICK = """(target) => {
  const links = [...document.querySelectorAll('a[href]')];
  const link = links.find((one) => new URL(one.href).href.split('#')[0] === target
    && one.checkVisibility() && one.closest('p'));
  link?.click();
  window.__livingStays = true;
  return Boolean(link);
}"""
#: the formulas that the page's own engine has typeset: MathJax 3 and 4, KaTeX, MathJax 2
_TYPESET = """() => [...document.querySelectorAll('mjx-container:not([data-tex]), .katex')]
  .filter((one) => !one.parentElement.closest('mjx-container')).length
  + (window.MathJax?.Hub?.getAllJax?.().length ?? 0)"""
_QUIET = 0.1  #: seconds between two looks at a page; it has settled when three are alike
_PATIENCE = 15  #: looks at a page that waits for MathJax
_LIMIT = 60.0  #: seconds for a page to load and settle
_HEIGHT = 844
#: ex, for `family.js`
_WIDTHS = tuple(range(6, 60)) + tuple(range(60, 260, 4))


@dataclass
class Visit:
    """What a visit to a page has seen."""

    formulas: list[dict[str, Any]] = field(default_factory=list)
    widened: float = 0
    #: how many the page's own engine has typeset
    typeset: int = 0
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    #: how many requests have no answer yet
    pending: int = 0
    #: whether a click has led to the page that it should
    arrived: bool = True


@dataclass(frozen=True)
class Family:
    """How a formula may look: the numbers of the pictures of each layout, what each covers."""

    layouts: list[list[int]]
    drawn: dict[str, list[int]]


def address(page: str) -> str:
    """The URL of a page of the site."""
    return ORIGIN + quote(page.removesuffix("index.html"))


@dataclass(frozen=True)
class Eyes:
    """A browser, and how many of its tabs may be at work at once."""

    browser: Browser
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))


async def visit(
    eyes: Eyes,
    site: Path,
    page: str,
    width: int,
    *,
    scripts: bool = True,
    click: str | None = None,
    picture: Path | None = None,
) -> Visit:
    """Open a page on a screen `width` pixels wide, click on its link to `click`, and look."""
    seen = Visit()
    async with _tab(eyes, site, width, scripts, seen) as tab:
        await tab.goto(address(page), wait_until="load")
        await _settle(tab, seen, scripts)
        if click is not None:
            seen.arrived = await _follow(tab, address(click))
            await _settle(tab, seen, scripts)
        seen.typeset = await tab.evaluate(_TYPESET)
        found = await tab.evaluate(_MEASURE)
        seen.formulas, seen.widened = found["formulas"], found["widened"]
        if picture is not None:
            picture.parent.mkdir(parents=True, exist_ok=True)
            await tab.screenshot(path=picture, full_page=True)
    return seen


async def families(eyes: Eyes, site: Path, page: str) -> list[Family]:
    """The layouts of a page's formulas, in order, on a page with no theme."""
    async with _tab(eyes, site, 1280, False, Visit()) as tab:
        await tab.goto(address(page), wait_until="load")
        await tab.set_content(await tab.evaluate(_BARE))
        return [Family(**one) for one in await tab.evaluate(_FAMILY, list(_WIDTHS))]


@asynccontextmanager
async def _tab(
    eyes: Eyes, site: Path, width: int, scripts: bool, seen: Visit
) -> AsyncIterator[Page]:
    """A tab that is served the site, and keeps in `seen` what it asks for and complains about."""
    async with eyes.turns:
        context = await eyes.browser.new_context(
            viewport={"width": width, "height": _HEIGHT},
            java_script_enabled=scripts,
            service_workers="block",
        )
        try:
            await _serve(context, site, seen)
            tab = await context.new_page()
            tab.on("pageerror", lambda error: seen.errors.append(error.message))
            tab.on("console", lambda message: _note(message, seen))
            yield tab
        finally:
            await context.close()


def _note(message: ConsoleMessage, seen: Visit) -> None:
    # What was refused is known already
    if message.type == "error" and not re.match(r"Failed to load|Access to ", message.text):
        seen.errors.append(message.text)


async def _serve(context: BrowserContext, site: Path, seen: Visit) -> None:
    async def handle(route: Route) -> None:
        file = _file(route.request, site)
        seen.requests.append(route.request.url)
        seen.pending += 1
        try:
            if file is None:
                seen.refused.append(route.request.url)
                await route.abort()
            else:
                kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                headers = {"access-control-allow-origin": "*"}
                await route.fulfill(body=file.read_bytes(), content_type=kind, headers=headers)
        finally:
            seen.pending -= 1

    await context.route("**/*", handle)


def _file(request: Request, site: Path) -> Path | None:
    """What answers a request: a file of the site or of an npm package; None refuses it."""
    if not request.url.startswith(ORIGIN):
        return library(request.url)
    file = (site / unquote(urlsplit(request.url).path).lstrip("/")).resolve()
    file = file / "index.html" if file.is_dir() else file
    return file if file.is_file() and file.is_relative_to(site.resolve()) else None


async def _settle(tab: Page, seen: Visit, scripts: bool) -> None:
    """Wait until the page asks for nothing more and does not change."""
    if not scripts:
        return
    before: tuple[int, int] | None = None
    quiet = 0
    async with asyncio.timeout(_LIMIT):
        # MathJax may never come: its script has been taken out, or nothing answers for it
        while quiet < (2 if before and before[0] else _PATIENCE):
            await asyncio.sleep(_QUIET)
            now = (await tab.evaluate(_SETTLED), len(seen.requests))
            quiet = quiet + 1 if now == before and not seen.pending else 0
            before = now


async def _follow(tab: Page, target: str) -> bool:
    """Click on the link to a page, and say whether it is shown then, without being loaded anew."""
    heading = await tab.title()
    if not await tab.evaluate(_CLICK, target):
        return False
    try:
        changed = "(before) => document.title !== before && window.__livingStays"
        await tab.wait_for_function(changed, arg=heading, timeout=5000)
    except TooLate:
        return False
    return tab.url.split("#")[0] == target
