"""What became of a run in; a page about it out, which runs no script and asks for nothing.

Only pages of which there is something to say are listed, and each is written before the next is
asked for: an archive has many.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, get_args
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from prerender import __version__
from prerender.report.diagnostics import DiagnosticExcerpt, Finding, Topic, pluralize, topics
from prerender.report.summary import Report, ScreenReport, Status
from prerender.site.files import whole

#: characters of a formula that are shown: it may be as long as its page
_SHOWN = 1000


class ListedPage(NamedTuple):
    """A page with errors, and these; `note` is said of the page itself."""

    path: str
    status: str
    formulas: int
    remarks: Sequence[DiagnosticExcerpt]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportData:
    """A run: its name, its figures by what they count, and what is not well.

    `wrong` are pages with an error, `topics` what is said once: warnings and notes.
    """

    name: str
    errors: int
    warnings: int
    figures: Mapping[str, str]
    wrong: Iterable[ListedPage]
    topics: Iterable[Topic]
    screens: Sequence[ScreenReport] = ()


def report_data(report: Report, name: str) -> ReportData:
    """A run of `build`, `check` or `restore` on a site of that name, a folder or a page."""
    said = [one for page in report.pages for one in page.diagnostics]
    errors = sum(one.severity == "error" for one in said)
    warnings = sum(one.severity == "warning" for one in said)
    statuses = {
        status: pluralize(n, "page") for status in get_args(Status) if (n := report.count(status))
    }
    formulas = f"{report.typeset:,} typeset, {report.from_cache:,} from the cache"
    figures = {
        "pages": f"{len(report.pages):,}",
        **statuses,
        "written": pluralize(sum(page.written for page in report.pages), "page"),
        "formulas": f"{sum(page.formulas for page in report.pages):,}: {formulas}",
        "took": f"{report.seconds:.1f} s",
    }
    wrong = [
        ListedPage(
            _path(name, page.path),
            page.status,
            page.formulas,
            [one.remark for one in page.errors],
        )
        for page in report.pages
        if page.errors
    ]
    odd = [
        (_path(name, page.path), one.remark)
        for page in report.pages
        for one in page.diagnostics
        if one.severity != "error"
    ]
    return ReportData(name, errors, warnings, figures, wrong, topics(odd), report.screens)


def _path(name: str, page: str) -> str:
    """The path of a page of a site of that name, a folder or the page."""
    return name if Path(name).is_file() else str(Path(name, page))


def write_report(run: ReportData, file: Path) -> None:
    """Write the page about a run, whole or not at all. Raises OSError."""
    folder = file.resolve().parent
    template = _TEMPLATES.get_template("report.html.jinja")
    stream = template.stream(run=run, version=__version__, folder=folder)
    stream.enable_buffering(100)
    with whole(file) as temporary:
        stream.dump(str(temporary), "utf-8", "backslashreplace")
        temporary.chmod(0o644)


def _plain(text: str) -> str:
    """A text without what changes how others are shown, cut where it is long."""
    shown = "".join(c if c.isprintable() or c == "\n" else "�" for c in text[:_SHOWN])
    return shown + ("…" if len(text) > _SHOWN else "")


def _link(picture: str, folder: Path) -> str:
    """The URL of a picture from a page in a folder."""
    return quote(os.fsencode(os.path.relpath(Path(picture).resolve(), folder)))


def _findings(screen: ScreenReport) -> Iterator[tuple[str, list[Finding]]]:
    """What was seen on a screen, the worst first."""
    yield "offences", sorted(screen.offences)
    yield "scrolled", sorted(screen.scrolled)
    yield "shrunk", sorted(screen.shrunk)


_TEMPLATES = Environment(
    loader=PackageLoader("prerender.report", "."),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"plain": _plain, "link": _link, "findings": _findings, "some": pluralize}
