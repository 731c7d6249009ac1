"""Locks: takes the folder that a run writes to, or a lock file; waits for other processes.

The lock of a run is on the folder itself. One that is held for a moment within a run is on a file
of its own, which is gone afterwards. A lock goes with its process, however that ends. Where a file
system has no locks, there is none.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
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


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Make a file and lock it, after whoever else has done so; remove it. Raises OSError."""
    if fcntl is None:
        yield
        return
    handle = _locked(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _locked(path: Path) -> int:
    """A handle of a file that has the lock and is still there: who had it before removes it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)


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
