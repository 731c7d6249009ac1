"""Builds a site: renders its pages, writes the results, and returns a report.

Pages that have not changed since the last build, as the index tells, are skipped; the others are
rendered by `render` and written by `site`. Several pages are processed concurrently.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from prerender.cache.index import PageIndex, PageRecord, has_result, is_unchanged, stable_stat
from prerender.errors import first_error
from prerender.hashing import digest
from prerender.markup import is_font_file
from prerender.pipeline.outcome import PageResult, load_summary
from prerender.pipeline.render import Inspect, RenderSession, failure, result_of
from prerender.pipeline.scripts import SiteScripts
from prerender.report.summary import PageReport, Report
from prerender.site.assets import Folder, SharedAssets, remove_others
from prerender.site.files import (
    FileStat,
    Site,
    copy_assets,
    page_names,
    read_source,
    read_target,
    stat_file,
    write_page,
)

#: pages processed concurrently: enough to keep the tabs busy, few enough to hold in memory (most of
#: them wait for their typesets, without their trees)
_CONCURRENT_PAGES = 128

#: called with the number of pages done and of all pages
Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The state of a build."""

    site: Site
    session: RenderSession
    index: PageIndex
    scripts: SiteScripts
    shared: SharedAssets
    write: bool
    inspect: Inspect | None
    fonts: set[str] = field(default_factory=set)
    """The files of the font that its pages need."""


async def build(
    site: Site,
    session: RenderSession,
    *,
    write: bool = True,
    progress: Progress = no_progress,
    inspect: Inspect | None = None,
) -> Report:
    """Render the pages of a site. Raises SiteError, EngineError."""
    started = time.monotonic()
    pages = page_names(site)
    shared = SharedAssets(Folder(site.output or site.root), session.assets)
    incomplete = shared.missing()
    if write:
        copy_assets(site, [*pages, *session.assets])
    report = Report(strict=session.settings.strict)
    folder = session.index if inspect is None else None
    with PageIndex(folder, site, session.fingerprint) as index:
        if incomplete:
            index.clear()
        run = _Run(site, session, index, SiteScripts(site), shared, write, inspect)
        with session.timing.span("reading", "the index"):
            known = [_report_if_unchanged(run, page) for page in pages]
        report.pages += [page for page in known if page is not None]
        rest = [name for name, page in zip(pages, known, strict=True) if page is None]
        # Neighbouring pages are alike: a random order mixes expensive pages with cheap ones
        waiting = iter(sorted(rest, key=lambda name: digest(os.fsencode(name))))

        async def work() -> None:
            for name in waiting:
                report.pages.append(await _build_page(run, name))
                progress(len(report.pages), len(pages))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(_CONCURRENT_PAGES):
                    group.create_task(work())
                    await asyncio.sleep(0)  # so that the browser starts meanwhile
        except BaseExceptionGroup as failed:
            raise first_error(failed) from failed
        if write:
            index.forget(pages)
            if site.is_whole:
                remove_others(site.output or site.root, is_font_file, keep=run.fonts)
    report.pages.sort(key=lambda page: page.path)
    report.distinct = session.typeset + session.from_cache
    report.typeset, report.from_cache = session.typeset, session.from_cache
    report.failed, report.failed_before = session.failed, session.failed_before
    report.seconds = time.monotonic() - started
    return report


def _report_if_unchanged(run: _Run, name: str) -> PageReport | None:
    """Return the report of a page whose files and dependencies are as the last build left them."""
    record = run.index.row(name)
    if record is None or not is_unchanged(run.site, name, record):
        return None
    known = load_summary(record.summary, record.dependencies)
    return _known_report(run, name, known) if _is_current(run, known) else None


def _is_current(run: _Run, known: PageResult) -> bool:
    """Return whether the files that a result depends on, and its fonts, are as they were."""
    has_fonts = all(map(run.shared.has, known.fonts))
    return has_fonts and run.scripts.unchanged(known.dependencies)


def _known_report(run: _Run, name: str, result: PageResult) -> PageReport:
    """Return the report of a page with a known result; count its formulas as from the cache."""
    run.session.from_cache += result.formulas
    run.session.failed_before += result.failed_formulas
    run.fonts.update(result.fonts)
    return result.report(name, changed=False, written=False)


async def _build_page(run: _Run, name: str) -> PageReport:
    """Render a page, unless it is up to date. Raises EngineError."""
    site, page = run.site, PurePosixPath(name)
    try:
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
        result = await result_of(page, data, run.session, run.scripts, inspect=run.inspect)
        changed = _write(run, page, data, result)
        if result.cacheable and run.write:
            if changed and not site.output:
                file, key = None, digest(data if result.data is None else result.data)
            _keep(run, name, result, file and stable_stat(file, since), key)
        written = run.write and changed and not result.failed
        return result.report(name, changed=changed, written=written, before=len(data))
    except OSError as error:
        return failure(page, b"", error).report(name, changed=False, written=False)


def _write(run: _Run, page: PurePosixPath, source: bytes, result: PageResult) -> bool:
    """Write a result, unless `run.write` is off; return whether it differs from the existing file.

    Raises OSError.
    """
    data = source if result.data is None else result.data
    if run.write and result.shared:
        run.shared.add(result.shared)
    run.fonts.update(result.fonts)
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
