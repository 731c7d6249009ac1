"""A number in; a site of so many pages, each with formulas of its own and a shared set-up, out."""

from __future__ import annotations

import asyncio
from pathlib import Path

from prerender.build import Work, build
from prerender.cache import Cache
from prerender.engine import Engine
from prerender.report import Report
from prerender.site import open_site

SETUP = "MathJax = {tex: {inlineMath: [['$', '$']], macros: {half: '\\\\frac12'}}}"


def make_site(folder: Path, count: int) -> Path:
    """Make the site; its pages are in two folders, and one script configures them."""
    for number in range(count):
        page = folder / f"{number % 2}" / f"{number:03}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        formulas = " ".join(rf"$\half x_{{{number}}}^{{{at}}}$" for at in range(6))
        page.write_text(
            "<!doctype html><meta charset=utf-8><title>x</title>"
            f'<script src="../setup.js"></script><p>{formulas}'
        )
    (folder / "setup.js").write_text(SETUP)
    return folder


def built(site: Path, output: Path, cache: Path) -> Report:
    """What `build` makes of a site."""

    async def action() -> Report:
        async with Engine(tabs=2) as engine:
            return await build(open_site(site, output), Work(engine, Cache(cache)))

    return asyncio.run(action())


def files(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
