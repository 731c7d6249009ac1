"""Opens isolated pages in a running browser, serves their requests, and evaluates scripts in them.

A page has a fresh context: it shares nothing with other pages, and reaches nothing except what is
served to it. All calls have a time limit; a page that dies, or does not answer in time, is lost.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, NamedTuple, TypeVar

from playwright.async_api import Browser, CDPSession, Error, FloatRect, Page, Route

__all__ = [
    "NOWHERE",
    "ORIGIN",
    "STARTUP_TIMEOUT",
    "Browser",
    "CDPSession",
    "FloatRect",
    "Page",
    "PageRequest",
    "Resource",
    "ScriptError",
    "TabLostError",
    "TabTimeoutError",
    "close_page",
    "close_quietly",
    "content_type",
    "evaluate_expression",
    "open_page",
    "open_session",
    "with_timeout",
]

#: never resolved: requests to it are answered by `Serve` functions
ORIGIN = "https://prerender.invalid"
#: a proxy that does not exist: no other request leaves the machine, not even of a web socket
NOWHERE = "http://127.0.0.1:9"
#: seconds that opening a page, or a quick call to it, may take on a busy machine
STARTUP_TIMEOUT = 60.0
_CLOSING = 5.0

T = TypeVar("T")


class TabLostError(Exception):
    """A page has died, or did not answer in time."""


class TabTimeoutError(TabLostError):
    """A page did not answer in time."""


class ScriptError(Exception):
    """A script in a page raised an exception; the message is its description."""


class PageRequest(NamedTuple):
    """A request of a page; `navigates`: it would replace the page, or open another window."""

    url: str
    navigates: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """The response to a request; `body` may be a file, which is read when needed."""

    body: bytes | str | Path = b""
    kind: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


#: returns the response to a request; None: it is refused
Serve = Callable[[PageRequest], Resource | None]


async def open_page(
    browser: Browser, serve: Serve, seconds: float = STARTUP_TIMEOUT, **options: Any
) -> Page:
    """Open an empty page in a context of its own; `options` are those of Playwright's context.

    Raises TabLostError if a step of it takes more than `seconds`.
    """
    blocked: dict[str, Any] = {"service_workers": "block", "proxy": {"server": NOWHERE}}
    context = await with_timeout(browser.new_context(**blocked, **options), seconds)
    try:
        await with_timeout(context.route("**/*", lambda route: _answer(route, serve)), seconds)
        return await with_timeout(context.new_page(), seconds)
    except BaseException:
        await close_quietly(context.close())
        raise


async def open_session(page: Page, seconds: float = STARTUP_TIMEOUT) -> CDPSession:
    """Open a DevTools session, for what Playwright's API does not offer. Raises TabLostError."""
    return await with_timeout(page.context.new_cdp_session(page), seconds)


async def close_page(page: Page, session: CDPSession | None = None) -> None:
    """Close a page and its context; with a session, make a page crash that is too busy to close."""
    if await _completes(page.context.close()) or session is None:
        return
    await _completes(session.send("Page.crash"))
    await _completes(page.context.close())


async def evaluate_expression(
    session: CDPSession, expression: str, seconds: float = STARTUP_TIMEOUT, **options: Any
) -> Any:
    """Evaluate an expression and return its JSON value; `options` are those of Runtime.evaluate.

    Raises ScriptError, TabLostError.
    """
    request = {"expression": expression, "returnByValue": True, **options}
    answer = await with_timeout(session.send("Runtime.evaluate", request), seconds)
    if details := answer.get("exceptionDetails"):
        description = details.get("exception", {}).get("description")
        raise ScriptError(description or details.get("text", ""))
    return answer["result"].get("value")


async def with_timeout(action: Awaitable[T], seconds: float = STARTUP_TIMEOUT) -> T:
    """Wait for a call to the browser. Raises TabLostError if it fails or takes too long.

    Not `wait_for`: in Python 3.11 it loses a cancellation that coincides with the result.
    """
    try:
        async with asyncio.timeout(seconds):
            return await action
    except TimeoutError as error:
        raise TabTimeoutError(f"no answer within {seconds:g} s") from error
    except Error as error:
        raise TabLostError(error.message.partition("\n")[0]) from error


async def close_quietly(action: Awaitable[object]) -> None:
    """Wait until something is closed that may be dead already."""
    await _completes(action)


async def _completes(action: Awaitable[object]) -> bool:
    """Whether an action completes in time."""
    try:
        async with asyncio.timeout(_CLOSING):
            await action
    except (Error, TimeoutError):
        return False
    return True


def content_type(file: PurePath) -> str:
    """Return the media type of a file by its name."""
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


async def _answer(route: Route, serve: Serve) -> None:
    """Serve a request or refuse it, unless its page is gone: who waits for the page is told."""
    with suppress(Error):
        await _serve_or_refuse(route, serve)


async def _serve_or_refuse(route: Route, serve: Serve) -> None:
    found = serve(PageRequest(route.request.url, _navigates(route)))
    if found is None:
        await route.abort()
        return
    body = found.body
    if isinstance(body, Path):
        body = await asyncio.to_thread(body.read_bytes)
    headers = {"content-type": found.kind, **found.headers}
    await route.fulfill(status=found.status, body=body, headers=headers)


def _navigates(route: Route) -> bool:
    request = route.request
    try:
        return request.is_navigation_request() and request.frame.parent_frame is None
    except Error:  # of a window that is not open yet
        return True
