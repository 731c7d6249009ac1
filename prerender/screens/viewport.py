"""A rendered page in, what is wrong with its formulas on screens of some widths out, with pictures.

The page comes from memory, what it loads from its site or from a folder of libraries; nothing else
is answered. Its scripts run, as they would for a reader who opens it on each of the screens, but
lead nowhere else. Where there are any, it is looked at without them, too.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import SplitResult, quote, unquote, urlsplit

from prerender.browser.pages import (
    ORIGIN,
    STARTUP_TIMEOUT,
    Browser,
    CDPSession,
    FloatRect,
    Page,
    PageRequest,
    Resource,
    ScriptError,
    TabLostError,
    TabTimeoutError,
    close_page,
    close_quietly,
    content_type,
    evaluate_expression,
    open_page,
    open_session,
    read_function,
    with_timeout,
)
from prerender.engine import X_HEIGHT

_HEIGHT = 800
#: CSS pixels of its page that a picture shows above and below an offender
_AROUND = 24
#: seconds that a page has to be still for, and that is waited for it at most
_QUIET, _SETTLING = 0.25, 5.0
#: the world of our scripts in a page
_WORLD = "prerender"
#: which look at a page has shown what the other has not
_WITH, _WITHOUT = "with the page's scripts", "without scripts"


def _script(name: str) -> str:
    return read_function(Path(__file__).with_name("look") / f"{name}.js")


_WATCH, _FONTS, _SETTLE = map(_script, ("watch", "fonts", "settle"))
_MEASURE, _FRAME = map(_script, ("measure", "frame"))


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
    browser: Browser, served: ServedPage, screens: Screens
) -> list[ViewportResult]:
    """Look at a page on each screen in turn. Raises TabLostError."""
    seen, has_scripts = await _look(browser, served, screens, scripts=True)
    if not has_scripts:
        return seen
    plain, _ = await _look(browser, served, screens, scripts=False)
    return [_both(*pair) for pair in zip(seen, plain, strict=True)]


def _both(seen: ViewportResult, plain: ViewportResult) -> ViewportResult:
    """What is seen of a page on a screen, and what is wrong there with and without its scripts."""
    known, others = ({(o.index, o.reason) for o in result.violations} for result in (seen, plain))
    violations = [
        *(o if (o.index, o.reason) in others else _marked(o, _WITH) for o in seen.violations),
        *(_marked(o, _WITHOUT) for o in plain.violations if (o.index, o.reason) not in known),
    ]
    problems = [
        *(text if text in plain.problems else f"{text}, {_WITH}" for text in seen.problems),
        *(f"{text}, {_WITHOUT}" for text in plain.problems if text not in seen.problems),
    ]
    return replace(seen, violations=violations, problems=problems)


def _marked(violation: Violation, how: str) -> Violation:
    return replace(violation, reason=f"{violation.reason}, {how}")


async def _look(
    browser: Browser, served: ServedPage, screens: Screens, *, scripts: bool
) -> tuple[list[ViewportResult], bool]:
    """What is seen of a page on each screen, and whether it has scripts."""
    async with _opened(browser, served, screens, scripts=scripts) as visit:
        world: _IsolatedWorld | None = None
        seen, has_scripts = [], False
        for width in screens.widths:
            await visit.resize(max(1, round(width / screens.zoom)))
            # Scripts may have looked at the width; and text is enlarged once
            if world is None or (scripts and has_scripts) or screens.text != 1:
                world = await visit.load(screens.seconds if scripts else None)
            options = {"textSize": screens.text, "shrink": screens.shrink, "xHeight": X_HEIGHT}
            measured = await world.call(_MEASURE, options)
            has_scripts = has_scripts or measured["scripted"]
            seen.append(await _seen(visit.page, world, width, measured))
    return seen, has_scripts


async def _seen(
    page: Page, world: _IsolatedWorld, width: int, measured: dict[str, Any]
) -> ViewportResult:
    """What has been measured, with pictures."""
    violations = [
        Violation(found["index"], found["reason"], await _picture(page, world, number))
        for number, found in enumerate(measured["violations"])
    ]
    compromises = [Compromise(**found) for found in measured["compromises"]]
    counts = (measured["formulas"], measured["displays"])
    return ViewportResult(width, *counts, violations, compromises, measured["problems"])


@asynccontextmanager
async def _opened(
    browser: Browser, served: ServedPage, screens: Screens, *, scripts: bool
) -> AsyncIterator[_PageVisit]:
    """A tab of its own: nothing that a page keeps is there the next time."""
    server = _Server(served)
    page = await open_page(
        browser,
        server.serve,
        java_script_enabled=scripts,
        device_scale_factor=screens.zoom,
    )
    try:
        page.context.on("page", lambda other: close_quietly(other.close()))
        visit = _PageVisit(page, await open_session(page), server)
        if scripts:
            await visit.watch()
        yield visit
    finally:
        await close_page(page)


@dataclass(frozen=True, slots=True)
class _IsolatedWorld:
    """A place for scripts in a page, out of reach of its own."""

    session: CDPSession
    context: int

    async def call(self, function: str, argument: object, seconds: float = STARTUP_TIMEOUT) -> Any:
        """What a function gives for an argument. Raises TabLostError."""
        expression = f"({function})({json.dumps(argument)})"
        options = {"contextId": self.context, "awaitPromise": True}
        try:
            return await evaluate_expression(self.session, expression, seconds, **options)
        except ScriptError as error:
            raise TabLostError(str(error)) from error


async def _picture(page: Page, world: _IsolatedWorld, violation: int) -> bytes:
    """A PNG of an offender, framed, and of what is beside it on the screen."""
    top, bottom = await world.call(_FRAME, {"violation": violation, "framed": True})
    size = page.viewport_size or {"width": 1, "height": _HEIGHT}
    above = min(max(0, top - _AROUND), size["height"] - 1)
    below = max(min(size["height"], bottom + _AROUND), above + 1)
    clip: FloatRect = {"x": 0, "y": above, "width": size["width"], "height": below - above}
    data = await with_timeout(page.screenshot(clip=clip))
    await world.call(_FRAME, {"violation": violation, "framed": False})
    return data


class _PageVisit:
    """A tab in which a page is opened: it is not left, and loaded again only by us."""

    def __init__(self, page: Page, session: CDPSession, server: _Server) -> None:
        self.page = page
        self._session = session
        self._server = server

    async def resize(self, width: int) -> None:
        """Give the screen a width, in CSS pixels. Raises TabLostError."""
        await with_timeout(self.page.set_viewport_size({"width": width, "height": _HEIGHT}))

    async def watch(self) -> None:
        """Have the page watched from its beginning on. Raises TabLostError."""
        words = {"source": _WATCH, "worldName": _WORLD}
        await with_timeout(self._session.send("Page.enable"))
        call = self._session.send("Page.addScriptToEvaluateOnNewDocument", words)
        await with_timeout(call)

    async def load(self, seconds: float | None) -> _IsolatedWorld:
        """Open the page, and wait until it is still. Raises TabLostError.

        `seconds` are what its scripts may take; None: they are off.
        """
        if seconds is None:
            await self._go("load")
            world = await self._world(STARTUP_TIMEOUT)
            await world.call(_FONTS, None)
            return world
        await self._forget()
        await self._go("commit")
        try:
            world = await self._world(seconds)
            times = {"quiet": _QUIET * 1000, "limit": _SETTLING * 1000}
            await world.call(_SETTLE, times, _SETTLING + seconds)
        except TabTimeoutError as error:
            raise TabLostError(f"a script of it does not end: {error}") from error
        return world

    async def _go(self, until: Literal["commit", "load"]) -> None:
        address = self._server.expect()
        await with_timeout(self.page.goto(address, wait_until=until))

    async def _forget(self) -> None:
        """Have nothing kept of what scripts have stored."""
        words = {"origin": ORIGIN, "storageTypes": "all"}
        await with_timeout(self._session.send("Storage.clearDataForOrigin", words))

    async def _world(self, seconds: float) -> _IsolatedWorld:
        """Where the page's watch is, if it has one."""
        tree = await with_timeout(self._session.send("Page.getFrameTree"), seconds)
        words = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": _WORLD}
        answer = await with_timeout(self._session.send("Page.createIsolatedWorld", words), seconds)
        return _IsolatedWorld(self._session, answer["executionContextId"])


class _Server:
    """What a page gets: itself, when it is expected, and files that are there; nothing else."""

    def __init__(self, served: ServedPage) -> None:
        self._served = served
        self._expected = False

    def expect(self) -> str:
        """Have the page opened once; its address."""
        self._expected = True
        return ORIGIN + quote(f"/{self._served.name}")

    def serve(self, request: PageRequest) -> Resource | None:
        """What a request gets."""
        if request.navigates and not self._expected:
            return Resource(status=204)  # which leaves a page as it is that would go elsewhere
        if request.navigates:
            self._expected = False
        url = urlsplit(request.url)
        name = self._served.name
        if _is_ours(url) and unquote(url.path) == f"/{name}":
            return Resource(self._served.data, content_type(name))
        file = self._served.file(url.path) if _is_ours(url) else self._served.library(url.geturl())
        # As CDNs have it
        headers = {"access-control-allow-origin": "*"}
        return Resource(file, content_type(file), headers) if file else None


def _is_ours(url: SplitResult) -> bool:
    return f"{url.scheme}://{url.netloc}" == ORIGIN
