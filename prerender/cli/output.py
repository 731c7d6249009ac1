"""Reports the result of a run: prints to standard error, writes report files, exits with a code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NoReturn

import typer

from prerender.cli.options import CommandSettings
from prerender.cli.terminal import print_diagnostic, safe, terminal
from prerender.errors import UsageError
from prerender.report.diagnostics import pluralize, shown_path, topics
from prerender.report.formats import github, sarif
from prerender.report.html import report_data, write_report
from prerender.report.summary import PageReport, Report
from prerender.timing import Timing

#: how diagnostics are written
Form = Literal["text", "github", "sarif"]


def report_and_exit(
    report: Report, site: Path, settings: CommandSettings, timing: Timing | None = None
) -> NoReturn:
    """Print the result of a run on a site, write its reports, and exit with its exit code."""
    quiet, verbose = settings.quiet, settings.verbose and not settings.quiet
    if timing is not None:
        if verbose:
            say(timing.summary())
        if settings.profile is not None:
            _write(settings.profile, timing.trace())
    diagnose(report.pages, site, quiet=quiet and not report.strict, form=settings.format)
    for page in report.pages if verbose else ():
        told = f"{page.status}, {pluralize(page.formulas, 'formula')}"
        typer.echo(f"{shown_path(page.path)}: {told}", err=True)
    if not quiet:
        _summarize(report, settings)
    if settings.json is not None:
        write_json(report.to_json(), settings.json)
    if settings.report is not None:
        with _writing(settings.report):
            slowest = timing.slowest if timing is not None else ()
            write_report(report_data(report, str(site), slowest), settings.report)
    raise typer.Exit(report.exit)


def _summarize(report: Report, settings: CommandSettings) -> None:
    if report.pictures is not None:
        say(f"pictures of the errors on screens: {report.pictures}")
    for url in report.missing_libraries:
        say(f"not in {settings.libraries}: {url}")
    for screen in report.screens:
        say(screen.summary())
    say(report.summary())


def say(text: str) -> None:
    """Print a line about the run to standard error."""
    typer.echo(f"prerender: {safe(text)}", err=True)


def notice(quiet: bool) -> Callable[[str], None]:
    """Return a function that prints notices, or none if `quiet`."""
    return lambda text: None if quiet else say(text)


def diagnose(
    pages: Sequence[PageReport], site: Path, *, quiet: bool = False, form: Form = "text"
) -> None:
    """Print the diagnostics of a site's pages: each error, then what is reported once.

    `quiet`: only errors. SARIF goes to standard output, all else to standard error.
    """
    excerpts = [
        (str(site if site.is_file() else site / page.path), diagnostic.excerpt)
        for page in pages
        for diagnostic in page.diagnostics
        if not quiet or diagnostic.severity == "error"
    ]
    if form == "sarif":
        typer.echo(json_bytes(sarif(excerpts), indent=1))
    elif form == "github":
        for command in github(excerpts):
            typer.echo(command, err=True)
    else:
        for path, excerpt in excerpts:
            if not excerpt.once:
                print_diagnostic(excerpt.severity, excerpt.show(path))
        for topic in topics(excerpts):
            print_diagnostic(topic.first.severity, topic.show())
    for page in pages:
        if page.bug:
            typer.echo(f"{shown_path(page.path)}: {page.bug}", err=True)


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that displays progress (pages done, of all): on a terminal only."""
    console = terminal()
    if quiet or console is None:
        yield lambda _done, _all: None
        return
    from rich.progress import Progress

    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("pages", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def write_json(data: object, file: str) -> None:
    """Write JSON to a file, or to standard output for "-". Raises UsageError."""
    text = json_bytes(data, indent=1)
    if file == "-":
        typer.echo(text)
    else:
        _write(Path(file), text)


def json_bytes(data: object, indent: int | None = None) -> bytes:
    """Return JSON in UTF-8 (RFC 8259); undecodable bytes of a page or a name are escaped."""
    return json.dumps(data, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")


def write_new(file: Path, text: str) -> None:
    """Write a text file. Raises UsageError."""
    _write(file, text.encode().rstrip(b"\n"))


def _write(file: Path, text: bytes) -> None:
    with _writing(file):
        file.write_bytes(text + b"\n")


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
