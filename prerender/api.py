"""The Python API: the functions of `prerender.aio` for callers that run no event loop.

Each call, and each `Renderer`, has its own thread with an event loop, so that it also works inside
a running event loop (a notebook).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self, TypeVar

from prerender import aio
from prerender.aio import FoundFormula, Markup, PageFormulas, Result, SitePath
from prerender.errors import PrerenderError
from prerender.report.summary import Report
from prerender.settings import Settings

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

T = TypeVar("T")
_DEFAULT = Settings()


def build(site: SitePath, settings: Settings = _DEFAULT) -> Report:
    """Typeset every page of a site, a folder or one page: in place, or into `settings.output`.

    Raises PrerenderError if the run as a whole is not possible; the errors of a page are in the
    report.
    """
    return _run(aio.build(site, settings))


def check(site: SitePath, settings: Settings = _DEFAULT) -> Report:
    """Do what `build` does without writing; with `settings.screens`, inspect the pages on them.

    Raises as `build` does.
    """
    return _run(aio.check(site, settings))


def restore(site: SitePath, settings: Settings = _DEFAULT) -> Report:
    """Restore the source of every rendered page of a site, byte for byte. Raises SiteError."""
    return _run(aio.restore(site, settings))


def find_formulas(site: SitePath, settings: Settings = _DEFAULT) -> list[PageFormulas]:
    """Return the formulas of each page of a site. Raises PrerenderError."""

    async def collect() -> list[PageFormulas]:
        return [page async for page in aio.find_formulas(site, settings)]

    return _run(collect())


def render_html(
    html: Markup,
    settings: Settings = _DEFAULT,
    *,
    site: SitePath | None = None,
    path: str = "index.html",
) -> Result[Markup]:
    """Render a page in memory; the result's `html` has the type of the input.

    `site` is the folder with its scripts, `path` its path there. Raises EngineError; InternalError
    for a bug of prerender.
    """
    return _run(aio.render_html(html, settings, site=site, path=path))


class Renderer:
    """Renders pages in memory with one browser: a context manager.

    `site` is the folder with the scripts and style sheets of the pages.
    """

    def __init__(self, settings: Settings = _DEFAULT, *, site: SitePath | None = None) -> None:
        self._renderer = aio.Renderer(settings, site=site)
        self._loop = _Loop()

    def __enter__(self) -> Self:
        try:
            self._loop.run(self._renderer.__aenter__())
        except BaseException:
            self._loop.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._loop.run(self._renderer.__aexit__(*error))
        finally:
            self._loop.close()

    def forget_files(self) -> None:
        """Read the scripts and style sheets of sites again: they have changed."""
        self._renderer.forget_files()

    def render_html(
        self, html: Markup, *, site: SitePath | None = None, path: str = "index.html"
    ) -> Result[Markup]:
        """Render a page; `path` is its path in the site. Raises as the function does."""
        return self._loop.run(self._renderer.render_html(html, site=site, path=path))


class _Loop:
    """An event loop in a thread; Ctrl-C cancels what is running."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, action: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(action, self._loop)
        try:
            return future.result()
        except BaseException:
            if future.cancel():
                with suppress(Exception):
                    self.run(_wait_for_others())
            raise

    def close(self) -> None:
        self.run(_wait_for_others(cancel=True))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _wait_for_others(*, cancel: bool = False) -> None:
    """Wait until all other tasks have ended; `cancel` them, or they are cancelled."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others if cancel else ():
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _run(action: Coroutine[Any, Any, T]) -> T:
    loop = _Loop()
    try:
        return loop.run(action)
    finally:
        loop.close()
