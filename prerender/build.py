"""A site in; its pages rendered, and a report of what became of each, out.

This is where the parts meet: `site` reads, `page` plans, `cache` and `engine` answer, `page`
finishes, `site` writes. Pages are worked on side by side; each distinct job is done once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from prerender import __version__
from prerender.cache import Cache
from prerender.encoding import EncodingLossError, decode
from prerender.engine import Answer, Engine, Job, engine_setup, fingerprint
from prerender.markup import DamagedError
from prerender.page import Finished, Plan, finish, is_xml, plan, read, restored, unless_hydrated
from prerender.report import Diagnostic, PageReport, Report, Status
from prerender.setup import Request, SetupError, collect, evaluate, interpret, roles
from prerender.site import Site, copy_assets, list_pages, local_file, write_page
from prerender.source import Lines

#: pages that are worked on at once: enough to keep the tabs busy, few enough to hold in memory
_AT_ONCE = 32

Progress = Callable[[int, int], None]
#: looks at a page's result, and says what is wrong with it
Inspect = Callable[[PurePosixPath, Plan, Finished], Awaitable[list[Diagnostic]]]


@dataclass(slots=True)
class Work:
    """What a run shares: engine, cache, the user's overrides, and the jobs that are under way."""

    engine: Engine
    cache: Cache
    override: dict[str, Any] = field(default_factory=dict)
    hydrated: bool = False
    """Whether pages that a client framework builds anew are rendered, too."""
    setups: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, asyncio.Task[Answer]] = field(default_factory=dict)
    evaluated: dict[str, asyncio.Task[Any]] = field(default_factory=dict)
    typeset: int = 0
    from_cache: int = 0

    @property
    def mark(self) -> str:
        """What pages are rendered by: our version, and the user's settings."""
        return f"{__version__} {fingerprint(self.override)[:8]}"


async def build(
    site: Site,
    work: Work,
    *,
    write: bool = True,
    progress: Progress = lambda _, __: None,
    inspect: Inspect | None = None,
) -> Report:
    """Render the pages of a site. Raises SiteError, EngineError, BrowserNotFound."""
    started = time.monotonic()
    pages = list_pages(site)
    if write:
        copy_assets(site, pages)
    report = Report()
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(page: PurePosixPath) -> None:
        async with places:
            report.pages.append(await _build_page(site, page, work, write, inspect))
            progress(len(report.pages), len(pages))

    async with asyncio.TaskGroup() as group:
        for page in pages:
            group.create_task(one(page))
    report.pages.sort(key=lambda page: page.path)
    report.distinct = work.typeset + work.from_cache
    report.typeset, report.from_cache = work.typeset, work.from_cache
    report.seconds = time.monotonic() - started
    return report


async def plans(site: Site, work: Work) -> AsyncIterator[tuple[PurePosixPath, Plan | PageReport]]:
    """The plan of each page in turn, or what is wrong with it."""
    for page in list_pages(site):
        try:
            yield page, await _plan(site, page, work, site.source(page).read_bytes())
        except _PAGE_ERRORS as error:
            yield page, _failed(site, page, error)


_PAGE_ERRORS = (EncodingLossError, DamagedError, SetupError, OSError, ValueError, RecursionError)


async def _build_page(
    site: Site, page: PurePosixPath, work: Work, write: bool, inspect: Inspect | None
) -> PageReport:
    try:
        return await _render(site, page, work, write, inspect)
    except _PAGE_ERRORS as error:
        if write and site.output is not None:
            with suppress(OSError):
                write_page(site, page, site.source(page).read_bytes())
        return _failed(site, page, error)


async def _render(
    site: Site, page: PurePosixPath, work: Work, write: bool, inspect: Inspect | None
) -> PageReport:
    data = site.source(page).read_bytes()
    planned = await _plan(site, page, work, data)
    answers = await asyncio.gather(*(_answer(one.job, work) for one in planned.jobs))
    finished = finish(planned, answers, work.mark)
    same = finished.data == _current(site, page, data)
    changed = write_page(site, page, finished.data) if write else not same
    count = len(planned.formulas)
    status: Status = "no-math" if not count else "rendered" if changed else "unchanged"
    said = finished.diagnostics
    if inspect is not None:
        said = said + await inspect(page, planned, finished)
    return PageReport(str(page), status, count, write and changed, said)


def _current(site: Site, page: PurePosixPath, data: bytes) -> bytes | None:
    """What stands where the result would go."""
    try:
        return data if site.output is None else site.target(page).read_bytes()
    except OSError:
        return None


async def _plan(site: Site, path: PurePosixPath, work: Work, data: bytes) -> Plan:
    """The plan of a page, its set-up evaluated."""
    page = read(data, xml=is_xml(path))
    scripts = [script for script, _ in page.scripts()]

    def local(url: str) -> str | None:
        file = local_file(site, path, url)
        return file.read_text("utf-8", "replace") if file else None

    request = collect(scripts, local)
    evaluated = await _evaluated(request, work) if request.loaders or request.steps else {}
    setup = interpret(request, evaluated, work.override)
    told = engine_setup(setup)
    key = fingerprint(told)
    work.setups[key] = told
    planned = plan(page, setup, key, roles(scripts, local))
    return planned if work.hydrated else unless_hydrated(planned)


async def _evaluated(request: Request, work: Work) -> dict[str, Any]:
    """What a page's scripts ask for: from this run, the cache, or the browser."""

    async def find_out() -> dict[str, Any]:
        known: dict[str, Any] | None = work.cache.setup(request.key)
        if known is None:
            known = await evaluate(await work.engine.browser(), request)
            work.cache.keep_setup(request.key, known)
        return known

    if request.key not in work.evaluated:
        work.evaluated[request.key] = asyncio.create_task(find_out())
    evaluated: dict[str, Any] = await work.evaluated[request.key]
    return evaluated


async def _answer(job: Job, work: Work) -> Answer:
    """The answer to a job: from this run, the cache, or the engine."""

    async def find_out() -> Answer:
        known = work.cache.answer(job.key)
        if known is not None:
            work.from_cache += len(job.items)
            return known
        work.typeset += len(job.items)
        answer = await work.engine.typeset(job, work.setups)
        work.cache.keep_answer(job.key, answer)
        return answer

    if job.key not in work.answers:
        work.answers[job.key] = asyncio.create_task(find_out())
    return await work.answers[job.key]


def _failed(site: Site, page: PurePosixPath, error: Exception) -> PageReport:
    """The report of a page that is left as it was."""
    place = None
    if isinstance(error, DamagedError):
        with suppress(OSError, EncodingLossError):
            text = decode(site.source(page).read_bytes(), xml=is_xml(page)).text
            place = Lines(text).place(error.offset)
    message = f"the page is left as it is: {error}"
    return PageReport(str(page), "failed", diagnostics=[Diagnostic("error", message, place)])


def restore_site(site: Site) -> Report:
    """Give the pages of a site their source again. Raises SiteError."""
    started = time.monotonic()
    pages = list_pages(site)
    copy_assets(site, pages)
    report = Report([_restore_page(site, page) for page in pages])
    report.seconds = time.monotonic() - started
    return report


def _restore_page(site: Site, page: PurePosixPath) -> PageReport:
    try:
        data = site.source(page).read_bytes()
        changed = write_page(site, page, restored(data, xml=is_xml(page)))
        return PageReport(str(page), "restored" if changed else "unchanged", written=changed)
    except _PAGE_ERRORS as error:
        return _failed(site, page, error)
