"""A process that renders pages: pages in, what becomes of them out, by its standard streams.

It has no browser, and makes nothing that all pages of a run share: for that it asks the first
process (workers.py), by a link (link.py).
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NamedTuple, TypeVar, cast

from prerender.cache.disk import Cache
from prerender.engine import Budget, Job, JobResult, SentJob, encode_job, open_answer
from prerender.garbage import collect_seldom
from prerender.markup import FontFile
from prerender.pipeline.held import Held
from prerender.pipeline.link import LENGTH, Link, Message, sendable, unpack
from prerender.pipeline.outcome import PageResult
from prerender.pipeline.render import RenderSession, result_of
from prerender.pipeline.scripts import ScriptReader
from prerender.settings import Settings
from prerender.setup import Request
from prerender.timing import Kind, Timing

T = TypeVar("T")


class Start(NamedTuple):
    """What a worker is told at first: the run's settings, its cache, and what they come to."""

    settings: Settings
    cache: Path | None
    fresh: bool
    fingerprint: str
    held: int


class AskedJob(NamedTuple):
    """A question for the answer to a job, and its set-up (JSON), if it is new.

    `budget` is what its page has of time, and the same for all jobs that go together; `again`: the
    cache has lost it.
    """

    key: str
    job: SentJob
    setup: str | None
    budget: Budget | None
    again: bool


class PageTask(NamedTuple):
    """A page to render: `reader` is the number of its site's reader, `pickled` at first."""

    name: str
    data: bytes
    reader: int
    pickled: bytes | None


class Span(NamedTuple):
    """What took how many seconds, and when it ended, by the clock of the process."""

    kind: Kind
    seconds: float
    what: str
    end: float


class Counted(NamedTuple):
    """A job: its key, its formulas, how many have an error, whether they were typeset for it."""

    key: str
    formulas: int
    failed: int
    typeset: bool


class PageAnswer(NamedTuple):
    """What has become of a page, and what to count and to time meanwhile.

    `known` are the formulas of pages from the cache, and how many of those have an error; `now` is
    the clock of the process.
    """

    result: PageResult
    jobs: list[Counted]
    known: tuple[int, int]
    spans: list[Span]
    now: float


class _Spans(Timing):
    """Spans that the first process is told of."""

    def __init__(self) -> None:
        super().__init__()
        self.spans: list[Span] = []

    def record(
        self, kind: Kind, seconds: float, what: str = "", lane: str = "", ago: float = 0.0
    ) -> None:
        self.spans.append(Span(kind, seconds, what, time.perf_counter()))


@dataclass(slots=True)
class _Session(RenderSession):
    """A session whose browser, and whose counts, the first process has."""

    link: Link = field(kw_only=True)
    spans: _Spans = field(default_factory=_Spans)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    told: set[str] = field(default_factory=set)
    jobs: list[Counted] = field(default_factory=list)
    known: tuple[int, int] = (0, 0)
    readers: dict[int, int] = field(default_factory=dict)
    """The numbers of readers, by their identity."""

    def __post_init__(self) -> None:
        super(_Session, self).__post_init__()
        self.timing = self.spans

    async def run_in_thread(self, kind: Kind, page: PurePosixPath, action: Callable[[], T]) -> T:
        # Without a thread, but one at a time, so that messages go and come between them
        async with self.turn:
            with self.timing.span(kind, str(page)):
                return action()

    async def typeset(self, key: str, job: Job, budget: Budget | None) -> JobResult:
        answer = await self._answer(key, job, budget, again=False)
        if answer is None:
            # Another worker has had it made, and the first process has forgotten it
            if (kept := self.cache.answer(key)) is not None:
                self.count(key, job.formula_count, kept.failed, typeset=False)
                return kept
            answer = await self._answer(key, job, budget, again=True)
        sent, is_first = answer
        result = open_answer(sent, len(job.formulas))
        if is_first:
            self.count(key, job.formula_count, result.failed, typeset=True)
            if result.cacheable:
                self.keep(key, result)
        return result

    async def _answer(self, key: str, job: Job, budget: Budget | None, *, again: bool) -> Any:
        """A tab's answer, and whether no other process has it; None: the cache has it."""
        setup = None
        if job.setup not in self.told:
            self.told.add(job.setup)
            setup = json.dumps(self.setups[job.setup])
        asked = AskedJob(key, encode_job(job), setup, budget, again)
        answer, spent = await self.link.ask("job", asked)
        if budget is not None:
            budget.spent = max(budget.spent, spent)
        return answer

    async def ask(self, request: Request) -> dict[str, Any]:
        known: dict[str, Any] | None = self.cache.setup(request.key)
        return await self.link.ask("setup", request) if known is None else known

    async def core_file(self) -> FontFile:
        return cast("FontFile", await self.link.ask("font", None))

    async def math_file(self, codes: frozenset[int]) -> FontFile:
        return await self.math_fonts.file(codes, lambda one: self.link.ask("math font", one))

    async def find_loads(self, scripts: ScriptReader) -> None:
        if "loads" not in vars(scripts):
            scripts.loads = await self.link.ask("loads", self.readers[id(scripts)])

    def count(self, key: str, formulas: int, failed: int, *, typeset: bool) -> None:
        self.requested.add(hash(key))
        self.jobs.append(Counted(key, formulas, failed, typeset))

    def count_page(self, known: PageResult) -> None:
        formulas, failed = self.known
        self.known = (formulas + known.formulas, failed + known.failed_formulas)

    def answer(self, result: PageResult) -> PageAnswer:
        """A page's answer, with what was counted and timed since the last one."""
        answer = PageAnswer(result, self.jobs, self.known, self.spans.spans, time.perf_counter())
        self.jobs, self.known, self.spans.spans = [], (0, 0), []
        return answer


async def _serve(read: BinaryIO, write: Callable[[bytes], object]) -> None:
    """Render pages until the first process has no more of them, or is gone."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    start: Start = pickle.loads(_read(read))
    link = Link(write)
    cache = Cache(start.cache)
    cache.fresh = start.fresh
    session = _Session(
        cast("Any", None),
        cache,
        start.settings,
        results=Held(start.held),
        fingerprint=start.fingerprint,
        link=link,
    )
    readers: dict[int, ScriptReader] = {}
    tasks: set[asyncio.Task[None]] = set()

    async def render(number: int, page: PageTask) -> None:
        try:
            if page.pickled is not None:
                reader = readers[page.reader] = pickle.loads(page.pickled)
                session.readers[id(reader)] = page.reader
            result = await result_of(
                PurePosixPath(page.name), page.data, session, readers[page.reader]
            )
            link.send("answer", number, session.answer(result))
        except Exception as error:
            link.send("error", number, sendable(error))

    def take(messages: list[Message]) -> None:
        for message in messages:
            if message.kind == "page":
                task = loop.create_task(render(message.number, message.what))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            else:
                link.answered(message)

    def listen() -> None:
        try:
            while data := _read(read):
                loop.call_soon_threadsafe(take, unpack(data))
        finally:
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=listen, daemon=True).start()
    link.send("ready", 0, None)
    await done.wait()
    cache.close()


def _read(file: BinaryIO) -> bytes:
    """The next list of messages; empty: there is none, or not all of it."""
    head = file.read(LENGTH.size)
    length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
    data = file.read(length)
    return data if len(data) == length else b""


def main() -> None:
    """Run the process. What anything prints goes to standard error."""
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    collect_seldom()
    gc.enable()  # modules are imported without

    def write(data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[output.write(rest) :]
        except BrokenPipeError:
            os._exit(1)  # the first process is gone

    asyncio.run(_serve(sys.stdin.buffer, write))


if __name__ == "__main__":
    main()
