"""The words of the command `batch` in; the job done, and what there is to say of it, out."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, NamedTuple

from prerender.batch import selection as job
from prerender.batch.journal import Journal
from prerender.batch.worker import Render, RenderWorker, Tools, Totals, estimate, render_here, run
from prerender.pipeline.build import Progress, RenderSession
from prerender.report import html as report_html
from prerender.report.summary import Exit
from prerender.site.files import SiteError


class BatchOptions(NamedTuple):
    """What the command line says of a job."""

    sites: list[str]
    journal: Path
    output: str | None
    listed: str | None
    status: bool
    dry_run: bool
    limit: int | None
    shard: str | None
    stale: bool
    retries: int
    dask: str | None
    tools: Tools
    json: bool
    page: Path | None


class BatchResult(NamedTuple):
    """What there is to say at the end; `json` is the report of that name, if it is asked for."""

    lines: list[str]
    exit: Exit
    tally: Totals = Totals()
    seconds: float = 0.0
    json: dict[str, Any] | None = None


async def batch(
    words: BatchOptions,
    work: RenderSession,
    include: Sequence[str],
    exclude: Sequence[str],
    progress: Progress,
) -> BatchResult:
    """Do a job, or say how it stands. Raises SiteError, JournalError, EngineError."""
    if words.status and not words.journal.exists():
        raise SiteError(f"{words.journal} does not exist; name the journal of a job")
    wanted = None if words.status else _job(words, work, include, exclude)
    passing = words.dry_run and not words.journal.exists()
    with closing(Journal(Path(":memory:") if passing else words.journal)) as journal:
        if wanted is None:
            told = BatchResult([job.states(journal), *job.troubles(journal)], Exit.DONE)
        else:
            told = await _do(words, wanted, work, journal, progress)
        if words.page is not None:
            _write(words.page, job.page(journal, str(words.journal), told.tally, told.seconds))
        if words.json:
            told = told._replace(json=job.report(journal, told.tally, told.seconds))
        return told


def _write(file: Path, run: report_html.ReportData) -> None:
    """Write the report to read. Raises SiteError."""
    try:
        report_html.write_report(run, file)
    except OSError as error:
        raise SiteError(f"{file} cannot be written: {error.strerror}") from error


async def _do(
    words: BatchOptions, wanted: job.Job, work: RenderSession, journal: Journal, progress: Progress
) -> BatchResult:
    """Do a job, or estimate it."""
    started = time.monotonic()
    bench = RenderWorker(work, work.fingerprint, words.stale, write=not words.dry_run)
    items = job.prepare(wanted, journal, bench, words.retries)
    async with work.engine:
        if words.dry_run:
            return BatchResult([job.told(await estimate(items, bench))], Exit.DONE)
        async with _rendering(words, wanted, bench) as render:
            tally = await run(items, render, journal, words.retries, progress)
    troubled = journal.troubled(wanted.asked, strict=work.strict)
    code = Exit.SOME_FAILED if troubled else Exit.DONE
    seconds = time.monotonic() - started
    line = f"prerender: {job.summary(tally, journal, seconds)}"
    if code is Exit.SOME_FAILED:
        line += ". Not all could be rendered: --status says what is wrong where"
    return BatchResult([line], code, tally, seconds)


@asynccontextmanager
async def _rendering(
    words: BatchOptions, wanted: job.Job, bench: RenderWorker
) -> AsyncIterator[Render]:
    """What renders chunks: this process, or a cluster."""
    if words.dask is None:
        yield lambda chunks: render_here(chunks, bench)
        return
    from prerender.batch.dask_cluster import cluster

    async with cluster(words.dask, words.tools, wanted.asked, bench) as render:
        yield render


def _job(
    words: BatchOptions, work: RenderSession, include: Sequence[str], exclude: Sequence[str]
) -> job.Job:
    """The pages that are asked for. Raises SiteError."""
    if words.shard is not None and work.frames:
        raise SiteError(
            "--shard does not go with --css external and --glyphs shared: the files that the pages "
            "of a site share have one writer"
        )
    if not words.sites and words.listed is None:
        raise SiteError("name a SITE, or a list of pages with --from")
    sites = job.sites(words.sites, words.output, words.journal)
    named = None
    if words.listed is not None:
        named = job.by_site(_lines(words.listed), sites, output=words.output is not None)
    try:
        shard = job.shard(words.shard) if words.shard is not None else None
    except ValueError as error:
        raise SiteError(f"--shard {words.shard}: not like 2/5, the second of five") from error
    return job.Job(sites, include, exclude, named, shard, words.limit)


def _lines(file: str) -> list[str]:
    """The lines of a list of pages. Raises SiteError."""
    if file == "-":
        return sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\n")
    try:
        return Path(file).read_text("utf-8", "surrogateescape").split("\n")
    except OSError as error:
        raise SiteError(f"{file} cannot be read: {error.strerror}") from error
