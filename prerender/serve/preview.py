"""A site's folder in; what a preview shows for a path out: a page as it is rendered, or a file.

The folder is read only. Pages are rendered when they are asked for, and again when their bytes, or
another file of the site, have changed.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from prerender.aio import Renderer
from prerender.cache.index import stable_stat
from prerender.errors import InternalError, PrerenderError
from prerender.hashing import digest
from prerender.report.diagnostics import Diagnostic
from prerender.site.files import (
    FileStat,
    Site,
    filter_names,
    is_local,
    list_pages,
    read_local,
    stat_file,
)

#: pages that are held, rendered
_HELD = 100
#: leading folders of a path that may be the site's own on its host
_MAX_DEPTH = 3
_INDEX = ("index.html", "index.htm", "index.xhtml")
#: pages that are listed where there is no first page
_LISTED = 500


class View(NamedTuple):
    """What is shown for a path: the bytes of a page, and what there is to say of it.

    `version` tells it from what it was and will be; `seconds` is how long it took to render.
    """

    name: str
    body: bytes
    version: str
    diagnostics: Sequence[Diagnostic] = ()
    formulas: int = 0
    seconds: float = 0.0
    found: bool = True

    @property
    def is_xml(self) -> bool:
        """Whether it is XHTML."""
        return self.name.endswith((".xhtml", ".xht"))


#: is told of each page that has been rendered
Rendered = Callable[[View], None]


@dataclass(slots=True)
class _Held:
    """A page that was rendered: of which bytes, and when which files were there."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    stat: FileStat | None = None
    digest: str = ""
    epoch: int = -1
    view: View | None = None


class Preview:
    """What there is to see of a site; `rendered` is told of each page that is rendered."""

    def __init__(self, site: Site, renderer: Renderer, rendered: Rendered) -> None:
        self._site, self._renderer, self._rendered = site, renderer, rendered
        self._folder = replace(site, single=None)
        self._assets: dict[str, bytes] = {}
        self._served: dict[str, str] = {}
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._epoch = 0
        self._reloads = 0

    def find(self, path: str) -> str | None:
        """Return the name of the file for a path; None if there is none."""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if any(part.startswith(".") and part != ".well-known" for part in parts):
            return None
        deepest = len(parts) if path.endswith("/") else len(parts) - 1
        for cut in range(max(min(deepest, _MAX_DEPTH), 0) + 1):
            if cut and (self._site.root / parts[cut - 1]).exists():
                return None
            if name := self._file("/".join(parts[cut:])):
                return name
        return None

    def _file(self, name: str) -> str | None:
        """Return the file for a name: a folder's first page, or a page named without .html."""
        names = [f"{name}/{index}".lstrip("/") for index in _INDEX]
        if not (self._site.root / name).is_dir():
            names = [name, f"{name}.html"]
        return next((one for one in names if self._is_there(one)), None)

    def _is_there(self, name: str) -> bool:
        return name in self._assets or is_local(self._folder, self._site.root / name)

    def is_folder(self, path: str) -> bool:
        """Whether a path is that of a folder with a first page: its address ends with a slash."""
        return not path.endswith("/") and (self._site.root / path.strip("/")).is_dir()

    def is_page(self, name: str) -> bool:
        """Whether a file is a page of the site."""
        if self._site.single is not None:
            return name == str(self._site.single)
        return bool(filter_names([name], self._site.include, self._site.exclude))

    def file(self, name: str) -> Path:
        """Return a file that is sent as it is, and remember what it was."""
        file = self._site.root / name
        self._served[name] = digest(read_local(file))
        return file

    def asset(self, name: str) -> bytes | None:
        """Return a file that rendered pages share; None if it is none."""
        return self._assets.get(name)

    async def view(self, path: str) -> View:
        """Return what is shown for a path: its page, or that there is none."""
        name = self.find(path)
        if name is None or not self.is_page(name):
            return await self._missing(path)
        try:
            view = await self._page(name)
        except OSError as error:
            view = _view(name, b"", [Diagnostic("error", f"the page cannot be read: {error}")])
        return view._replace(version=f"{view.version}-{self._reloads}")

    async def _missing(self, path: str) -> View:
        """What is shown where there is no page: the site's own page for that, or a list of all."""
        if path.strip("/") and self.find("404.html"):
            return (await self._page("404.html"))._replace(found=False)
        try:
            pages = [str(page) for page in list_pages(self._site)]
        except PrerenderError:
            pages = []
        shown = {"path": path, "pages": pages[:_LISTED], "more": len(pages) - _LISTED}
        body = TEMPLATES.get_template("missing.html.jinja").render(shown).encode()
        return _view("", body, ())._replace(found=path == "/" and bool(pages))

    async def _page(self, name: str) -> View:
        held = self._held.setdefault(name, _Held())
        self._held.move_to_end(name)
        if len(self._held) > _HELD:
            self._held.popitem(last=False)
        async with held.lock:
            return await self._current(name, held)

    async def _current(self, name: str, held: _Held) -> View:
        """Return a page as it is now, rendered if it has changed. Raises OSError."""
        since, stat = time.time_ns(), stat_file(str(self._site.root / name))
        if held.view and held.epoch == self._epoch and stat == held.stat:
            return held.view
        epoch = self._epoch
        data = read_local(self._site.root / name)
        key = digest(data)
        if held.view is None or held.epoch != epoch or key != held.digest:
            held.view = await self._render(name, data)
            self._rendered(held.view)
        held.stat = stat and stable_stat(stat, since)
        held.digest, held.epoch = key, epoch
        return held.view

    async def _render(self, name: str, data: bytes) -> View:
        started = time.monotonic()
        try:
            result = await self._renderer.render_html(data, path=name)
        except (PrerenderError, OSError) as error:
            bug = isinstance(error, InternalError)
            told = "the page is left as it is, by a bug of prerender" if bug else "not rendered"
            return _view(name, data, [Diagnostic("error", f"{told}: {error}")])
        self._assets.update(result.assets)
        seconds = time.monotonic() - started
        view = _view(name, result.html, result.diagnostics)
        return view._replace(formulas=result.formulas, seconds=seconds)

    def note_changes(self, names: Collection[str] | None) -> None:
        """Take note that files have changed; None: any may have."""
        others = None if names is None else [name for name in names if not self.is_page(name)]
        if others is None or others:
            self._renderer.forget_files()
            self._epoch += 1
        for name in self._served if others is None else others:
            known = self._served.get(name)
            if known is not None and known != self._digest(name):
                self._reloads += 1
                del self._served[name]
                break

    def _digest(self, name: str) -> str:
        try:
            return digest(read_local(self._site.root / name))
        except OSError:
            return ""


def _view(name: str, body: bytes, diagnostics: Sequence[Diagnostic]) -> View:
    return View(name, body, digest(body)[:16], diagnostics)


def with_script(view: View) -> bytes:
    """Return a page with the script that reloads it, in the page's encoding.

    It stands at the end, where parsers of HTML move it into the body.
    """
    values = {"version": view.version}
    script = "\n" + TEMPLATES.get_template("script.html.jinja").render(values)
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if view.body.startswith(mark):
            return view.body + script.encode(codec)
    if view.is_xml:
        start, end, rest = view.body.rpartition(b"</body>")
        return start + (script.encode() if end else b"") + end + rest
    return view.body + script.encode()


def screens(path: str, widths: Mapping[int, int]) -> str:
    """Return the page that shows a path on screens; `widths` has their heights (CSS pixels)."""
    return TEMPLATES.get_template("screens.html.jinja").render(path=path, widths=widths)


TEMPLATES = Environment(
    loader=PackageLoader("prerender.serve", "."),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
