"""One browser for all tests of set-ups, and pages' scripts as the package takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from prerender.setup import Request, Script, Setup, collect, interpret
from prerender.setup.asked import Surroundings, answered
from prerender.setup.evaluate import evaluate
from prerender.setup.scripts import Read
from prerender.source import parse
from tests.support.browser import SessionBrowser

SHARED = Path(__file__).parents[3] / "shared"


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[Script] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            given = {name: value or "" for name, value in attrs}
            self.found.append(Script(given.get("type", ""), given.get("src"), "", given))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            last = self.found[-1]
            self.found[-1] = Script(last.type, last.src, last.text + data, last.attrs)


def scripts_of(html: str) -> list[Script]:
    """The script elements of a page."""
    parser = _Scripts()
    parser.feed(html)
    parser.close()
    return parser.found


class Evaluator:
    """Set-ups of pages, by a browser that stays."""

    def __init__(self, runner: asyncio.Runner, browser: Browser) -> None:
        self._runner = runner
        self._browser = browser

    def data(self, html: str, files: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What evaluating a page's scripts answers; `files`: the site's scripts by address."""
        return self.evaluate(collect(scripts_of(html), (files or {}).get))

    def evaluate(self, request: Request) -> dict[str, Any]:
        return self._run(evaluate(self._browser, request))

    def setup(
        self,
        html: str,
        files: Mapping[str, str] | None = None,
        user: dict[str, Any] | None = None,
    ) -> Setup:
        """The Setup of a page."""
        return interpret(*self._answered(html, (files or {}).get), user)

    def page(self, path: Path) -> Setup:
        """The Setup of a page of a site on disk."""
        return interpret(*self._answered(path.read_text("utf-8"), reader(path)))

    def rounds(self, *pages: str, files: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """The answers of all evaluations that pages need, one after the other, equal ones once."""
        known: dict[str, dict[str, Any]] = {}

        async def ask(request: Request) -> dict[str, Any]:
            if request.key not in known:
                known[request.key] = await evaluate(self._browser, request)
            return known[request.key]

        async def ask_all() -> None:
            read = (files or {}).get
            for html in pages:
                scripts = scripts_of(html)
                around = Surroundings(parse(html), scripts, read)
                await answered(collect(scripts, read), around, ask)

        self._runner.run(ask_all())
        return list(known.values())

    def _answered(self, html: str, read: Read) -> tuple[Request, dict[str, Any]]:
        scripts = scripts_of(html)
        around = Surroundings(parse(html), scripts, read)

        async def ask() -> tuple[Request, dict[str, Any]]:
            request = collect(scripts, read)
            return await answered(request, around, lambda one: evaluate(self._browser, one))

        return self._runner.run(ask())

    def contexts(self) -> int:
        """How many contexts the browser has open."""
        return len(self._browser.contexts)

    def _run(self, action: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        async def waited() -> dict[str, Any]:
            return await action

        return self._runner.run(waited())


def reader(page: Path) -> Callable[[str], str | None]:
    """Scripts of a page's site, whose root may be any folder above."""

    def read(src: str) -> str | None:
        path = src.partition("?")[0]
        roots = page.parents if path.startswith("/") else [page.parent]
        files = (root / path.lstrip("/") for root in roots if "//" not in path)
        return next((file.read_text("utf-8") for file in files if file.is_file()), None)

    return read


@pytest.fixture(scope="session")
def evaluator(session_browser: SessionBrowser) -> Evaluator:
    return Evaluator(session_browser.runner, session_browser.browser)


@pytest.fixture(scope="session")
def sites() -> Path:
    """Real sites, which are not part of the checkout."""
    if not (SHARED / "sites").is_dir():
        pytest.skip("../shared/sites is not here")
    return SHARED / "sites"
