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
from prerender.report import Finding, Remark, Report, ScreenReport, Status, some
from prerender.site import whole

#: characters of a formula that are shown: it may be as long as its page
_SHOWN = 1000


class Listed(NamedTuple):
    """A page of which there is something to say; `note` is said of the page itself."""

    path: str
    status: str
    formulas: int
    remarks: Sequence[Remark]
    note: str = ""

    @property
    def wrong(self) -> bool:
        """Whether an error is among what there is to say."""
        return any(one.severity == "error" for one in self.remarks)


@dataclass(frozen=True, slots=True)
class Told:
    """A run: its name, its figures by what they count, and the pages of which all is not well.

    `wrong` are pages with an error, `odd` those that have but warnings.
    """

    name: str
    errors: int
    warnings: int
    figures: Mapping[str, str]
    wrong: Iterable[Listed]
    odd: Iterable[Listed]
    screens: Sequence[ScreenReport] = ()


def told(report: Report, name: str) -> Told:
    """A run of `build`, `check` or `restore` on a site of that name, a folder or a page."""
    said = [one for page in report.pages for one in page.diagnostics]
    errors = sum(one.severity == "error" for one in said)
    statuses = {
        status: some(n, "page") for status in get_args(Status) if (n := report.count(status))
    }
    formulas = f"{report.typeset:,} typeset, {report.from_cache:,} from the cache"
    figures = {
        "pages": f"{len(report.pages):,}",
        **statuses,
        "written": some(sum(page.written for page in report.pages), "page"),
        "formulas": f"{sum(page.formulas for page in report.pages):,}: {formulas}",
        "took": f"{report.seconds:.1f} s",
    }
    listed = [
        Listed(
            name if Path(name).is_file() else str(Path(name, page.path)),
            page.status,
            page.formulas,
            [one.remark for one in page.diagnostics],
        )
        for page in report.pages
        if page.diagnostics
    ]
    wrong = [page for page in listed if page.wrong]
    odd = [page for page in listed if not page.wrong]
    return Told(name, errors, len(said) - errors, figures, wrong, odd, report.screens)


def write_report(run: Told, file: Path) -> None:
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
    loader=PackageLoader("prerender", "."),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"plain": _plain, "link": _link, "findings": _findings, "some": some}
