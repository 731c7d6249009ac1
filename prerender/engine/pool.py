"""Jobs in, answers out: a pool of tabs that outlives what jobs do to it.

The browser starts with the first job. A tab that hangs or dies is replaced; its batch is tried
again, then in halves, until the job that does it is alone and the formula in it known: that one
formula is an error, all the rest is typeset.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from prerender.browser.launch import MEMORY, Chromium
from prerender.browser.pages import Browser, TabLostError
from prerender.engine.model import Budget, Job, JobResult, cores
from prerender.engine.protocol import SentAnswer, SentJob, encode_job, open_answer
from prerender.engine.tab import NotBegunError, Tab
from prerender.errors import EngineError
from prerender.timing import Timing

#: seconds of work for one call to a tab: many times what the call costs, but less than a breath,
#: for what is in it comes back together
_BATCH = 0.25
_LEAST = 0.05
#: batches that a tab has at a time: the one that it is at, and the next
_BATCHES_IN_FLIGHT = 2
#: tabs that one job may cost: two for each formula that no tab survives
_MOST_TRIES = 20
#: the same where it is not known which formula that is
_FEW_TRIES = 4
#: seconds: a tab's clock is no finer
_TICK = 0.0001
#: `Job.weight` that a tab does in a second, before it is known
_SPEED = 40_000.0
#: seconds of a tab's work that wait at a time, at which spare tabs are opened (formulas that
#: nothing is said of do not come to that: tabs that share work take a quarter more for it), and
#: from how many answers on it is known how long work takes
_LATE = 8.0
_KNOWN = 8


@dataclass(slots=True)
class _Request:
    """A job that waits for its result; `skip` are formulas that no tab survives, and why."""

    job: SentJob
    result: asyncio.Future[SentAnswer]
    tries: int = 0
    budget: Budget = field(default_factory=lambda: Budget(math.inf))
    suspect: int | None = None
    skip: dict[int, str] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """A measure of the work."""
        return self.job.weight

    def shown(self) -> SentJob:
        """The job without the formulas to skip."""
        formulas = tuple(
            formula for index, formula in enumerate(self.job.formulas) if index not in self.skip
        )
        return self.job._replace(formulas=formulas)

    def blame(self, shown: int, why: str) -> None:
        """A tab was lost at this formula of `shown`: once is chance, twice is its fault."""
        kept = [index for index in range(len(self.job.formulas)) if index not in self.skip]
        index = kept[shown]
        if self.suspect == index:
            self.skip[index] = why
        self.suspect = index

    def give_up(self, why: str, *, late: bool = False) -> None:
        """No formula of it is typeset: that is an error of each, and of its page only."""
        if not self.result.done():
            lacking = tuple((index, why) for index in range(len(self.job.formulas)))
            self.result.set_result(SentAnswer(lacking=lacking, given_up=late))

    def is_due(self) -> bool:
        """Whether it is still to be done; one whose page has had its time is given up."""
        if self.budget.left == 0:
            why = f"the formulas of this page take more than {self.budget.seconds:g} s"
            self.give_up(f"{why} (--page-time-limit)", late=True)
        return not self.result.done()

    def fail(self, error: Exception) -> None:
        """There is no answer."""
        if not self.result.done():
            self.result.set_exception(error)


def _with_care(batch: Sequence[_Request]) -> bool:
    """Whether it is a job that is alone after a loss: what is at fault has to be found."""
    return len(batch) == 1 and batch[0].tries > 0


def _spend(batch: Sequence[_Request], seconds: float) -> None:
    """Take time from what pages have, by what their jobs weigh."""
    whole = sum(request.weight for request in batch)
    for request in batch:
        request.budget.spent += seconds * request.weight / whole


def _fail(batch: Iterable[_Request], error: Exception) -> None:
    for request in batch:
        request.fail(error)


class Engine:
    """A browser with `tabs` tabs, used as an async context manager.

    By default they leave half of the cores to processes that read and write pages. Where formulas
    wait long, because most of the work is in tabs, there are up to `spare` tabs more.

    `seconds` is how long one formula may take, `memory` what a tab may hold, in megabytes.
    `prewarm`: jobs are sure to come, so that a tab is opened with the browser, whoever asks for
    that. `notice` is told, once, what the user should know of the browser; `timing` what tabs take.
    Entering starts nothing and raises nothing.
    """

    def __init__(
        self,
        program: str | None = None,
        tabs: int | None = None,
        seconds: float = 20.0,
        notice: Callable[[str], None] = lambda _: None,
        timing: Timing | None = None,
        *,
        prewarm: bool = False,
        memory: int = MEMORY,
        spare: int = 0,
    ) -> None:
        self._chromium = Chromium(program, notice, memory)
        self._tabs = tabs or max(1, cores() // 2)
        self._spare = spare
        self._is_late = asyncio.Event()
        self._answers = 0
        self._seconds = seconds
        self._prewarm = prewarm
        self._timing = timing or Timing()
        self.setups: dict[str, str] = {}
        """The set-ups of jobs, in JSON, by their keys."""
        self._waiting: deque[_Request] = deque()
        self._weight = 0
        self._retries: deque[list[_Request]] = deque()
        self._work_available = asyncio.Event()
        self._speed = _SPEED
        self._workers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Engine:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._chromium.close()

    @property
    def started(self) -> bool:
        """Whether a browser process was started."""
        return self._chromium.started

    async def typeset(
        self, job: Job, setups: Mapping[str, Any], budget: Budget | None = None
    ) -> JobResult:
        """The typesets of a job. `setups` has what its `setup` names. Raises EngineError.

        `budget` is what its page has left of its time, from which it is taken.
        """
        if job.setup not in self.setups:
            self.setups[job.setup] = json.dumps(setups[job.setup])
        return open_answer(await self.answer(encode_job(job), budget), len(job.formulas))

    async def answer(self, job: SentJob, budget: Budget | None = None) -> SentAnswer:
        """What a tab answers to a job; `setups` has what its `setup` names. Raises EngineError."""
        await self.browser()
        self._start_workers()
        request = _Request(job, asyncio.get_running_loop().create_future())
        request.budget = budget or request.budget
        self._waiting.append(request)
        self._weight += request.weight
        self._work_available.set()
        if self._answers >= _KNOWN and self._weight > self._speed * _LATE:
            self._is_late.set()
        return await request.result

    async def browser(self) -> Browser:
        """The running browser, started or started again if need be. Raises EngineError."""
        browser = await self._chromium.running()
        if self._prewarm:
            self._start_workers()
        return browser

    def _start_workers(self) -> None:
        """Have all workers: the first of them is the first to ask for work."""
        for number in range(len(self._workers), self._tabs + self._spare):
            self._workers.append(asyncio.create_task(self._worker_loop(number)))

    async def _next(self) -> list[_Request]:
        """The next batch: what a tab does in a moment, but no more than its share of what waits.

        What is less than a call is worth is not shared, so that no tab is opened for it.
        """
        while not self._waiting and not self._retries:
            self._work_available.clear()
            await self._work_available.wait()
        if self._retries:
            return self._retries.popleft()
        share = self._weight / (self._tabs + (self._spare if self._is_late.is_set() else 0))
        room = min(self._speed * _BATCH, max(share, self._speed * _LEAST))
        batch = [self._waiting.popleft()]
        room -= batch[0].weight
        while self._waiting and (room := room - self._waiting[0].weight) >= 0:
            batch.append(self._waiting.popleft())
        self._weight -= sum(request.weight for request in batch)
        return batch

    async def _worker_loop(self, number: int) -> None:
        """Serve batches with one tab, and another when it is lost, or has grown.

        A tab has its next batch while it is at one: it does not wait for this process.
        """
        if number >= self._tabs:
            await self._is_late.wait()
        tab: Tab | None = None
        opening = asyncio.create_task(self._open()) if self._prewarm and number == 0 else None
        under_way: deque[asyncio.Task[None]] = deque()
        try:
            while True:
                batch = [request for request in await self._next() if request.is_due()]
                if not batch:
                    continue
                while under_way and (len(under_way) == _BATCHES_IN_FLIGHT or _with_care(batch)):
                    await under_way.popleft()
                if tab is not None and tab.needs_replacement:
                    await asyncio.gather(*under_way)
                    await tab.close()
                    tab = None
                if tab is None:
                    tab, opening = await self._opened(opening or self._open(), batch), None
                if tab is not None:
                    under_way.append(asyncio.create_task(self._serve(tab, batch, f"tab {number}")))
        finally:
            tasks = [*under_way, *([opening] if opening is not None else [])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if tab is not None:
                await tab.close()

    async def _open(self) -> Tab:
        return await Tab.open(await self.browser())

    async def _opened(self, tab: Awaitable[Tab], batch: list[_Request]) -> Tab | None:
        """The tab that is opened for a batch; None: the batch waits, or has failed."""
        try:
            return await tab
        except TabLostError as lost:
            self._try_again(batch, None, lost)
        except Exception as error:
            _fail(batch, error)
        return None

    async def _serve(self, tab: Tab, batch: list[_Request], lane: str) -> None:
        """Have a batch typeset, or tried again."""
        try:
            await self._typeset(tab, batch, lane)
        except NotBegunError:
            self._retries.append(batch)
            self._work_available.set()
        except TabLostError as lost:
            self._try_again(batch, tab, lost)
            await tab.close()
        except Exception as error:
            _fail(batch, error)

    async def _typeset(self, tab: Tab, batch: list[_Request], lane: str) -> None:
        """Have a batch typeset. A job that is alone after a loss is run with care."""
        jobs = [request.shown() for request in batch]
        careful = _with_care(batch)
        most = batch[0].budget.left if careful else math.inf
        answer = await tab.run(
            jobs,
            self.setups,
            self._seconds,
            careful=careful,
            most=most,
            spend=lambda seconds: _spend(batch, seconds),
        )
        self._timing.record("typesetting", answer.seconds, f"{len(jobs)} jobs", lane)
        for job, seconds in zip(jobs, answer.job_seconds, strict=True):
            if self._timing.is_slow(seconds):
                self._timing.note(seconds, [json.loads(one)["math"] for one in job.formulas])
        self._timing.add("layouts", answer.layout_seconds)
        self._timing.add("speech", answer.speech_seconds)
        self._timing.add("typesetting", -answer.layout_seconds - answer.speech_seconds)
        speed = sum(job.weight for job in jobs) / max(answer.seconds, _TICK)
        self._speed += (speed - self._speed) / _KNOWN
        self._answers += 1
        for request, typesets in zip(batch, answer.typesets, strict=True):
            lacking = tuple(sorted(request.skip.items()))
            if not request.result.done():
                request.result.set_result(SentAnswer(typesets, answer.outlines, lacking))

    def _try_again(self, batch: list[_Request], tab: Tab | None, lost: TabLostError) -> None:
        """Queue a lost batch anew: whole at first, then in halves, then without the culprit."""
        for request in batch:
            request.tries += 1
        if len(batch) == 1:
            request = batch[0]
            begun = tab is not None and tab.progress is not None
            if tab is None and request.tries > _FEW_TRIES:
                request.fail(EngineError(f"the browser keeps failing: {lost}"))
                return
            if request.tries > (_MOST_TRIES if begun else _FEW_TRIES):
                request.give_up(f"cannot be typeset with the others of its page: {lost}")
                return
            if tab is not None and tab.progress is not None:
                request.blame(tab.progress[1], f"cannot be typeset: {lost}")
            self._retries.append(batch)
        elif batch[0].tries == 1:
            self._retries.append(batch)
        else:
            half = len(batch) // 2
            self._retries += [batch[:half], batch[half:]]
        self._work_available.set()
