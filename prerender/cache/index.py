"""The index of built pages: records each page's state, so the next build can skip unchanged pages.

One SQLite row for each page: the stat of its files, a hash of its bytes, the other files that its
result depends on, and its diagnostics. A file with the same stat is not read again. A damaged index
counts as empty, and so does a row that is not as it was written.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from prerender.cache.key import own_key
from prerender.hashing import seal
from prerender.site.files import FileStat, Site, has_copies, stat_file

#: nanoseconds in which a file can change twice and keep one time stamp: a kernel tick (1/100 s);
#: where time stamps are whole seconds, two seconds, as on FAT
_TICK, _SECONDS = 20_000_000, 2_000_000_000
#: what reading a damaged file may raise
_DAMAGE = (sqlite3.Error, OSError, ValueError, TypeError, OverflowError)
_NEVER = FileStat(-1, -1, -1)
#: rows written in one transaction
_BATCH_SIZE = 500
_VERSION = 2
_TABLE = """CREATE TABLE pages (site BLOB, page BLOB, mark TEXT, source_size INT, source_time INT,
  source_inode INT, target_size INT, target_time INT, target_inode INT, digest TEXT, needs TEXT,
  told TEXT, seal BLOB, PRIMARY KEY (site, page)) WITHOUT ROWID"""


class PageRecord(NamedTuple):
    """The state of a page after a build: stat of its source and result, and the rest.

    In place there is only the result, and `digest` is its hash. `dependencies` (local files that
    the result depends on) and `summary` (PageResult.dump_summary) are JSON.
    """

    source: FileStat
    target: FileStat
    digest: str
    dependencies: str
    summary: str


class PageIndex:
    """The records of a site's pages under settings (the hash `mark`), in a folder's index.db.

    Without a folder it is empty. A context manager: leaving it writes the remaining records.
    """

    def __init__(self, folder: Path | None, site: Site, mark: str) -> None:
        output = site.output and site.output.resolve()
        target = f"{output or ''}\0{site.renamed}" if site.renamed else output or ""
        self._site = os.fsencode(f"{site.root.resolve()}\0{target}\0{site.single or ''}")
        self._mark = mark
        self._rows: dict[str, PageRecord] = {}
        self._new: dict[str, PageRecord] = {}
        self._database: sqlite3.Connection | None = None
        self._key = b""
        if folder is not None:
            self._open(folder / "index.db")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        if self._database is not None:
            self._database.close()

    def row(self, page: str) -> PageRecord | None:
        """Return the record of a page."""
        return self._rows.get(page)

    def clear(self) -> None:
        """Delete the records of all pages of the site under these settings."""
        self._rows.clear()
        if self._database is not None:
            with suppress(sqlite3.Error), self._database:
                self._database.execute(
                    "DELETE FROM pages WHERE site=? AND mark=?", (self._site, self._mark)
                )

    def keep(self, page: str, row: PageRecord) -> None:
        """Store the record of a page."""
        self._new[page] = row
        if len(self._new) >= _BATCH_SIZE:
            self._flush()

    def forget(self, pages: Collection[str]) -> None:
        """Delete the records of all pages except these."""
        gone = [(self._site, os.fsencode(page)) for page in self._rows.keys() - set(pages)]
        if gone and self._database is not None:
            with suppress(sqlite3.Error), self._database:
                self._database.executemany("DELETE FROM pages WHERE site=? AND page=?", gone)

    def _open(self, file: Path) -> None:
        """Read the rows; a damaged file is replaced, tables of another version are recreated."""
        for _ in range(2):
            with suppress(*_DAMAGE):
                file.parent.mkdir(parents=True, exist_ok=True)
                self._key = own_key(file.parent)
                self._database = sqlite3.connect(file, timeout=10)
                self._read(self._database)
                return
            if self._database is not None:
                self._database.close()
                self._database = None
            with suppress(OSError):
                file.unlink()

    def _read(self, database: sqlite3.Connection) -> None:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        [version] = database.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            with database:
                database.execute("DROP TABLE IF EXISTS pages")
                database.execute(_TABLE)
                database.execute(f"PRAGMA user_version={_VERSION}")
        found = database.execute(
            "SELECT * FROM pages WHERE site=? AND mark=?", (self._site, self._mark)
        )
        for *told, sealed in found:
            if sealed == _seal(told, self._key):
                _, page, _, *numbers, digest, dependencies, summary = told
                source, target = FileStat(*numbers[:3]), FileStat(*numbers[3:])
                record = PageRecord(source, target, digest, dependencies, summary)
                self._rows[os.fsdecode(page)] = record

    def _flush(self) -> None:
        """Write the new rows; a target that may yet change unnoticed gets no valid stat."""
        now = time.time_ns()
        told = [
            (self._site, os.fsencode(page), self._mark, *row.source, *target, *row[2:])
            for page, row in self._new.items()
            for target in [stable_stat(row.target, now)]
        ]
        rows = [(*row, _seal(row, self._key)) for row in told]
        self._new.clear()
        if rows and self._database is not None:
            marks = ",".join("?" * len(rows[0]))
            with suppress(sqlite3.Error), self._database:
                self._database.executemany(f"INSERT OR REPLACE INTO pages VALUES ({marks})", rows)


def _seal(row: Sequence[object], key: bytes) -> bytes:
    """The seal of a row: a hash of it and of the user's key."""
    return seal("row", repr(tuple(row)).encode("utf-8", "surrogatepass"), key)


def stable_stat(file: FileStat, since: int) -> FileStat:
    """Return a file's stat, or an invalid one if the file may have changed later unnoticed.

    `since` is the time when its bytes were read or written, in nanoseconds.
    """
    tick = _TICK if file.time % 1_000_000_000 else _SECONDS
    return file if file.time + tick < since else _NEVER


def is_unchanged(site: Site, page: str, row: PageRecord) -> bool:
    """Whether the files of a page have the recorded stats."""
    if site.output is not None and stat_file(f"{site.root}/{page}") != row.source:
        return False
    return has_result(site, page, row)


def has_result(site: Site, page: str, row: PageRecord) -> bool:
    """Whether the result of a page has the recorded stat."""
    target = f"{site.output or site.root}/{site.renamed or page}"
    return stat_file(target) == row.target and has_copies(site, page)
