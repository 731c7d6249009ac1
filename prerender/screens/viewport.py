"""A rendered page in, what is wrong with its formulas on screens of some widths out, with pictures.

The page comes from memory, what it loads from its site or from a folder of libraries; nothing else
is answered. Its scripts run, as they would for a reader who opens it on each of the screens, but
lead nowhere else. Where there are any, it is looked at without them, too.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import SplitResult, quote, unquote, urlsplit

from playwright.async_api import Browser, BrowserContext, CDPSession, Error, FloatRect, Page, Route

from prerender.engine.tab import ORIGIN, STARTUP_TIMEOUT, TabLostError, close_quietly, with_timeout

_HEIGHT = 800
#: CSS pixels of its page that a picture shows above and below an offender
_AROUND = 24
#: seconds that a page has to be still for, and that is waited for it at most
_QUIET, _SETTLING = 0.25, 5.0
#: a proxy that is not there: what is not answered here goes nowhere, not even by a web socket
_NOWHERE = "http://127.0.0.1:9"
#: the world of our scripts in a page
_WORLD = "prerender"
#: which look at a page has shown what the other has not
_WITH, _WITHOUT = "with the page's scripts", "without scripts"


def _script(name: str) -> str:
    return Path(__file__).with_name("look").joinpath(f"{name}.js").read_text("utf-8")


_WATCH, _SETTLE, _MEASURE, _FRAME = map(_script, ("watch", "settle", "measure", "frame"))


@dataclass(frozen=True, slots=True)
class Screens:
    """Screens to look at a page on: widths in pixels, the page's zoom, the size of its text.

    A zoom of 4 makes a screen of 1280 pixels one of 320 CSS pixels, with four times as many dots.
    `shrink` is the share of its size below which a formula is not readable, `seconds` what the
    page's scripts may take without a pause.
    """

    widths: Sequence[int]
    zoom: float = 1.0
    text: float = 1.0
    shrink: float = 0.7
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class ServedPage:
    """A rendered page: its name in the site, its bytes, and the files that its URLs mean.

    `file` knows those of paths of the site, `library` those of URLs elsewhere.
    """

    name: PurePosixPath
    data: bytes
    file: Callable[[str], Path | None]
    library: Callable[[str], Path | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Violation:
    """A formula (by its index in the page) that is not as it should be, and a PNG of it."""

    index: int
    reason: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class Compromise:
    """A formula that had to be shrunk, or scrolls: pixels that it needs, pixels that there are."""

    index: int
    how: Literal["shrinks", "scrolls"]
    layouts: int
    needed: float
    room: float


@dataclass(frozen=True, slots=True)
class ViewportResult:
    """What was seen of a page on a screen; `problems` are of the page as a whole."""

    width: int
    formulas: int
    displays: int
    violations: Sequence[Violation]
    compromises: Sequence[Compromise]
    problems: Sequence[str] = ()


async def inspect_page(
    browser: Browser, shown: ServedPage, screens: Screens
) -> list[ViewportResult]:
    """Look at a page on each screen in turn. Raises TabLostError."""
    seen, has_scripts = await _look(browser, shown, screens, scripts=True)
    if not has_scripts:
        return seen
    plain, _ = await _look(browser, shown, screens, scripts=False)
    return [_both(*pair) for pair in zip(seen, plain, strict=True)]


def _both(seen: ViewportResult, plain: ViewportResult) -> ViewportResult:
    """What is seen of a page on a screen, and what is wrong there with and without its scripts."""
    known, others = ({(o.index, o.reason) for o in some.violations} for some in (seen, plain))
    violations = [
        *(o if (o.index, o.reason) in others else _marked(o, _WITH) for o in seen.violations),
        *(_marked(o, _WITHOUT) for o in plain.violations if (o.index, o.reason) not in known),
    ]
    problems = [
        *(one if one in plain.problems else f"{one}, {_WITH}" for one in seen.problems),
        *(f"{one}, {_WITHOUT}" for one in plain.problems if one not in seen.problems),
    ]
    return replace(seen, violations=violations, problems=problems)


def _marked(violation: Violation, how: str) -> Violation:
    return replace(violation, reason=f"{violation.reason}, {how}")


async def _look(
    browser: Browser, shown: ServedPage, screens: Screens, *, scripts: bool
) -> tuple[list[ViewportResult], bool]:
    """What is seen of a page on each screen, and whether it has scripts."""
    options = {"java_script_enabled": scripts, "device_scale_factor": screens.zoom}
    async with _opened(browser, options) as context:
        page = await with_timeout(context.new_page())
        context.on("page", lambda other: close_quietly(other.close()))
        visit = _Visit(page, await with_timeout(context.new_cdp_session(page)), shown)
        await with_timeout(context.route("**/*", visit.answer))
        if scripts:
            await visit.watch()
        world: _World | None = None
        seen, has_scripts = [], False
        for width in screens.widths:
            narrowed = max(1, round(width / screens.zoom))
            await with_timeout(page.set_viewport_size({"width": narrowed, "height": _HEIGHT}))
            # Scripts may have looked at the width; and text is enlarged once
            if world is None or (scripts and has_scripts) or screens.text != 1:
                world = await visit.load(screens.seconds if scripts else None)
            asked = {"textSize": screens.text, "shrink": screens.shrink}
            told = await world.call(_MEASURE, asked)
            has_scripts = has_scripts or told["scripted"]
            seen.append(await _seen(page, world, width, told))
    return seen, has_scripts


async def _seen(page: Page, world: _World, width: int, told: dict[str, Any]) -> ViewportResult:
    """What has been measured, with pictures."""
    violations = [
        Violation(one["index"], one["reason"], await _picture(page, world, at))
        for at, one in enumerate(told["violations"])
    ]
    compromises = [Compromise(**one) for one in told["compromises"]]
    counts = (told["formulas"], told["displays"])
    return ViewportResult(width, *counts, violations, compromises, told["problems"])


@asynccontextmanager
async def _opened(browser: Browser, options: dict[str, Any]) -> AsyncIterator[BrowserContext]:
    """A context of its own: nothing that a page keeps is there the next time."""
    options |= {"service_workers": "block", "proxy": {"server": _NOWHERE}}
    context = await with_timeout(browser.new_context(**options))
    try:
        yield context
    finally:
        await close_quietly(context.close())


@dataclass(frozen=True, slots=True)
class _World:
    """A place for scripts in a page, out of reach of its own."""

    session: CDPSession
    context: int

    async def call(self, script: str, argument: object, seconds: float = STARTUP_TIMEOUT) -> Any:
        """What a function gives for an argument. Raises TabLostError."""
        function = script.rstrip().removesuffix(";")
        words = {
            "expression": f"({function})({json.dumps(argument)})",
            "contextId": self.context,
            "awaitPromise": True,
            "returnByValue": True,
        }
        answer = await with_timeout(self.session.send("Runtime.evaluate", words), seconds)
        if "exceptionDetails" in answer:
            raise TabLostError(str(answer["exceptionDetails"]["exception"].get("description")))
        return answer["result"].get("value")


async def _picture(page: Page, world: _World, violation: int) -> bytes:
    """A PNG of an offender, framed, and of what is beside it on the screen."""
    top, bottom = await world.call(_FRAME, {"violation": violation, "framed": True})
    size = page.viewport_size or {"width": 1, "height": _HEIGHT}
    above = min(max(0, top - _AROUND), size["height"] - 1)
    below = max(min(size["height"], bottom + _AROUND), above + 1)
    clip: FloatRect = {"x": 0, "y": above, "width": size["width"], "height": below - above}
    data = await with_timeout(page.screenshot(clip=clip))
    await world.call(_FRAME, {"violation": violation, "framed": False})
    return data


class _Visit:
    """A tab in which a page is opened: it is not left, and loaded again only by us."""

    def __init__(self, page: Page, session: CDPSession, shown: ServedPage) -> None:
        self._page = page
        self._session = session
        self._shown = shown
        self._opens = False

    async def watch(self) -> None:
        """Have the page watched from its beginning on. Raises TabLostError."""
        words = {"source": _WATCH, "worldName": _WORLD}
        await with_timeout(self._session.send("Page.enable"))
        call = self._session.send("Page.addScriptToEvaluateOnNewDocument", words)
        await with_timeout(call)

    async def load(self, seconds: float | None) -> _World:
        """Open the page, and wait until it is still. Raises TabLostError.

        `seconds` are what its scripts may take; None: they are off.
        """
        if seconds is None:
            await self._go("load")
            world = await self._world(STARTUP_TIMEOUT)
            await world.call("() => document.fonts.ready.then(() => null)", None)
            return world
        await self._forget()
        await self._go("commit")
        try:
            world = await self._world(seconds)
            times = {"quiet": _QUIET * 1000, "limit": _SETTLING * 1000}
            await world.call(_SETTLE, times, _SETTLING + seconds)
        except TabLostError as error:
            if isinstance(error.__cause__, TimeoutError):
                raise TabLostError(f"a script of it does not end: {error}") from error
            raise
        return world

    async def _go(self, until: Literal["commit", "load"]) -> None:
        self._opens = True
        address = ORIGIN + quote(f"/{self._shown.name}")
        await with_timeout(self._page.goto(address, wait_until=until))

    async def _forget(self) -> None:
        """Have nothing kept of what scripts have stored."""
        words = {"origin": ORIGIN, "storageTypes": "all"}
        await with_timeout(self._session.send("Storage.clearDataForOrigin", words))

    async def _world(self, seconds: float) -> _World:
        """Where the page's watch is, if it has one."""
        tree = await with_timeout(self._session.send("Page.getFrameTree"), seconds)
        words = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": _WORLD}
        answer = await with_timeout(self._session.send("Page.createIsolatedWorld", words), seconds)
        return _World(self._session, answer["executionContextId"])

    async def answer(self, route: Route) -> None:
        """Serve the page, and files that are there; refuse everything else."""
        url = urlsplit(route.request.url)
        if _is_page(route) and not self._opens:
            await route.fulfill(status=204)  # which leaves a page as it is that would go elsewhere
            return
        if _is_page(route):
            self._opens = False
        if _is_ours(url) and unquote(url.path) == f"/{self._shown.name}":
            await route.fulfill(body=self._shown.data, content_type=_kind(self._shown.name))
        elif file := self._file(url):
            # As CDNs have it
            headers = {"access-control-allow-origin": "*", "content-type": _kind(file)}
            await route.fulfill(path=file, headers=headers)
        else:
            await route.abort()

    def _file(self, url: SplitResult) -> Path | None:
        return self._shown.file(url.path) if _is_ours(url) else self._shown.library(url.geturl())


def _is_ours(url: SplitResult) -> bool:
    return f"{url.scheme}://{url.netloc}" == ORIGIN


def _is_page(route: Route) -> bool:
    """Whether the page itself, or another window, is asked for."""
    request = route.request
    try:
        return request.is_navigation_request() and request.frame.parent_frame is None
    except Error:  # a window that is not there yet
        return True


def _kind(name: Path | PurePosixPath) -> str:
    return mimetypes.guess_type(name.name)[0] or "application/octet-stream"
