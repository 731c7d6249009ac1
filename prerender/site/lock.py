"""A folder that a run writes to in; it has it to itself, among the runs of this machine.

The lock is on the folder itself and goes with the process, however that ends. Where a file system
has no locks, there is none.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

#: seconds between two looks whether a folder is free
_PAUSE = 0.1


@asynccontextmanager
async def alone_in(
    folder: Path, notice: Callable[[str], None], *, shared: bool = False
) -> AsyncIterator[None]:
    """Wait until no other run writes to a folder, and keep others waiting; say so by `notice`.

    Those that are `shared` write at the same time as each other: each has pages of its own.
    """
    handle, made = None, not folder.exists()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    try:
        if handle is not None and not _lock(handle, shared=shared):
            notice(f"another run is writing to {folder}: waiting for it to end")
            while not _lock(handle, shared=shared):
                await asyncio.sleep(_PAUSE)
        yield
    finally:
        if handle is not None:
            os.close(handle)
        if made:
            with suppress(OSError):  # not empty
                folder.rmdir()


def _lock(handle: int, *, shared: bool) -> bool:
    """Take a lock that is to be had; whether there is no reason to wait for it any longer."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks here
        pass
    return True
