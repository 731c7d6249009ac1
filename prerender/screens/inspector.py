"""Inspects rendered pages on screens of some widths; returns diagnostics and fills the reports.

Nothing is written except a picture of each formula that is wrong, in a folder outside the site.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from prerender.browser.pages import TabLostError
from prerender.engine import Engine
from prerender.find import Formula
from prerender.pipeline.page import Finished, Plan
from prerender.report.diagnostics import Diagnostic, Finding
from prerender.report.summary import PicturedFormula, ScreenReport
from prerender.screens.libraries import library_file
from prerender.screens.viewport import Compromise, Screens, ServedPage, ViewportResult, inspect_page
from prerender.site.files import Site, local_file
from prerender.source.lines import LineIndex, Location

#: pixels that a display must be wide to come into the gallery
_WIDE = 300
_SHRUNK = {"shrinks": True, "scrolls": False}


def widths(text: str) -> tuple[int, ...]:
    """Parse a list of widths in pixels: 320,390. Raises ValueError."""
    if not re.fullmatch(r"\s*[1-9]\d{0,4}\s*(,\s*[1-9]\d{0,4}\s*)*", text, re.ASCII):
        raise ValueError(f"{text!r} is not a list of widths; write 320,390,820, for example")
    return tuple(dict.fromkeys(int(word) for word in text.split(",")))


@dataclass(slots=True)
class ScreenInspector:
    """Inspects the pages of a site, `tabs` at a time, and collects the findings in `reports`.

    `folder` is the folder for pictures; None: a new one, created for the first picture. `libraries`
    has the files that pages load from CDNs; URLs that it does not have are added to `missing`. So
    many of the widest displays as `gallery` says are kept as pictures.
    """

    site: Site
    engine: Engine
    screens: Screens
    folder: Path | None = None
    tabs: int | None = None
    libraries: Path | None = None
    gallery: int = 0
    missing: set[str] = field(default_factory=set)
    reports: list[ScreenReport] = field(init=False)
    _free_tabs: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.reports = [ScreenReport(width) for width in self.screens.widths]
        self._free_tabs = asyncio.Semaphore(self.tabs or os.cpu_count() or 1)

    async def inspect(
        self, page: PurePosixPath, plan: Plan, finished: Finished
    ) -> list[Diagnostic]:
        """Inspect a page, add to the reports, and return a diagnostic for each wrong formula."""
        if not finished.rendered:
            return []
        files = lambda url: local_file(self.site, page, url)  # noqa: E731
        served = ServedPage(page, finished.data, files, self._library)
        try:
            async with self._free_tabs:
                browser = await self.engine.browser()
                seen = await inspect_page(browser, served, self.screens, self._wide())
        except TabLostError as error:
            return [Diagnostic("error", f"the page cannot be inspected: {error}")]
        formulas = _Formulas(page, plan, finished.rendered)
        for report, result in zip(self.reports, seen, strict=True):
            self._add(report, result, formulas)
        return formulas.diagnose(seen)

    def _wide(self) -> float | None:
        """Return how wide a display must be to come into the gallery; None: none will."""
        if not self.gallery:
            return None
        full = [report.widest[-1].natural for report in self.reports if self._is_full(report)]
        return min(full) if len(full) == len(self.reports) else _WIDE

    def _is_full(self, report: ScreenReport) -> bool:
        return len(report.widest) >= self.gallery

    def _library(self, url: str) -> Path | None:
        """Return the library file that a URL outside the site refers to, if there is one."""
        if self.libraries is None:
            return None
        file = library_file(self.libraries, url)
        if file is None:
            self.missing.add(url)
        return file

    def _add(self, report: ScreenReport, seen: ViewportResult, formulas: _Formulas) -> None:
        """Add the result of a page on a screen to the screen's report."""
        formulas.count = seen.formulas
        report.displays += seen.displays
        report.widest += [
            PicturedFormula(shown.natural, formulas.finding(shown.index, ""), shown.picture)
            for shown in seen.exhibits
        ]
        report.widest.sort(key=lambda shown: (-shown.natural, shown.finding.path))
        del report.widest[self.gallery :]
        for compromise in seen.compromises:
            found = formulas.finding(compromise.index, _compromise_reason(compromise))
            (report.shrunk if _SHRUNK[compromise.how] else report.scrolled).append(found)
        for violation in seen.violations:
            found = formulas.finding(violation.index, violation.reason)
            file = self._picture_file(found, seen.width)
            file.write_bytes(violation.picture)
            report.offences.append(found._replace(picture=str(file)))

    def _picture_file(self, found: Finding, width: int) -> Path:
        if self.folder is None:
            self.folder = Path(tempfile.mkdtemp(prefix="prerender-screens-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^\w.-]+", "-", found.path)
        place = f"-{found.place.line}-{found.place.column}" if found.place else ""
        return self.folder / f"{name}{place}-{width}.png"


class _Formulas:
    """The rendered formulas of a page; `count` is the number that the browser has found."""

    def __init__(self, page: PurePosixPath, plan: Plan, rendered: Sequence[Formula]) -> None:
        self._path = str(page)
        self._lines = LineIndex(plan.page.text)
        self._rendered = rendered
        self.count = len(rendered)

    def finding(self, index: int, reason: str) -> Finding:
        """Return a finding about the formula with this index in the browser."""
        # A page may contain similar elements that are not ours: then the index tells nothing
        if self.count != len(self._rendered):
            return Finding(self._path, None, "", reason)
        formula = self._rendered[index]
        place, display = self._place(formula), formula.display
        return Finding(self._path, place, formula.math, reason, display=display)

    def _place(self, formula: Formula) -> Location:
        return self._lines.locate(formula.span.start)

    def diagnose(self, seen: Sequence[ViewportResult]) -> list[Diagnostic]:
        """Return a diagnostic for each problem of a formula, with all screens that have it."""
        violations: dict[tuple[int, str], list[int]] = defaultdict(list)
        for result in seen:
            for violation in result.violations:
                violations[violation.index, violation.reason].append(result.width)
        diagnostics = [
            Diagnostic("error", f"at {_pixels(widths)}: {problem}")
            for problem, widths in _problems(seen).items()
        ]
        for (index, reason), widths in sorted(violations.items()):
            found = self.finding(index, reason)
            message = f"at {_pixels(widths)}: {reason}"
            diagnostics.append(Diagnostic("error", message, found.place, found.tex))
        return diagnostics


def _problems(seen: Sequence[ViewportResult]) -> dict[str, list[int]]:
    """Return the problems of a page as a whole, each with the widths of its screens."""
    found: dict[str, list[int]] = defaultdict(list)
    for result in seen:
        for problem in result.problems:
            found[problem].append(result.width)
    return found


def _pixels(widths: Sequence[int]) -> str:
    return f"{', '.join(map(str, widths))} px"


def _compromise_reason(compromise: Compromise) -> str:
    """Say why a formula is shrunk or scrolls."""
    layouts = (
        "its only layout"
        if compromise.layouts == 1
        else f"the narrowest of its {compromise.layouts} layouts"
    )
    return f"{layouts} needs {compromise.needed:.0f} px, there are {compromise.room:.0f}"
