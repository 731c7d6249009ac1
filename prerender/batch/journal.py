"""The journal of a job: records the state of each page in SQLite, so that the job can continue.

Rows are written a chunk of pages at a time, after the pages themselves. A run that is killed in
between leaves rendered pages without a row; they are rendered again, to the same bytes. Each row is
sealed: one that is not as it was written counts for nothing, and its page is rendered again.
"""

from __future__ import annotations

import json
import os
import posixpath
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

from prerender.errors import UsageError
from prerender.hashing import seal
from prerender.report.diagnostics import DiagnosticExcerpt

#: a `failed` page will be retried, one `aside` not until the page or the settings change
State = Literal["todo", "done", "failed", "aside"]

_VERSION = 3
#: "prer": SQLite's application_id, so that another program's database is refused
_PROGRAM = 0x70726572
_TABLE = """CREATE TABLE pages (source BLOB, target BLOB, page BLOB, state TEXT, stamp TEXT,
  hash TEXT, settings TEXT, result TEXT, needs TEXT, attempts INT, seconds REAL, status TEXT,
  formulas INT, errors INT, warnings INT, said TEXT, seal BLOB, PRIMARY KEY (source, target, page)
  ) WITHOUT ROWID"""
_SECONDS = 30
#: where a file of SQLite has its application_id (https://www.sqlite.org/fileformat.html)
_PROGRAM_AT = slice(68, 72)
#: what SQLite says of a file that is damaged
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class JournalError(UsageError):
    """The journal cannot be used; the message begins with its file name."""


class DamagedJournalError(JournalError):
    """A file that was a journal, and cannot be read."""


class Row(NamedTuple):
    """The row of a page: its state, its source, the settings, its result, and report data.

    `stamp` identifies the source's version in a listing; `hash` and `result` are hashes of the
    source's and the target's bytes. `needs` are the scripts that the result depends on, as JSON,
    `said` its diagnostics, as JSON.
    """

    page: str
    state: State = "todo"
    stamp: str = ""
    hash: str = ""
    settings: str = ""
    result: str = ""
    needs: str = "{}"
    attempts: int = 0
    seconds: float = 0.0
    status: str = ""
    formulas: int = 0
    errors: int = 0
    warnings: int = 0
    said: str = "[]"

    @property
    def excerpts(self) -> list[DiagnosticExcerpt]:
        """The page's diagnostics."""
        return [DiagnosticExcerpt(*values) for values in json.loads(self.said)]

    def with_excerpts(self, excerpts: Sequence[DiagnosticExcerpt]) -> Row:
        """Return the row with other diagnostics."""
        severities = [excerpt.severity for excerpt in excerpts]
        return self._replace(
            errors=severities.count("error"),
            warnings=severities.count("warning"),
            said=json.dumps(excerpts),
        )


class Site(NamedTuple):
    """The source of a site and the target of its results; "": in place.

    Absolute paths of folders, or URLs; the source may be a single page.
    """

    source: str
    target: str


class Journal:
    """The journal in a file, created if needed. All methods raise JournalError."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._translated_errors():
            self._database = sqlite3.connect(file, timeout=_SECONDS)
            self._database.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            try:
                self._open()
            except BaseException:
                self._database.close()
                raise

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def rows(self, site: Site) -> dict[str, Row]:
        """Return the rows of a site by page; those that are damaged are deleted."""
        found = self._select("source=? AND target=?", *_key(site))
        rows = {row.page: row for _, row in found}
        with self._translated_errors():
            query = "SELECT count(*) FROM pages WHERE source=? AND target=?"
            if self._database.execute(query, _key(site)).fetchone() != (len(rows),):
                self.forget(site)
                self.keep((site, row) for row in rows.values())
        return rows

    def begin(
        self, site: Site, requested: Iterable[str], existing: Collection[str] | None = None
    ) -> None:
        """Add rows for the `requested` pages of a site that have none.

        Rows of pages that are not `existing` any more are deleted (None: not known).
        """
        known = self.rows(site).keys()
        gone = known - set(known if existing is None else existing)
        keys = [(*_key(site), os.fsencode(page)) for page in gone]
        with self._translated_errors(), self._database:
            self._insert(site, [Row(page) for page in requested if page not in known])
            self._database.executemany(
                "DELETE FROM pages WHERE source=? AND target=? AND page=?", keys
            )

    def forget(self, site: Site) -> None:
        """Delete all rows of a site."""
        with self._translated_errors(), self._database:
            self._database.execute("DELETE FROM pages WHERE source=? AND target=?", _key(site))

    def keep(self, rows: Iterable[tuple[Site, Row]]) -> None:
        """Write rows in one transaction."""
        with self._translated_errors(), self._database:
            for site, row in rows:
                self._insert(site, [row])

    def counts(self) -> dict[str, int]:
        """Return the number of pages in each state."""
        with self._translated_errors():
            return dict(self._database.execute("SELECT state, count(*) FROM pages GROUP BY state"))

    def has_errors(self, sites: Collection[Site], *, strict: bool = False) -> bool:
        """Whether any page of these sites has an error.

        `strict`: or one with a warning.
        """
        where = "errors OR warnings" if strict else "errors"
        with self._translated_errors():
            query = f"SELECT DISTINCT source, target FROM pages WHERE {where}"
            found = self._database.execute(query)
            return any(Site(*map(os.fsdecode, keys)) in sites for keys in found)

    def figures(self) -> dict[str, list[int]]:
        """Return for each page status: the number of pages, formulas, errors and warnings."""
        sums = "count(*), sum(formulas), sum(errors), sum(warnings)"
        with self._translated_errors():
            query = f"SELECT status, {sums} FROM pages GROUP BY status ORDER BY status"
            return {status: sums for status, *sums in self._database.execute(query)}

    def named(self, where: str = "true") -> Iterator[tuple[str, Row]]:
        """Yield full names and rows of all pages, or of those that match an SQL condition."""
        for source, row in self._select(where):
            single = posixpath.basename(source) == row.page
            yield source if single else f"{source.rstrip('/')}/{row.page}", row

    def _select(self, where: str, *values: bytes) -> Iterator[tuple[str, Row]]:
        with self._translated_errors():
            query = f"SELECT * FROM pages WHERE {where} ORDER BY source, target, page"
            for *told, sealed in self._database.execute(query, values):
                if sealed == _seal(told):
                    source, _, page, *rest = told
                    yield os.fsdecode(source), Row(os.fsdecode(page), *rest)

    def _insert(self, site: Site, rows: list[Row]) -> None:
        told = [(*_key(site), os.fsencode(row.page), *row[1:]) for row in rows]
        values = [(*one, _seal(one)) for one in told]
        marks = ",".join("?" * (3 + len(Row._fields)))
        self._database.executemany(f"INSERT OR REPLACE INTO pages VALUES ({marks})", values)

    def _open(self) -> None:
        """Create the table in a new file; refuse a file that is not a journal."""
        execute = self._database.execute
        [version], [program] = (
            execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id")
        )
        if (version, program) != (_VERSION, _PROGRAM):
            if execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,):
                raise JournalError(
                    f"{self._file} is not a journal of this version; use another file"
                )
            with self._database:
                execute("BEGIN IMMEDIATE")
                if not execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                    execute(_TABLE)
                execute(f"PRAGMA user_version={_VERSION}")
                execute(f"PRAGMA application_id={_PROGRAM}")
        execute("PRAGMA journal_mode=WAL")
        execute("PRAGMA synchronous=NORMAL")
        if (said := execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
            raise DamagedJournalError(f"{self._file}: the journal is damaged: {said[0]}")

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Raise SQLite's errors as JournalError, with the file in the message."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            kind = DamagedJournalError if code in _DAMAGED and self._is_ours() else JournalError
            raise kind(f"{self._file}: the journal cannot be used: {error}") from error

    def _is_ours(self) -> bool:
        """Whether the file bears our mark, so that it was a journal."""
        with suppress(OSError), self._file.open("rb") as file:
            return file.read(_PROGRAM_AT.stop)[_PROGRAM_AT] == _PROGRAM.to_bytes(4)
        return False


def _key(site: Site) -> tuple[bytes, bytes]:
    return os.fsencode(site.source), os.fsencode(site.target)


def _seal(values: Sequence[object]) -> bytes:
    return seal("journal", repr(tuple(values)).encode("utf-8", "surrogatepass"))


def to_json(name: str, row: Row) -> dict[str, Any]:
    """Return a row as a page of the `--json` report."""
    errors = [excerpt.to_json() for excerpt in row.excerpts if excerpt.severity == "error"]
    return {"path": name, "status": row.status, "formulas": row.formulas, "errors": errors}
