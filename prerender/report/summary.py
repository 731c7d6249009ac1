"""What happened to pages in; counts, JSON and the exit code out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from prerender.errors import Exit
from prerender.report.diagnostics import (
    Diagnostic,
    Finding,
    Topic,
    pluralize,
    topics,
    topics_to_json,
)

Status = Literal["rendered", "restored", "unchanged", "no-math", "failed"]


@dataclass(frozen=True, slots=True)
class PageReport:
    """What became of a page."""

    path: str
    status: Status
    formulas: int = 0
    written: bool = False
    diagnostics: Sequence[Diagnostic] = ()
    bug: str = ""
    """The traceback of a bug of ours that has left the page as it is."""

    @property
    def errors(self) -> list[Diagnostic]:
        """Those that make the exit code 1."""
        return [one for one in self.diagnostics if one.severity == "error"]

    @property
    def warnings(self) -> list[Diagnostic]:
        """Those that change nothing, unless the user is strict."""
        return [one for one in self.diagnostics if one.severity == "warning"]

    @property
    def lacks(self) -> bool:
        """Whether something of it stays because its set-up could not be had."""
        return any(one.cure for one in self.errors)


@dataclass(slots=True)
class ScreenReport:
    """What was seen of all pages on a screen: how many displays, which formulas are compromises.

    `shrunk` and `scrolled` are those for which no layout is narrow enough; `offences` are errors.
    """

    width: int
    displays: int = 0
    shrunk: list[Finding] = field(default_factory=list)
    scrolled: list[Finding] = field(default_factory=list)
    offences: list[Finding] = field(default_factory=list)

    def summary(self) -> str:
        """One line for a person."""
        return (
            f"at {self.width} px: {pluralize(self.displays, 'display')}, "
            f"{len(self.shrunk)} shrunk, {len(self.scrolled)} scrolled; "
            f"{pluralize(len(self.offences), 'offence')}"
        )

    def to_json(self) -> dict[str, Any]:
        """As the contract of `--json` has it."""
        lists = {"shrunk": self.shrunk, "scrolled": self.scrolled, "offences": self.offences}
        found = {name: [one.to_json() for one in sorted(some)] for name, some in lists.items()}
        return {"width": self.width, "displays": self.displays, **found}


@dataclass(slots=True)
class Report:
    """What became of a run; `screens` where its pages were looked at."""

    pages: list[PageReport] = field(default_factory=list)
    distinct: int = 0
    typeset: int = 0
    from_cache: int = 0
    seconds: float = 0.0
    screens: Sequence[ScreenReport] = ()
    strict: bool = False
    """Whether warnings fail."""
    pictures: Path | None = None
    """The folder with pictures of what is wrong on a screen, if there is any."""
    missing_libraries: Sequence[str] = ()
    """URLs that pages load from elsewhere, and which were not there for the screens."""

    @property
    def exit(self) -> Exit:
        """The exit code that the run deserves."""
        if any(page.bug for page in self.pages):
            return Exit.BUG
        failed = any(
            page.errors or page.status == "failed" or (self.strict and page.warnings)
            for page in self.pages
        )
        return Exit.SOME_FAILED if failed else Exit.DONE

    def count(self, status: Status) -> int:
        """How many pages ended so."""
        return sum(page.status == status for page in self.pages)

    def topics(self) -> list[Topic]:
        """What is said once of all pages."""
        return topics((page.path, one.remark) for page in self.pages for one in page.diagnostics)

    def summary(self) -> str:
        """One line for a person."""
        counts = ", ".join(
            f"{count} {status}" for status in get_args(Status) if (count := self.count(status))
        )
        written = sum(page.written for page in self.pages) or "nothing"
        formulas = sum(page.formulas for page in self.pages)
        errors = sum(len(page.errors) for page in self.pages)
        warnings = sum(len(page.warnings) for page in self.pages)
        warned = f", {pluralize(warnings, 'warning')}" if warnings else ""
        lacking = sum(page.lacks for page in self.pages)
        left = "Left as it is, in part or whole, for want of its set-up"
        left = f" {left}: {pluralize(lacking, 'page')}." if lacking else ""
        return (
            f"{pluralize(len(self.pages), 'page')}: {counts}; {written} written. "
            f"{pluralize(formulas, 'formula')}: {self.typeset} typeset, {self.from_cache} from the "
            f"cache. {pluralize(errors, 'error')}{warned}.{left} {self.seconds:.1f} s"
        )

    def to_json(self) -> dict[str, Any]:
        """The report as the contract of `--json` has it."""
        screens = {"screens": [one.to_json() for one in self.screens]} if self.screens else {}
        return (
            screens
            | topics_to_json(self.topics())
            | {
                "version": 1,
                "pages": [
                    {
                        "path": page.path,
                        "status": page.status,
                        "formulas": page.formulas,
                        "errors": [error.remark.to_json() for error in page.errors],
                    }
                    for page in self.pages
                ],
                "totals": {
                    "pages": len(self.pages),
                    "formulas": sum(page.formulas for page in self.pages),
                    "distinct": self.distinct,
                    "typeset": self.typeset,
                    "from_cache": self.from_cache,
                    "errors": sum(len(page.errors) for page in self.pages),
                    "seconds": round(self.seconds, 3),
                },
            }
        )
