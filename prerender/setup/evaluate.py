"""A browser and a request in; out: what the page's scripts ask of MathJax or KaTeX, as JSON data.

The scripts run in a context of their own, which is thrown away: no network, no other page, a time
limit for each step, a limit for the size of the answer. What goes wrong is a SetupError with a
sentence that says what, for this page only.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from playwright.async_api import Browser, BrowserContext, CDPSession, Error, Page, Route

from prerender.errors import PageError
from prerender.setup.model import Json
from prerender.setup.scripts import LOADERS, Request

#: never resolved: requests to it are answered from the package
ORIGIN = "https://prerender.invalid"
#: seconds that a step of a page's scripts may take
LIMIT = 2.0
#: seconds that the browser may take for what is not the page's, and to answer after a step
_PATIENCE = 30.0
_ANSWERING = 8.0
_CLOSING = 3.0
#: so many at once: more would be in each other's way, and seem to take long
_AT_ONCE = 2
_TOO_LONG = f"the page's configuration runs for more than {LIMIT:g} s"
_FILES = Path(__file__).parent / "sandbox"
#: https://www.w3.org/TR/CSP3/: scripts of the page and of the sandbox, nothing that makes a request
_POLICY = (
    f"default-src 'none'; script-src {ORIGIN} 'unsafe-inline' 'unsafe-eval'; webrtc 'block'; "
    "form-action 'none'; base-uri 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-DNS-Prefetch-Control": "off"}
_PREPARE = "async (request) => (await import('/page.js')).prepare(request)"
_STEPS = ("run", "ready", "complete", "settle", "settle", "begin", "settle", "visit", "settle",
          "finish")  # fmt: skip
#: how often what waits may make more wait: scripts that are loaded one after the other
_TURNS = 12

T = TypeVar("T")


class SetupError(PageError):
    """A page's configuration that could not be evaluated; the message says why."""


class SetupLostError(SetupError):
    """The same, where another time, or on another machine, it might be evaluated."""


async def evaluate(browser: Browser, request: Request) -> Json:
    """What the scripts of a request ask for (page.js: finish says in which form).

    A request that has nothing to run needs no browser. Raises SetupError.
    """
    if not request.runs:
        return loaded(request)
    asked = asdict(request) | {"loaders": LOADERS, "limit": LIMIT}
    async with _turns(), _sandbox(browser) as (page, session):
        await _guard(page.evaluate(_PREPARE, asked), _PATIENCE)
        answer: object = None
        for step in _STEPS:
            for _ in range(_TURNS if step == "settle" else 1):
                call = _step(session, f"prerenderSetup.{step}()")
                answer = await _guard(call, LIMIT + _ANSWERING)
                if not answer:
                    break
    return _parsed(answer)


def loaded(request: Request) -> Json:
    """What is known of a request without running anything: the first loader."""
    loads = [step for step in request.steps if step.does == "load" and step.what != "katex"]
    first = min(loads, key=lambda step: step.deferred, default=None)
    return {"loaded": [{"script": first.script}] if first else []}


_waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _turns() -> asyncio.Semaphore:
    """Held while a page is evaluated."""
    return _waiting.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))


async def _step(session: CDPSession, expression: str) -> Any:
    """Runs one step; V8 ends it when its time is over."""
    asked = {"expression": expression, "returnByValue": True, "timeout": LIMIT * 1000}
    answer = await session.send("Runtime.evaluate", asked)
    if details := answer.get("exceptionDetails"):
        told = details.get("exception", {}).get("description") or details.get("text", "")
        raise SetupError(told.partition("\n")[0].removeprefix("Problem: "))
    return answer["result"].get("value")


def _parsed(answer: object) -> Json:
    try:
        data = json.loads(answer) if isinstance(answer, str) else None
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise SetupError("a script of the page disturbs the reading of its configuration")
    return data


@asynccontextmanager
async def _sandbox(browser: Browser) -> AsyncIterator[tuple[Page, CDPSession]]:
    """An empty page of its own, ended afterwards even when it is busy."""
    context = await _guard(browser.new_context(service_workers="block"), _PATIENCE)
    session: CDPSession | None = None
    try:
        await context.route("**/*", _answer)
        page = await _guard(context.new_page(), _PATIENCE)
        session = await _guard(context.new_cdp_session(page), _PATIENCE)
        await _guard(page.goto(f"{ORIGIN}/"), _PATIENCE)
        yield page, session
    finally:
        await _end(context, session)


async def _answer(route: Route) -> None:
    """Serve the empty page and the sandbox's own modules; refuse everything else."""
    url = route.request.url
    name = url.removeprefix(f"{ORIGIN}/")
    if name == "":
        body = "<!doctype html><meta charset=utf-8><body>"
        await route.fulfill(body=body, content_type="text/html", headers=_HEADERS)
    elif url.startswith(ORIGIN) and name in {file.name for file in _FILES.glob("*.js")}:
        body = (_FILES / name).read_text("utf-8")
        await route.fulfill(body=body, content_type="text/javascript")
    else:
        await route.abort()


async def _guard(action: Awaitable[T], seconds: float) -> T:
    """The answer of the browser; SetupError where there is none in time, or no page any more."""
    try:
        async with asyncio.timeout(seconds):
            return await action
    except TimeoutError as error:
        raise SetupLostError("the page's configuration does not come to an end") from error
    except Error as error:
        raise SetupLostError(_in_words(error.message)) from error


def _in_words(message: str) -> str:
    if "terminated" in message:
        return _TOO_LONG
    if "crashed" in message or "closed" in message:
        return "the page's configuration exhausts the browser"
    return f"the page's configuration could not be evaluated: {message.splitlines()[0]}"


async def _end(context: BrowserContext, session: CDPSession | None) -> None:
    """Close; a page that is too busy for it is made to crash first."""
    for action in (None, "Page.crash"):
        try:
            if action and session:
                async with asyncio.timeout(_CLOSING):
                    await session.send(action)
        except (Error, TimeoutError):
            pass
        try:
            async with asyncio.timeout(_CLOSING):
                await context.close()
        except (Error, TimeoutError):
            continue
        return
