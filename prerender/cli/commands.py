"""Words in, exit code out: the commands."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress as Bar

from prerender import __version__, settings
from prerender.batch.journal import JournalError
from prerender.cache.disk import Cache, CacheError, default_folder
from prerender.cli.doctor import examine
from prerender.cli.usage import OneLine
from prerender.engine import BrowserNotFound, Engine, EngineError
from prerender.pipeline.build import Inspect, Progress, RenderSession, build, plans, restore_site
from prerender.pipeline.page import Plan
from prerender.report.html import report_data, write_report
from prerender.report.summary import Diagnostic, Exit, PageReport, Report, pluralize, topics
from prerender.screens.inspector import ScreenInspector, widths
from prerender.screens.viewport import Screens
from prerender.site.files import Site, SiteError, open_site
from prerender.source.lines import LineIndex
from prerender.timing import Timing

app = typer.Typer(
    cls=OneLine,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Typeset the formulas of a built site with MathJax 4, and write them into its pages.",
    epilog="Exit codes: 0 all done, 1 some could not be rendered, 2 wrong words, 3 no browser.",
)
cache_app = typer.Typer(no_args_is_help=True, help="Look after the cache of typeset formulas.")
app.add_typer(cache_app, name="cache")

T = TypeVar("T")


def _read_config(context: typer.Context, file: Path | None) -> Path | None:
    """Lay a configuration file under the flags (typer calls this before it reads them)."""
    try:
        found = settings.load(file)
    except settings.SettingsError as error:
        _fail(str(error), Exit.USAGE_ERROR)
    context.obj = settings.own(found)
    context.default_map = {**found, **(context.default_map or {})}
    return file


def _to_write(file: Any) -> Any:
    """Refuse at the beginning what could not be written at the end."""
    if file not in (None, "-"):
        if not Path(file).parent.is_dir():
            _fail(f"{file} cannot be written: {Path(file).parent} is no folder", Exit.USAGE_ERROR)
        if Path(file).is_dir():
            _fail(f"{file} cannot be written: it is a folder", Exit.USAGE_ERROR)
    return file


SitePath = Annotated[
    Path,
    typer.Argument(metavar="SITE", help="The folder that the generator has built, or one page."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="DIR", help="Write a whole copy of the site there."),
]
Include = Annotated[
    list[str] | None, typer.Option(help="Pages, as in .gitignore.", show_default=False)
]
Exclude = Annotated[
    list[str] | None, typer.Option(help="Pages to leave out, as in .gitignore.", show_default=False)
]
Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        is_eager=True,
        callback=_read_config,
        envvar="PRERENDER_CONFIG",
        help="Settings, instead of prerender.toml or \\[tool.prerender] in pyproject.toml.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1, envvar="PRERENDER_JOBS", help="Browser tabs to use; by default one a core, less one."
    ),
]
CacheDir = Annotated[
    Path | None,
    typer.Option(
        envvar=["PRERENDER_CACHE", "PRERENDER_CACHE_DIR"], help="Where typeset formulas are kept."
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Keep and use nothing from other runs.")]
JsonFile = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        callback=_to_write,
        help="Write a report as JSON; - for standard output.",
    ),
]
ReportFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", callback=_to_write, help="Write a report as a page to read."),
]
BrowserPath = Annotated[
    str | None,
    typer.Option("--browser", envvar="PRERENDER_BROWSER", help="The Chromium to run."),
]
TimeLimit = Annotated[
    float,
    typer.Option(min=0.1, envvar="PRERENDER_TIME_LIMIT", help="Seconds that one formula may take."),
]
ScreenWidths = Annotated[
    str | None,
    typer.Option(
        "--screens",
        metavar="WIDTHS",
        help="Look at each page on screens of these widths (CSS pixels): 320,390,820.",
    ),
]
Pictures = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where pictures go of what is wrong on a screen."),
]
Libraries = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="Where the libraries are that pages load from a CDN: node_modules, say.",
    ),
]
TextSize = Annotated[
    int, typer.Option(min=10, metavar="PERCENT", help="The size of text on the screens.")
]
Zoom = Annotated[int, typer.Option(min=10, metavar="PERCENT", help="The zoom of the screens.")]
Hydrated = Annotated[
    bool,
    typer.Option("--hydrated", help="Render pages that Next, Gatsby and the like build anew, too."),
]
Css = Annotated[
    Literal["inline", "external"],
    typer.Option(help="Where the style sheet stands: in each page, or in a file of the site."),
]
Glyphs = Annotated[
    Literal["inline", "shared"],
    typer.Option(help="Where outlines of glyphs stand: in each page, or in a file of the site."),
]
MarkupForm = Annotated[
    Literal["svg", "html"],
    typer.Option("--markup", help="Formulas as pictures (SVG), or as text in a font (HTML)."),
]
FontPlace = Annotated[
    Literal["file", "inline"],
    typer.Option(
        "--fonts", help="Where the font of text stands: in files of the site, or in each page."
    ),
]
Shrink = Annotated[
    int,
    typer.Option(
        min=10,
        max=100,
        metavar="PERCENT",
        help="The share of its size to which what cannot be broken shrinks, before it scrolls.",
    ),
]
Profile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        callback=_to_write,
        help="Write where the time went, for a viewer of traces.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")]


@app.callback(invoke_without_command=True)
def _version(
    show: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True)
    ] = False,
) -> None:
    if show:
        typer.echo(f"prerender {__version__}")
        raise typer.Exit


@app.command("build")
def build_command(
    context: typer.Context,
    site: SitePath,
    output: Output = None,
    include: Include = None,
    exclude: Exclude = None,
    config: Config = None,
    jobs: Jobs = None,
    cache_dir: CacheDir = None,
    no_cache: NoCache = False,
    json_file: JsonFile = None,
    report: ReportFile = None,
    browser: BrowserPath = None,
    time_limit: TimeLimit = 20.0,
    hydrated: Hydrated = False,
    css: Css = "inline",
    glyphs: Glyphs = "inline",
    shrink: Shrink = 70,
    markup: MarkupForm = "svg",
    fonts: FontPlace = "file",
    profile: Profile = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Typeset every page of SITE, in place or into DIR."""
    opened = _open(site, output, include, exclude)
    with _cache(cache_dir, no_cache) as cache:
        timing = Timing(traced=profile is not None)
        engine = Engine(browser, jobs, time_limit, _notice(quiet), timing, prewarm=True)
        index = _index(cache_dir, no_cache)
        work = RenderSession(
            engine,
            cache,
            context.obj.mathjax,
            hydrated,
            index,
            css,
            glyphs,
            shrink / 100,
            context.obj.base_path,
            context.obj.keep_loaders,
            context.obj.strict,
            markup,
            fonts,
            timing=timing,
        )
        done = _run(_build(opened, work, True, quiet))
    _tell_times(timing, profile, verbose)
    _report_and_exit(done, site, json_file, report, quiet, verbose)


@app.command("check")
def check_command(
    context: typer.Context,
    site: SitePath,
    include: Include = None,
    exclude: Exclude = None,
    config: Config = None,
    jobs: Jobs = None,
    cache_dir: CacheDir = None,
    no_cache: NoCache = False,
    json_file: JsonFile = None,
    report: ReportFile = None,
    browser: BrowserPath = None,
    time_limit: TimeLimit = 20.0,
    hydrated: Hydrated = False,
    shrink: Shrink = 70,
    markup: MarkupForm = "svg",
    screens: ScreenWidths = None,
    pictures: Pictures = None,
    libraries: Libraries = None,
    text_size: TextSize = 100,
    zoom: Zoom = 100,
    profile: Profile = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Do as `build` does, but write nothing; look at the result on screens."""
    opened = _open(site, None, include, exclude)
    asked = replace(
        _screens(screens, zoom, text_size, pictures), shrink=shrink / 100, seconds=time_limit
    )
    with _cache(cache_dir, no_cache) as cache:
        timing = Timing(traced=profile is not None)
        engine = Engine(browser, jobs, time_limit, _notice(quiet), timing, prewarm=True)
        inspector = ScreenInspector(opened, engine, asked, pictures, jobs, libraries)
        inspect = inspector.inspect if asked.widths else None
        index = _index(cache_dir, no_cache)
        own = context.obj
        work = RenderSession(
            engine,
            cache,
            own.mathjax,
            hydrated,
            index,
            shrink=shrink / 100,
            base_path=own.base_path,
            keep_loaders=own.keep_loaders,
            strict=own.strict,
            markup=markup,
            fonts="inline",  # nothing is written that a page could ask for
            timing=timing,
        )
        done = _run(_build(opened, work, False, quiet, inspect))
    _tell_times(timing, profile, verbose)
    done.screens = inspector.reports
    if inspector.folder is not None and any(screen.offences for screen in done.screens):
        _notice(quiet)(f"pictures of what is wrong: {inspector.folder}")
    for url in sorted(inspector.missing):
        _notice(quiet)(f"not in {libraries}: {url}")
    _report_and_exit(done, site, json_file, report, quiet, verbose)


@app.command("list")
def list_command(
    context: typer.Context,
    site: SitePath,
    include: Include = None,
    exclude: Exclude = None,
    config: Config = None,
    cache_dir: CacheDir = None,
    no_cache: NoCache = False,
    browser: BrowserPath = None,
    hydrated: Hydrated = False,
    quiet: Quiet = False,
) -> None:
    """Print every formula that is found, one JSON object a line."""
    opened = _open(site, None, include, exclude)
    with _cache(cache_dir, no_cache) as cache:
        engine = Engine(browser, 1, notice=_notice(quiet))
        own = context.obj
        work = RenderSession(engine, cache, own.mathjax, hydrated, base_path=own.base_path)
        failed = _run(_list(opened, work, site, quiet))
    raise typer.Exit(Exit.SOME_FAILED if failed else Exit.DONE)


@app.command("restore")
def restore_command(
    site: SitePath,
    output: Output = None,
    include: Include = None,
    exclude: Exclude = None,
    config: Config = None,
    json_file: JsonFile = None,
    report: ReportFile = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Give every rendered page of SITE its source again, byte for byte."""
    opened = _open(site, output, include, exclude)
    try:
        done = restore_site(opened)
    except SiteError as error:
        _fail(str(error), Exit.USAGE_ERROR)
    _report_and_exit(done, site, json_file, report, quiet, verbose)


@app.command("batch")
def batch_command(
    context: typer.Context,
    journal: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Where the job remembers what is done."),
    ],
    sites: Annotated[
        list[str] | None,
        typer.Argument(metavar="SITE...", help="Folders, pages or URLs.", show_default=False),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write the sites there; or a URL."),
    ] = None,
    listed: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="A list of pages; - for standard input."),
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Say how far the job is.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what the job would take, from a sample.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Pages to render in this run, at most.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="The part I (from 1) of N of the pages.")
    ] = None,
    stale: Annotated[
        bool,
        typer.Option("--stale", help="Only pages rendered by another version or settings."),
    ] = False,
    css: Css = "inline",
    glyphs: Glyphs = "inline",
    shrink: Shrink = 70,
    markup: MarkupForm = "svg",
    fonts: FontPlace = "file",
    retries: Annotated[
        int, typer.Option(min=0, help="How often a page that fails is tried again.")
    ] = 3,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The Dask cluster to use; local: processes here."),
    ] = None,
    include: Include = None,
    exclude: Exclude = None,
    config: Config = None,
    jobs: Jobs = None,
    cache_dir: CacheDir = None,
    no_cache: NoCache = False,
    json_file: JsonFile = None,
    report: ReportFile = None,
    browser: BrowserPath = None,
    time_limit: TimeLimit = 20.0,
    hydrated: Hydrated = False,
    quiet: Quiet = False,
) -> None:
    """Typeset archives of pages; killed, the same command goes on."""
    from prerender.batch.run import BatchOptions, batch
    from prerender.batch.worker import Tools

    folder = None if no_cache else str(cache_dir.resolve()) if cache_dir else ""
    own = context.obj
    made = (own.mathjax, hydrated, shrink / 100, stale, css, glyphs)
    tools = Tools(
        browser, jobs, time_limit, folder, *made, own.base_path, own.keep_loaders, markup, fonts
    )
    asked = (status, dry_run, limit, shard, stale, retries, dask, tools)
    reports = (json_file is not None, report)
    words = BatchOptions(list(sites or ()), journal, output, listed, *asked, *reports)
    heard = not quiet and Console(stderr=True).is_terminal
    with _cache(cache_dir, no_cache or dry_run) as cache:
        engine = Engine(browser, jobs, time_limit, _notice(not heard), prewarm=True)
        work = RenderSession(
            engine,
            cache,
            own.mathjax,
            hydrated,
            css=css,
            glyphs=glyphs,
            shrink=shrink / 100,
            base_path=own.base_path,
            keep_loaders=own.keep_loaders,
            strict=own.strict,
            markup=markup,
            fonts=fonts,
        )
        with _progress(quiet) as progress:
            done = _run(batch(words, work, include or (), exclude or (), progress))
    asked_for = status or dry_run
    for line in done.lines:
        if asked_for or not quiet or done.exit is not Exit.DONE:
            typer.echo(line, err=not asked_for)
    if json_file is not None:
        _write_json(done.json, json_file)
    raise typer.Exit(done.exit)


@app.command("doctor")
def doctor_command(
    config: Config = None, browser: BrowserPath = None, cache_dir: CacheDir = None
) -> None:
    """Say what is installed, what is missing, and what to type."""
    lines, well = examine(browser, cache_dir or default_folder())
    for line in lines:
        typer.echo(line)
    raise typer.Exit(Exit.DONE if well else Exit.ENGINE_UNAVAILABLE)


@cache_app.command("info")
def cache_info(config: Config = None, cache_dir: CacheDir = None) -> None:
    """Say where the cache is and how much is in it."""
    with _cache(cache_dir, False) as cache:
        typer.echo(f"{cache_dir or default_folder()}: {len(cache)} entries, {cache.volume()} bytes")


@cache_app.command("clear")
def cache_clear(config: Config = None, cache_dir: CacheDir = None) -> None:
    """Forget everything."""
    with _cache(cache_dir, False) as cache:
        typer.echo(f"{cache.clear()} entries removed")


@cache_app.command("prune")
def cache_prune(config: Config = None, cache_dir: CacheDir = None) -> None:
    """Forget what other versions of prerender or MathJax have made."""
    with _cache(cache_dir, False) as cache:
        typer.echo(f"{cache.prune()} entries removed")


def main() -> None:
    """Run the command line; what Ctrl-C and SIGTERM end, they end between two pages."""
    # Trees of pages are many objects and have no cycles: to search them takes a third of the time
    gc.set_threshold(100_000, 50, 100)
    # Seconds: the thread that reads pages gives way to the loop that serves the tabs
    sys.setswitchinterval(0.0005)
    app()


def _open(
    site: Path, output: Path | None, include: list[str] | None, exclude: list[str] | None
) -> Site:
    try:
        return open_site(site, output, include or (), exclude or ())
    except SiteError as error:
        _fail(str(error), Exit.USAGE_ERROR)


def _screens(words: str | None, zoom: int, text_size: int, pictures: Path | None) -> Screens:
    try:
        named = widths(words) if words is not None else ()
    except ValueError as error:
        _fail(f"--screens: {error}", Exit.USAGE_ERROR)
    if not named and (pictures is not None or (zoom, text_size) != (100, 100)):
        _fail("--pictures, --text-size and --zoom go with --screens", Exit.USAGE_ERROR)
    return Screens(named, zoom / 100, text_size / 100)


def _index(folder: Path | None, off: bool) -> Path | None:
    return None if off else folder or default_folder()


@contextlib.contextmanager
def _cache(folder: Path | None, off: bool) -> Any:
    try:
        passing = tempfile.TemporaryDirectory(prefix="prerender-") if off else None
        cache = Cache(Path(passing.name) if passing else folder or default_folder())
    except FileNotFoundError:
        _fail(
            "MathJax is missing from this installation; `prerender doctor` says more",
            Exit.ENGINE_UNAVAILABLE,
        )
    except CacheError as error:
        _fail(f"{error}; --no-cache does without", Exit.USAGE_ERROR)
    try:
        yield cache
    except CacheError as error:
        _fail(str(error), Exit.USAGE_ERROR)
    finally:
        cache.close()
        if passing is not None:
            passing.cleanup()


async def _build(
    site: Site, work: RenderSession, write: bool, quiet: bool, inspect: Inspect | None = None
) -> Report:
    async with work.engine:
        with _progress(quiet) as progress:
            return await build(site, work, write=write, progress=progress, inspect=inspect)


async def _list(site: Site, work: RenderSession, named: Path, quiet: bool) -> bool:
    failed = False
    async with work.engine:
        async for page, result in plans(site, work):
            if isinstance(result, PageReport):
                failed = True
                _diagnose([result], named)
                continue
            _print_formulas(page, result)
            if not quiet:
                told = [Diagnostic("warning", one) for one in result.setup.warnings]
                _diagnose([PageReport(str(page), "unchanged", diagnostics=told)], named)
    return failed


def _print_formulas(page: PurePosixPath, plan: Plan) -> None:
    lines = LineIndex(plan.page.text)
    for formula in plan.formulas:
        place = lines.locate(formula.span.start)
        told = {
            "path": str(page),
            "line": place.line,
            "column": place.column,
            "display": formula.display,
            "input": formula.input,
            "tex": formula.math,
        }
        typer.echo(_json(told))


def _run(action: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or until a signal; what ends a whole run is a line and an exit code."""

    async def interruptible() -> T:
        task = asyncio.ensure_future(action)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(name, task.cancel)
        return await task

    try:
        return asyncio.run(interruptible())
    except asyncio.CancelledError:
        _fail("interrupted; every page is whole, and the next run goes on from here", 130)
    except Exception as error:
        cause = _first(error)
        if isinstance(cause, (SiteError, JournalError)):
            _fail(str(cause), Exit.USAGE_ERROR)
        if isinstance(cause, (EngineError, BrowserNotFound)):
            _fail(str(cause), Exit.ENGINE_UNAVAILABLE)
        raise


def _first(error: BaseException) -> BaseException:
    """The first of the errors that tasks side by side have raised."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


@contextlib.contextmanager
def _progress(quiet: bool) -> Any:
    """Something to tell of progress: a bar, on a terminal only."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _done, _all: None
        return
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task("pages", total=None)
        progress: Progress = lambda done, total: bar.update(task, completed=done, total=total)  # noqa: E731
        yield progress


def _notice(quiet: bool) -> Callable[[str], None]:
    return lambda text: None if quiet else typer.echo(f"prerender: {text}", err=True)


def _diagnose(pages: Sequence[PageReport], named: Path, *, quiet: bool = False) -> None:
    """Say what is wrong in each place, then what is said once."""
    said = [
        (str(named if named.is_file() else named / page.path), one.remark)
        for page in pages
        for one in page.diagnostics
        if not quiet or one.severity == "error"
    ]
    for path, remark in said:
        if not remark.once:
            typer.echo(remark.show(path), err=True)
    for topic in topics(said):
        typer.echo(topic.show(), err=True)


def _tell_times(timing: Timing, profile: Path | None, verbose: bool) -> None:
    """Say where the time went, and write it down."""
    if verbose:
        typer.echo(f"prerender: {timing.summary()}", err=True)
    if profile is not None:
        _write(profile, timing.trace())


def _report_and_exit(
    report: Report,
    named: Path,
    json_file: str | None,
    report_file: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say what became of a run, and end with its exit code."""
    _diagnose(report.pages, named, quiet=quiet and not report.strict)
    for page in report.pages:
        if verbose:
            typer.echo(
                f"{page.path}: {page.status}, {pluralize(page.formulas, 'formula')}", err=True
            )
    if not quiet:
        for screen in report.screens:
            typer.echo(f"prerender: {screen.summary()}", err=True)
        typer.echo(f"prerender: {report.summary()}", err=True)
    if json_file is not None:
        _write_json(report.to_json(), json_file)
    if report_file is not None:
        with _writing(report_file):
            write_report(report_data(report, str(named)), report_file)
    raise typer.Exit(report.exit)


def _write_json(data: object, file: str) -> None:
    text = _json(data, indent=1)
    if file == "-":
        typer.echo(text)
    else:
        _write(Path(file), text)


def _json(data: object, indent: int | None = None) -> bytes:
    """JSON in UTF-8 (RFC 8259); bytes of a page or a name that are not text are escaped in it."""
    return json.dumps(data, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")


def _write(file: Path, text: bytes) -> None:
    with _writing(file):
        file.write_bytes(text + b"\n")


@contextlib.contextmanager
def _writing(file: Path) -> Any:
    """Say what is wrong with a file that is to be written."""
    try:
        yield
    except OSError as error:
        _fail(f"{file} cannot be written: {error.strerror}", Exit.USAGE_ERROR)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"prerender: error: {message}", err=True)
    raise typer.Exit(code)
