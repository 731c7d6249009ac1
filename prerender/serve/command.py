"""A command in; it runs beside a preview, and is ended with it, with all that it has started."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

#: seconds in which it may end by itself
_PATIENCE = 5.0


@asynccontextmanager
async def running(command: str, told: Callable[[str], None]) -> AsyncIterator[None]:
    """Run a command of the shell; `told` is called if it ends before the context does.

    Its standard input stays open and has nothing: some watchers end with it.
    """
    process = await asyncio.create_subprocess_shell(command, stdin=PIPE, start_new_session=True)
    watching = asyncio.create_task(_tell_end(process, command, told))
    try:
        yield
    finally:
        watching.cancel()
        await _end(process)


async def _tell_end(process: Process, command: str, told: Callable[[str], None]) -> None:
    code = await process.wait()
    told(f"{command!r} has ended with exit code {code}; what it has built is still served")


async def _end(process: Process) -> None:
    _signal(process, "SIGTERM")
    try:
        await asyncio.wait_for(process.wait(), _PATIENCE)
    except TimeoutError:
        _signal(process, "SIGKILL")
        await process.wait()
    _signal(process, "SIGKILL")  # those of its children that have outlived it


def _signal(process: Process, name: str) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, getattr(signal, name))
        elif process.returncode is None:
            process.terminate()
