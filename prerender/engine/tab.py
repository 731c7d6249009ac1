"""A browser in, a tab with a warm MathJax out; jobs in, what its modules (worker/) answer out."""

from __future__ import annotations

import asyncio
import gc
import math
import time
from asyncio import Future
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from prerender.browser.pages import (
    ORIGIN,
    Browser,
    Page,
    PageRequest,
    Resource,
    TabLostError,
    TabTimeoutError,
    close_page,
    content_type,
    open_page,
    with_timeout,
)
from prerender.engine.protocol import (
    LOADED,
    REPORT_PROGRESS,
    RUN,
    Answer,
    SentJob,
    decode_answer,
    encode_call,
)

_PACKAGE = Path(__file__).parent
_START = (
    "<!doctype html><meta charset=utf-8><script type=module src=/worker/main.js></script><body>"
)
_FOLDERS = ("worker", "mathjax")
#: only files of the package run here, and nothing else is asked for: no text becomes code, not even
#: by a mistake of ours (https://www.w3.org/TR/CSP3/)
_POLICY = (
    f"default-src 'none'; script-src {ORIGIN}; connect-src {ORIGIN}; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-DNS-Prefetch-Control": "off"}
#: bytes of JavaScript's heap: a tab begins with 30 MB, and MathJax keeps something of each document
_HEAP = 140_000_000


class NotBegunError(TabLostError):
    """The tab was lost to what it was asked before."""


class Tab:
    """One page with a warm MathJax. It knows which set-ups it has been given."""

    def __init__(self, page: Page) -> None:
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
        tab = cls(await open_page(browser, _file))
        try:
            await with_timeout(tab._warm_up())
        except BaseException:
            await tab.close()
            raise
        return tab

    async def _warm_up(self) -> None:
        await self._page.expose_function(REPORT_PROGRESS, self._report)
        await self._page.goto(f"{ORIGIN}/")
        await self._page.evaluate(LOADED)
        gc.collect()  # Playwright has referred to the files of MathJax in cycles

    async def run(
        self,
        jobs: Sequence[SentJob],
        setups: Mapping[str, str],
        seconds: float,
        *,
        careful: bool = False,
        most: float = math.inf,
        spend: Callable[[float], None] = lambda _: None,
    ) -> Answer:
        """The typesets of the jobs' formulas; `setups` in JSON. Runs may overlap: a tab takes them
        in turn.

        Raises TabLostError `seconds` after its turn has come, or when the tab dies. `careful`, for
        a run that no other overlaps: the tab tells where it is before each formula, so that the one
        that hangs is known; each has `seconds` then, and all of them together `most`.
        `spend` is told how long it took, whether it has an answer or not.
        """
        self.progress = None
        new = {job.setup: setups[job.setup] for job in jobs if job.setup not in self._setups}
        self._setups |= new.keys()
        call = asyncio.ensure_future(
            self._page.evaluate(RUN, encode_call(new, jobs, careful=careful))
        )
        try:
            async with self._turn:
                started = time.monotonic()
                try:
                    text = await self._answer_to(call, seconds, most if careful else 0)
                finally:
                    spend(time.monotonic() - started)
                answer = _read(text, len(jobs))
        finally:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        self.needs_replacement = self.needs_replacement or answer.heap > _HEAP
        return answer

    async def _answer_to(self, call: Future[str], seconds: float, most: float) -> str:
        """What a call gives whose turn it is; with `most`, as long as it gets on."""
        if self._lost:
            raise NotBegunError("the tab is lost")
        try:
            until = time.monotonic() + most
            while most and await self._gets_on(call, min(seconds, most)):
                if time.monotonic() > until:
                    break
            if most and not call.done():
                raise TabTimeoutError(f"no answer within {min(seconds, most):g} s")
            return await with_timeout(call, seconds)
        except TabLostError:
            self._lost = self.needs_replacement = True
            raise

    async def _gets_on(self, call: Future[str], seconds: float) -> bool:
        """Wait for a call; whether it has come to another formula instead of its end."""
        before = self.progress
        await asyncio.wait([call], timeout=seconds)
        return not call.done() and self.progress != before

    async def close(self) -> None:
        """End the tab, even one that is busy."""
        await close_page(self._page)

    def _report(self, job: int, formula: int) -> None:
        self.progress = (job, formula)


def _read(text: str, count: int) -> Answer:
    """An answer to so many jobs. Raises TabLostError where it is none."""
    try:
        return decode_answer(text, count)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise TabLostError("its answer cannot be read") from error


def _file(request: PageRequest) -> Resource | None:
    """The package's own files; nothing else."""
    url = request.url.partition("?")[0]
    if url == f"{ORIGIN}/":
        return Resource(_START, headers=_HEADERS)
    file = _PACKAGE / url.removeprefix(f"{ORIGIN}/")
    inside = url.startswith(ORIGIN) and any(
        file.resolve().is_relative_to(_PACKAGE / folder) for folder in _FOLDERS
    )
    return Resource(file, content_type(file)) if inside and file.is_file() else None
