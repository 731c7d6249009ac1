"""Opens a rendered page on screens of some widths; returns the problems of its formulas.

The page is served from memory, what it loads from its site or a folder of libraries; all other
requests are refused. Its scripts run as they would for a reader, but cannot navigate away. A page
with scripts is also inspected without them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import SplitResult, quote, unquote, urlsplit

from prerender.browser.functions import read_function
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
    with_timeout,
)
from prerender.engine import MATH_X_HEIGHT, X_HEIGHT

_HEIGHT = 800
#: CSS pixels of the page that a picture includes above and below the formula
_AROUND = 24
#: seconds without changes after which a page has settled, and the most to wait for that
_QUIET, _SETTLING = 0.25, 5.0
#: the name of our isolated world (https://chromedevtools.github.io/devtools-protocol/) in a page
_WORLD = "prerender"
#: added to a problem that occurs only with, or only without, the page's scripts
_WITH, _WITHOUT = "with the page's scripts", "without scripts"


def _script(name: str) -> str:
    return read_function(Path(__file__).with_name("look") / f"{name}.js")


_WATCH, _FONTS, _SETTLE = map(_script, ("watch", "fonts", "settle"))
_MEASURE, _FRAME = map(_script, ("measure", "frame"))


@dataclass(frozen=True, slots=True)
class Screens:
    """The screens to inspect a page on: widths in pixels, zoom factor, text size factor.

    A zoom of 4 makes a screen of 1280 pixels one of 320 CSS pixels with four times the resolution.
    `shrink` is the fraction of its size below which a formula is not readable, `seconds` the time
    limit of the page's scripts.
    """

    widths: Sequence[int]
    zoom: float = 1.0
    text: float = 1.0
    shrink: float = 0.7
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class ServedPage:
    """A rendered page: its name in the site, its bytes, and the files for its requests.

    `file` returns those for paths in the site, `library` those for URLs outside it.
    """

    name: PurePosixPath
    data: bytes
    file: Callable[[str], Path | None]
    library: Callable[[str], Path | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Violation:
    """A formula (by its index in the page) that is displayed wrongly, why, and a PNG of it."""

    index: int
    reason: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A wide display: its index, the pixels of its widest layout, and a PNG as it is shown."""

    index: int
    natural: float
    picture: bytes


@dataclass(frozen=True, slots=True)
class Compromise:
    """A formula that is shrunk or scrolls: the width it needs and the room it has, in pixels."""

    index: int
    how: Literal["shrinks", "scrolls"]
    layouts: int
    needed: float
    room: float


@dataclass(frozen=True, slots=True)
class ViewportResult:
    """The result of a page on a screen; `problems` are those of the page as a whole."""

    width: int
    formulas: int
    displays: int
    violations: Sequence[Violation]
    compromises: Sequence[Compromise]
    problems: Sequence[str] = ()
    exhibits: Sequence[Exhibit] = ()


async def inspect_page(
    browser: Browser, served: ServedPage, screens: Screens, wide: float | None = None
) -> list[ViewportResult]:
    """Inspect a page on each screen in turn. Raises TabLostError.

    Displays that are at least `wide` pixels wide are exhibits.
    """
    seen, has_scripts = await _results(browser, served, screens, scripts=True, wide=wide)
    if not has_scripts:
        return seen
    plain, _ = await _results(browser, served, screens, scripts=False)
    return [_merged(*pair) for pair in zip(seen, plain, strict=True)]


def _merged(seen: ViewportResult, plain: ViewportResult) -> ViewportResult:
    """Merge the results with scripts (`seen`) and without (`plain`); note which of them differ."""
    known, others = ({(o.index, o.reason) for o in result.violations} for result in (seen, plain))
    violations = [
        *(o if (o.index, o.reason) in others else _noted(o, _WITH) for o in seen.violations),
        *(_noted(o, _WITHOUT) for o in plain.violations if (o.index, o.reason) not in known),
    ]
    problems = [
        *(text if text in plain.problems else f"{text}, {_WITH}" for text in seen.problems),
        *(f"{text}, {_WITHOUT}" for text in plain.problems if text not in seen.problems),
    ]
    return replace(seen, violations=violations, problems=problems)


def _noted(violation: Violation, note: str) -> Violation:
    return replace(violation, reason=f"{violation.reason}, {note}")


async def _results(
    browser: Browser,
    served: ServedPage,
    screens: Screens,
    *,
    scripts: bool,
    wide: float | None = None,
) -> tuple[list[ViewportResult], bool]:
    """Return the results of a page on each screen, and whether it has scripts."""
    async with _opened(browser, served, screens, scripts=scripts) as visit:
        world: _IsolatedWorld | None = None
        seen, has_scripts = [], False
        for width in screens.widths:
            await visit.resize(max(1, round(width / screens.zoom)))
            # Scripts may depend on the width at load time; and text must be enlarged only once
            if world is None or (scripts and has_scripts) or screens.text != 1:
                world = await visit.load(screens.seconds if scripts else None)
            options = {
                "textSize": screens.text,
                "shrink": screens.shrink,
                "xHeight": X_HEIGHT,
                "mathXHeight": MATH_X_HEIGHT,
                "wideFrom": wide,
            }
            measured = await world.call(_MEASURE, options)
            has_scripts = has_scripts or measured["scripted"]
            seen.append(await _viewport_result(visit.page, world, width, measured))
    return seen, has_scripts


async def _viewport_result(
    page: Page, world: _IsolatedWorld, width: int, measured: dict[str, Any]
) -> ViewportResult:
    """Make a result of the measurements, and take the pictures."""
    violations = [
        Violation(found["index"], found["reason"], await _picture(page, world, "violators", number))
        for number, found in enumerate(measured["violations"])
    ]
    exhibits = [
        Exhibit(**found, picture=await _picture(page, world, "exhibits", number))
        for number, found in enumerate(measured["exhibits"])
    ]
    compromises = [Compromise(**found) for found in measured["compromises"]]
    counts = (measured["formulas"], measured["displays"])
    problems = measured["problems"]
    return ViewportResult(width, *counts, violations, compromises, problems, exhibits)


@asynccontextmanager
async def _opened(
    browser: Browser, served: ServedPage, screens: Screens, *, scripts: bool
) -> AsyncIterator[_PageVisit]:
    """Open a page in a fresh tab, so that nothing stored by a page is there the next time."""
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
    """An isolated world: a scope for our scripts that the page's own cannot reach."""

    session: CDPSession
    context: int

    async def call(self, function: str, argument: object, seconds: float = STARTUP_TIMEOUT) -> Any:
        """Call a JavaScript function with an argument; return its result. Raises TabLostError."""
        expression = f"({function})({json.dumps(argument)})"
        options = {"contextId": self.context, "awaitPromise": True}
        try:
            return await evaluate_expression(self.session, expression, seconds, **options)
        except ScriptError as error:
            raise TabLostError(str(error)) from error


async def _picture(
    page: Page, world: _IsolatedWorld, list_: Literal["violators", "exhibits"], index: int
) -> bytes:
    """Return a PNG of a formula, and what is around it on the screen."""
    which = {"list": list_, "index": index}
    top, bottom = await world.call(_FRAME, which | {"framed": True})
    size = page.viewport_size or {"width": 1, "height": _HEIGHT}
    above = min(max(0, top - _AROUND), size["height"] - 1)
    below = max(min(size["height"], bottom + _AROUND), above + 1)
    clip: FloatRect = {"x": 0, "y": above, "width": size["width"], "height": below - above}
    data = await with_timeout(page.screenshot(clip=clip))
    await world.call(_FRAME, which | {"framed": False})
    return data


class _PageVisit:
    """A tab with a page; the page cannot navigate away or reload itself."""

    def __init__(self, page: Page, session: CDPSession, server: _Server) -> None:
        self.page = page
        self._session = session
        self._server = server

    async def resize(self, width: int) -> None:
        """Set the width of the screen, in CSS pixels. Raises TabLostError."""
        await with_timeout(self.page.set_viewport_size({"width": width, "height": _HEIGHT}))

    async def watch(self) -> None:
        """Watch the page for changes from the start of its loading. Raises TabLostError."""
        parameters = {"source": _WATCH, "worldName": _WORLD}
        await with_timeout(self._session.send("Page.enable"))
        call = self._session.send("Page.addScriptToEvaluateOnNewDocument", parameters)
        await with_timeout(call)

    async def load(self, seconds: float | None) -> _IsolatedWorld:
        """Load the page and wait until it has settled. Raises TabLostError.

        `seconds` is the time limit of its scripts; None: scripts are off.
        """
        if seconds is None:
            await self._navigate("load")
            world = await self._world(STARTUP_TIMEOUT)
            await world.call(_FONTS, None)
            return world
        await self._clear_storage()
        await self._navigate("commit")
        try:
            world = await self._world(seconds)
            times = {"quiet": _QUIET * 1000, "limit": _SETTLING * 1000}
            await world.call(_SETTLE, times, _SETTLING + seconds)
        except TabTimeoutError as error:
            raise TabLostError(f"one of its scripts does not end: {error}") from error
        return world

    async def _navigate(self, until: Literal["commit", "load"]) -> None:
        address = self._server.expect()
        await with_timeout(self.page.goto(address, wait_until=until))

    async def _clear_storage(self) -> None:
        """Clear all that scripts have stored."""
        parameters = {"origin": ORIGIN, "storageTypes": "all"}
        await with_timeout(self._session.send("Storage.clearDataForOrigin", parameters))

    async def _world(self, seconds: float) -> _IsolatedWorld:
        """Return the isolated world of the page, which has the watch script if there is one."""
        tree = await with_timeout(self._session.send("Page.getFrameTree"), seconds)
        parameters = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": _WORLD}
        answer = await with_timeout(
            self._session.send("Page.createIsolatedWorld", parameters), seconds
        )
        return _IsolatedWorld(self._session, answer["executionContextId"])


class _Server:
    """Serves a page: the page itself when a load is expected, and existing files; nothing else."""

    def __init__(self, served: ServedPage) -> None:
        self._served = served
        self._expected = False

    def expect(self) -> str:
        """Allow the page to be loaded once, and return its URL."""
        self._expected = True
        return ORIGIN + quote(f"/{self._served.name}")

    def serve(self, request: PageRequest) -> Resource | None:
        """Return the response to a request; None to refuse it."""
        if request.navigates and not self._expected:
            return Resource(status=204)  # No Content: the page stays where it is
        if request.navigates:
            self._expected = False
        url = urlsplit(request.url)
        name = self._served.name
        if _is_ours(url) and unquote(url.path) == f"/{name}":
            return Resource(self._served.data, content_type(name))
        file = self._served.file(url.path) if _is_ours(url) else self._served.library(url.geturl())
        # as CDNs send it
        headers = {"access-control-allow-origin": "*"}
        return Resource(file, content_type(file), headers) if file else None


def _is_ours(url: SplitResult) -> bool:
    return f"{url.scheme}://{url.netloc}" == ORIGIN
