"""The data types of a job: pages to render, rendered pages, chunks of them, totals, estimates."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from prerender.batch.journal import Row, Site
from prerender.batch.store import File

#: the fixed cost of a page, in bytes, added to its size
PAGE_COST = 4_000


class PageTask(NamedTuple):
    """A page to render: its site, its file as listed, and its row in the journal."""

    site: Site
    page: str
    file: File
    known: Row

    @property
    def cost(self) -> int:
        """The expected cost, in bytes."""
        return self.file.size + PAGE_COST


class PageDone(NamedTuple):
    """A processed page; `data` is a result that is still to be written.

    `shared` are the lines that it needs in the shared files of its site. A page that was not
    requested has no status. `bug` is the traceback of a bug in prerender.
    """

    item: PageTask
    row: Row
    data: bytes | None = None
    shared: Mapping[str, list[str]] = {}
    bug: str = ""


class Result(NamedTuple):
    """A processed chunk, and the number of formulas that were typeset meanwhile."""

    pages: list[PageDone]
    typeset: int


Chunk = list[PageTask]
Render = Callable[[Iterable[Chunk]], AsyncIterator[Result]]


@dataclass(slots=True)
class Totals:
    """The totals of a run: pages by status, formulas."""

    pages: Counter[str] = field(default_factory=Counter)
    formulas: int = 0
    typeset: int = 0
    bugs: list[str] = field(default_factory=list)
    """Tracebacks of bugs in prerender."""

    def count(self, result: Result) -> None:
        """Add a chunk."""
        self.typeset += result.typeset
        for page in result.pages:
            if page.bug:
                self.bugs.append(f"{page.row.page}: {page.bug}")
            if page.row.status:
                self.pages[page.row.status] += 1
                self.formulas += page.row.formulas


class Estimate(NamedTuple):
    """An estimate of a job: pages, formulas, seconds, bytes of the results."""

    pages: int
    formulas: int
    seconds: float
    bytes: int
