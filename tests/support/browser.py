"""The Chromium of the tests: the one that PRERENDER_BROWSER names, else one that is found.

No other module of the tests starts one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from playwright import async_api, sync_api

from prerender.browser.discover import find_browser, sandbox
from prerender.engine import Engine

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SessionBrowser:
    """A browser that stays, and the event loop that it belongs to (conftest: `session_browser`)."""

    runner: asyncio.Runner
    browser: async_api.Browser

    def run(self, action: Callable[[async_api.Browser], Coroutine[Any, Any, T]]) -> T:
        """What some code does with the browser; the pages that it leaves open are closed."""

        async def alone() -> T:
            try:
                return await action(self.browser)
            finally:
                for context in self.browser.contexts:
                    await context.close()

        return self.runner.run(alone())


@asynccontextmanager
async def chromium(*arguments: str) -> AsyncIterator[async_api.Browser]:
    """A browser for asynchronous code, with arguments of its command line; closed at the end."""
    async with async_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(**_options(arguments))
        try:
            yield browser
        finally:
            await browser.close()


@contextmanager
def blocking_chromium() -> Iterator[sync_api.Browser]:
    """A browser for code that waits for each of its answers; closed at the end.

    While it is open, its thread has a running event loop: no `asyncio.run` beside it.
    """
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(**_options(()))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def session_chromium() -> Iterator[SessionBrowser]:
    """A browser for asynchronous code that is called now and then; closed at the end."""
    with asyncio.Runner() as runner:
        opened = chromium()
        yield SessionBrowser(runner, runner.run(opened.__aenter__()))
        runner.run(opened.__aexit__(None, None, None))


def screenshot(page: sync_api.Page, **options: Any) -> bytes:
    """A picture of a page (PNG). Chromium refuses one now and then, and takes it when asked again
    (https://github.com/MarketSquare/robotframework-browser/issues/5237).
    """
    try:
        return page.screenshot(**options)
    except sync_api.Error as error:
        if "Unable to capture screenshot" not in error.message:
            raise
        return page.screenshot(**options)


def new_engine(**options: Any) -> Engine:
    """An engine with the browser of the tests; `options` are Engine's."""
    return Engine(os.environ.get("PRERENDER_BROWSER"), **options)


def _options(arguments: tuple[str, ...]) -> dict[str, Any]:
    path = find_browser(os.environ.get("PRERENDER_BROWSER")).path
    return {
        "executable_path": path,
        "chromium_sandbox": sandbox(path).on,
        "args": list(arguments),
    }
