"""The command line: parses arguments, runs a command, and maps its result to an exit code.

What a command needs is imported when it runs, so that `doctor` and `--version` work without it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from prerender import __version__
from prerender.cli.options import CommandSettings, with_settings
from prerender.cli.usage import OneLine
from prerender.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from prerender.batch.run import BatchResult
    from prerender.report.summary import Report

app = typer.Typer(
    cls=OneLine,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help="Typeset the formulas of a built site with MathJax 4, and write them into its pages.",
    epilog=(
        "Exit codes: 0 all done, 1 some could not be rendered, 2 usage error, 3 no browser, 70 a "
        "bug of prerender, 130 interrupted. Each option is also a key of prerender.toml "
        "(time_limit) and an environment variable (PRERENDER_TIME_LIMIT)."
    ),
)
cache_app = typer.Typer(
    cls=OneLine,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Show or clean the cache of typeset formulas.",
)
app.add_typer(cache_app, name="cache")

SitePath = Annotated[
    Path,
    typer.Argument(metavar="SITE", help="The folder that the generator has built, or a page."),
]


@app.callback(invoke_without_command=True)
def _version(
    show: Annotated[
        bool,
        typer.Option("--version", help="Show the versions of this and MathJax.", is_eager=True),
    ] = False,
) -> None:
    if show:
        from prerender.engine.bundle import mathjax_version

        typer.echo(f"prerender {__version__} (MathJax {mathjax_version()})")
        raise typer.Exit


def _examples(*lines: str) -> str:
    """Return the end of a command's help: lines to type, each in a line of its own."""
    return "\n\n".join(("Examples:", *lines))


@app.command(
    "build",
    epilog=_examples(
        "mkdocs build && prerender build site",
        "prerender build public -o rendered --css external",
        "prerender build page.html -o rendered.html",
    ),
)
@with_settings("build", ["site", "pages", "feeds", "engine", "cache", "report"])
def build_command(site: SitePath, settings: CommandSettings) -> None:
    """Typeset the formulas of every page of SITE, in place or into DIR."""
    from prerender import aio
    from prerender.site.project import why_not_built

    if not settings.yes and (why := why_not_built(site)):
        raise UsageError(f"{why}; --yes builds it all the same")
    _render(aio.build, site, settings)


@app.command(
    "check",
    epilog=_examples(
        "prerender check public --strict --format github",
        "prerender check public --screens 320,390,820 --report report.html",
    ),
)
@with_settings(
    "check",
    ["site", "pages", "feeds", "engine", "cache", "screens", "report"],
    without=["output", "sync", "yes"],
)
def check_command(site: SitePath, settings: CommandSettings) -> None:
    """Do what `build` does without writing; with --screens, inspect the result on screens."""
    from functools import partial

    from prerender import aio

    _render(partial(aio.check, gallery=_GALLERY if settings.report else 0), site, settings)


#: displays of which the report has pictures
_GALLERY = 12


def _render(
    action: Callable[..., Coroutine[Any, Any, Report]], site: Path, settings: CommandSettings
) -> None:
    """Build or check a site, and report the result."""
    from prerender.cli.output import notice, progress_bar, report_and_exit
    from prerender.cli.process import run
    from prerender.timing import Timing

    timing = Timing(traced=settings.profile is not None)
    with progress_bar(settings.quiet) as progress:
        report = run(
            action(site, settings, progress=progress, notice=notice(settings.quiet), timing=timing)
        )
    report_and_exit(report, site, settings, timing)


@app.command("list", epilog=_examples("prerender list public | grep frac"))
@with_settings(
    "list",
    ["cache"],
    also=["include", "exclude", "rerender", "hydrated", "base_path", "mathjax", "browser", "quiet"],
)
def list_command(site: SitePath, settings: CommandSettings) -> None:
    """Print every formula of SITE, one JSON object per line."""
    from prerender.cli.process import run

    failed = run(_list(site, settings))
    raise typer.Exit(Exit.SOME_FAILED if failed else Exit.DONE)


async def _list(site: Path, settings: CommandSettings) -> bool:
    from prerender import aio
    from prerender.cli.output import diagnose, json_bytes, notice
    from prerender.report.summary import PageReport

    failed = False
    async for page in aio.find_formulas(site, settings, notice=notice(settings.quiet)):
        for formula in page.formulas:
            typer.echo(json_bytes(formula._asdict()))
        if page.failed or not settings.quiet:
            diagnose([PageReport(page.path, "unchanged", diagnostics=page.diagnostics)], site)
        failed = failed or page.failed
    return failed


@app.command("restore", epilog=_examples("prerender restore public"))
@with_settings(
    "restore", ["site", "report"], without=["yes", "profile", "strict"], flags_only=["output"]
)
def restore_command(site: SitePath, settings: CommandSettings) -> None:
    """Restore the source of every rendered page of SITE, byte for byte."""
    from prerender import aio
    from prerender.cli.output import notice, report_and_exit
    from prerender.cli.process import run

    report = run(aio.restore(site, settings, notice=notice(settings.quiet)))
    report_and_exit(report, site, settings)


@app.command(
    "serve",
    epilog=_examples(
        "prerender serve public --open", 'prerender serve public --build "hugo --watch"'
    ),
)
@with_settings(
    "serve",
    ["pages", "engine", "cache"],
    also=["include", "exclude", "quiet"],
)
def serve_command(
    site: SitePath,
    settings: CommandSettings,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="N", help="The port. Default: 8000, or the next free one."
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="The address to listen on; 0.0.0.0 lets other machines in.",
        ),
    ] = "127.0.0.1",
    build: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND", help="A command to run meanwhile: the generator's watcher."
        ),
    ] = None,
    opened: Annotated[bool, typer.Option("--open", help="Open the site in a browser.")] = False,
) -> None:
    """Show SITE rendered in a browser, each page anew when it changes; /_screens shows three sizes.

    SITE itself is not written to.
    """
    import webbrowser

    from prerender.cli.output import diagnose, notice, say
    from prerender.cli.process import run
    from prerender.errors import InterruptedRunError
    from prerender.report.diagnostics import pluralize
    from prerender.report.summary import PageReport
    from prerender.serve.preview import View
    from prerender.serve.server import serve

    told = notice(settings.quiet)

    def ready(url: str) -> None:
        say(f"{site} at {url} (on three screens: {url.rsplit('/', 1)[0]}/_screens); Ctrl-C ends it")
        if opened:
            webbrowser.open(url)

    def rendered(view: View) -> None:
        told(f"{view.name}: {pluralize(view.formulas, 'formula')}, {view.seconds:.2f} s")
        page = PageReport(view.name, "unchanged", diagnostics=view.diagnostics)
        diagnose([page], site, quiet=settings.quiet)

    try:
        run(
            serve(
                site,
                settings,
                host=host,
                port=port,
                build=build,
                ready=ready,
                told=told,
                rendered=rendered,
            ),
            lasts=True,
        )
    except InterruptedRunError:
        raise typer.Exit(Exit.DONE) from None


@app.command("init", epilog=_examples("prerender init", "prerender init public"))
@with_settings("init", also=["include", "exclude", "browser", "cache_dir", "base_path"])
def init_command(
    settings: CommandSettings,
    site: Annotated[
        Path | None,
        typer.Argument(
            metavar="SITE",
            help="The built folder. Default: the one that the generator's configuration names.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Look at SITE, say what is in it, and write a commented prerender.toml."""
    from prerender.cli import init
    from prerender.cli.output import say, write_new
    from prerender.cli.process import run
    from prerender.cli.terminal import print_diagnostic

    folder, project = init.choose_folder(site)
    found = run(init.survey(folder, project, settings))
    for line in found.lines():
        typer.echo(line)
    for topic in found.odd:
        print_diagnostic(topic.first.severity, topic.show())
    if init.FILE.exists():
        done = "is there already, and stays as it is"
    else:
        write_new(init.FILE, init.configuration(found))
        done = "is written"
    say(f"{init.FILE} {done}; next: prerender build {folder}")


@app.command("batch", epilog=_examples("prerender batch archive -o rendered --journal journal.db"))
@with_settings(
    "batch",
    ["site", "pages", "engine", "cache", "report"],
    without=["yes", "format", "profile", "verbose", "sync"],
)
def batch_command(
    settings: CommandSettings,
    journal: Annotated[
        Path,
        typer.Option(metavar="FILE", help="The file in which the job records its progress."),
    ],
    sites: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SITE...", help="Folders, pages or URLs.", parser=str, show_default=False
        ),
    ] = None,
    listed: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE", help="A list of pages, one per line; - for standard input."
        ),
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Print the state of the job.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Estimate the job from a sample of its pages.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="The maximum of pages to render in this run.")
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(metavar="I/N", help="Render only part I (from 1) of N of the pages."),
    ] = None,
    stale: Annotated[
        bool,
        typer.Option("--stale", help="Render only pages made by another version or settings."),
    ] = False,
    retries: Annotated[
        int, typer.Option(min=0, help="How often a page that fails is retried.")
    ] = 3,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The Dask cluster to use; local: local processes."),
    ] = None,
) -> None:
    """Typeset archives of pages; the same command continues an interrupted job."""
    from prerender.batch.run import BatchOptions, batch
    from prerender.cli.output import notice, progress_bar
    from prerender.cli.process import run

    options = BatchOptions(
        sites=list(sites or ()),
        journal=journal,
        listed=listed,
        status=status,
        dry_run=dry_run,
        limit=limit,
        shard=shard,
        stale=stale,
        retries=retries,
        dask=dask,
        json=settings.json is not None,
        report=settings.report,
    )
    with progress_bar(settings.quiet) as progress:
        quiet = settings.quiet or not sys.stderr.isatty()  # a log gets the summary only
        done = run(batch(options, settings, progress=progress, notice=notice(quiet)))
    _print_batch(done, settings, requested=status or dry_run)
    raise typer.Exit(done.exit)


def _print_batch(done: BatchResult, settings: CommandSettings, *, requested: bool) -> None:
    """Print the result of a job: to standard output if it was `requested`, else standard error."""
    from prerender.cli.output import write_json

    for line in done.lines:
        if requested or not settings.quiet or done.exit is not Exit.DONE:
            typer.echo(line, err=not requested)
    if settings.json is not None:
        write_json(done.json, settings.json)


@app.command("doctor")
@with_settings("doctor", also=["browser", "cache_dir"])
def doctor_command(settings: CommandSettings) -> None:
    """Check the installation: what is installed, what is missing, and how to install it."""
    from prerender.cli.doctor import examine

    lines, complete = examine(settings.browser, settings.cache_dir)
    for line in lines:
        typer.echo(line)
    raise typer.Exit(Exit.DONE if complete else Exit.ENGINE_UNAVAILABLE)


@app.command("explain", epilog=_examples("prerender explain undefined"))
def explain_command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The name that the message ends with.")
    ] = None,
) -> None:
    """Print what the documentation says about a message; without NAME, list all names."""
    from prerender.report.help import explain, sections

    if name is None:
        for one, section in sections().items():
            typer.echo(f"{one:22}… {section.phrase} …")
    elif text := explain(name):
        typer.echo(text)
    else:
        raise UsageError(f"there is no {name}; prerender explain lists all names")


@cache_app.command("info")
@with_settings("cache", also=["cache_dir"])
def cache_info(settings: CommandSettings) -> None:
    """Print the folder and the size of the cache."""
    from prerender.cache.disk import cache_folder, open_cache

    folder = cache_folder(settings.cache_dir)
    with open_cache(folder) as cache:
        typer.echo(f"{folder}: {len(cache)} entries, {cache.volume()} bytes")


@cache_app.command("clear")
@with_settings("cache", also=["cache_dir"])
def cache_clear(settings: CommandSettings) -> None:
    """Remove all entries."""
    from prerender.cache.disk import cache_folder, empty

    typer.echo(f"{empty(cache_folder(settings.cache_dir))} entries removed")


@cache_app.command("prune")
@with_settings("cache", also=["cache_dir"])
def cache_prune(settings: CommandSettings) -> None:
    """Remove the entries of other versions of prerender or MathJax."""
    from prerender.cache.disk import cache_folder, open_cache

    with open_cache(cache_folder(settings.cache_dir)) as cache:
        typer.echo(f"{cache.prune()} entries removed")


def main() -> None:
    """Run the command line, and exit with its exit code."""
    app()
