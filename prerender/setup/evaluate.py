"""Runs a page's scripts in a browser sandbox; returns what they ask of MathJax or KaTeX, as JSON.

The scripts run in a fresh context: no network, no other page, a time limit for each step, a limit
for the size of the answer. Failures are raised as SetupError, with a message for this page.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from pathlib import Path
from weakref import WeakKeyDictionary

from prerender.browser.functions import read_function
from prerender.browser.pages import (
    ORIGIN,
    Browser,
    CDPSession,
    Page,
    PageRequest,
    Resource,
    ScriptError,
    TabLostError,
    TabTimeoutError,
    close_page,
    evaluate_expression,
    open_page,
    open_session,
    with_timeout,
)
from prerender.setup.model import Json, SetupError, SetupLostError
from prerender.setup.scripts import LOADERS, Request, loaded

#: seconds that a step of a page's scripts may take
LIMIT = 2.0
#: seconds that the browser may take to start, and to answer after a step
_STARTUP_TIMEOUT = 30.0
_ANSWER_TIMEOUT = 8.0
#: evaluations at a time: more would slow each other down and exceed the time limit
_CONCURRENT = 2
_TOO_LONG = f"the page's configuration runs for more than {LIMIT:g} s"
_FILES = Path(__file__).parent / "sandbox"
#: https://www.w3.org/TR/CSP3/: allows scripts of the page and of the sandbox, but no requests
_POLICY = (
    f"default-src 'none'; script-src {ORIGIN} 'unsafe-inline' 'unsafe-eval'; webrtc 'block'; "
    "form-action 'none'; base-uri 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-DNS-Prefetch-Control": "off"}
_PREPARE = read_function(_FILES / "prepare.js")
_STEPS = ("run", "ready", "complete", "settle", "settle", "begin", "settle", "visit", "settle",
          "finish")  # fmt: skip
#: the most rounds of waiting: scripts may be loaded one after the other
_TURNS = 12


async def evaluate(browser: Browser, request: Request) -> Json:
    """Evaluate the scripts of a request (the format of the answer: `finish` in page.js).

    A request with nothing to run needs no browser. Raises SetupError.
    """
    if not request.runs:
        return loaded(request)
    given = asdict(request) | {"loaders": LOADERS, "limit": LIMIT}
    with _translated_errors():
        async with _semaphore(), _sandbox(browser) as (page, session):
            await with_timeout(page.evaluate(_PREPARE, given), _STARTUP_TIMEOUT)
            answer: object = None
            for step in _STEPS:
                for _ in range(_TURNS if step == "settle" else 1):
                    answer = await _run(session, step)
                    if not answer:
                        break
    return _parsed(answer)


_waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _semaphore() -> asyncio.Semaphore:
    """Return the event loop's semaphore, held while a page is evaluated."""
    return _waiting.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_CONCURRENT))


async def _run(session: CDPSession, step: str) -> object:
    """Run a step and return its result; V8 stops it at the time limit."""
    call, limit = f"prerenderSetup.{step}()", LIMIT + _ANSWER_TIMEOUT
    return await evaluate_expression(session, call, limit, timeout=LIMIT * 1000)


def _parsed(answer: object) -> Json:
    try:
        data = json.loads(answer) if isinstance(answer, str) else None
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise SetupError("a script of the page breaks the evaluation of its configuration")
    return data


@asynccontextmanager
async def _sandbox(browser: Browser) -> AsyncIterator[tuple[Page, CDPSession]]:
    """Open an empty page, and close it afterwards even if it is busy."""
    page = await open_page(browser, _file, _STARTUP_TIMEOUT)
    session: CDPSession | None = None
    try:
        session = await open_session(page, _STARTUP_TIMEOUT)
        await with_timeout(page.goto(f"{ORIGIN}/"), _STARTUP_TIMEOUT)
        yield page, session
    finally:
        await close_page(page, session)


def _file(request: PageRequest) -> Resource | None:
    """Serve the empty page and the sandbox's own modules; nothing else."""
    name = request.url.removeprefix(f"{ORIGIN}/")
    if name == "":
        return Resource("<!doctype html><meta charset=utf-8><body>", headers=_HEADERS)
    if request.url.startswith(ORIGIN) and name in {file.name for file in _FILES.glob("*.js")}:
        return Resource(_FILES / name, "text/javascript")
    return None


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raise errors of the browser as SetupError, with a message for the user."""
    try:
        yield
    except ScriptError as error:
        raise SetupError(str(error).partition("\n")[0].removeprefix("Problem: ")) from error
    except TabTimeoutError as error:
        raise SetupLostError("the page's configuration does not come to an end") from error
    except TabLostError as error:
        raise SetupLostError(_reason(str(error))) from error


def _reason(message: str) -> str:
    if "terminated" in message:
        return _TOO_LONG
    if "crashed" in message or "closed" in message:
        return "the page's configuration exhausts the browser"
    return f"the page's configuration could not be evaluated: {message.splitlines()[0]}"
