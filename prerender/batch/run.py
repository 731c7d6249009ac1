"""Runs the command `batch`: takes its options, does the job, returns its report and exit code."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from prerender.batch import report, selection
from prerender.batch.journal import DamagedJournalError, Journal, Site
from prerender.batch.model import PageTask, Render, Totals
from prerender.batch.schedule import estimate, render_here, run
from prerender.batch.store import is_url
from prerender.batch.worker import RenderWorker
from prerender.errors import Exit
from prerender.pipeline.build import Progress, no_progress
from prerender.pipeline.render import Notice, RenderSession, open_session, silent
from prerender.pipeline.workers import working
from prerender.report.html import write_report
from prerender.settings import Settings
from prerender.site.files import SiteError
from prerender.site.lock import alone_in


class BatchOptions(NamedTuple):
    """The options of a job besides its settings.

    `json` and `report`: which reports to make of all pages in the journal.
    """

    sites: list[str]
    journal: Path
    listed: str | None = None
    status: bool = False
    dry_run: bool = False
    limit: int | None = None
    shard: str | None = None
    stale: bool = False
    retries: int = 3
    dask: str | None = None
    json: bool = False
    report: Path | None = None


class BatchResult(NamedTuple):
    """The lines to print at the end, the exit code, and the JSON report, if requested."""

    lines: list[str]
    exit: Exit
    totals: Totals
    seconds: float = 0.0
    json: dict[str, Any] | None = None


async def batch(
    options: BatchOptions,
    settings: Settings,
    *,
    progress: Progress = no_progress,
    notice: Notice = silent,
) -> BatchResult:
    """Do a job, or report its state. Raises SiteError, JournalError, EngineError."""
    if options.status and not options.journal.exists():
        raise SiteError(f"{options.journal} does not exist; name the journal of a job")
    temporary = options.dry_run and not options.journal.exists()
    file = Path(":memory:") if temporary else options.journal
    if options.status:
        with closing(Journal(file)) as journal:
            lines = [report.states(journal), *report.error_lines(journal)]
            return _with_reports(options, journal, BatchResult(lines, Exit.DONE, Totals()))
    settings = replace(settings, no_cache=settings.no_cache or options.dry_run)
    async with open_session(settings, notice=notice) as session:
        job = _job(options, session)
        async with _alone(options, job, notice):
            with closing(_journal(file, notice)) as journal:
                done = await _do_job(options, job, session, journal, progress)
                return _with_reports(options, journal, done)


def _journal(file: Path, notice: Notice) -> Journal:
    """Open the journal; one that is damaged is left as it is. Raises JournalError."""
    try:
        return Journal(file)
    except DamagedJournalError as error:
        notice(f"{error}; this run does without it. Remove it, and the next begins a new one")
        return Journal(Path(":memory:"))


@asynccontextmanager
async def _alone(options: BatchOptions, job: selection.Job, notice: Notice) -> AsyncIterator[None]:
    """Keep other runs from writing to the folders of the sites; shards write at the same time."""
    async with AsyncExitStack() as stack:
        folders = [] if options.dry_run else [_folder(site) for site in job.requested]
        # In one order, so that no two runs wait for each other
        for folder in sorted({folder for folder in folders if folder is not None}):
            shared = job.shard is not None
            await stack.enter_async_context(alone_in(Path(folder), notice, shared=shared))
        yield


def _folder(site: Site) -> str | None:
    """The folder that the results of a site are written to; None: elsewhere, or it is not there."""
    name = site.target or site.source
    if is_url(name) or not (site.target or Path(name).exists()):
        return None
    return str(Path(name).parent) if Path(name).is_file() else name


def _with_reports(options: BatchOptions, journal: Journal, done: BatchResult) -> BatchResult:
    """Write the HTML report and add the JSON report, if requested. Raises SiteError."""
    if options.report is not None:
        data = report.page(journal, str(options.journal), done.totals, done.seconds)
        try:
            write_report(data, options.report)
        except OSError as error:
            raise SiteError(f"{options.report} cannot be written: {error.strerror}") from error
    if options.json:
        done = done._replace(json=report.report(journal, done.totals, done.seconds))
    return done


async def _do_job(
    options: BatchOptions,
    job: selection.Job,
    session: RenderSession,
    journal: Journal,
    progress: Progress,
) -> BatchResult:
    """Do a job, or estimate it."""
    started = time.monotonic()
    worker = RenderWorker(session, options.stale, write=not options.dry_run)
    tasks = selection.prepare(job, journal, worker, options.retries)
    if options.dry_run:
        line = report.format_estimate(await estimate(tasks, worker))
        return BatchResult([line], Exit.DONE, Totals())
    async with (
        working(session, _shared_out(tasks, options)),
        _rendering(options, job, worker) as render,
    ):
        totals = await run(tasks, render, journal, options.retries, progress)
    failed = journal.has_errors(job.requested, strict=session.settings.strict)
    code = Exit.BUG if totals.bugs else Exit.SOME_FAILED if failed else Exit.DONE
    seconds = time.monotonic() - started
    line = f"prerender: {report.summary(totals, journal, seconds)}"
    if code is not Exit.DONE:
        line += ". Not all could be rendered: --status lists the errors"
    return BatchResult([*totals.bugs, line], code, totals, seconds)


def _shared_out(tasks: Sequence[PageTask], options: BatchOptions) -> int:
    """How many pages processes of this machine may render: their files are those of all."""
    here = options.dask is None and not any(one.site.source.startswith("memory:") for one in tasks)
    return len(tasks) if here else 0


@asynccontextmanager
async def _rendering(
    options: BatchOptions, job: selection.Job, worker: RenderWorker
) -> AsyncIterator[Render]:
    """Yield the function that renders chunks: in this process, or on a cluster."""
    if options.dask is None:
        yield lambda chunks: render_here(chunks, worker)
        return
    from prerender.batch.dask_cluster import cluster

    async with cluster(options.dask, worker.session.settings, job.requested, worker) as render:
        yield render


def _job(options: BatchOptions, session: RenderSession) -> selection.Job:
    """Return the job that the options describe. Raises SiteError."""
    settings = session.settings
    if options.shard is not None and session.assets:
        raise SiteError(
            "--shard cannot be combined with --css external or --glyphs shared: the files that the "
            "pages of a site share need a single writer"
        )
    if not options.sites and options.listed is None:
        raise SiteError("name a SITE, or a list of pages with --from")
    sites = selection.sites(options.sites, settings.output, options.journal)
    named = None
    if options.listed is not None:
        lines = _lines(options.listed)
        named = selection.by_site(lines, sites, output=settings.output is not None)
    shard = selection.shard(options.shard) if options.shard is not None else None
    limit = options.limit
    return selection.Job(sites, settings.include, settings.exclude, named, shard, limit)


def _lines(file: str) -> list[str]:
    """Read the lines of a list of pages. Raises SiteError."""
    if file == "-":
        return sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\n")
    try:
        return Path(file).read_text("utf-8", "surrogateescape").split("\n")
    except OSError as error:
        raise SiteError(f"{file} cannot be read: {error.strerror}") from error
