"""What passes between the parts of a job: pages to render, pages done, chunks of them, totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from prerender.batch.journal import Row, Site
from prerender.batch.store import File

#: bytes that a page costs beside its own
A_PAGE = 4_000


class PageTask(NamedTuple):
    """A page to render: where it is, how its source was listed, what the journal knows of it."""

    site: Site
    page: str
    file: File
    known: Row

    @property
    def cost(self) -> int:
        """What it is expected to cost, as bytes."""
        return self.file.size + A_PAGE


class PageDone(NamedTuple):
    """A page that was worked on; `data` is a result that is still to be written.

    `shared` are the lines that it needs of files that its site shares. A page that is none of those
    asked for has no status. `bug` is the traceback of a bug of ours.
    """

    item: PageTask
    row: Row
    data: bytes | None = None
    shared: Mapping[str, list[str]] = {}
    bug: str = ""


class Result(NamedTuple):
    """A chunk that was worked on, and how many formulas were typeset meanwhile."""

    pages: list[PageDone]
    typeset: int


Chunk = list[PageTask]
Render = Callable[[Iterable[Chunk]], AsyncIterator[Result]]


@dataclass(slots=True)
class Totals:
    """What a run came to: pages by status, formulas."""

    pages: Counter[str] = field(default_factory=Counter)
    formulas: int = 0
    typeset: int = 0
    bugs: list[str] = field(default_factory=list)
    """Tracebacks of bugs of ours."""

    def count(self, result: Result) -> None:
        """Count a chunk."""
        self.typeset += result.typeset
        for one in result.pages:
            if one.bug:
                self.bugs.append(f"{one.row.page}: {one.bug}")
            if one.row.status:
                self.pages[one.row.status] += 1
                self.formulas += one.row.formulas


class Estimate(NamedTuple):
    """What a job would take: pages, formulas, seconds, bytes of the results."""

    pages: int
    formulas: int
    seconds: float
    bytes: int
