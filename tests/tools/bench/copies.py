"""The real sites and a number in; a site of so many pages out, made of them.

The first copy of a site is the site; in each other copy every formula has a term more, so that as
many of its formulas are distinct as in the first: about half.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from prerender.cache.disk import Cache
from prerender.pipeline.page import Plan
from prerender.pipeline.render import RenderSession, plans
from prerender.site.files import open_site
from prerender.source import Edit, splice
from prerender.source.encoding import encode
from tests.support.browser import new_engine
from tests.tools.bench.material import FOLDER, SITES

NAMES = ("cp-algorithms", "deepgenerativemodels-notes", "distributions-jl", "lmfit")


class Copy(NamedTuple):
    """A page of the site that is made: where it stands, what it is made of, its term (0: none)."""

    path: Path
    plan: Plan
    number: int

    def data(self) -> bytes:
        """The page itself."""
        return self._with(self._edits() if self.number else [])

    def edited(self, number: int) -> bytes:
        """The page as an author leaves it who writes one of its formulas anew."""
        first, *others = self._edits()
        return self._with([first._replace(text=f"{first.text}-{number}"), *others])

    def _with(self, edits: Iterable[Edit]) -> bytes:
        page = self.plan.page
        return encode(splice(page.text, edits), page.codec)

    def for_rehype(self) -> str:
        """The page with its formulas as remark-math marks them for rehype-katex."""
        edits = []
        for one in self.plan.formulas:
            kind = "display" if one.display else "inline"
            tex = escape(one.math + self._term(), quote=False)
            edits.append(Edit(*one.span, f'<code class="language-math math-{kind}">{tex}</code>'))
        return splice(self.plan.page.text, edits)

    def _edits(self) -> Iterator[Edit]:
        for one in self.plan.formulas:
            if one.inner is not None and one.input == "tex":
                yield Edit(one.inner.end, one.inner.end, self._term())

    def _term(self) -> str:
        return f"+{self.number}" if self.number else ""


def copies(count: int) -> Iterator[Copy]:
    """The pages of a site of `count` pages, the same ones each time."""
    read = [(name, page, plan) for name in NAMES for page, plan in asyncio.run(_plans(name))]
    for at in range(count):
        number, index = divmod(at, len(read))
        name, page, plan = read[index]
        yield Copy(Path(f"{name}-{number}") / page, plan, number)


async def _plans(name: str) -> list[tuple[Path, Plan]]:
    async with new_engine(tabs=1) as engine:
        found = plans(open_site(SITES / name, None), RenderSession(engine, Cache(None)))
        return [(Path(page), plan) async for page, plan in found if isinstance(plan, Plan)]


def site(count: int) -> Path:
    """The folder of a site of `count` pages, made once; to be copied, not to be changed."""
    folder = FOLDER / f"copies-{count}"
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        for copy in copies(count):
            file = folder / "site" / copy.path
            if not file.parent.is_dir():
                _assets(folder / "site", copy.path.parts[0])
                file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(copy.data())
        done.touch()
    return folder / "site"


def marked(count: int) -> Path:
    """The same pages with their formulas marked for rehype-katex."""
    folder = FOLDER / f"copies-{count}" / "marked"
    if not folder.exists():
        for copy in copies(count):
            file = folder / copy.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(copy.for_rehype(), "utf-8", "surrogateescape")
    return folder


def _assets(folder: Path, name: str) -> None:
    """What the pages of a site load."""
    target = folder / name
    if not target.is_dir():
        pages = shutil.ignore_patterns("*.html")
        shutil.copytree(SITES / name.rpartition("-")[0], target, ignore=pages)
