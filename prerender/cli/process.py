"""Runs a coroutine as the main work of the process and returns its result; signals cancel it."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from prerender.errors import InterruptedRunError, first_error

T = TypeVar("T")
#: the threshold of the cyclic garbage collector; Python's default is 700. Trees of pages are many
#: objects and have no cycles, and a run leaves little garbage
_OBJECTS = 100_000
#: seconds: the thread that reads pages yields to the event loop that serves the tabs
_SWITCH = 0.0005


def run(action: Coroutine[Any, Any, T]) -> T:
    """Run to the end. Raises InterruptedRunError, or the first error that a task has raised."""

    async def interruptible() -> T:
        task = asyncio.ensure_future(action)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # on Windows
                loop.add_signal_handler(name, task.cancel)
        try:
            return await task
        except BaseException:
            # what ends the run is told once, not again by each task that it ends
            loop.set_exception_handler(lambda _loop, _context: None)
            raise

    try:
        with _tuned_interpreter():
            return asyncio.run(interruptible())
    except asyncio.CancelledError as error:
        message = "interrupted; no page is half-written, and the next run continues from here"
        raise InterruptedRunError(message) from error
    except BaseExceptionGroup as group:
        raise first_error(group) from group


@contextmanager
def _tuned_interpreter() -> Iterator[None]:
    """Set Python's garbage collection and thread switching for a run, and restore them after it."""
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.freeze()
    gc.set_threshold(_OBJECTS, 50, 100)
    sys.setswitchinterval(_SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*threshold)
        gc.unfreeze()
