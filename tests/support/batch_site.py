"""A number in; a site of so many pages, each with formulas of its own and a shared set-up, out.

Each of the first 156 pages has a letter of its own, and with it an outline.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from prerender.cache.disk import Cache
from prerender.pipeline.build import build
from prerender.pipeline.render import RenderSession
from prerender.report.summary import Report
from prerender.settings import Settings
from prerender.site.files import open_site
from tests.support.browser import new_engine

SETUP = "MathJax = {tex: {inlineMath: [['$', '$']], macros: {half: '\\\\frac12'}}}"


_FONTS = ("bb", "cal", "frak", "sf", "tt", "bf")


def make_site(folder: Path, count: int) -> Path:
    """Make the site; its pages are in two folders, and one script configures them."""
    for number in range(count):
        page = folder / f"{number % 2}" / f"{number:03}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        letter = rf"\math{_FONTS[number // 26 % 6]}{{{chr(ord('A') + number % 26)}}}"
        bases = [letter, "x", "x", "x", "x", "x"]
        formulas = " ".join(rf"$\half {x}_{{{number}}}^{{{at}}}$" for at, x in enumerate(bases))
        page.write_text(
            "<!doctype html><meta charset=utf-8><title>x</title>"
            f'<script src="../setup.js"></script><p>{formulas}'
        )
    (folder / "setup.js").write_text(SETUP)
    return folder


def built(site: Path, output: Path, cache: Path, *, shared: bool = False) -> Report:
    """What `build` makes of a site; `shared`: with files that pages share."""

    async def action() -> Report:
        async with new_engine(tabs=2) as engine:
            settings = Settings(css="external", glyphs="shared") if shared else Settings()
            session = RenderSession(engine, Cache(cache), settings)
            return await build(open_site(site, output), session)

    return asyncio.run(action())


def files(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


#: the flags of such pages
SHARED = ("--css", "external", "--glyphs", "shared")


def unmet(pages: dict[str, bytes]) -> set[str]:
    """What pages need of the files that they share, and is not there."""
    css, svg = (pages.get(f"prerender-math.{end}", b"").decode() for end in ("css", "svg"))
    lacking = set()
    for name, data in pages.items():
        text = data.decode() if name.endswith(".html") else ""
        needed = {f'id="{one}"' for one in re.findall(r'prerender-math\.svg#([^"]+)"', text)}
        lacking |= {f"{name}: {one}" for one in needed if one not in svg}
        classes = {
            one for some in re.findall(r' class="(prm-[^"]+)"', text) for one in some.split()
        }
        lacking |= {f"{name}: {one}" for one in classes if f".{one}" not in css}
        sizes = set(re.findall(r'<prm-space (data-gap="[^"]+")', text))
        lacking |= {f"{name}: {one}" for one in sizes if f"prm-space[{one}]" not in css}
    return lacking
