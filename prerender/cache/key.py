"""The folder of a cache in; a key out that nobody has but the user who runs this.

With it are sealed the results of pages and what is known of them: they go into pages unchecked, and
others may be able to write to the folder. A key that others could have read, or put there, is none.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_NAME = "key"
_BYTES = 32


def own_key(folder: Path) -> bytes:
    """The key, made where there is none. Where none can be kept, one for this run only."""
    if (known := _read(folder / _NAME)) is not None:
        return known
    key = secrets.token_bytes(_BYTES)
    with suppress(OSError):
        key = _keep(folder, key)
    return key


def _keep(folder: Path, key: bytes) -> bytes:
    """Put a key into the folder; return it, or that of another run that was quicker."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".key-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key)
        try:
            os.link(name, folder / _NAME)
        except FileExistsError:
            if _read(folder / _NAME) is None:
                Path(name).replace(folder / _NAME)  # that of somebody else
    finally:
        Path(name).unlink(missing_ok=True)
    return _read(folder / _NAME) or key


def _read(file: Path) -> bytes | None:
    """The key in a file; None where it cannot be read, is none, or not this user's alone."""
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as opened:
            found = os.fstat(handle)
            key = opened.read(_BYTES + 1)
    except OSError:
        return None
    own = not hasattr(os, "geteuid") or (
        found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    )
    return key if own and stat.S_ISREG(found.st_mode) and len(key) == _BYTES else None
