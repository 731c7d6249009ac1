"""What became of a page in; bytes for the cache out, and from them the same again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prerender.markup import is_font_file
from prerender.pipeline.scripts import Dependencies
from prerender.report.diagnostics import Diagnostic
from prerender.report.summary import PageReport, Status
from prerender.source.lines import Location


@dataclass(frozen=True, slots=True)
class PageResult:
    """The result of a page, and what there is to say of it; `data` is None where it stays as it is.

    `dependencies` are the local files that decided; `cacheable` says whether nothing else did: a
    file that could not be opened may be opened the next time, and a font may be there. `shared` are
    lines of files of its site. `bug` is the traceback of a bug of ours.
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
    def fonts(self) -> list[str]:
        """The files of the font that it needs."""
        return [name for name in self.shared if is_font_file(name)]

    def report(self, page: str, *, changed: bool, written: bool) -> PageReport:
        """The same as a line of the report."""
        status: Status = "rendered" if changed else "unchanged"
        if self.failed:
            status = "failed"
        elif not self.formulas:
            status = "no-math"
        return PageReport(page, status, self.formulas, written, self.diagnostics, self.bug)

    def dump_summary(self) -> str:
        """All but the result, as JSON."""
        said = [
            [one.severity, one.message, one.location, one.tex, one.cure, one.times]
            for one in self.diagnostics
        ]
        told = [self.formulas, self.failed, said, self.fonts]
        return json.dumps(told if said or self.fonts else told[:1])


#: what a short summary leaves out
_ABSENT: tuple[Any, ...] = (False, (), ())


def load_summary(told: str, needs: str) -> PageResult:
    """A result from what `dump_summary` gave; its result and fonts are where they were put."""
    formulas, failed, said, fonts = (*json.loads(told), *_ABSENT)[:4]
    return PageResult(
        None,
        formulas,
        [_load_diagnostic(*one) for one in said],
        failed,
        json.loads(needs),
        shared={name: [] for name in fonts},
    )


def _load_diagnostic(
    severity: Any, message: str, place: Sequence[Any] | None, tex: str, cure: str, times: int
) -> Diagnostic:
    where = None if place is None else Location(*place)
    return Diagnostic(severity, message, where, tex, cure, times)


def pack(outcome: PageResult) -> bytes:
    """An outcome as bytes."""
    head = [
        outcome.dump_summary(),
        json.dumps(outcome.dependencies),
        outcome.data is None,
        outcome.shared,
    ]
    return json.dumps(head).encode() + b"\n" + (outcome.data or b"")


def unpack(packed: bytes) -> PageResult | None:
    """The inverse; None for bytes of another kind."""
    head, _, data = packed.partition(b"\n")
    try:
        told, needs, same, shared = json.loads(head)
        one = load_summary(told, needs)
    except (ValueError, TypeError):
        return None
    return replace(one, data=None if same else data, shared=shared)
