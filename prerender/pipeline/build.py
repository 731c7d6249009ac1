"""Builds a site: renders its pages and feeds, writes the results, and returns a report.

Pages that have not changed since the last build, as the index tells, are skipped; the others are
rendered by `render` and written by `site`. Several pages are processed concurrently.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from prerender.cache.index import PageIndex, PageRecord, has_result, is_unchanged, stable_stat
from prerender.errors import first_error
from prerender.hashing import digest, fingerprint
from prerender.markup import is_font_file
from prerender.pipeline.feeds import Feeds
from prerender.pipeline.outcome import PageResult, load_summary
from prerender.pipeline.render import (
    Inspect,
    Notice,
    RenderSession,
    failure,
    reports_of,
    result_of,
    silent,
)
from prerender.pipeline.scripts import SiteScripts
from prerender.pipeline.workers import working
from prerender.report.summary import PageReport, Report
from prerender.site.assets import Folder, SharedAssets, remove_others
from prerender.site.files import (
    FileStat,
    Site,
    copy_assets,
    feed_names,
    page_names,
    read_source,
    read_target,
    stat_file,
    write_page,
)
from prerender.site.lock import alone_in
from prerender.source.feeds import is_feed

#: pages processed concurrently, and how many for each core at least: enough to keep the tabs busy,
#: few enough to hold in memory (most of them wait for their typesets, without their trees)
_CONCURRENT_PAGES = 128
_PAGES_A_CORE = 16

#: called with the number of pages done and of all pages
Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Progress that nobody watches."""


#: what becomes of a page, or a feed, whose bytes are known
ResultOf = Callable[[PurePosixPath, bytes], Awaitable[PageResult]]


@dataclass(frozen=True, slots=True)
class _Run:
    """The state of a build: of its pages, or then of its feeds."""

    site: Site
    session: RenderSession
    index: PageIndex
    scripts: SiteScripts
    shared: SharedAssets
    write: bool
    result_of: ResultOf
    feeds: bool = False
    files: set[str] = field(default_factory=set)
    """The files of the font, and pictures, that its pages need."""


async def build(
    site: Site,
    session: RenderSession,
    *,
    write: bool = True,
    progress: Progress = no_progress,
    inspect: Inspect | None = None,
    notice: Notice = silent,
) -> Report:
    """Render the pages of a site, and then its feeds; only one run at a time writes to a folder.

    Raises SiteError, EngineError.
    """
    if not write:
        return await _build(site, session, write, progress, inspect)
    async with alone_in(site.output or site.root, notice):
        return await _build(site, session, write, progress, inspect)


async def _build(
    site: Site,
    session: RenderSession,
    write: bool,
    progress: Progress,
    inspect: Inspect | None,
) -> Report:
    started = time.monotonic()
    feeds = _feeds(site) if session.settings.feeds != "off" else []
    pages = [name for name in page_names(site) if name not in feeds]
    shared = SharedAssets(Folder(site.output or site.root, locked=write), session.assets)
    incomplete = shared.missing()
    report = Report(strict=session.settings.strict)
    if write:
        report.pages += reports_of(copy_assets(site, [*pages, *feeds, *session.assets]))
    folder = session.index if inspect is None else None
    count = len(report.pages) + len(pages) + len(feeds)
    scripts = SiteScripts(site)

    async def page_result(name: PurePosixPath, data: bytes) -> PageResult:
        return await result_of(name, data, session, scripts, inspect=inspect)

    with PageIndex(folder, site, session.fingerprint) as index:
        if incomplete:
            index.clear()
        run = _Run(site, session, index, scripts, shared, write, page_result)
        await _build_all(run, pages, report, lambda done: progress(done, count))
        if write and site.is_whole:
            remove_others(site.output or site.root, is_font_file, keep=run.files)
    mark = fingerprint([session.fingerprint, session.settings.feeds])
    # The files that feeds depend on are what the pages have become
    scripts = SiteScripts(site)
    with PageIndex(folder, site, mark) as index:
        rendered = Feeds(site, session, scripts).result_of
        run = _Run(site, session, index, scripts, shared, write, rendered, feeds=True)
        await _build_all(run, feeds, report, lambda done: progress(done, count))
    report.pages.sort(key=lambda page: page.path)
    report.distinct = session.typeset_count + session.from_cache
    report.typeset, report.from_cache = session.typeset_count, session.from_cache
    report.failed, report.failed_before = session.failed, session.failed_before
    report.seconds = time.monotonic() - started
    return report


def _feeds(site: Site) -> list[str]:
    """The feeds of a site, by what their files begin with."""

    def is_one(name: str) -> bool:
        try:
            return is_feed(read_source(site, PurePosixPath(name)))
        except OSError:
            return False

    return [name for name in feed_names(site) if is_one(name)]


async def _build_all(
    run: _Run, names: Sequence[str], report: Report, progress: Callable[[int], None]
) -> None:
    """Build pages, or feeds, and add them to the report; `progress` is told how many it has."""
    with run.session.timing.span("reading", "the index"):
        known = [_report_if_unchanged(run, name) for name in names]
    report.pages += [page for page in known if page is not None]
    rest = [name for name, page in zip(names, known, strict=True) if page is None]
    # Neighbouring pages are alike: a random order mixes expensive pages with cheap ones
    waiting = iter(sorted(rest, key=lambda name: digest(os.fsencode(name))))

    async def work() -> None:
        for name in waiting:
            report.pages.append(await _build_page(run, name))
            progress(len(report.pages))

    try:
        async with (
            working(run.session, 0 if run.feeds else len(rest)),
            asyncio.TaskGroup() as group,
        ):
            at_once = max(_CONCURRENT_PAGES, _PAGES_A_CORE * run.session.cores)
            for _ in range(min(at_once, len(rest))):
                group.create_task(work())
                await asyncio.sleep(0)  # so that the browser starts meanwhile
    except BaseExceptionGroup as failed:
        raise first_error(failed) from failed
    if run.write:
        run.index.forget(names)


def _report_if_unchanged(run: _Run, name: str) -> PageReport | None:
    """Return the report of a page whose files and dependencies are as the last build left them."""
    record = run.index.row(name)
    if record is None or not is_unchanged(run.site, name, record):
        return None
    known = load_summary(record.summary, record.dependencies)
    return _known_report(run, name, known) if _is_current(run, known) else None


def _is_current(run: _Run, known: PageResult) -> bool:
    """Return whether the files that a result depends on, and those it needs, are as they were."""
    has_files = all(map(run.shared.has, known.files))
    return has_files and run.scripts.unchanged(known.dependencies)


def _known_report(run: _Run, name: str, result: PageResult) -> PageReport:
    """Return the report of a page with a known result; count its formulas as from the cache."""
    run.session.from_cache += result.formulas
    run.files.update(result.files)
    run.session.failed_before += result.failed_formulas
    return result.report(name, changed=False, written=False, feed=run.feeds)


#: how often a page is read that changes while it is rendered
_READINGS = 4
_CHANGING = "it changes again and again while it is rendered: build when nothing else writes it"


async def _build_page(run: _Run, name: str) -> PageReport:
    """Render a page, unless it is up to date; again where it changes. Raises EngineError."""
    page = PurePosixPath(name)
    try:
        for _ in range(_READINGS):
            report = await _build_as_read(run, name)
            if report is not None:
                return report
        raise OSError(_CHANGING)
    except OSError as error:
        result = failure(page, b"", error, "feed" if run.feeds else "page")
        return result.report(name, changed=False, written=False, feed=run.feeds)


async def _build_as_read(run: _Run, name: str) -> PageReport | None:
    """Render a page as it is now; None: it has changed meanwhile. Raises OSError, EngineError."""
    site, page = run.site, PurePosixPath(name)
    since, file = time.time_ns(), stat_file(str(site.source(page)))
    with run.session.timing.span("reading", name):
        data = read_source(site, page)
    key = digest(data)
    record = run.index.row(name)
    if (
        record is not None
        and record.digest == key
        and (not site.output or has_result(site, name, record))
    ):
        known = load_summary(record.summary, record.dependencies)
        if _is_current(run, known):
            _keep(run, name, known, file and stable_stat(file, since), key)
            return _known_report(run, name, known)
    result = await run.result_of(page, data)
    if run.write and read_source(site, page) != data:
        return None
    changed = _write(run, page, data, result)
    if result.cacheable and run.write:
        if changed and not site.output:
            file, key = None, digest(data if result.data is None else result.data)
        _keep(run, name, result, file and stable_stat(file, since), key)
    written = run.write and changed and not result.failed
    return result.report(name, changed=changed, written=written, before=len(data), feed=run.feeds)


def _write(run: _Run, page: PurePosixPath, source: bytes, result: PageResult) -> bool:
    """Write a result, unless `run.write` is off; return whether it differs from the existing file.

    Raises OSError.
    """
    data = source if result.data is None else result.data
    if run.write and result.shared:
        run.shared.add(result.shared)
    run.files.update(result.files)
    with run.session.timing.span("writing", str(page)):
        if run.write:
            return write_page(run.site, page, data)
        before = source if run.site.output is None else read_target(run.site, page)
        return data != before


def _keep(run: _Run, name: str, result: PageResult, source: FileStat | None, key: str) -> None:
    """Record a page in the index; `source`: its stat when read, None if it was overwritten."""
    target = stat_file(str(run.site.target(PurePosixPath(name))))
    if source is not None and not run.site.output:
        target = source
    if target is not None:
        dependencies = json.dumps(result.dependencies)
        record = PageRecord(source or target, target, key, dependencies, result.dump_summary())
        run.index.keep(name, record)
