"""The Python API, asynchronous: a site or a page in; a report, formulas or a page out.

`prerender` has the same names for those who run no event loop.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Generic, NamedTuple, Self, TypeVar, cast

from prerender.errors import InternalError, PrerenderError
from prerender.find import Input
from prerender.pipeline.build import Progress
from prerender.pipeline.build import build as build_site
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
from prerender.site.files import Site, open_site
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


def _no_progress(done: int, of: int) -> None:
    """Progress that nobody watches."""


async def build(
    site: SitePath,
    settings: Settings = _DEFAULT,
    *,
    progress: Progress = _no_progress,
    notice: Notice = silent,
    timing: Timing | None = None,
) -> Report:
    """Typeset every page of a site, a folder or one page: in place, or into `settings.output`.

    `progress` is called with the number of pages done and of all, `notice` with what there is to
    know of the browser. Raises PrerenderError where the run as a whole is not possible; what is
    wrong with a page is in the report.
    """
    opened = _open(site, settings, settings.output)
    async with open_session(settings, notice=notice, timing=timing) as session:
        return await build_site(opened, session, progress=progress)


async def check(
    site: SitePath,
    settings: Settings = _DEFAULT,
    *,
    progress: Progress = _no_progress,
    notice: Notice = silent,
    timing: Timing | None = None,
) -> Report:
    """Do as `build` does, but write nothing; with `settings.screens`, look at the pages on them.

    Raises as `build` does.
    """
    opened = _open(site, settings, None)
    async with open_session(settings, notice=notice, timing=timing) as session:
        if not settings.screens:
            return await build_site(opened, session, write=False, progress=progress)
        inspector = _inspector(opened, session)
        report = await build_site(
            opened, session, write=False, progress=progress, inspect=inspector.inspect
        )
    report.screens = inspector.reports
    if any(screen.offences for screen in report.screens):
        report.pictures = inspector.folder
    report.missing_libraries = sorted(inspector.missing)
    return report


def _inspector(site: Site, session: RenderSession) -> ScreenInspector:
    settings = session.settings
    screens = Screens(
        settings.screens,
        settings.zoom / 100,
        settings.text_size / 100,
        settings.shrink / 100,
        settings.time_limit,
    )
    return ScreenInspector(
        site, session.engine, screens, settings.pictures, settings.jobs, settings.libraries
    )


async def restore(site: SitePath, settings: Settings = _DEFAULT) -> Report:
    """Give every rendered page of a site its source again, to the byte. Raises SiteError."""
    return restore_site(_open(site, settings, settings.output))


class FoundFormula(NamedTuple):
    """A formula in a page: line and column count from 1, `tex` is its math in its input."""

    path: str
    line: int
    column: int
    display: bool
    input: Input
    tex: str


class PageFormulas(NamedTuple):
    """The formulas of a page, or what is wrong with it; `path` counts from the site's root."""

    path: str
    formulas: Sequence[FoundFormula]
    diagnostics: Sequence[Diagnostic]
    failed: bool


async def find_formulas(
    site: SitePath, settings: Settings = _DEFAULT, *, notice: Notice = silent
) -> AsyncIterator[PageFormulas]:
    """The formulas of each page of a site, page by page. Raises PrerenderError."""
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
        at = lines.locate(formula.span.start)
        kind = (formula.display, formula.input, formula.math)
        formulas.append(FoundFormula(path, at.line, at.column, *kind))
    warnings = [Diagnostic("warning", text) for text in found.setup.warnings]
    return PageFormulas(path, formulas, warnings, False)


@dataclass(frozen=True, slots=True)
class Result(Generic[Markup]):
    """A page that was rendered in memory.

    `html` is of the type that was given; where the page could not be rendered it is what was given,
    and `diagnostics` say why. `assets` are the files at the site's root that the page refers to, as
    they are by now (with `css="external"` or `glyphs="shared"`), by their names.
    """

    html: Markup
    formulas: int
    diagnostics: Sequence[Diagnostic]
    assets: Mapping[str, bytes]


class Renderer:
    """Pages in memory, rendered with one browser: an asynchronous context manager.

    `site` is the folder in which the scripts and style sheets of pages are looked for.
    """

    def __init__(
        self,
        settings: Settings = _DEFAULT,
        *,
        site: SitePath | None = None,
        notice: Notice = silent,
    ) -> None:
        self._settings, self._notice = settings, notice
        self._scripts: ScriptReader = NoScripts()
        if site is not None:
            self._scripts = SiteScripts(Site(Path(site)))
        self._memory = Memory()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        session = open_session(self._settings, notice=self._notice)
        self._session = await self._open.enter_async_context(session)
        self._shared = SharedAssets(self._memory, self._session.assets)
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._open.aclose()

    async def render_html(self, html: Markup, *, path: str = "index.html") -> Result[Markup]:
        """A page rendered; `path` is its place in the site.

        Raises EngineError; InternalError where prerender itself has failed.
        """
        data = html if isinstance(html, bytes) else _encoded(html)
        page = PurePosixPath(path)
        result = await result_of(page, data, self._session, self._scripts)
        if result.bug:
            raise InternalError(result.bug)
        self._shared.add(result.shared)
        assets = {name: self._memory.files[name] for name in result.shared}
        rendered = data if result.data is None else result.data
        shown = rendered if isinstance(html, bytes) else _decoded(rendered)
        return Result(cast("Markup", shown), result.formulas, result.diagnostics, assets)


#: what makes a page UTF-8, whatever it says of itself
_MARK = "\ufeff"


def _encoded(html: str) -> bytes:
    return (_MARK + html).encode("utf-8", "surrogateescape")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").removeprefix(_MARK)


async def render_html(
    html: Markup,
    settings: Settings = _DEFAULT,
    *,
    site: SitePath | None = None,
    path: str = "index.html",
) -> Result[Markup]:
    """A page in memory, rendered; as `Renderer.render_html` for one page."""
    async with Renderer(settings, site=site) as renderer:
        return await renderer.render_html(html, path=path)


def _open(site: SitePath, settings: Settings, output: str | None) -> Site:
    target = None if output is None else Path(output)
    return open_site(Path(site), target, settings.include, settings.exclude)
