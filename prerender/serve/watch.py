"""A folder in; the names of files that have changed in it out, as they change."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import awatch

#: milliseconds: changes that follow each other so closely are told together
_STEP, _TOGETHER = 15, 100
#: milliseconds after which it is looked whether the folder is still the same
_LOOK = 500


async def changes(root: Path) -> AsyncIterator[set[str] | None]:
    """Yield the names (paths in the folder) of changed files; None: any may have changed.

    That is so when a generator has removed the folder and made it again.
    """
    known = _identity(root)
    while True:
        identity = _identity(root)
        if identity is None:
            await asyncio.sleep(_LOOK / 1000)
            continue
        if identity != known:
            yield None
        known = identity
        try:
            async for found in awatch(
                root,
                watch_filter=None,
                step=_STEP,
                debounce=_TOGETHER,
                rust_timeout=_LOOK,
                yield_on_timeout=True,
                raise_interrupt=False,
            ):
                if found:
                    yield {_name(root, file) for _, file in found}
                if _identity(root) != identity:
                    break
        except OSError:  # it is gone
            pass
        known = None
        yield None


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        found = root.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _name(root: Path, file: str) -> str:
    return Path(os.path.relpath(file, root)).as_posix()
