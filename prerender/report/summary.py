"""The report of a run: collects the results of pages; gives counts, JSON and the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

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
    """The result of a page, or of a feed."""

    path: str
    status: Status
    formulas: int = 0
    written: bool = False
    diagnostics: Sequence[Diagnostic] = ()
    bug: str = ""
    """The traceback of a bug in prerender that has left the page unchanged."""
    feed: bool = False
    before: int = 0
    after: int = 0
    """Bytes of the page's source and of its result, where this run has made the result."""

    @property
    def errors(self) -> list[Diagnostic]:
        """The diagnostics that make the exit code 1."""
        return [found for found in self.diagnostics if found.severity == "error"]

    @property
    def warnings(self) -> list[Diagnostic]:
        """The diagnostics that make the exit code 1 only with --strict."""
        return [found for found in self.diagnostics if found.severity == "warning"]

    @property
    def lacks(self) -> bool:
        """Whether a part of it was not rendered because its set-up is not known."""
        return any(error.cure for error in self.errors)


class PicturedFormula(NamedTuple):
    """A wide display: the pixels of its widest layout, where it is, and a PNG as it is shown."""

    natural: float
    finding: Finding
    picture: bytes


@dataclass(slots=True)
class ScreenReport:
    """The findings of all pages on a screen of some width: a count of displays, and formulas.

    `shrunk` and `scrolled` are those for which no layout is narrow enough; `offences` are errors;
    `widest` are displays, the widest first, if a gallery was asked for.
    """

    width: int
    displays: int = 0
    shrunk: list[Finding] = field(default_factory=list)
    scrolled: list[Finding] = field(default_factory=list)
    offences: list[Finding] = field(default_factory=list)
    widest: list[PicturedFormula] = field(default_factory=list)

    def summary(self) -> str:
        """Return a one-line summary."""
        return (
            f"at {self.width} px: {pluralize(self.displays, 'display')}, "
            f"{len(self.shrunk)} shrunk, {len(self.scrolled)} scrolled; "
            f"{pluralize(len(self.offences), 'offence')}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as in the `--json` report."""
        lists = {"shrunk": self.shrunk, "scrolled": self.scrolled, "offences": self.offences}
        found = {
            name: [finding.to_json() for finding in sorted(findings)]
            for name, findings in lists.items()
        }
        return {"width": self.width, "displays": self.displays, **found}


@dataclass(slots=True)
class Report:
    """The result of a run; `pages` are feeds, too, `screens` if pages were inspected on screens."""

    pages: list[PageReport] = field(default_factory=list)
    distinct: int = 0
    typeset: int = 0
    from_cache: int = 0
    seconds: float = 0.0
    screens: Sequence[ScreenReport] = ()
    strict: bool = False
    """Whether warnings make the run fail."""
    pictures: Path | None = None
    """The folder with pictures of formulas that are wrong on a screen, if there are any."""
    missing_libraries: Sequence[str] = ()
    """URLs outside the site that pages load, and that were not available to the screens."""
    failed: int = 0
    failed_before: int = 0
    """Formulas with an error among those typeset, and those from the cache."""

    @property
    def exit(self) -> Exit:
        """The exit code of the run."""
        if any(page.bug for page in self.pages):
            return Exit.BUG
        failed = any(
            page.errors or page.status == "failed" or (self.strict and page.warnings)
            for page in self.pages
        )
        return Exit.SOME_FAILED if failed else Exit.DONE

    def count(self, status: Status) -> int:
        """Return the number of pages and feeds with this status."""
        return sum(page.status == status for page in self.pages)

    @property
    def feeds(self) -> int:
        """The number of feeds among `pages`."""
        return sum(page.feed for page in self.pages)

    def topics(self) -> list[Topic]:
        """Return the diagnostics that are reported once for all pages."""
        return topics(
            (page.path, diagnostic.excerpt)
            for page in self.pages
            for diagnostic in page.diagnostics
        )

    @property
    def formulas(self) -> int:
        """The number of formulas on all pages."""
        return sum(page.formulas for page in self.pages)

    def shares(self) -> dict[str, int]:
        """Return what has become of the formulas, by name; together they are all formulas."""
        left = self.formulas
        wrong = sum(bool(error.tex) for page in self.pages for error in page.errors)
        shares = {}
        for name, count in {
            "with an error": wrong,
            "from the cache": self.from_cache - self.failed_before,
            "typeset": self.typeset - self.failed,
        }.items():
            shares[name] = min(max(count, 0), left)
            left -= shares[name]
        return {
            "typeset": shares["typeset"],
            "from the cache": shares["from the cache"],
            "repeated": left,
            "with an error": shares["with an error"],
        }

    def summary(self) -> str:
        """Return a one-line summary."""
        counts = ", ".join(
            f"{count} {status}" for status in get_args(Status) if (count := self.count(status))
        )
        written = sum(page.written for page in self.pages) or "nothing"
        shares = [f"{count:,} {name}" for name, count in self.shares().items() if count]
        formulas = pluralize(self.formulas, "formula") + (": " if shares else "")
        before, after = self.weight()
        weight = f" {show_bytes(before)} became {show_bytes(after)}." if before else ""
        errors = sum(len(page.errors) for page in self.pages)
        warnings = sum(len(page.warnings) for page in self.pages)
        warned = f", {pluralize(warnings, 'warning')}" if warnings else ""
        counted = pluralize(len(self.pages) - self.feeds, "page")
        counted += f" and {pluralize(self.feeds, 'feed')}" if self.feeds else ""
        lacking = sum(page.lacks for page in self.pages)
        left = "Not rendered, in part or whole, because the set-up is not known"
        left = f" {left}: {pluralize(lacking, 'page')}." if lacking else ""
        return (
            f"{counted}: {counts}; {written} written. "
            f"{formulas}{', '.join(shares)}. "
            f"{pluralize(errors, 'error')}{warned}.{left}{weight} {self.seconds:.1f} s"
        )

    def weight(self) -> tuple[int, int]:
        """Return the bytes of the pages that this run has rendered, before and after."""
        rendered = [page for page in self.pages if page.status == "rendered"]
        return sum(page.before for page in rendered), sum(page.after for page in rendered)

    def to_json(self) -> dict[str, Any]:
        """Return the `--json` report."""
        screens = {"screens": [screen.to_json() for screen in self.screens]} if self.screens else {}
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
                        "errors": [error.excerpt.to_json() for error in page.errors],
                        **({"feed": True} if page.feed else {}),
                    }
                    for page in self.pages
                ],
                "totals": {
                    "pages": len(self.pages) - self.feeds,
                    **({"feeds": self.feeds} if self.feeds else {}),
                    "formulas": self.formulas,
                    "distinct": self.distinct,
                    "typeset": self.typeset,
                    "from_cache": self.from_cache,
                    "errors": sum(len(page.errors) for page in self.pages),
                    "seconds": round(self.seconds, 3),
                },
            }
        )


def show_bytes(size: int) -> str:
    """Return a size in bytes, kB or MB (powers of 1,000), rounded to two digits or whole ones."""
    for unit, name in ((1_000_000, "MB"), (1_000, "kB")):
        if size >= unit:
            return f"{size / unit:,.{int(size < 10 * unit)}f} {name}"
    return f"{size} B"
