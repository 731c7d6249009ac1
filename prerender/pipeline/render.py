"""A page's bytes in; what becomes of it out: from the cache, or planned, typeset and finished.

Nothing of a site is written here. All pages of a run share a session: engine, cache, the jobs that
are under way. Each distinct job is done once.
"""

from __future__ import annotations

import asyncio
import os
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeVar

from prerender.cache.disk import Cache, cache_folder, open_cache
from prerender.cache.version import program_version
from prerender.engine import Budget, Job, JobResult, cores, engine_setup
from prerender.errors import LimitError, PageError, PrerenderError
from prerender.find import Formula
from prerender.hashing import digest, fingerprint
from prerender.markup import FontFile
from prerender.pipeline.base_path import reader_at
from prerender.pipeline.before import shown
from prerender.pipeline.fonts import SETUP, CoreFont, MathFonts, codes_in, has_text, made_math_file
from prerender.pipeline.fragments import may_be_fragment
from prerender.pipeline.held import Held
from prerender.pipeline.lacking import cure
from prerender.pipeline.language import (
    Speech,
    sign_place,
    speech_mistake,
    speech_of,
    speech_options,
)
from prerender.pipeline.outcome import PageResult, pack, unpack
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
from prerender.pipeline.scripts import Dependencies, ScriptReader, SiteScripts
from prerender.report.diagnostics import Diagnostic
from prerender.report.summary import PageReport
from prerender.settings import Settings
from prerender.setup import (
    Request,
    Script,
    Setup,
    SetupError,
    SetupLostError,
    Version,
    collect,
    for_rendered,
    interpret,
    loaded,
    lost_numbers,
    roles,
)
from prerender.setup.asked import Surroundings, answered
from prerender.site.assets import AssetFrames, relative_url
from prerender.site.files import Site, list_pages, read_source
from prerender.source import Element
from prerender.source.encoding import EncodingLossError, decode
from prerender.source.feeds import is_feed
from prerender.source.lines import LineIndex
from prerender.timing import Kind, Timing

if TYPE_CHECKING:
    from prerender.engine import Engine

#: bytes of job results that are held for other pages of a run; the cache has them all
HELD = 16_000_000
#: what leaves a page as it is; all else that is none of ours is a bug
PAGE_ERRORS = (PageError, OSError, RecursionError)

T = TypeVar("T")
Read = Callable[[str], str | None]
#: is told what the user should know of the browser, a sentence
Notice = Callable[[str], None]
#: looks at a page's result, and says what is wrong with it
Inspect = Callable[[PurePosixPath, Plan, Finished], Awaitable[list[Diagnostic]]]


def silent(_: str) -> None:
    """A notice that nobody hears."""


class Workers(Protocol):
    """Processes that render the pages of a run."""

    async def result_of(
        self, page: PurePosixPath, data: bytes, scripts: ScriptReader
    ) -> PageResult:
        """What becomes of a page, as `result_of` says."""


@dataclass(slots=True)
class RenderSession:
    """What the pages of a run share. `index` is the folder of the index of pages; None: none.

    `workers`: the processes that render them; None: this one does.
    """

    engine: Engine
    cache: Cache
    settings: Settings = field(default_factory=Settings)
    index: Path | None = None
    timing: Timing = field(default_factory=Timing)
    setups: dict[str, Any] = field(default_factory=lambda: dict(SETUP))
    results: Held[JobResult] = field(default_factory=lambda: Held(HELD))
    evaluated: dict[str, asyncio.Task[Any]] = field(default_factory=dict)
    core_font: CoreFont = field(default_factory=CoreFont)
    math_fonts: MathFonts = field(default_factory=MathFonts)
    requested: set[int] = field(default_factory=set)
    """Hashes of the jobs of this run."""
    typeset_count: int = 0
    from_cache: int = 0
    failed: int = 0
    failed_before: int = 0
    """Of those typeset and of those from the cache, how many have an error."""
    workers: Workers | None = None
    provenance: str = field(init=False)
    """What pages are rendered by, as it stands in them."""
    fingerprint: str = ""
    """A hash of all but its bytes and its site's files that a page's result depends on."""
    _fresh: dict[str, JobResult] = field(default_factory=dict)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def __post_init__(self) -> None:
        self.provenance = self.settings.provenance()
        if not self.fingerprint:
            self.fingerprint = fingerprint([program_version(), self.settings.fingerprint()])

    async def run_in_thread(self, kind: Kind, page: PurePosixPath, action: Callable[[], T]) -> T:
        """What an action gives that takes long, in a thread, so that no tab waits for the loop."""

        def timed() -> T:
            with self.timing.span(kind, str(page)):
                return action()

        return await asyncio.get_running_loop().run_in_executor(self._thread, timed)

    async def typeset(self, key: str, job: Job, budget: Budget | None) -> JobResult:
        """The result of a job (its key) that nobody knows yet. Raises EngineError.

        `budget` is what its page has of time.
        """
        result = await self.engine.typeset(job, self.setups, budget)
        self.count(key, job.formula_count, result.failed, typeset=True)
        if result.cacheable:
            self.keep(key, result)
        return result

    async def evaluate(self, request: Request) -> dict[str, Any]:
        """What a page's scripts ask for, found out once a run. Raises SetupError."""
        if request.key not in self.evaluated:
            self.evaluated[request.key] = asyncio.create_task(self.ask(request))
        evaluated: dict[str, Any] = await self.evaluated[request.key]
        return evaluated

    async def ask(self, request: Request) -> dict[str, Any]:
        """What a page's scripts ask for: from the cache, or the browser. Raises SetupError."""
        known: dict[str, Any] | None = self.cache.setup(request.key)
        if known is None:
            from prerender.setup.evaluate import evaluate

            known = await evaluate(await self.engine.browser(), request)
            self.cache.keep_setup(request.key, known)
        return known

    async def core_file(self) -> FontFile:
        """The font that all pages with text have in common. Raises EngineError."""
        return await self.core_font.file(lambda job: job_result(job, self))

    async def math_file(self, codes: frozenset[int]) -> FontFile:
        """The font of MathML with these characters."""
        return await self.math_fonts.file(codes, lambda one: made_math_file(one, self.cache))

    async def find_loads(self, scripts: ScriptReader) -> None:
        """Have a reader know which pages load which, if another process can say it."""

    def count(self, key: str, formulas: int, failed: int, *, typeset: bool) -> None:
        """Count the formulas of a job, which are `typeset` or from the cache, once a run."""
        if typeset:
            self.typeset_count += formulas
            self.failed += failed
        elif hash(key) not in self.requested:
            self.from_cache += formulas
            self.failed_before += failed
        self.requested.add(hash(key))

    def count_page(self, known: PageResult) -> None:
        """Count the formulas of a page that is from the cache."""
        self.from_cache += known.formulas
        self.failed_before += known.failed_formulas

    async def end(self) -> None:
        """End what nobody waits for any more, when an error has ended the run."""
        tasks = [*self.results, *self.evaluated.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def keep(self, key: str, result: JobResult) -> None:
        """Have the cache remember a result, with those that come from a tab together with it."""
        if not self._fresh:
            asyncio.get_running_loop().call_soon(self._keep_all)
        self._fresh[key] = result

    def _keep_all(self) -> None:
        with self.timing.span("cache"):
            self.cache.keep_answers(self._fresh)
        self._fresh.clear()

    @property
    def cores(self) -> int:
        """How many cores a run may use."""
        return _cores(self.settings)

    @property
    def assets(self) -> AssetFrames:
        """The files that the pages of a site share."""
        shared = {
            STYLESHEET_NAME: self.settings.css == "external",
            OUTLINES_NAME: self.settings.glyphs == "shared",
        }
        return {name: SHARED_ASSETS[name] for name, wanted in shared.items() if wanted}

    @property
    def shares_files(self) -> bool:
        """Whether pages need files of their site: these, or the font of formulas as text."""
        has_fonts = self.settings.markup != "svg" and self.settings.fonts == "file"
        return has_fonts or bool(self.assets)


def _cores(settings: Settings) -> int:
    return settings.jobs or cores()


@asynccontextmanager
async def open_session(
    settings: Settings,
    *,
    notice: Notice = silent,
    timing: Timing | None = None,
    prewarm: bool = True,
) -> AsyncIterator[RenderSession]:
    """A session with a browser and a cache of its own. `prewarm`: there will be jobs.

    Raises CacheError, MathJaxMissingError.
    """
    from prerender.engine import Engine

    timing = timing or Timing()
    number = _cores(settings)
    tabs = max(1, number // 2)
    engine = Engine(
        settings.browser,
        tabs,
        settings.time_limit,
        notice,
        timing,
        prewarm=prewarm,
        memory=settings.memory_limit,
        spare=number - tabs,
    )
    folder = None if settings.no_cache else cache_folder(settings.cache_dir)
    with open_cache(folder, notice) as cache:
        async with engine:
            session = RenderSession(engine, cache, settings, folder, timing)
            try:
                yield session
            finally:
                await session.end()


async def plans(
    site: Site, session: RenderSession
) -> AsyncIterator[tuple[PurePosixPath, Plan | PageReport]]:
    """The plan of each page in turn, or what is wrong with it. Raises EngineError."""
    scripts = SiteScripts(site)
    for page in list_pages(site):
        data = b""
        try:
            data = read_source(site, page)
            read_file, dependencies = scripts.reader(page)
            host = await _find_host(page, data, session, scripts, dependencies)
            yield page, await _plan(page, data, session, read_file, host)
        except Exception as error:
            yield page, failure(page, data, error).report(str(page), changed=False, written=False)


async def result_of(
    page: PurePosixPath,
    data: bytes,
    session: RenderSession,
    scripts: ScriptReader,
    *,
    inspect: Inspect | None = None,
) -> PageResult:
    """What becomes of a page (`data`), whose site has `scripts`: from the cache, or by rendering.

    A page that cannot be rendered stays as it is, and one on which we fail ourselves, and a feed
    that is called like a page. Raises EngineError.
    """
    if is_feed(data):
        return PageResult(None)
    if session.workers is not None and inspect is None:
        return await session.workers.result_of(page, data, scripts)
    read_file, dependencies = scripts.reader(page)
    key = None
    try:
        check_size(data, session.settings)
        host = await _find_host(page, data, session, scripts, dependencies)
        base = os.fsencode(scripts.base(page)).hex()
        if inspect is None:
            key = fingerprint([session.fingerprint, base, page.suffix, digest(data), host.key])
            with session.timing.span("cache"):
                kept = session.cache.page(key)
            known = unpack(kept) if kept is not None else None
            if (
                known is not None
                and scripts.unchanged(known.dependencies)
                and _comes_back(page, data, known)
            ):
                session.count_page(known)
                return known
        result = await _render(page, data, session, read_file, host, inspect)
    except Exception as error:
        result = failure(page, data, error)
    result = replace(result, dependencies=dependencies)
    if result.cacheable and key is not None:
        with session.timing.span("cache"):
            session.cache.keep_page(key, pack(result))
    return result


def check_size(data: bytes, settings: Settings) -> None:
    """Raise LimitError where a page, or a feed, is too large."""
    size, limit = len(data) / 1_000_000, settings.page_limit
    if size > limit:
        raise LimitError(f"it has {size:.4g} MB, more than --page-limit {limit:g}")


def check_count(count: int, settings: Settings) -> None:
    """Raise LimitError where a page, or a feed, has too many formulas."""
    limit = settings.formula_limit
    if count > limit:
        raise LimitError(f"it has {count} formulas, more than --formula-limit {limit}")


def _comes_back(page: PurePosixPath, data: bytes, known: PageResult) -> bool:
    """Whether the source of a page can be had back from a result that was kept."""
    if known.data is None:
        return True
    with suppress(PageError):
        xml = is_xml(page)
        return restored(known.data, xml=xml) == restored(data, xml=xml)
    return False


def failure(
    page: PurePosixPath, data: bytes, error: Exception, kind: Literal["page", "feed"] = "page"
) -> PageResult:
    """What becomes of a page, or a feed, that cannot be rendered: it is left as it was.

    A bug of ours is told with its traceback, and is not cached. Raises the error where it is not
    about this page alone.
    """
    if isinstance(error, PrerenderError) and not isinstance(error, PageError):
        raise error
    if not isinstance(error, PAGE_ERRORS):
        told = f"the {kind} is left as it is, by a bug of prerender: {error!r}"
        said = Diagnostic("error", told, cure="please report it, with the traceback")
        bug = "".join(traceback.format_exception(error))
        return PageResult(None, diagnostics=[said], failed=True, cacheable=False, bug=bug)
    location = None
    if isinstance(error, PageError) and error.offset is not None:
        with suppress(EncodingLossError):
            text = decode(data, xml=is_xml(page)).text
            location = LineIndex(text).locate(error.offset)
    help = cure() if isinstance(error, SetupError) else ""
    said = Diagnostic("error", f"the {kind} is left as it is: {error}", location, cure=help)
    cacheable = not isinstance(error, (OSError, SetupLostError, LimitError))
    return PageResult(None, diagnostics=[said], failed=True, cacheable=cacheable)


def reports_of(failed: Mapping[str, OSError]) -> list[PageReport]:
    """The reports of files of a site, by name, that could not be copied."""
    return [
        PageReport(name, "failed", diagnostics=[Diagnostic("error", f"it is not copied: {error}")])
        for name, error in failed.items()
    ]


class _Host(NamedTuple):
    """What a page that names no engine has of its site: what the page which loads it asks for, and
    may ask of itself, or what there is to say."""

    asks: tuple[Request, Surroundings] | None = None
    note: str = ""

    @property
    def key(self) -> str:
        """What its result depends on, besides the bytes of the page that loads it."""
        return self.asks[0].key if self.asks is not None else self.note


async def _find_host(
    page: PurePosixPath,
    data: bytes,
    session: RenderSession,
    scripts: ScriptReader,
    dependencies: Dependencies,
) -> _Host:
    """What a page has of its site, where it may be a fragment. Raises OSError."""
    if not may_be_fragment(data):
        return _Host()
    await session.find_loads(scripts)
    host = await session.run_in_thread("reading", page, lambda: scripts.host(page, dependencies))
    if host is None:
        described = not scripts.loads.engine or session.settings.mathjax
        return _Host(note="" if described else _DEFAULTS)
    name, source = host
    read_file, used = scripts.reader(name)
    base_path = session.settings.base_path
    try:
        opened = await session.run_in_thread(
            "reading", name, lambda: open_page(name, source, base_path, read_file)
        )
    except PAGE_ERRORS as error:
        return _Host(note=f"the page {name} that loads it cannot be read: {error}")
    dependencies |= used
    return _Host(opened.asks)


_DEFAULTS = "it names neither MathJax nor KaTeX, and is read with MathJax 4's defaults"


async def _render(
    page: PurePosixPath,
    data: bytes,
    session: RenderSession,
    read_file: Read,
    host: _Host,
    inspect: Inspect | None,
) -> PageResult:
    planned = await _plan(page, data, session, read_file, host)
    budget = Budget(session.settings.page_time_limit)
    results = await asyncio.gather(*(_in_time(one.job, session, budget) for one in planned.jobs))
    urls = {name: relative_url(page, name) for name in session.assets}
    # Nothing is written of what is only looked at
    in_files = session.settings.fonts == "file" and inspect is None
    options = RenderOptions(
        urls.get(STYLESHEET_NAME),
        urls.get(OUTLINES_NAME),
        session.settings.shrink,
        relative_url(page, "") if in_files else None,
    )
    font = None
    if in_files and has_text(results):
        font = await session.core_file()
    elif in_files and (codes := codes_in(results)):
        font = await session.math_file(codes)
    finished = await session.run_in_thread(
        "writing", page, lambda: finish(planned, results, session.provenance, options, font)
    )
    diagnostics = finished.diagnostics
    if inspect is not None:
        diagnostics = diagnostics + await inspect(page, planned, finished)
    return PageResult(
        None if finished.data == data else finished.data,
        len(planned.formulas),
        diagnostics,
        cacheable=all(result.cacheable for result in results),
        shared=finished.shared,
    )


class Opened(NamedTuple):
    """A page, its tree, its scripts, what concerns math in them, and what reads their files."""

    page: Page
    root: Element
    scripts: list[Script]
    request: Request
    read_file: Read

    @property
    def asks(self) -> tuple[Request, Surroundings]:
        """What its scripts ask for, and may ask of it."""
        return self.request, Surroundings(self.root, self.scripts, self.read_file)


def open_page(path: PurePosixPath, data: bytes, base_path: str, read_file: Read) -> Opened:
    """Open a page. Raises as `read` does, and OSError where a script of it cannot be read."""
    page, root = read(data, xml=is_xml(path))
    scripts = scripts_of(root)
    read_file = reader_at(path, root, base_path, read_file)
    return Opened(page, root, scripts, collect(scripts, read_file), read_file)


async def _plan(
    path: PurePosixPath, data: bytes, session: RenderSession, read_file: Read, host: _Host
) -> Plan:
    """The plan of a page, its set-up evaluated."""
    settings = session.settings
    opened = await session.run_in_thread(
        "reading", path, lambda: open_page(path, data, settings.base_path, read_file)
    )
    setup = await setup_of(*(host.asks or opened.asks), session)
    if host.asks is not None and setup.rules.scope:
        # Wherever it is put, that is where formulas are looked for
        setup = replace(setup, rules=replace(setup.rules, scope=()))
    signs = sign_place(settings.line_break, opened.root)
    speech = speech_of(settings, opened.root)
    if mistake := speech_mistake(opened.root):
        setup = setup.with_warnings(mistake)
    spoken = speech_options(settings, speech)

    asked = signs | spoken | trusted(settings) | bounds(settings)

    def key_of(setup: Setup) -> str:
        options = engine_setup(setup, settings.markup) | asked
        key = fingerprint(options)
        session.setups[key] = options
        return key

    return await session.run_in_thread(
        "finding", path, lambda: _find(opened, setup, key_of, host.note, settings, speech)
    )


def _find(
    opened: Opened,
    setup: Setup,
    key_of: Callable[[Setup], str],
    note: str,
    settings: Settings,
    speech: Speech,
) -> Plan:
    """The plan of a page whose set-up is known; `key_of` names a set-up in the session."""
    page, root = opened.page, opened.root

    def again(engine: Version, formulas: Sequence[Formula]) -> tuple[Setup, str]:
        found = for_rendered(engine, setup, shown(formulas), dict(settings.mathjax))
        return found, key_of(found)

    if setup.rules.version == "katex":
        selector = lost_numbers(sheets_of(root, opened.read_file))
        setup = setup.with_warnings(_UNNUMBERED.format(selector)) if selector else setup
    kinds = roles(opened.scripts, opened.read_file)
    more = again if settings.rerender else None
    planned = plan(page, root, setup, key_of(setup), kinds, speech, more)
    check_count(len(planned.formulas), settings)
    if note and planned.formulas:
        said = Diagnostic("note", note, cure=cure())
        planned = replace(planned, notes=(*planned.notes, said))
    planned = keeping_loaders(planned) if settings.keep_loaders else planned
    return planned if settings.hydrated else unless_hydrated(planned, root)


_UNNUMBERED = "a style sheet numbers KaTeX's displays ({}): rendered formulas have no such numbers"


def trusted(settings: Settings) -> dict[str, Any]:
    """What the engine is told of whom formulas are by; {}: by anybody."""
    return {"trusted": True} if settings.trust == "site" else {}


def bounds(settings: Settings) -> dict[str, Any]:
    """What the engine is told of how large a formula may be."""
    return {"bounds": {"size": settings.formula_size, "macros": settings.macro_limit}}


async def setup_of(request: Request, around: Surroundings, session: RenderSession) -> Setup:
    """The set-up of the page that asks for it. Raises SetupError."""
    evaluated: dict[str, Any] = {}
    if request.loaders or request.steps:
        request, evaluated = await answered(request, around, lambda one: _setup_data(one, session))
    return interpret(request, evaluated, dict(session.settings.mathjax))


async def _setup_data(request: Request, session: RenderSession) -> dict[str, Any]:
    """What a page's scripts ask for; where that cannot be had, what the user says has its place."""
    try:
        return await session.evaluate(request)
    except SetupError:
        if not session.settings.mathjax:
            raise
        return loaded(request)


async def _in_time(job: Job, session: RenderSession, budget: Budget) -> JobResult:
    """The result of a job; its time is that of the page which asked first, if that has enough."""
    result = await job_result(job, session, budget)
    while result.given_up and budget.left:
        session.results.drop(job.key)
        result = await job_result(job, session, budget)
    return result


def job_result(
    job: Job, session: RenderSession, budget: Budget | None = None
) -> asyncio.Task[JobResult]:
    """What gives the result of a job: from this run, the cache, or the engine.

    `budget` is what its page has of time.
    """
    key = job.key
    known = hash(key) in session.requested

    async def find_out() -> JobResult:
        with session.timing.span("cache"):
            kept = session.cache.answer(key) if known or not session.cache.fresh else None
        if kept is None:
            return await session.typeset(key, job, budget)
        session.count(key, job.formula_count, kept.failed, typeset=False)
        return kept

    return session.results.get(key) or session.results.put(key, asyncio.create_task(find_out()))
