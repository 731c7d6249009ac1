"""Pages in, what becomes of them out, by processes that render them (worker.py), one a core.

The first process has what all pages share: the browser, which is asked once for what several of
them need, the fonts, the counts. It does not look into what passes between tabs and workers.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import fields
from pathlib import PurePosixPath
from typing import Any

from prerender.engine import SentAnswer
from prerender.pipeline.held import Held
from prerender.pipeline.link import LENGTH, Link, Message, framed, sendable, unpack
from prerender.pipeline.outcome import PageResult
from prerender.pipeline.render import HELD, RenderSession, failure, result_of
from prerender.pipeline.scripts import ScriptReader
from prerender.pipeline.worker import AskedJob, PageAnswer, PageTask, Start
from prerender.settings import Settings

#: pages for which starting a process is worth while
_PAGES = 32
#: seconds that a process may take to end by itself
_PATIENCE = 2.0
#: The process has our modules, whoever has found them how, and nothing of the caller's `__main__`
_COMMAND = (
    "import gc, json, sys; gc.disable(); sys.path[:] = json.loads(sys.argv[1]); "
    "from prerender.pipeline.worker import main; main()"
)


class _LostError(Exception):
    """A process has ended before it was told to."""


class _NoProcessError(_LostError):
    """A process has not even begun."""


@asynccontextmanager
async def working(session: RenderSession, pages: int) -> AsyncIterator[None]:
    """Have processes render the pages of a session, if there are enough pages to be worth that."""
    number = min(session.cores, pages // _PAGES)
    if number < 2 or session.workers is not None or not sys.executable or hasattr(sys, "frozen"):
        yield
        return
    pool = _Pool(session, number)
    session.workers = pool
    try:
        yield
    finally:
        session.workers = None
        await pool.close()


class _Pool:
    """The processes of a session."""

    def __init__(self, session: RenderSession, number: int) -> None:
        self._session = session
        settings = {one.name: getattr(session.settings, one.name) for one in fields(Settings)}
        self._start = Start(
            Settings(**settings),
            session.cache.folder,
            session.cache.fresh,
            session.fingerprint,
            HELD // number,
        )
        self._answers: Held[SentAnswer] = Held(HELD)
        self._readers: list[ScriptReader] = []
        self._workers = [self._worker(index) for index in range(number)]
        self._careful: _Worker | None = None
        self._alone = asyncio.Lock()

    def _worker(self, index: int) -> _Worker:
        return _Worker(self._start, self._take, f"worker {index}")

    async def close(self) -> None:
        """End all processes."""
        workers = [*self._workers, *([self._careful] if self._careful else [])]
        await asyncio.gather(*(worker.close() for worker in workers))
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    async def result_of(
        self, page: PurePosixPath, data: bytes, scripts: ScriptReader
    ) -> PageResult:
        """What becomes of a page. A process that it ends is replaced."""
        worker = min(self._workers, key=lambda one: one.load, default=None)
        if worker is None:  # none could be started
            self._session.workers = None
            return await result_of(page, data, self._session, scripts)
        try:
            return await self._render(worker, page, data, scripts)
        except _NoProcessError:
            self._workers = [one for one in self._workers if one is not worker]
            return await self.result_of(page, data, scripts)
        except _LostError:
            if worker in self._workers:
                at = self._workers.index(worker)
                self._workers[at] = self._worker(at)
        # Which of its pages has ended it is not known: each is tried once more, alone
        async with self._alone:
            if self._careful is None:
                self._careful = self._worker(len(self._workers))
            try:
                return await self._render(self._careful, page, data, scripts)
            except _LostError as lost:
                await self._careful.close()
                self._careful = None
                return failure(page, data, OSError(str(lost)))

    async def _render(
        self, worker: _Worker, page: PurePosixPath, data: bytes, scripts: ScriptReader
    ) -> PageResult:
        if not any(one is scripts for one in self._readers):
            self._readers.append(scripts)
        reader = next(at for at, one in enumerate(self._readers) if one is scripts)
        pickled = None if reader in worker.readers else pickle.dumps(scripts)
        worker.readers.add(reader)
        answer = await worker.ask("page", PageTask(str(page), data, reader, pickled), len(data))
        return self._counted(answer, worker.name)

    def _counted(self, answer: PageAnswer, lane: str) -> PageResult:
        session = self._session
        for job in answer.jobs:
            if job.typeset:
                session.failed += job.failed
            else:
                session.count(job.key, job.formulas, job.failed, typeset=False)
        session.from_cache += answer.known[0]
        session.failed_before += answer.known[1]
        for span in answer.spans:
            ago = answer.now - span.end
            session.timing.record(span.kind, span.seconds, span.what, lane, ago)
        return answer.result

    def _take(self, worker: _Worker, message: Message) -> None:
        """Answer a question of a process."""
        kind, number, what = message
        if kind == "job":
            self._typeset(worker, number, what)
        else:
            worker.answer_with(number, asyncio.ensure_future(self._found(kind, what)), _same)

    def _typeset(self, worker: _Worker, number: int, asked: AskedJob) -> None:
        """Answer with that of a tab, and whether it is the first to get it; None: the cache has."""
        key, job, setup, budget, again = asked
        engine, known = self._session.engine, self._session.requested
        if setup is not None:
            engine.setups.setdefault(job.setup, setup)
        task = self._answers.get(key)
        is_first = task is None
        if task is None:
            if hash(key) in known and not again:
                worker.link.send("answer", number, (None, 0.0))
                return
            known.add(hash(key))
            self._session.typeset_count += 0 if again else len(job.formulas)
            task = self._answers.put(key, asyncio.create_task(engine.answer(job, budget)))

        def said(answer: SentAnswer) -> tuple[tuple[SentAnswer, bool], float]:
            if answer.given_up and self._answers.get(key) is task:
                self._answers.drop(key)  # another page may have the time
            return (answer, is_first), budget.spent if budget else 0.0

        worker.answer_with(number, task, said)

    async def _found(self, kind: str, what: Any) -> object:
        """What is found out for all."""
        if kind == "setup":
            return await self._session.evaluate(what)
        if kind == "font":
            return await self._session.core_file()
        if kind == "math font":
            return await self._session.math_file(what)
        return await asyncio.to_thread(lambda: self._readers[what].loads)


def _same(found: object) -> object:
    return found


class _Worker:
    """A process. `load` are the bytes of the pages that it has, `readers` those that it knows."""

    def __init__(self, start: Start, take: Callable[[_Worker, Message], None], name: str) -> None:
        self.name = name
        self.load = 0
        self.readers: set[int] = set()
        self.link = Link(self._write)
        self._take = take
        self._unsent = b""
        self._process: Process | None = None
        self._lost: _LostError | None = None
        self._running = asyncio.ensure_future(self._run(start))

    async def ask(self, kind: str, what: Any, load: int) -> Any:
        """Send a question; return its answer. Raises _LostError."""
        if self._lost is not None:
            raise self._lost
        self.load += load
        try:
            return await self.link.ask(kind, what)
        finally:
            self.load -= load

    def answer_with(
        self, number: int, task: asyncio.Future[Any], said: Callable[[Any], Any]
    ) -> None:
        """Answer a question with what a task gives, when it does."""

        def answer(done: asyncio.Future[Any]) -> None:
            if done.cancelled():
                return
            error = done.exception()
            if error is None:
                self.link.send("answer", number, said(done.result()))
            elif isinstance(error, Exception):
                self.link.send("error", number, sendable(error))

        task.add_done_callback(answer)

    async def close(self) -> None:
        """End it, at once if it is at work."""
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
        patience = 0 if process is None or self.link.unanswered else _PATIENCE
        await asyncio.wait([self._running], timeout=patience)
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    def _write(self, data: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            self._unsent += data  # it is sent when the process is there
            return
        with suppress(OSError, RuntimeError):
            self._process.stdin.write(data)

    async def _run(self, start: Start) -> None:
        """Start the process, and take what it sends until it ends."""
        is_ready = False
        try:
            self._process = await _start_process()
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(framed(pickle.dumps(start)) + self._unsent)
            while True:
                head = await self._process.stdout.readexactly(LENGTH.size)
                data = await self._process.stdout.readexactly(LENGTH.unpack(head)[0])
                is_ready = True
                for message in unpack(data):
                    self._receive(message)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._lost = _LostError(_DIED) if is_ready else _NoProcessError(_DIED)
            self.link.lose(self._lost)
            if self._process is not None:
                await self._process.wait()

    def _receive(self, message: Message) -> None:
        if message.kind in ("answer", "error"):
            self.link.answered(message)
        elif message.kind != "ready":
            self._take(self, message)


_DIED = "the process that rendered it was ended, perhaps for want of memory"


async def _start_process() -> Process:
    """Start a process of its own group, so that Ctrl-C ends it only by way of us."""
    own: dict[str, Any] = {"process_group": 0}
    if sys.platform == "win32":
        own = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    path = json.dumps([os.fspath(one) for one in sys.path])
    encoding = ["-X", "utf8"] if sys.flags.utf8_mode else []
    command = [sys.executable, "-I", *encoding, "-c", _COMMAND, path]
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, **own)
