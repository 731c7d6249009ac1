"""What became of pages in, a row of SQLite each; out, what a job has still to do.

Rows are written a chunk of pages at a time, after the pages themselves: who is killed in between
finds pages that are rendered and not known to be, and renders them again to the same bytes.
"""

from __future__ import annotations

import json
import os
import posixpath
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from prerender.errors import UsageError
from prerender.report.diagnostics import DiagnosticExcerpt

#: `failed` will be tried again, `aside` not before the page or the settings change
State = Literal["todo", "done", "failed", "aside"]

_VERSION = 2
#: "prer", so that a database of another program is not taken for ours
_PROGRAM = 0x70726572
_TABLE = """CREATE TABLE pages (source BLOB, target BLOB, page BLOB, state TEXT, stamp TEXT,
  hash TEXT, settings TEXT, result TEXT, needs TEXT, attempts INT, seconds REAL, status TEXT,
  formulas INT, errors INT, warnings INT, said TEXT, PRIMARY KEY (source, target, page)
  ) WITHOUT ROWID"""
_SECONDS = 30


class JournalError(UsageError):
    """The journal cannot be used; the message begins with its name."""


class Row(NamedTuple):
    """A page of a site: how it is, of what source it was made, by what settings, into what.

    `stamp` is how a listing shows the source; `hash` and `result` are of the bytes read and of the
    bytes that stand in the target. `needs` are the scripts that decided, as JSON. The rest is what
    a report says of it; `said` are its remarks, as JSON.
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
    def remarks(self) -> list[DiagnosticExcerpt]:
        """What there is to say of the page."""
        return [DiagnosticExcerpt(*one) for one in json.loads(self.said)]

    def saying(self, remarks: Sequence[DiagnosticExcerpt]) -> Row:
        """The row with other remarks."""
        errors, warnings = (
            sum(one.severity == severity for one in remarks) for severity in ("error", "warning")
        )
        return self._replace(errors=errors, warnings=warnings, said=json.dumps(remarks))


class Site(NamedTuple):
    """Where the pages of a site come from, and where their results go; "": in place.

    Absolute paths of folders, or URLs; the source may be that of one page.
    """

    source: str
    target: str


class Journal:
    """The journal in a file, made if need be. Raises JournalError, as all its methods do."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._trouble():
            self._database = sqlite3.connect(file, timeout=_SECONDS)
            self._open()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def rows(self, site: Site) -> dict[str, Row]:
        """The rows of a site, by page."""
        found = self._select("source=? AND target=?", *_key(site))
        return {row.page: row for _, row in found}

    def begin(self, site: Site, asked: Iterable[str], there: Collection[str] | None = None) -> None:
        """Know pages of a site: those that are new are to be done.

        Of pages that are not `there` any more nothing is kept (None: that is not known).
        """
        known = self.rows(site).keys()
        gone = [] if there is None else [(*_key(site), os.fsencode(p)) for p in known - set(there)]
        with self._trouble(), self._database:
            self._insert(site, [Row(page) for page in asked if page not in known])
            self._database.executemany(
                "DELETE FROM pages WHERE source=? AND target=? AND page=?", gone
            )

    def forget(self, site: Site) -> None:
        """Know nothing of a site."""
        with self._trouble(), self._database:
            self._database.execute("DELETE FROM pages WHERE source=? AND target=?", _key(site))

    def keep(self, rows: Iterable[tuple[Site, Row]]) -> None:
        """Write what became of pages, all or none."""
        with self._trouble(), self._database:
            for site, row in rows:
                self._insert(site, [row])

    def counts(self) -> dict[str, int]:
        """How many pages are in each state."""
        with self._trouble():
            return dict(self._database.execute("SELECT state, count(*) FROM pages GROUP BY state"))

    def troubled(self, sites: Collection[Site], *, strict: bool = False) -> bool:
        """Whether these sites have a page of which not all could be rendered.

        `strict`: or one with a warning.
        """
        where = "errors OR warnings" if strict else "errors"
        with self._trouble():
            query = f"SELECT DISTINCT source, target FROM pages WHERE {where}"
            found = self._database.execute(query)
            return any(Site(*map(os.fsdecode, keys)) in sites for keys in found)

    def figures(self) -> dict[str, list[int]]:
        """By what became of pages: how many, their formulas, errors and warnings."""
        sums = "count(*), sum(formulas), sum(errors), sum(warnings)"
        with self._trouble():
            query = f"SELECT status, {sums} FROM pages GROUP BY status ORDER BY status"
            return {status: sums for status, *sums in self._database.execute(query)}

    def named(self, where: str = "true") -> Iterator[tuple[str, Row]]:
        """All pages by their full names, or those of which a condition of SQL holds."""
        for source, row in self._select(where):
            alone = posixpath.basename(source) == row.page
            yield source if alone else f"{source.rstrip('/')}/{row.page}", row

    def _select(self, where: str, *values: bytes) -> Iterator[tuple[str, Row]]:
        with self._trouble():
            query = f"SELECT * FROM pages WHERE {where} ORDER BY source, target, page"
            for source, _, page, *rest in self._database.execute(query, values):
                yield os.fsdecode(source), Row(os.fsdecode(page), *rest)

    def _insert(self, site: Site, rows: list[Row]) -> None:
        values = [(*_key(site), os.fsencode(row.page), *row[1:]) for row in rows]
        marks = ",".join("?" * (2 + len(Row._fields)))
        self._database.executemany(f"INSERT OR REPLACE INTO pages VALUES ({marks})", values)

    def _open(self) -> None:
        """Make the table of a new file. Refuses a file that is no journal."""
        execute = self._database.execute
        [version], [program] = (
            execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id")
        )
        if (version, program) != (_VERSION, _PROGRAM):
            if execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,):
                raise JournalError(f"{self._file} is no journal of this version; name another file")
            with self._database:
                execute("BEGIN IMMEDIATE")
                if not execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                    execute(_TABLE)
                execute(f"PRAGMA user_version={_VERSION}")
                execute(f"PRAGMA application_id={_PROGRAM}")
        execute("PRAGMA journal_mode=WAL")
        execute("PRAGMA synchronous=NORMAL")

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """Say what is wrong with the file."""
        try:
            yield
        except sqlite3.Error as error:
            raise JournalError(f"{self._file}: the journal cannot be used: {error}") from error


def _key(site: Site) -> tuple[bytes, bytes]:
    return os.fsencode(site.source), os.fsencode(site.target)


def to_json(name: str, row: Row) -> dict[str, Any]:
    """A row as the contract of `--json` has a page."""
    errors = [one.to_json() for one in row.remarks if one.severity == "error"]
    return {"path": name, "status": row.status, "formulas": row.formulas, "errors": errors}
