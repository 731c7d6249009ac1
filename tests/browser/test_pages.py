"""Pages in a real Chromium: what they reach, and what becomes of those that do not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from prerender.browser.functions import read_function
from prerender.browser.pages import (
    ORIGIN,
    Browser,
    CDPSession,
    Page,
    PageRequest,
    Resource,
    ScriptError,
    TabTimeoutError,
    close_page,
    evaluate_expression,
    open_page,
    open_session,
    with_timeout,
)
from tests.support.browser import SessionBrowser

BLANK = Resource("<!doctype html><body>")


def serve(request: PageRequest) -> Resource | None:
    return BLANK if request.url == f"{ORIGIN}/" else None


T = TypeVar("T")


def in_page(
    session_browser: SessionBrowser, action: Callable[[Page, CDPSession], Awaitable[T]]
) -> T:
    """What is done in a page that was opened for it."""

    async def opened(browser: Browser) -> T:
        page = await open_page(browser, serve)
        session = await open_session(page)
        try:
            await page.goto(f"{ORIGIN}/")
            return await action(page, session)
        finally:
            await close_page(page, session)

    return session_browser.run(opened)


def test_a_page_reaches_nothing_but_what_is_served(session_browser: SessionBrowser) -> None:
    async def reached(page: Page, session: CDPSession) -> int:
        connections = 0

        async def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for call in (
            f"fetch('http://{address}').catch(() => 0)",
            f"fetch('{ORIGIN}/other').then(() => 1, () => 0)",
            f"new Promise((end) => {{ new WebSocket('ws://{address}').onerror = () => end(0); }})",
        ):
            assert await evaluate_expression(session, call, 10, awaitPromise=True) in (0, None)
        server.close()
        return connections

    assert in_page(session_browser, reached) == 0


def test_pages_share_nothing(session_browser: SessionBrowser) -> None:
    async def known(page: Page, session: CDPSession) -> object:
        was = await evaluate_expression(session, "localStorage.getItem('name')")
        await evaluate_expression(session, "localStorage.setItem('name', 'value')")
        return was

    assert [in_page(session_browser, known) for _ in range(2)] == [None, None]


def test_what_a_script_raises_is_told(session_browser: SessionBrowser) -> None:
    async def raised(page: Page, session: CDPSession) -> None:
        await evaluate_expression(session, "nothing.there")

    with pytest.raises(ScriptError, match="ReferenceError: nothing is not defined"):
        in_page(session_browser, raised)


def test_a_page_that_does_not_answer_is_lost_and_ended(session_browser: SessionBrowser) -> None:
    async def busy(page: Page, session: CDPSession) -> None:
        await evaluate_expression(session, "for (;;);", 0.5)

    before = len(session_browser.browser.contexts)
    with pytest.raises(TabTimeoutError, match=r"no answer within 0\.5 s"):
        in_page(session_browser, busy)
    assert len(session_browser.browser.contexts) == before


def test_what_is_cancelled_just_when_the_answer_comes_is_cancelled() -> None:
    async def cancelled() -> bool:
        answer = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(with_timeout(answer, 30))
        await asyncio.sleep(0)
        answer.set_result(None)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(cancelled())


def test_a_function_is_read_without_what_its_file_says_of_it(tmp_path: Path) -> None:
    file = tmp_path / "one.js"
    file.write_text("/**\n * One more.\n */\n(n) => n + 1; /* end */\n", "utf-8")
    assert read_function(file) == "(n) => n + 1; /* end */"
    file.write_text("/** One more. */\n(n) => /* kept */ n + 1;\n", "utf-8")
    assert read_function(file) == "(n) => /* kept */ n + 1"
