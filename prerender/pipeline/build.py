"""A site in; its pages rendered, and a report of what became of each, out.

This is where the parts meet: the index and the cache tell what is known already; of the rest,
`site` reads, `page` plans, `cache` and `engine` answer, `page` finishes, `site` writes. Pages are
worked on side by side, a few at a time; each distinct job is done once.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NamedTuple, TypeVar

from prerender import __version__
from prerender.cache.disk import Cache
from prerender.cache.index import PageIndex, PageRecord, has_result, is_unchanged, stable_stat
from prerender.cache.version import program_version
from prerender.engine import Engine, Job, JobResult, Markup, engine_setup, fingerprint
from prerender.markup import DamagedError, is_font_file
from prerender.pipeline.base_path import reader_at
from prerender.pipeline.fonts import SETUP, Fonts, parts_for
from prerender.pipeline.fragments import may_be_fragment
from prerender.pipeline.garbage import relaxed_gc
from prerender.pipeline.lacking import cure
from prerender.pipeline.outcome import PageResult, load_summary, pack, unpack
from prerender.pipeline.page import (
    OUTLINES_NAME,
    SHARED_ASSETS,
    STYLESHEET_NAME,
    Finished,
    Page,
    Plan,
    RenderOptions,
    finish,
    is_xml,
    keeping_loaders,
    plan,
    read,
    restored,
    scripts_of,
    sheets_of,
    unless_hydrated,
)
from prerender.pipeline.scripts import Dependencies, ScriptReader, SiteScripts, digest
from prerender.report.summary import Diagnostic, PageReport, Report
from prerender.setup import (
    Request,
    Script,
    SetupError,
    SetupLostError,
    collect,
    evaluate,
    interpret,
    loaded,
    lost_numbers,
    roles,
)
from prerender.setup.asked import Surroundings, answered
from prerender.site.assets import AssetFrames, Folder, SharedAssets, relative_url, remove
from prerender.site.files import (
    FileStat,
    Site,
    copy_assets,
    list_pages,
    page_names,
    stat_file,
    write_page,
)
from prerender.source import Element
from prerender.source.encoding import EncodingLossError, decode
from prerender.source.lines import LineIndex
from prerender.timing import Kind, Timing

#: pages that are worked on at once: enough to keep the tabs busy, few enough to hold in memory
#: (most of them wait for their typesets, without their trees)
_AT_ONCE = 128
#: answers that are held for other pages of the run; the cache has them all
_HELD = 4000

T = TypeVar("T")
Read = Callable[[str], str | None]
Progress = Callable[[int, int], None]
#: looks at a page's result, and says what is wrong with it
Inspect = Callable[[PurePosixPath, Plan, Finished], Awaitable[list[Diagnostic]]]


@dataclass(slots=True)
class RenderSession:
    """What a run shares: engine, cache, the user's overrides, and the jobs that are under way.

    `index` is the folder of the index of pages; None: there is none.
    """

    engine: Engine
    cache: Cache
    override: dict[str, Any] = field(default_factory=dict)
    hydrated: bool = False
    """Whether pages that a client framework builds anew are rendered, too."""
    index: Path | None = None
    css: Literal["inline", "external"] = "inline"
    glyphs: Literal["inline", "shared"] = "inline"
    """Where style sheets and outlines stand: in each page, or in files at the root of the site."""
    shrink: float = 0.7
    """How far what cannot be broken shrinks before it scrolls."""
    base_path: str = ""
    """Where the site will be, below the root of its host; "": it is found out."""
    keep_loaders: bool = False
    """Whether the scripts that load MathJax and KaTeX stay in all pages."""
    strict: bool = False
    """Whether warnings fail."""
    markup: Markup = "svg"
    fonts: Literal["file", "inline"] = "file"
    """The form that formulas have, and where the font stands that they need as text."""
    setups: dict[str, Any] = field(default_factory=lambda: dict(SETUP))
    in_flight: OrderedDict[str, asyncio.Task[JobResult]] = field(default_factory=OrderedDict)
    evaluated: dict[str, asyncio.Task[Any]] = field(default_factory=dict)
    font: Fonts = field(default_factory=Fonts)
    requested: set[int] = field(default_factory=set)
    """Hashes of the jobs of this run."""
    typeset: int = 0
    from_cache: int = 0
    timing: Timing = field(default_factory=Timing)
    _fresh: dict[str, JobResult] = field(default_factory=dict)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    async def run_in_thread(self, kind: Kind, page: PurePosixPath, action: Callable[[], T]) -> T:
        """What an action gives that takes long, in a thread, so that no tab waits for the loop."""

        def timed() -> T:
            with self.timing.span(kind, str(page)):
                return action()

        return await asyncio.get_running_loop().run_in_executor(self._thread, timed)

    def keep(self, key: str, answer: JobResult) -> None:
        """Have the cache remember an answer, with those that come from a tab together with it."""
        if not self._fresh:
            asyncio.get_running_loop().call_soon(self._keep_all)
        self._fresh[key] = answer

    def _keep_all(self) -> None:
        with self.timing.span("cache"):
            self.cache.keep_answers(self._fresh)
        self._fresh.clear()

    @property
    def provenance(self) -> str:
        """What pages are rendered by: our version, and the user's settings."""
        settings: list[Any] = [self.override, self.css, self.glyphs, self.shrink, self.keep_loaders]
        settings += [self.markup, self.fonts] if self.markup != "svg" else []
        return f"{__version__} {fingerprint(settings)[:8]}"

    @property
    def frames(self) -> AssetFrames:
        """The files that a site shares."""
        files = {STYLESHEET_NAME: self.css == "external", OUTLINES_NAME: self.glyphs == "shared"}
        return {name: SHARED_ASSETS[name] for name, wanted in files.items() if wanted}

    @property
    def fingerprint(self) -> str:
        """All but its bytes and local files that a page's result depends on."""
        return fingerprint([program_version(), self.provenance, self.hydrated, self.base_path])


@dataclass(frozen=True, slots=True)
class _Run:
    """A build under way."""

    site: Site
    work: RenderSession
    index: PageIndex
    local: SiteScripts
    settings: str
    shared: SharedAssets
    write: bool
    inspect: Inspect | None
    fonts: set[str] = field(default_factory=set)
    """The files of the font that its pages need."""


async def build(
    site: Site,
    work: RenderSession,
    *,
    write: bool = True,
    progress: Progress = lambda _, __: None,
    inspect: Inspect | None = None,
) -> Report:
    """Render the pages of a site. Raises SiteError, EngineError, BrowserNotFound."""
    started = time.monotonic()
    pages = page_names(site)
    shared = SharedAssets(Folder(site.output or site.root), work.frames)
    incomplete = shared.missing()
    if write:
        copy_assets(site, [*pages, *work.frames])
    settings = work.fingerprint
    report = Report(strict=work.strict)
    with (
        relaxed_gc(),
        PageIndex(work.index if inspect is None else None, site, settings) as index,
    ):
        if incomplete:
            index.clear()
        run = _Run(site, work, index, SiteScripts(site), settings, shared, write, inspect)
        with work.timing.span("reading", "the index"):
            known = [_as_left(run, page) for page in pages]
        report.pages += [one for one in known if one is not None]
        rest = [page for page, one in zip(pages, known, strict=True) if one is None]
        # Neighbours are alike: out of order, what is hard on the tabs comes among what is not
        waiting = iter(sorted(rest, key=lambda name: digest(os.fsencode(name))))

        async def some() -> None:
            for page in waiting:
                report.pages.append(await _build_page(run, page))
                progress(len(report.pages), len(pages))

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(some())
                await asyncio.sleep(0)  # so that the browser starts while they begin
        if write:
            index.forget(pages)
            if site.is_whole:
                remove_fonts(site.output or site.root, keep=run.fonts)
    report.pages.sort(key=lambda page: page.path)
    report.distinct = work.typeset + work.from_cache
    report.typeset, report.from_cache = work.typeset, work.from_cache
    report.seconds = time.monotonic() - started
    return report


def _as_left(run: _Run, page: str) -> PageReport | None:
    """The report of a page whose files, and all that decided, are as the last build left them."""
    row = run.index.row(page)
    if row is None or not is_unchanged(run.site, page, row):
        return None
    known = load_summary(row.told, row.needs)
    if not all(map(run.shared.has, known.fonts)):
        return None
    return _known(run, page, known) if run.local.unchanged(known.dependencies) else None


def _known(run: _Run, page: str, outcome: PageResult) -> PageReport:
    """The report of a page that stays as it is."""
    run.work.from_cache += outcome.formulas
    run.fonts.update(outcome.fonts)
    return outcome.report(page, changed=False, written=False)


async def plans(
    site: Site, work: RenderSession
) -> AsyncIterator[tuple[PurePosixPath, Plan | PageReport]]:
    """The plan of each page in turn, or what is wrong with it."""
    local = SiteScripts(site)
    for page in list_pages(site):
        data = b""
        try:
            data = site.source(page).read_bytes()
            look, needs = local.reader(page)
            alone = await _alone(page, data, work, local, needs)
            yield page, await _plan(page, work, data, look, alone)
        except _PAGE_ERRORS as error:
            yield page, _failure(page, data, error).report(str(page), changed=False, written=False)


_PAGE_ERRORS = (EncodingLossError, DamagedError, SetupError, OSError, ValueError, RecursionError)


async def _build_page(run: _Run, name: str) -> PageReport:
    """Render a page, or find out that nothing is to be done."""
    site, page = run.site, PurePosixPath(name)
    try:
        since, file = time.time_ns(), stat_file(str(site.source(page)))
        with run.work.timing.span("reading", name):
            data = site.source(page).read_bytes()
        key = digest(data)
        row = run.index.row(name)
        if (
            row is not None
            and row.digest == key
            and (not site.output or has_result(site, name, row))
        ):
            outcome = load_summary(row.told, row.needs)
            has_fonts = all(map(run.shared.has, outcome.fonts))
            if has_fonts and run.local.unchanged(outcome.dependencies):
                _keep(run, name, outcome, file and stable_stat(file, since), key)
                return _known(run, name, outcome)
        outcome = await outcome_of(
            page, data, run.work, run.local, settings=run.settings, inspect=run.inspect
        )
        result = data if outcome.data is None else outcome.data
        same = result == _current(site, page, data)
        if run.write and outcome.shared:
            run.shared.add(outcome.shared)
        run.fonts.update(outcome.fonts)
        with run.work.timing.span("writing", name):
            changed = write_page(site, page, result) if run.write else not same
        if outcome.cacheable and run.write:
            if changed and not site.output:
                file, key = None, digest(result)
            _keep(run, name, outcome, file and stable_stat(file, since), key)
        written = run.write and changed and not outcome.failed
        return outcome.report(name, changed=changed, written=written)
    except OSError as error:
        return _failure(page, b"", error).report(name, changed=False, written=False)


def _keep(run: _Run, page: str, outcome: PageResult, source: FileStat | None, key: str) -> None:
    """Remember how a page is left; `source`: as it was read, None where it was written over."""
    target = stat_file(str(run.site.target(PurePosixPath(page))))
    if source is not None and not run.site.output:
        target = source
    if target is not None:
        needs = json.dumps(outcome.dependencies)
        run.index.keep(
            page, PageRecord(source or target, target, key, needs, outcome.dump_summary())
        )


async def outcome_of(
    page: PurePosixPath,
    data: bytes,
    work: RenderSession,
    scripts: ScriptReader,
    *,
    settings: str,
    inspect: Inspect | None = None,
) -> PageResult:
    """What becomes of a page (`data`): from the cache, or by rendering it.

    `scripts` are those of its site, `settings` are those of `work`. Raises EngineError,
    BrowserNotFound.
    """
    cache = work.cache
    look, needs = scripts.reader(page)
    try:
        alone = await _alone(page, data, work, scripts, needs)
    except OSError as error:
        return replace(_failure(page, data, error), dependencies=needs)
    where = os.fsencode(scripts.base(page)).hex()
    place = fingerprint([settings, where, page.suffix, digest(data), alone.key])
    with work.timing.span("cache"):
        kept = cache.page(place) if inspect is None else None
    known = unpack(kept) if kept is not None else None
    if known is not None and scripts.unchanged(known.dependencies):
        work.from_cache += known.formulas
        return known
    try:
        outcome = replace(await _render(page, data, work, look, alone, inspect), dependencies=needs)
    except _PAGE_ERRORS as error:
        outcome = replace(_failure(page, data, error), dependencies=needs)
    if outcome.cacheable and inspect is None:
        with work.timing.span("cache"):
            cache.keep_page(place, pack(outcome))
    return outcome


class _Alone(NamedTuple):
    """What a page that names no engine has of its site: what the page which loads it asks for, and
    may ask of itself, or what there is to say."""

    asks: tuple[Request, Surroundings] | None = None
    told: str = ""

    @property
    def key(self) -> str:
        """What its result depends on, besides the bytes of the page that loads it."""
        return self.asks[0].key if self.asks is not None else self.told


async def _alone(
    page: PurePosixPath,
    data: bytes,
    work: RenderSession,
    scripts: ScriptReader,
    needs: Dependencies,
) -> _Alone:
    """What a page has of its site, where it may be a fragment. Raises OSError."""
    if not may_be_fragment(data):
        return _Alone()
    host = await work.run_in_thread("reading", page, lambda: scripts.host(page, needs))
    if host is None:
        return _Alone(told=_DEFAULTS if scripts.loads.engine else "")
    name, source = host
    look, used = scripts.reader(name)
    try:
        _, root, own, request, look = await work.run_in_thread(
            "reading", name, lambda: _read(name, source, work.base_path, look)
        )
    except _PAGE_ERRORS as error:
        return _Alone(told=f"the page {name} that loads it cannot be read: {error}")
    needs |= used
    return _Alone((request, Surroundings(root, own, look)))


_DEFAULTS = "it names neither MathJax nor KaTeX, and is read with MathJax 4's defaults"


async def _render(
    page: PurePosixPath,
    data: bytes,
    work: RenderSession,
    look: Read,
    alone: _Alone,
    inspect: Inspect | None,
) -> PageResult:
    planned = await _plan(page, work, data, look, alone)
    answers = await asyncio.gather(*(_answer(one.job, work) for one in planned.jobs))
    places = {name: relative_url(page, name) for name in work.frames}
    folder = relative_url(page, "") if work.fonts == "file" else None
    written = RenderOptions(
        places.get(STYLESHEET_NAME), places.get(OUTLINES_NAME), work.shrink, folder
    )
    parts = parts_for(answers) if work.fonts == "file" else []
    fonts = await work.font.files(parts, lambda job: _answer(job, work))
    finished = await work.run_in_thread(
        "writing", page, lambda: finish(planned, answers, work.provenance, written, fonts)
    )
    said = finished.diagnostics
    if inspect is not None:
        said = said + await inspect(page, planned, finished)
    result = None if finished.data == data else finished.data
    lasting = all(answer.lasting for answer in answers)
    return PageResult(
        result, len(planned.formulas), said, cacheable=lasting, shared=finished.shared
    )


def _current(site: Site, page: PurePosixPath, data: bytes) -> bytes | None:
    """What stands where the result would go."""
    try:
        return data if site.output is None else site.target(page).read_bytes()
    except OSError:
        return None


async def _plan(
    path: PurePosixPath, work: RenderSession, data: bytes, look: Read, alone: _Alone
) -> Plan:
    """The plan of a page, its set-up evaluated."""
    page, root, scripts, request, look = await work.run_in_thread(
        "reading", path, lambda: _read(path, data, work.base_path, look)
    )
    request, around = alone.asks or (request, Surroundings(root, scripts, look))
    evaluated: dict[str, Any] = {}
    if request.loaders or request.steps:
        request, evaluated = await answered(request, around, lambda one: _known_of(one, work))
    setup = interpret(request, evaluated, work.override)
    if alone.asks is not None and setup.rules.scope:
        # Wherever it is put, that is where formulas are looked for
        setup = replace(setup, rules=replace(setup.rules, scope=()))
    told = engine_setup(setup, work.markup)
    key = fingerprint(told)
    work.setups[key] = told

    def find() -> Plan:
        told = setup
        if setup.rules.version == "katex" and (selector := lost_numbers(sheets_of(root, look))):
            told = setup.with_warnings(_UNNUMBERED.format(selector))
        planned = plan(page, root, told, key, roles(scripts, look))
        if alone.told and planned.formulas:
            said = Diagnostic("note", alone.told, cure=cure())
            planned = replace(planned, notes=(*planned.notes, said))
        planned = keeping_loaders(planned) if work.keep_loaders else planned
        return planned if work.hydrated else unless_hydrated(planned, root)

    return await work.run_in_thread("finding", path, find)


_UNNUMBERED = "a style sheet numbers KaTeX's displays ({}): rendered formulas have no such numbers"


def _read(
    path: PurePosixPath, data: bytes, base_path: str, read_file: Read
) -> tuple[Page, Element, list[Script], Request, Read]:
    """A page, its tree, its scripts, what concerns math in them, and what reads their files."""
    page, root = read(data, xml=is_xml(path))
    scripts = scripts_of(root)
    look = reader_at(path, root, base_path, read_file)
    return page, root, scripts, collect(scripts, look), look


async def _known_of(request: Request, work: RenderSession) -> dict[str, Any]:
    """What a page's scripts ask for; where that cannot be had, what the user says has its place."""
    try:
        return await _evaluated(request, work)
    except SetupError:
        if not work.override:
            raise
        return loaded(request)


async def _evaluated(request: Request, work: RenderSession) -> dict[str, Any]:
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


def _answer(job: Job, work: RenderSession) -> asyncio.Task[JobResult]:
    """What gives the answer to a job: from this run, the cache, or the engine."""
    key = job.key
    known = hash(key) in work.requested
    work.requested.add(hash(key))

    async def find_out() -> JobResult:
        with work.timing.span("cache"):
            answer = work.cache.answer(key) if known or not work.cache.fresh else None
        if answer is not None:
            work.from_cache += 0 if known else job.formulas
            return answer
        work.typeset += job.formulas
        answer = await work.engine.typeset(job, work.setups)
        if answer.lasting:
            work.keep(key, answer)
        return answer

    task = work.in_flight.get(key)
    if task is None:
        task = work.in_flight[key] = asyncio.create_task(find_out())
        while len(work.in_flight) > _HELD and next(iter(work.in_flight.values())).done():
            work.in_flight.popitem(last=False)
    return task


def remove_fonts(root: Path, keep: Collection[str] = ()) -> None:
    """Take the files of the font away that no page needs."""
    for file in root.glob("*"):
        if is_font_file(file.name) and file.name not in keep:
            with suppress(OSError):
                file.unlink()


def _failure(page: PurePosixPath, data: bytes, error: Exception) -> PageResult:
    """What becomes of a page that cannot be rendered: it is left as it was."""
    place = None
    if isinstance(error, DamagedError):
        with suppress(EncodingLossError):
            place = LineIndex(decode(data, xml=is_xml(page)).text).locate(error.offset)
    told = cure() if isinstance(error, SetupError) else ""
    said = Diagnostic("error", f"the page is left as it is: {error}", place, cure=told)
    lasting = not isinstance(error, (OSError, SetupLostError))
    return PageResult(None, diagnostics=[said], failed=True, cacheable=lasting)


def restore_site(site: Site) -> Report:
    """Give the pages of a site their source again. Raises SiteError."""
    started = time.monotonic()
    pages = list_pages(site)
    copy_assets(site, pages)
    report = Report([_restore_page(site, page) for page in pages])
    remove(site.output or site.root, SHARED_ASSETS)
    if site.is_whole:
        remove_fonts(site.output or site.root)
    report.seconds = time.monotonic() - started
    return report


def _restore_page(site: Site, page: PurePosixPath) -> PageReport:
    data = b""
    try:
        data = site.source(page).read_bytes()
        changed = write_page(site, page, restored(data, xml=is_xml(page)))
        return PageReport(str(page), "restored" if changed else "unchanged", written=changed)
    except _PAGE_ERRORS as error:
        return _failure(page, data, error).report(str(page), changed=False, written=False)
