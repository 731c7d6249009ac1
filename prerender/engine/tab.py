"""A browser in, a tab with a warm MathJax out; jobs in, what its modules (worker/) answer out."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from playwright.async_api import Browser, BrowserContext, Error, Page, Route

from prerender.engine.model import Job, Typeset

#: never resolved: requests to it are answered from the package
ORIGIN = "https://prerender.invalid"
_PACKAGE = Path(__file__).parent
_FOLDERS = ("worker", "mathjax")
#: seconds that starting, and stopping, a tab may take on a busy machine
STARTUP_TIMEOUT = 60.0
_CLOSING = 5.0
#: bytes of JavaScript's heap: a tab begins with 30 MB, and MathJax keeps something of each document
_HEAP = 140_000_000

T = TypeVar("T")


class TabLostError(Exception):
    """A tab that died, or did not answer in time; what it was asked has no answer."""


class NotBegunError(TabLostError):
    """The tab was lost to what it was asked before."""


class Typesets(NamedTuple):
    """What a run gives: the typesets of each job's formulas, and the outlines that they use.

    `seconds` is what the tab took, `layouts` how much of that for layouts of displays.
    """

    jobs: list[list[Typeset]]
    outlines: dict[str, str]
    seconds: float
    layouts: float


class Tab:
    """One page with a warm MathJax. It knows which set-ups it has been given."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self._context = context
        self._page = page
        self._setups: set[str] = set()
        self._turn = asyncio.Lock()
        self._lost = False
        self.needs_replacement = False
        """Whether another should take its place: it is lost, or holds too much."""
        self.progress: tuple[int, int] | None = None
        """Where a careful run has got to: index of the job, index of the formula in it."""

    @classmethod
    async def open(cls, browser: Browser) -> Tab:
        """A new tab, isolated from all others. Raises TabLostError."""
        context = await with_timeout(browser.new_context(service_workers="block"))
        try:
            return await with_timeout(cls._warm(context))
        except BaseException:
            await close_quietly(context.close())
            raise

    @classmethod
    async def _warm(cls, context: BrowserContext) -> Tab:
        await context.route("**/*", _answer)
        tab = cls(context, await context.new_page())
        await tab._page.expose_function("reportProgress", tab._report)
        await tab._page.goto(f"{ORIGIN}/")
        await tab._page.evaluate(_IMPORT)
        return tab

    async def run(
        self, jobs: Sequence[Job], setups: dict[str, Any], seconds: float, *, careful: bool = False
    ) -> Typesets:
        """The typesets of the jobs' formulas. Runs may overlap: the tab takes them in turn.

        Raises TabLostError `seconds` after its turn has come, or when the tab dies. `careful`, for
        a run that no other overlaps: the tab tells where it is before each formula, so that the one
        that hangs is known.
        """
        self.progress = None
        wanted = {job.setup for job in jobs} - self._setups
        self._setups |= wanted
        new = {key: setups[key] for key in wanted}
        told = [{"setup": job.setup, "formulas": [i._asdict() for i in job.items]} for job in jobs]
        # As texts: Playwright's protocol takes values apart one by one, at both ends
        text = json.dumps([new, told, careful])
        call = asyncio.ensure_future(self._page.evaluate(_RUN, text))
        try:
            async with self._turn:
                data = json.loads(await self._answer_to(call, seconds))
        finally:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        self.needs_replacement = self.needs_replacement or data["heap"] > _HEAP
        typesets = [[Typeset.from_json(one) for one in job] for job in data["results"]]
        return Typesets(typesets, data["glyphs"], data["time"] / 1000, data["layouts"] / 1000)

    async def _answer_to(self, call: Awaitable[str], seconds: float) -> str:
        """What a call gives whose turn it is."""
        if self._lost:
            raise NotBegunError("the tab is lost")
        try:
            return await with_timeout(call, seconds)
        except TabLostError:
            self._lost = self.needs_replacement = True
            raise

    async def close(self) -> None:
        """End the tab, even one that is busy."""
        await close_quietly(self._context.close())

    def _report(self, job: int, formula: int) -> None:
        self.progress = (job, formula)


_IMPORT = "async () => { window.worker = await import('/worker/main.js'); await worker.loaded; }"
_RUN = """async (text) => {
  const answer = await worker.run(...JSON.parse(text));
  return JSON.stringify({ ...answer, heap: performance.memory.usedJSHeapSize });
}"""


async def _answer(route: Route) -> None:
    """Serve the package's own files; refuse everything else."""
    url = route.request.url.partition("?")[0]
    if url == f"{ORIGIN}/":
        await route.fulfill(
            body="<!doctype html><meta charset=utf-8><body>", content_type="text/html"
        )
        return
    file = _PACKAGE / url.removeprefix(f"{ORIGIN}/")
    inside = url.startswith(ORIGIN) and any(
        file.resolve().is_relative_to(_PACKAGE / folder) for folder in _FOLDERS
    )
    if inside and file.is_file():
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        await route.fulfill(body=await asyncio.to_thread(file.read_bytes), content_type=kind)
    else:
        await route.abort()


async def with_timeout(action: Awaitable[T], seconds: float = STARTUP_TIMEOUT) -> T:
    """The answer of a browser; TabLostError where there is none in time.

    Not `wait_for`: in Python 3.11 it forgets that it was cancelled if the answer comes just then.
    """
    try:
        async with asyncio.timeout(seconds):
            return await action
    except TimeoutError as error:
        raise TabLostError(f"no answer within {seconds:g} s") from error
    except Error as error:
        raise TabLostError(error.message) from error


async def close_quietly(action: Awaitable[object]) -> None:
    """Wait for the end of something that may be dead already."""
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(_CLOSING):
            await action
