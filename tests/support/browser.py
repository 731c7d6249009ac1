"""The Chromium of the tests: the one that PRERENDER_BROWSER names, else one that is found.

No other module of the tests starts one.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from playwright import async_api, sync_api

from prerender.browser.discover import find_browser, sandbox


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


def _options(arguments: tuple[str, ...]) -> dict[str, Any]:
    path = find_browser(os.environ.get("PRERENDER_BROWSER")).path
    return {
        "executable_path": path,
        "chromium_sandbox": sandbox(path).on,
        "args": list(arguments),
    }
