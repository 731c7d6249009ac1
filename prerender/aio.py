"""The asynchronous Python API: takes a site or a page, returns a report, formulas or a page.

`prerender` has the same functions for code that runs no event loop.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Generic, NamedTuple, Self, TypeVar, cast

from prerender.errors import InternalError, PrerenderError
from prerender.find import Input
from prerender.pipeline.build import Progress, no_progress
from prerender.pipeline.build import build as build_site
from prerender.pipeline.diagnose import located, unread
from prerender.pipeline.page import Plan
from prerender.pipeline.render import (
    Notice,
    RenderSession,
    open_session,
    plans,
    result_of,
    silent,
)
from prerender.pipeline.restore import restore_site
from prerender.pipeline.scripts import NoScripts, ScriptReader, SiteScripts
from prerender.report.diagnostics import Diagnostic
from prerender.report.summary import PageReport, Report
from prerender.screens.inspector import ScreenInspector
from prerender.screens.viewport import Screens
from prerender.settings import Settings
from prerender.site.assets import Memory, SharedAssets
from prerender.site.files import FEED_NAMES, Site, open_site
from prerender.site.lock import alone_in
from prerender.source.lines import LineIndex
from prerender.timing import Timing

__all__ = [
    "FoundFormula",
    "PageFormulas",
    "PrerenderError",
    "Renderer",
    "Report",
    "Result",
    "Settings",
    "build",
    "check",
    "find_formulas",
    "render_html",
    "restore",
]

SitePath = str | os.PathLike[str]
Markup = TypeVar("Markup", bound=str | bytes)
_DEFAULT = Settings()


async def build(
    site: SitePath,
    settings: Settings = _DEFAULT,
    *,
    progress: Progress = no_progress,
    notice: Notice = silent,
    timing: Timing | None = None,
) -> Report:
    """Typeset every page of a site, a folder or one page: in place, or into `settings.output`.

    `progress` is called with the number of pages done and of all pages, `notice` with messages
    about the browser. Raises PrerenderError if the run as a whole is not possible; the errors of a
    page are in the report.
    """
    opened = _open(site, settings, settings.output)
    async with open_session(settings, notice=notice, timing=timing) as session:
        return await build_site(opened, session, progress=progress, notice=notice)


async def check(
    site: SitePath,
    settings: Settings = _DEFAULT,
    *,
    progress: Progress = no_progress,
    notice: Notice = silent,
    timing: Timing | None = None,
    gallery: int = 0,
) -> Report:
    """Do what `build` does without writing; with `settings.screens`, inspect the pages on them.

    The report then has pictures of so many of the widest displays as `gallery` says. Raises as
    `build` does.
    """
    opened = _open(site, settings, None)
    async with open_session(settings, notice=notice, timing=timing) as session:
        if not settings.screens:
            return await build_site(opened, session, write=False, progress=progress)
        inspector = _inspector(opened, session, gallery)
        report = await build_site(
            opened, session, write=False, progress=progress, inspect=inspector.inspect
        )
    report.screens = inspector.reports
    if any(screen.offences for screen in report.screens):
        report.pictures = inspector.folder
    report.missing_libraries = sorted(inspector.missing)
    return report


def _inspector(site: Site, session: RenderSession, gallery: int) -> ScreenInspector:
    settings = session.settings
    screens = Screens(
        settings.screens,
        settings.zoom / 100,
        settings.text_size / 100,
        settings.shrink / 100,
        settings.time_limit,
    )
    return ScreenInspector(
        site,
        session.engine,
        screens,
        settings.pictures,
        settings.jobs,
        settings.libraries,
        gallery,
    )


async def restore(
    site: SitePath, settings: Settings = _DEFAULT, *, notice: Notice = silent
) -> Report:
    """Restore the source of every rendered page of a site, byte for byte. Raises SiteError."""
    opened = _open(site, settings, settings.output, feeds=True)
    async with alone_in(opened.output or opened.root, notice):
        return restore_site(opened)


class FoundFormula(NamedTuple):
    """A formula in a page: line and column count from 1, `tex` is its math in `input` format."""

    path: str
    line: int
    column: int
    display: bool
    input: Input
    tex: str


class PageFormulas(NamedTuple):
    """The formulas of a page, or its errors; `path` is relative to the site's root.

    `engine` is what the page loads: mathjax2, mathjax3, mathjax4 or katex; "" if nothing.
    """

    path: str
    formulas: Sequence[FoundFormula]
    diagnostics: Sequence[Diagnostic]
    failed: bool
    engine: str = ""


async def find_formulas(
    site: SitePath, settings: Settings = _DEFAULT, *, notice: Notice = silent
) -> AsyncIterator[PageFormulas]:
    """Yield the formulas of a site, page by page. Raises PrerenderError."""
    opened = _open(site, settings, None)
    async with open_session(settings, notice=notice, prewarm=False) as session:
        async for page, found in plans(opened, session):
            yield _page_formulas(str(page), found)


def _page_formulas(path: str, found: Plan | PageReport) -> PageFormulas:
    if isinstance(found, PageReport):
        return PageFormulas(path, [], found.diagnostics, True)
    lines = LineIndex(found.page.text)
    formulas = []
    for formula in found.formulas:
        location = lines.locate(formula.span.start)
        kind = (formula.display, formula.input, formula.math)
        formulas.append(FoundFormula(path, location.line, location.column, *kind))
    warnings = [Diagnostic("warning", text) for text in found.setup.warnings]
    odd = located(list(unread(found.found)), found.page.text)
    loads = found.loading.spans or found.loading.stays
    engine = found.setup.rules.version if loads else ""
    return PageFormulas(path, formulas, [*warnings, *found.notes, *odd], False, engine)


@dataclass(frozen=True, slots=True)
class Result(Generic[Markup]):
    """A page that was rendered in memory.

    `html` has the type of the input; it is the input itself if the page could not be rendered, and
    `diagnostics` say why. `assets` are the current contents, by name, of the files that the page
    refers to at the site's root (with `css="external"`, `glyphs="shared"` or `markup="html"`).
    """

    html: Markup
    formulas: int
    diagnostics: Sequence[Diagnostic]
    assets: Mapping[str, bytes]


class Renderer:
    """Renders pages in memory with one browser: an asynchronous context manager.

    `site` is the folder with the scripts and style sheets of the pages; each file is read once.
    """

    def __init__(
        self,
        settings: Settings = _DEFAULT,
        *,
        site: SitePath | None = None,
        notice: Notice = silent,
    ) -> None:
        self._settings, self._notice, self._site = settings, notice, site
        self._scripts: dict[SitePath | None, ScriptReader] = {None: NoScripts()}
        self._memory = Memory()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        session = open_session(self._settings, notice=self._notice)
        self._session = await self._open.enter_async_context(session)
        self._shared = SharedAssets(self._memory, self._session.assets)
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._open.aclose()

    async def warm(self) -> None:
        """Start the browser now, not with the first formula. Raises EngineError."""
        await self._session.engine.browser()

    def forget_files(self) -> None:
        """Read the scripts and style sheets of sites again: they have changed."""
        self._scripts = {None: NoScripts()}

    async def render_html(
        self, html: Markup, *, site: SitePath | None = None, path: str = "index.html"
    ) -> Result[Markup]:
        """Render a page; `path` is its path in its site, by default that of the renderer.

        Raises EngineError; InternalError for a bug of prerender.
        """
        data = html if isinstance(html, bytes) else _encoded(html)
        site = self._site if site is None else site
        if site is not None and site not in self._scripts:
            self._scripts[site] = SiteScripts(Site(Path(site)))
        page = PurePosixPath(path.lstrip("/"))
        result = await result_of(page, data, self._session, self._scripts[site])
        if result.bug:
            raise InternalError(result.bug)
        self._shared.add(result.shared)
        assets = {name: self._memory.files[name] for name in result.shared}
        rendered = data if result.data is None else result.data
        output = rendered if isinstance(html, bytes) else _decoded(rendered)
        return Result(cast("Markup", output), result.formulas, result.diagnostics, assets)


#: makes a page UTF-8, whatever encoding it declares
_BYTE_ORDER_MARK = "\ufeff"


def _encoded(html: str) -> bytes:
    return (_BYTE_ORDER_MARK + html).encode("utf-8", "surrogateescape")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").removeprefix(_BYTE_ORDER_MARK)


async def render_html(
    html: Markup,
    settings: Settings = _DEFAULT,
    *,
    site: SitePath | None = None,
    path: str = "index.html",
) -> Result[Markup]:
    """Render one page in memory, as `Renderer.render_html` does."""
    async with Renderer(settings, site=site) as renderer:
        return await renderer.render_html(html, path=path)


def _open(site: SitePath, settings: Settings, output: str | None, *, feeds: bool = False) -> Site:
    """Open a site; with `feeds`, a single file may be one."""
    target = None if output is None else Path(output)
    others = FEED_NAMES if feeds or settings.feeds != "off" else ()
    opened = open_site(Path(site), target, settings.include, settings.exclude, others)
    return replace(opened, sync=settings.sync)
