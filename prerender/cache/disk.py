"""The disk cache shared by all runs: typesets, outlines, set-ups, fonts and pages by content hash.

diskcache keeps them in SQLite. Values are bytes only; anything that diskcache would pickle is
refused, because a pickle runs code and others may be able to write to the folder. Each entry is
sealed: one that cannot be read, or is not as it was written, counts as missing and is made again.
What goes into pages unchecked, their results, fonts and set-ups, is sealed with the user's key;
typesets and outlines are checked instead, so that they can be taken to another machine.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import brotli
import diskcache

from prerender.cache.key import own_key
from prerender.cache.version import typesets_version
from prerender.engine import JobResult, decode_typeset, is_outline, refused
from prerender.errors import UsageError
from prerender.hashing import sealed, unsealed

#: bytes that the cache may grow to before its oldest entries are removed
SIZE_LIMIT = 4 * 2**30
#: what reading and writing raise when files are damaged, locked or gone, or the disk is full
_ACCESS_ERRORS = (
    *(sqlite3.Error, diskcache.Timeout, OSError, zlib.error, brotli.error),
    *(ValueError, TypeError, LookupError, AttributeError, OverflowError),
)
#: what SQLite says where the place of a database is not fit for one, whatever is in it
_UNFIT = {
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_FULL),
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
}
#: pages (4 kB) of the database that SQLite holds; diskcache would have 32 MB, by which a preview
#: grew with each save
_PAGES = 256
#: files of diskcache in its folder: values, and databases
_VALUE = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{28}\.val")
_DATABASES = ("cache.db*", "index.db*")


class CacheError(UsageError):
    """The cache cannot be used; the message begins with its folder."""


class DamagedCacheError(CacheError):
    """The database of the cache is damaged."""


class _Bytes(diskcache.Disk):  # type: ignore[misc]
    """Text keys and bytes; nothing is ever pickled or unpickled."""

    def put(self, key: Any) -> Any:
        if not isinstance(key, str):
            raise TypeError("a key of the cache is a str")
        return super().put(key)

    def get(self, key: Any, raw: bool) -> Any:
        if not raw:
            raise ValueError(_PICKLE)
        return super().get(key, raw)

    def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:
        if not isinstance(value, bytes):
            raise TypeError("a value of the cache is bytes")
        return super().store(value, read, key)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        if mode == diskcache.core.MODE_PICKLE:
            raise ValueError(_PICKLE)
        if filename is not None and not _VALUE.fullmatch(filename):
            raise ValueError(f"{filename} is no file of the cache")
        return super().fetch(mode, filename, value, read)

    def remove(self, file_path: str) -> None:
        if _VALUE.fullmatch(file_path):
            super().remove(file_path)


def cache_folder(explicit: Path | None) -> Path:
    """Return the folder of the cache: `explicit`, or the user's."""
    return explicit or default_folder()


def default_folder() -> Path:
    """Return the user's cache folder (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "prerender"


@contextmanager
def open_cache(folder: Path | None, notice: Callable[[str], None] | None = None) -> Iterator[Cache]:
    """Open the cache in a folder; with None, a temporary one. Raises CacheError.

    Also with a `notice`, which is then told, where it is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="prerender-") as temporary:
        try:
            cache = Cache(folder or Path(temporary))
        except DamagedCacheError as error:
            if notice is None:
                raise
            notice(f"{error}; this run does without it. `prerender cache clear` empties it")
            cache = Cache(Path(temporary))
        try:
            yield cache
        finally:
            cache.close()


def empty(folder: Path) -> int:
    """Remove all entries of the cache in a folder, even of a damaged one; return their number.

    Raises CacheError.
    """
    try:
        with open_cache(folder) as cache:
            return cache.clear()
    except DamagedCacheError:
        found = [file for file in folder.glob("*/*/*.val") if _is_value(folder, file)]
        for file in (*found, *(one for name in _DATABASES for one in folder.glob(name))):
            with suppress(OSError):
                file.unlink()
        return len(found)


def _is_value(folder: Path, file: Path) -> bool:
    return _VALUE.fullmatch(file.relative_to(folder).as_posix()) is not None


_PICKLE = "it contains a pickle, which prerender never writes; `prerender cache clear` empties it"


def _slots_as_dict(value: Any) -> dict[str, Any]:
    """Convert a slotted dataclass for JSON, like `asdict` but without copying."""
    return {name: getattr(value, name) for name in value.__slots__}


class Cache:
    """The cache in a folder; with None, a cache that stores nothing. Raises CacheError."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._disk: Any = None
        if folder is not None:
            with self._translated_errors():
                self._disk = diskcache.Cache(
                    str(folder),
                    disk=_Bytes,
                    sqlite_cache_size=_PAGES,
                    size_limit=SIZE_LIMIT,
                    eviction_policy="least-recently-stored",
                    cull_limit=0,  # `_trim` does it, not each write
                )
        with self._translated_errors():
            self.fresh = len(self) == 0
            """Whether it was empty when opened, so that all its entries are from this process."""
        self._key = b"" if folder is None else own_key(folder)
        self._prefix = f"{typesets_version()}/"
        self._outlines: dict[str, str] = {}

    def close(self) -> None:
        """Close the files."""
        if self._disk is not None:
            self._disk.close()

    def _trim(self) -> None:
        """Remove the oldest entries beyond the size limit."""
        with suppress(*_ACCESS_ERRORS):
            self._disk.cull()

    def __len__(self) -> int:
        return 0 if self._disk is None else len(self._disk)

    def volume(self) -> int:
        """Return the size on disk in bytes. Raises CacheError."""
        with self._translated_errors():
            return 0 if self._disk is None else int(self._disk.volume())

    def clear(self) -> int:
        """Remove all entries and the page index; return their number. Raises CacheError."""
        if self._disk is None or self.folder is None:
            return 0
        with self._translated_errors():
            for file in self.folder.glob("index.db*"):
                file.unlink(missing_ok=True)
            return int(self._disk.clear())

    def prune(self) -> int:
        """Remove entries of other versions; return their number. Raises CacheError."""
        if self._disk is None:
            return 0
        with self._translated_errors():
            old = [key for key in self._disk.iterkeys() if not key.startswith(self._prefix)]
            for key in old:
                self._disk.delete(key)
        return len(old)

    def answer(self, key: str) -> JobResult | None:
        """Return the stored result of the job with this key, if there is one."""
        data = self._get(f"job/{key}")
        if data is None:
            return None
        try:
            typesets = tuple(decode_typeset(item) for item in data)
        except (LookupError, TypeError, AttributeError):  # not the format of this version
            return None
        if any(map(refused, typesets)):
            return None
        outlines = self._known({glyph for typeset in typesets for glyph in typeset.drawn})
        return None if outlines is None else JobResult(typesets, outlines)

    def keep_answer(self, key: str, answer: JobResult) -> None:
        """Store the result of a job."""
        for glyph, outline in answer.outlines.items():
            if glyph not in self._outlines:
                self._outlines[glyph] = outline
                self._set(f"outline/{glyph}", outline)
        self._set(f"job/{key}", answer.typesets)

    def keep_answers(self, answers: Mapping[str, JobResult]) -> None:
        """Store several results in one transaction, in half the time."""
        if self._disk is not None:
            with suppress(*_ACCESS_ERRORS), self._disk.transact():
                for key, answer in answers.items():
                    self.keep_answer(key, answer)
            self._trim()

    def setup(self, key: str) -> Any:
        """Return the stored result of evaluating a page's configuration; None if there is none."""
        return self._get(f"setup/{key}")

    def keep_setup(self, key: str, data: Any) -> None:
        """Store the result of evaluating a page's configuration."""
        self._set(f"setup/{key}", data)

    def font(self, key: str) -> bytes | None:
        """Return the stored font with this key, if there is one."""
        with suppress(*_ACCESS_ERRORS):
            return self._sealed_entry(f"font/{key}")
        return None

    def keep_font(self, key: str, data: bytes) -> None:
        """Store a font."""
        if self._disk is not None:
            with suppress(*_ACCESS_ERRORS):
                self._put(f"font/{key}", data)
            self._trim()

    def page(self, key: str) -> bytes | None:
        """Return the stored result of the page with this key, if there is one."""
        with suppress(*_ACCESS_ERRORS):
            data = self._sealed_entry(f"page/{key}")
            return None if data is None else brotli.decompress(data)
        return None

    def keep_page(self, key: str, data: bytes) -> None:
        """Store the result of a page."""
        if self._disk is not None:
            with suppress(*_ACCESS_ERRORS):
                self._put(f"page/{key}", brotli.compress(data, quality=1))
            self._trim()

    def _known(self, glyphs: Iterable[str]) -> dict[str, str] | None:
        """Return the outlines of glyphs; None if one is missing."""
        for glyph in glyphs:
            if glyph not in self._outlines:
                outline = self._get(f"outline/{glyph}")
                if not isinstance(outline, str) or not is_outline(outline):
                    return None
                self._outlines[glyph] = outline
        return {glyph: self._outlines[glyph] for glyph in glyphs}

    def _get(self, key: str) -> Any:
        try:
            data = self._sealed_entry(key)
            return None if data is None else json.loads(zlib.decompress(data))
        except _ACCESS_ERRORS:
            return None

    def _set(self, key: str, value: Any) -> None:
        if self._disk is not None:
            text = json.dumps(value, default=_slots_as_dict, separators=(",", ":")).encode()
            with suppress(*_ACCESS_ERRORS):
                self._put(key, zlib.compress(text, 3))

    def _put(self, key: str, data: bytes) -> None:
        self._disk.set(self._prefix + key, sealed(key, data, self._key_of(key)))

    def _key_of(self, key: str) -> bytes:
        return self._key if key.startswith(("page/", "setup/", "font/")) else b""

    def _sealed_entry(self, key: str) -> bytes | None:
        """Return what an entry holds; None if there is none, or it is not as it was written."""
        data = None if self._disk is None else self._disk.get(self._prefix + key)
        return unsealed(key, data, self._key_of(key)) if isinstance(data, bytes) else None

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Raise access errors as CacheError, with the folder in the message."""
        try:
            yield
        except _ACCESS_ERRORS as error:
            told = f"{self.folder}: the cache cannot be used: {error}"
            code = getattr(error, "sqlite_errorcode", None)
            unfit = isinstance(error, (OSError, diskcache.Timeout)) or (code or 0) & 0xFF in _UNFIT
            raise (CacheError if unfit else DamagedCacheError)(told) from error
