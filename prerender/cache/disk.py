"""Keys (content hashes) in, bytes out: typesets, outlines and set-ups on disk, shared by all runs.

diskcache keeps them in SQLite. Only bytes go in and out: what it would pickle is refused, because
whoever can write the folder could make a pickle run code. What cannot be read is as good as not
there: it is made again.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import brotli
import diskcache

from prerender.cache.version import typesets_version
from prerender.engine import JobResult, decode_typeset
from prerender.errors import UsageError

#: bytes the cache may grow to before what has been there for longest goes
SIZE_LIMIT = 4 * 2**30
#: what reading and writing raise where the files are damaged, in use or gone, or the disk is full
_TROUBLE = (sqlite3.Error, diskcache.Timeout, OSError, zlib.error, brotli.error, ValueError)


class CacheError(UsageError):
    """The cache cannot be used; the message begins with its folder."""


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
        return super().fetch(mode, filename, value, read)


def default_folder() -> Path:
    """The user's cache folder (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "prerender"


@contextmanager
def open_cache(folder: Path | None) -> Iterator[Cache]:
    """The cache in a folder; with None one that is gone afterwards. Raises CacheError."""
    with tempfile.TemporaryDirectory(prefix="prerender-") as passing:
        cache = Cache(folder or Path(passing))
        try:
            yield cache
        finally:
            cache.close()


_PICKLE = (
    "there is a pickle in it, which prerender never writes; `prerender cache clear` empties it"
)


def _plain(one: Any) -> dict[str, Any]:
    """A part of an answer for JSON: what `asdict` gives, but not copied."""
    return {name: getattr(one, name) for name in one.__slots__}


class Cache:
    """The cache in a folder; with None, one that forgets everything. Raises CacheError."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._disk: Any = None
        if folder is not None:
            with self._trouble():
                self._disk = diskcache.Cache(
                    str(folder),
                    disk=_Bytes,
                    size_limit=SIZE_LIMIT,
                    eviction_policy="least-recently-stored",
                    cull_limit=0,  # not with each entry: `_trim`
                )
        self.fresh = len(self) == 0
        """Whether it was empty at first, so that it has nothing but what this process puts in."""
        self._prefix = f"{typesets_version()}/"
        self._outlines: dict[str, str] = {}

    def close(self) -> None:
        """Close the files."""
        if self._disk is not None:
            self._disk.close()

    def _trim(self) -> None:
        """Let go what there is no room for."""
        with suppress(*_TROUBLE):
            self._disk.cull()

    def __len__(self) -> int:
        return 0 if self._disk is None else len(self._disk)

    def volume(self) -> int:
        """Bytes on disk. Raises CacheError."""
        with self._trouble():
            return 0 if self._disk is None else int(self._disk.volume())

    def clear(self) -> int:
        """Forget everything, the index of pages too; the count of entries. Raises CacheError."""
        if self._disk is None or self._folder is None:
            return 0
        with self._trouble():
            for file in self._folder.glob("index.db*"):
                file.unlink(missing_ok=True)
            return int(self._disk.clear())

    def prune(self) -> int:
        """Forget what other versions have made; the count of entries. Raises CacheError."""
        if self._disk is None:
            return 0
        with self._trouble():
            old = [key for key in self._disk.iterkeys() if not key.startswith(self._prefix)]
            for key in old:
                self._disk.delete(key)
        return len(old)

    def answer(self, key: str) -> JobResult | None:
        """What the engine once answered to the job with this key."""
        data = self._get(f"job/{key}")
        if data is None:
            return None
        try:
            typesets = tuple(decode_typeset(one) for one in data)
        except (LookupError, TypeError, AttributeError):  # not as this version writes them
            return None
        outlines = self._known({glyph for typeset in typesets for glyph in typeset.glyphs})
        return None if outlines is None else JobResult(typesets, outlines)

    def keep_answer(self, key: str, answer: JobResult) -> None:
        """Remember what the engine answered, if it is not an accident of this run."""
        for glyph, outline in answer.outlines.items():
            if glyph not in self._outlines:
                self._outlines[glyph] = outline
                self._set(f"outline/{glyph}", outline)
        self._set(f"job/{key}", answer.typesets)

    def keep_answers(self, answers: Mapping[str, JobResult]) -> None:
        """Remember several, in half of the time."""
        if self._disk is not None:
            with suppress(*_TROUBLE), self._disk.transact():
                for key, answer in answers.items():
                    self.keep_answer(key, answer)
            self._trim()

    def setup(self, key: str) -> Any:
        """What the evaluation of a page's configuration once gave; None: not known."""
        return self._get(f"setup/{key}")

    def keep_setup(self, key: str, data: Any) -> None:
        """Remember what the evaluation of a page's configuration gave."""
        self._set(f"setup/{key}", data)

    def page(self, key: str) -> bytes | None:
        """What became of a page with this key, as it was kept."""
        with suppress(*_TROUBLE):
            data = None if self._disk is None else self._disk.get(f"{self._prefix}page/{key}")
            return None if data is None else brotli.decompress(data)
        return None

    def keep_page(self, key: str, data: bytes) -> None:
        """Remember what became of a page."""
        if self._disk is not None:
            with suppress(*_TROUBLE):
                self._disk.set(f"{self._prefix}page/{key}", brotli.compress(data, quality=1))
            self._trim()

    def _known(self, glyphs: Iterable[str]) -> dict[str, str] | None:
        """The outlines of glyphs; None where one of them is gone."""
        for glyph in glyphs:
            if glyph not in self._outlines:
                outline = self._get(f"outline/{glyph}")
                if outline is None:
                    return None
                self._outlines[glyph] = outline
        return {glyph: self._outlines[glyph] for glyph in glyphs}

    def _get(self, key: str) -> Any:
        try:
            data = None if self._disk is None else self._disk.get(self._prefix + key)
            return None if data is None else json.loads(zlib.decompress(data))
        except _TROUBLE:
            return None

    def _set(self, key: str, value: Any) -> None:
        if self._disk is not None:
            text = json.dumps(value, default=_plain, separators=(",", ":")).encode()
            with suppress(*_TROUBLE):
                self._disk.set(self._prefix + key, zlib.compress(text, 3))

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """Say what is wrong with the files."""
        try:
            yield
        except _TROUBLE as error:
            raise CacheError(f"{self._folder}: the cache cannot be used: {error}") from error
