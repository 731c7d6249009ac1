"""Runs a coroutine as the main work of the process and returns its result; signals cancel it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import Any, TypeVar

from prerender.cli.terminal import print_error
from prerender.errors import Exit, InterruptedRunError, first_error
from prerender.garbage import collect_seldom

T = TypeVar("T")
#: seconds: the thread that reads pages yields to the event loop that serves the tabs
_SWITCH = 0.0005


def run(action: Coroutine[Any, Any, T], *, lasts: bool = False) -> T:
    """Run to the end. Raises InterruptedRunError, or the first error that a task has raised.

    `lasts`: it runs until it is interrupted, so that its garbage is collected as usual.
    """

    async def interruptible() -> T:
        task = asyncio.ensure_future(action)
        loop = asyncio.get_running_loop()
        with _interrupting(lambda: loop.call_soon_threadsafe(task.cancel)):
            try:
                return await task
            except BaseException:
                # what ends the run is told once, not again by each task that it ends
                loop.set_exception_handler(lambda _loop, _context: None)
                raise

    try:
        with nullcontext() if lasts else _tuned_interpreter():
            return asyncio.run(interruptible())
    except asyncio.CancelledError as error:
        raise InterruptedRunError(_INTERRUPTED) from error
    except BaseExceptionGroup as group:
        raise first_error(group) from group


_INTERRUPTED = "interrupted; no page is half-written, and the next run continues from here"
#: seconds in which a run ends that is interrupted; then it is ended
_PATIENCE = 1.5


@contextmanager
def _interrupting(cancel: Callable[[], object]) -> Iterator[None]:
    """Cancel the work on Ctrl-C and SIGTERM; where something does not let go of it, end all.

    Python calls the handlers also while the event loop is busy.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        cancel()
        timer = threading.Timer(_PATIENCE, _end)
        timer.daemon = True
        timer.start()

    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    is_main = threading.current_thread() is threading.main_thread()
    for name in before if is_main else ():
        signal.signal(name, interrupt)
    try:
        yield
    finally:
        for name, handler in before.items() if is_main else ():
            signal.signal(name, handler)


def _end() -> None:
    """End the process at once: all files are written whole, or not at all."""
    print_error(_INTERRUPTED)
    sys.stderr.flush()
    os._exit(Exit.INTERRUPTED)


@contextmanager
def _tuned_interpreter() -> Iterator[None]:
    """Set Python's garbage collection and thread switching for a run, and restore them after it."""
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    collect_seldom()
    sys.setswitchinterval(_SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*threshold)
        gc.unfreeze()
