"""A running browser and what its requests may get in; pages of their own, and their answers, out.

A page has a fresh context: it shares nothing with another, and reaches nothing but what is served
to it. Whatever is asked of a page has a time limit; a page that dies, or does not answer in time,
is lost.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import Awaitable, Callable, Mapping
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
    "read_function",
    "with_timeout",
]

#: never resolved: requests to it are answered from here
ORIGIN = "https://prerender.invalid"
#: a proxy that is not there: what is not answered here goes nowhere, not even by a web socket
NOWHERE = "http://127.0.0.1:9"
#: seconds that starting a page, or what it does by the way, may take on a busy machine
STARTUP_TIMEOUT = 60.0
_CLOSING = 5.0

T = TypeVar("T")


class TabLostError(Exception):
    """A page that died, or did not answer in time; what it was asked has no answer."""


class TabTimeoutError(TabLostError):
    """A page that did not answer in time."""


class ScriptError(Exception):
    """A script in a page raised an exception, whose description this is."""


class PageRequest(NamedTuple):
    """What a page asks for; `navigates`: to be there in place of itself, or in another window."""

    url: str
    navigates: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """What a request gets: `body` may be a file, which is read then."""

    body: bytes | str | Path = b""
    kind: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


#: what a request gets; None: it is refused
Serve = Callable[[PageRequest], Resource | None]


async def open_page(
    browser: Browser, serve: Serve, seconds: float = STARTUP_TIMEOUT, **options: Any
) -> Page:
    """An empty page in a context of its own, with Playwright's options for that.

    Raises TabLostError where a step of that takes more than `seconds`.
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
    """A way to ask the page's browser what Playwright has no name for. Raises TabLostError."""
    return await with_timeout(page.context.new_cdp_session(page), seconds)


async def close_page(page: Page, session: CDPSession | None = None) -> None:
    """End a page and its context; with a session, one that is too busy for it is made to crash."""
    if await _ends(page.context.close()) or session is None:
        return
    await _ends(session.send("Page.crash"))
    await _ends(page.context.close())


async def evaluate_expression(
    session: CDPSession, expression: str, seconds: float = STARTUP_TIMEOUT, **options: Any
) -> Any:
    """The value of an expression, as JSON has it; `options` are those of Runtime.evaluate.

    Raises ScriptError, TabLostError.
    """
    request = {"expression": expression, "returnByValue": True, **options}
    answer = await with_timeout(session.send("Runtime.evaluate", request), seconds)
    if details := answer.get("exceptionDetails"):
        description = details.get("exception", {}).get("description")
        raise ScriptError(description or details.get("text", ""))
    return answer["result"].get("value")


async def with_timeout(action: Awaitable[T], seconds: float = STARTUP_TIMEOUT) -> T:
    """The answer of a browser; TabLostError where there is none, or none in time.

    Not `wait_for`: in Python 3.11 it forgets that it was cancelled if the answer comes just then.
    """
    try:
        async with asyncio.timeout(seconds):
            return await action
    except TimeoutError as error:
        raise TabTimeoutError(f"no answer within {seconds:g} s") from error
    except Error as error:
        raise TabLostError(error.message.partition("\n")[0]) from error


async def close_quietly(action: Awaitable[object]) -> None:
    """Wait for the end of something that may be dead already."""
    await _ends(action)


async def _ends(action: Awaitable[object]) -> bool:
    """Whether something comes to its end, in time."""
    try:
        async with asyncio.timeout(_CLOSING):
            await action
    except (Error, TimeoutError):
        return False
    return True


def read_function(file: Path) -> str:
    """The source of a file that holds one JavaScript function, as an expression.

    What the file says about itself first is not part of it.
    """
    return _COMMENT.sub("", file.read_text("utf-8")).rstrip().removesuffix(";")


_COMMENT = re.compile(r"\A\s*/\*.*?\*/\s*", re.DOTALL)


def content_type(file: PurePath) -> str:
    """The media type of a file, by its name."""
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


async def _answer(route: Route, serve: Serve) -> None:
    """Serve what there is; refuse everything else."""
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
    except Error:  # a window that is not there yet
        return True
