"""A coroutine in, its result out: run as the work of this process, which signals end."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from prerender.errors import InterruptedRunError

T = TypeVar("T")
#: objects more than were let go, before those are looked at that only know each other: Python takes
#: 700 by itself. Trees of pages are many objects and have no cycles, and a run leaves little behind
_OBJECTS = 100_000
#: seconds: the thread that reads pages gives way to the loop that serves the tabs
_SWITCH = 0.0005


def run(action: Coroutine[Any, Any, T]) -> T:
    """Run to the end. Raises InterruptedRunError, or the first error that tasks have raised."""

    async def interruptible() -> T:
        task = asyncio.ensure_future(action)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # on Windows
                loop.add_signal_handler(name, task.cancel)
        return await task

    try:
        with _tuned():
            return asyncio.run(interruptible())
    except asyncio.CancelledError as error:
        told = "interrupted; every page is whole, and the next run goes on from here"
        raise InterruptedRunError(told) from error
    except BaseExceptionGroup as group:
        raise _first(group) from group


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


@contextmanager
def _tuned() -> Iterator[None]:
    """Have Python collect garbage and switch threads as suits a run."""
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
