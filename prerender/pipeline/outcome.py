"""The result of a page, and its serialisation for the cache and the index."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prerender.markup import is_font_file, is_picture_file
from prerender.pipeline.scripts import Dependencies
from prerender.report.diagnostics import Diagnostic
from prerender.report.summary import PageReport, Status
from prerender.source.lines import Location


@dataclass(frozen=True, slots=True)
class PageResult:
    """The result of a page, or a feed; `data` is None if it stays unchanged.

    `dependencies` are the local files that it depends on; it is not `cacheable` if it depends on
    anything else: next time, an unreadable file may be readable, or a font available. `shared` are
    the lines that it needs in the shared files of its site. `bug` is the traceback of a bug.
    """

    data: bytes | None
    formulas: int = 0
    diagnostics: Sequence[Diagnostic] = ()
    failed: bool = False
    dependencies: Dependencies = field(default_factory=dict)
    cacheable: bool = True
    shared: Mapping[str, list[str]] = field(default_factory=dict)
    bug: str = ""

    @property
    def files(self) -> list[str]:
        """The files of the font, and pictures, that it needs."""
        return [name for name in self.shared if is_font_file(name) or is_picture_file(name)]

    @property
    def failed_formulas(self) -> int:
        """The number of its formulas with an error."""
        return sum(one.severity == "error" and bool(one.tex) for one in self.diagnostics)

    def report(
        self, page: str, *, changed: bool, written: bool, before: int = 0, feed: bool = False
    ) -> PageReport:
        """Return the report of the page, or the feed, whose source has `before` bytes."""
        status: Status = "rendered" if changed else "unchanged"
        if self.failed:
            status = "failed"
        elif not self.formulas:
            status = "no-math"
        after = before if self.data is None else len(self.data)
        said = (self.formulas, written, self.diagnostics, self.bug)
        return PageReport(page, status, *said, before=before, after=after, feed=feed)

    def dump_summary(self) -> str:
        """Serialise all but `data`, `shared` and `dependencies` as JSON."""
        rows = [
            [found.severity, found.message, found.location, found.tex, found.cure, found.times]
            for found in self.diagnostics
        ]
        told = [self.formulas, self.failed, rows, self.files]
        return json.dumps(told if rows or self.files else told[:1])


#: what a short summary leaves out
_ABSENT: tuple[Any, ...] = (False, (), ())


def load_summary(summary: str, dependencies: str) -> PageResult:
    """Load a result without its data from `dump_summary`'s JSON and that of its dependencies."""
    formulas, failed, rows, files = (*json.loads(summary), *_ABSENT)[:4]
    return PageResult(
        None,
        formulas,
        [_load_diagnostic(*row) for row in rows],
        failed,
        json.loads(dependencies),
        shared={name: [] for name in files},
    )


def _load_diagnostic(
    severity: Any, message: str, place: Sequence[Any] | None, tex: str, cure: str, times: int
) -> Diagnostic:
    where = None if place is None else Location(*place)
    return Diagnostic(severity, message, where, tex, cure, times)


def pack(outcome: PageResult) -> bytes:
    """Serialise a result."""
    head = [
        outcome.dump_summary(),
        json.dumps(outcome.dependencies),
        outcome.data is None,
        outcome.shared,
    ]
    return json.dumps(head).encode() + b"\n" + (outcome.data or b"")


def unpack(packed: bytes) -> PageResult | None:
    """Load a result from `pack`'s bytes; None for bytes of another format."""
    head, _, data = packed.partition(b"\n")
    try:
        summary, dependencies, same, shared = json.loads(head)
        result = load_summary(summary, dependencies)
    except (ValueError, TypeError):
        return None
    return replace(result, data=None if same else data, shared=shared)
