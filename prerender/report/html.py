"""Writes the HTML report of a run: a page without scripts or requests.

Only pages with errors are listed. The template is streamed page by page, because an archive may
have very many.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, get_args
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from prerender import __version__
from prerender.report.diagnostics import DiagnosticExcerpt, Finding, Topic, pluralize, topics
from prerender.report.summary import PageReport, Report, ScreenReport, Status, show_bytes
from prerender.site.files import atomic_write

#: characters of a formula that are displayed: it may be as long as its page
_SHOWN = 1000
#: pages whose weight is listed
_HEAVIEST = 20


class ListedPage(NamedTuple):
    """A page with errors, and these errors; `note` is about the page itself."""

    path: str
    status: str
    formulas: int
    errors: Sequence[DiagnosticExcerpt]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportData:
    """The data of a report: the run's name, its figures by label, and its diagnostics.

    `with_errors` are pages with an error, `topics` are warnings and notes, `weights` those pages
    that have become heaviest; `slowest` are jobs: seconds, TeX, and how many other formulas.
    """

    name: str
    errors: int
    warnings: int
    figures: Mapping[str, str]
    with_errors: Iterable[ListedPage]
    topics: Iterable[Topic]
    screens: Sequence[ScreenReport] = ()
    weights: Sequence[PageReport] = ()
    slowest: Sequence[tuple[float, str, int]] = ()

    @property
    def gallery(self) -> list[Exhibit]:
        """The widest displays of all screens, each with its pictures."""
        return _gallery(self.screens)


class Exhibit(NamedTuple):
    """A wide display, and a PNG of it on each screen, by its width."""

    finding: Finding
    pictures: dict[int, bytes]


def _gallery(screens: Sequence[ScreenReport]) -> list[Exhibit]:
    found: dict[str, Exhibit] = {}
    for screen in screens:
        for shown in screen.widest:
            exhibit = found.setdefault(shown.finding.where, Exhibit(shown.finding, {}))
            exhibit.pictures[screen.width] = shown.picture
    return list(found.values())


def report_data(
    report: Report, name: str, slowest: Sequence[tuple[float, str, int]] = ()
) -> ReportData:
    """Return the data of `build`, `check` or `restore` on the site `name`, a folder or a page."""
    severities = [found.severity for page in report.pages for found in page.diagnostics]
    statuses = {
        status: pluralize(n, "page") for status in get_args(Status) if (n := report.count(status))
    }
    shares = ", ".join(f"{count:,} {share}" for share, count in report.shares().items() if count)
    figures = {
        "pages": f"{len(report.pages) - report.feeds:,}",
        **({"feeds": f"{report.feeds:,}"} if report.feeds else {}),
        **statuses,
        "written": pluralize(sum(page.written for page in report.pages), "page"),
        "formulas": f"{report.formulas:,}{': ' if shares else ''}{shares}",
        **_weight(report),
        "took": f"{report.seconds:.1f} s",
    }
    with_errors = [
        ListedPage(
            _path(name, page.path),
            page.status,
            page.formulas,
            [error.excerpt for error in page.errors],
        )
        for page in report.pages
        if page.errors
    ]
    others = [
        (_path(name, page.path), diagnostic.excerpt)
        for page in report.pages
        for diagnostic in page.diagnostics
        if diagnostic.severity != "error"
    ]
    return ReportData(
        name,
        severities.count("error"),
        severities.count("warning"),
        figures,
        with_errors,
        topics(others),
        report.screens,
        _heaviest(report),
        slowest,
    )


def _weight(report: Report) -> dict[str, str]:
    before, after = report.weight()
    return {"weight": f"{show_bytes(before)} became {show_bytes(after)}"} if before else {}


def _heaviest(report: Report) -> list[PageReport]:
    """The pages that have gained most."""
    rendered = [page for page in report.pages if page.status == "rendered" and page.before]
    return sorted(rendered, key=lambda page: page.before - page.after)[:_HEAVIEST]


def _path(name: str, page: str) -> str:
    """Return the path of a page of the site `name`, a folder or the page itself."""
    return name if Path(name).is_file() else str(Path(name, page))


def write_report(run: ReportData, file: Path) -> None:
    """Write the report atomically. Raises OSError."""
    folder = file.resolve().parent
    template = _TEMPLATES.get_template("report.html.jinja")
    stream = template.stream(run=run, version=__version__, folder=folder)
    stream.enable_buffering(100)
    with atomic_write(file) as temporary:
        stream.dump(str(temporary), "utf-8", "backslashreplace")
        temporary.chmod(0o644)


def _plain(text: str) -> str:
    """Replace control and formatting characters, and truncate a long text."""
    shown = "".join(c if c.isprintable() or c == "\n" else "�" for c in text[:_SHOWN])
    return shown + ("…" if len(text) > _SHOWN else "")


def _link(picture: str, folder: Path) -> str:
    """Return the URL of a picture, relative to the report's folder."""
    return quote(os.fsencode(os.path.relpath(Path(picture).resolve(), folder)))


def _embedded(png: bytes) -> str:
    """Return the URL of a picture that is in the report itself."""
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _findings(screen: ScreenReport) -> Iterator[tuple[str, list[Finding]]]:
    """Yield the findings on a screen by kind, the worst first."""
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
_TEMPLATES.filters |= {
    "plain": _plain,
    "link": _link,
    "embedded": _embedded,
    "bytes": show_bytes,
    "findings": _findings,
    "pluralize": pluralize,
}
