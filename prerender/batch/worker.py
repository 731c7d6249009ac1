"""Pages of many sites in, chunk by chunk; what became of each out, and into the journal.

Whether chunks are rendered here or on other machines is all the same to the job.
"""

from __future__ import annotations

import asyncio
import json
import time
from asyncio import sleep as pause
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple, ParamSpec, TypeVar

from prerender.batch.journal import Journal, Row, Site, State
from prerender.batch.store import File, Store, open_store
from prerender.engine import Markup
from prerender.markup import rendered_by
from prerender.pipeline.build import RenderSession, outcome_of
from prerender.pipeline.outcome import PageResult
from prerender.pipeline.page import is_xml
from prerender.pipeline.scripts import digest
from prerender.report.summary import DiagnosticExcerpt
from prerender.site.assets import AssetStore, SharedAssets
from prerender.source.encoding import EncodingLossError, decode

#: a chunk: what is lost with a worker, and written to the journal at once
_PAGES, _BYTES = 32, 2_000_000
#: bytes that a page costs beside its own
_A_PAGE = 4_000
#: chunks that are rendered side by side, so that tabs have work while the last pages of one end
_AT_ONCE = 2
#: seconds between tries, at most
_PATIENCE = 60
_SAMPLE = 40


class PageTask(NamedTuple):
    """A page to render: where it is, how its source was listed, what the journal knows of it."""

    site: Site
    page: str
    file: File
    known: Row

    @property
    def work(self) -> int:
        """What it is expected to cost, as bytes."""
        return self.file.size + _A_PAGE


class PageDone(NamedTuple):
    """A page that was worked on; `data` is a result that is still to be written.

    `shared` are the lines that it needs of files that its site shares. A page that is none of those
    asked for has no status.
    """

    item: PageTask
    row: Row
    data: bytes | None = None
    shared: Mapping[str, list[str]] = {}


class Result(NamedTuple):
    """A chunk that was worked on, and how many formulas were typeset meanwhile."""

    pages: list[PageDone]
    typeset: int


P = ParamSpec("P")
T = TypeVar("T")
Chunk = list[PageTask]
Render = Callable[[Iterable[Chunk]], AsyncIterator[Result]]


class Tools(NamedTuple):
    """What another machine needs to set up a bench, as the command line has it.

    `cache` is a folder; "": the machine's own; None: none.
    """

    browser: str | None
    jobs: int | None
    seconds: float
    cache: str | None
    override: dict[str, Any]
    hydrated: bool
    shrink: float
    stale: bool
    css: Literal["inline", "external"]
    glyphs: Literal["inline", "shared"]
    base_path: str = ""
    keep_loaders: bool = False
    markup: Markup = "svg"
    fonts: Literal["file", "inline"] = "file"


@dataclass(slots=True)
class RenderWorker:
    """What renders chunks. `stale`: only pages that something else has rendered; `write`: results
    are written where they belong, else they come back."""

    work: RenderSession
    settings: str
    stale: bool = False
    write: bool = True
    stores: dict[Site, Store] = field(default_factory=dict)
    sheets: dict[AssetStore, SharedAssets] = field(default_factory=dict)
    told: int = 0

    def store(self, site: Site) -> Store:
        """The store of a site, opened once. Raises SiteError."""
        if site not in self.stores:
            self.stores[site] = open_store(site)
        return self.stores[site]

    def shared(self, site: Site) -> SharedAssets:
        """The files that the pages of a site share. Raises SiteError."""
        files = self.store(site).files
        if files not in self.sheets:
            self.sheets[files] = SharedAssets(files, self.work.frames)
        return self.sheets[files]


@dataclass(slots=True)
class Totals:
    """What a run came to: pages by status, formulas."""

    pages: Counter[str] = field(default_factory=Counter)
    formulas: int = 0
    typeset: int = 0

    def count(self, result: Result) -> None:
        """Count a chunk."""
        self.typeset += result.typeset
        for one in result.pages:
            if one.row.status:
                self.pages[one.row.status] += 1
                self.formulas += one.row.formulas


class Estimate(NamedTuple):
    """What a job would take: pages, formulas, seconds, bytes of the results."""

    pages: int
    formulas: int
    seconds: float
    bytes: int


def to_do(
    site: Site, files: dict[str, File], rows: Mapping[str, Row], bench: RenderWorker, retries: int
) -> list[PageTask]:
    """Those pages of a site that are not as their rows have them done under these settings."""
    store, items = bench.store(site), []
    for page, file in files.items():
        row = rows.get(page, Row(page))
        same = row.settings == bench.settings
        if not same or not store.scripts.unchanged(json.loads(row.needs)):
            row = Row(page)
        if not row.stamp or row.stamp != file.stamp:
            row = row._replace(attempts=0)
        elif row.state == "done":
            if store.has_result(page):
                continue
        elif row.state == "aside" and (row.result or row.attempts > retries):
            continue
        items.append(PageTask(site, page, file, row))
    return items


def in_shard(page: str, index: int, count: int) -> bool:
    """Whether a page is in the shard `index` (from 1) of `count`; by its path alone."""
    return int(digest(page.encode("utf-8", "surrogateescape"))[:8], 16) % count == index - 1


def chunks(items: Iterable[PageTask], most: int = _PAGES) -> Iterator[Chunk]:
    """Items in chunks that cost about the same, of so many pages at most."""
    chunk: Chunk = []
    for item in items:
        chunk.append(item)
        if len(chunk) == most or sum(one.work for one in chunk) >= _BYTES:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


async def run(
    items: list[PageTask],
    render: Render,
    journal: Journal,
    retries: int,
    progress: Callable[[int, int], None],
) -> Totals:
    """Render pages; those that fail again after the others, later each time, then set them aside.

    Raises JournalError, EngineError, BrowserNotFound.
    """
    tally, count = Totals(), len(items)
    for attempt in range(retries + 1):
        failed = []
        # A page that costs a worker its life may have taken the rest of its chunk along
        async for result in render(chunks(items, 1 if attempt else _PAGES)):
            pages = [_judged(one, retries) for one in result.pages]
            journal.keep((one.item.site, one.row) for one in pages if one.row.status)
            again = [one for one in pages if one.row.state == "failed"]
            failed += [one.item._replace(known=one.row) for one in again]
            done = [one for one in pages if one.row.state != "failed"]
            tally.count(Result(done, result.typeset))
            progress(tally.pages.total(), count)
        if not failed:
            break
        items = failed
        await pause(min(2**attempt, _PATIENCE))
    return tally


def _judged(one: PageDone, retries: int) -> PageDone:
    """A page that has failed too often is set aside."""
    if one.row.state == "failed" and one.row.attempts > retries:
        return one._replace(row=one.row._replace(state="aside"))
    return one


async def render_here(waiting: Iterable[Chunk], bench: RenderWorker) -> AsyncIterator[Result]:
    """Render chunks in this process."""
    rest = iter(waiting)
    running: set[asyncio.Task[Result]] = set()
    try:
        while True:
            while len(running) < _AT_ONCE and (chunk := next(rest, None)):
                running.add(asyncio.create_task(render_chunk(chunk, bench)))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                yield one.result()
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def render_chunk(chunk: Chunk, bench: RenderWorker) -> Result:
    """Render the pages of a chunk side by side. Raises EngineError, BrowserNotFound."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_render(item, bench)) for item in chunk]
    pages = [task.result() for task in tasks]
    typeset, bench.told = bench.work.typeset - bench.told, bench.work.typeset
    return Result(await write(pages, bench) if bench.write else pages, typeset)


async def write(pages: Sequence[PageDone], bench: RenderWorker) -> list[PageDone]:
    """Write the results of a chunk, and before them what they need of files that sites share."""
    lost: dict[Site, OSError] = {}
    for site in {one.item.site for one in pages if one.shared}:
        try:
            lines = _lines(one.shared for one in pages if one.item.site == site)
            await _in_thread_if_remote(bench.store(site), bench.shared(site).add, lines)
        except OSError as error:
            lost[site] = error
    written = (_write(one, bench, lost.get(one.item.site)) for one in pages)
    return [_settled(one, bench) for one in await asyncio.gather(*written)]


def _lines(shared: Iterable[Mapping[str, list[str]]]) -> dict[str, set[str]]:
    """All lines that pages need, by the names of the files."""
    lines: dict[str, set[str]] = defaultdict(set)
    for one in shared:
        for name, some in one.items():
            lines[name].update(some)
    return lines


async def _write(one: PageDone, bench: RenderWorker, lost: OSError | None) -> PageDone:
    """Write a result; `lost`: why what it shares with its site could not be."""
    store = bench.store(one.item.site)
    try:
        if one.shared and lost is not None:
            raise lost
        return await _in_thread_if_remote(store, _put, one, store)
    except OSError as error:
        return failure(one.item, error, bench.settings)


def _put(one: PageDone, store: Store) -> PageDone:
    """Write a result. Raises OSError."""
    item, data, row = one.item, one.data, one.row
    if data is None:
        return one
    written = store.write(item.page, data, item.file)
    if not item.site.target and written:
        row = row._replace(stamp=store.stamp(item.page))
    status = "rendered" if written and row.status == "unchanged" else row.status
    return PageDone(item, row._replace(status=status))


async def _render(item: PageTask, bench: RenderWorker) -> PageDone:
    started = time.monotonic()
    try:
        done = await _rendered(item, bench)
    except OSError as error:
        done = failure(item, error, bench.settings)
    took = time.monotonic() - started
    return done._replace(row=done.row._replace(seconds=round(took, 3)))


async def _rendered(item: PageTask, bench: RenderWorker) -> PageDone:
    """A page with its result, unless it has that already. Raises OSError."""
    store, row = bench.store(item.site), item.known
    data = await _in_thread_if_remote(store, store.read, item.page)
    row = row._replace(stamp=item.file.stamp, attempts=row.attempts + 1, settings=bench.settings)
    key = digest(data)
    if row.state == "done" and await _in_thread_if_remote(store, _has_result, item, key, store):
        status = "unchanged" if row.status == "rendered" else row.status
        return PageDone(item, row._replace(status=status))
    row = row._replace(hash=key)
    if bench.stale:
        shown = (
            data
            if not item.site.target
            else await _in_thread_if_remote(store, store.result, item.page)
        )
        mark = _mark(item.page, data if shown is None else shown)
        if mark is None:
            return PageDone(item, row._replace(status=""))
        # Of what it shares with its site, only the journal knows that it is there
        if mark == bench.work.provenance and not bench.work.frames:
            row = row._replace(state="done", status="unchanged", result=digest(shown or data))
            return PageDone(item, row)
    page = PurePosixPath(item.page)
    outcome = await outcome_of(page, data, bench.work, store.scripts, settings=bench.settings)
    result = data if outcome.data is None else outcome.data
    done = PageDone(item, _row(row, outcome, digest(result)), result, outcome.shared)
    return done._replace(data=None) if result is data and not item.site.target else done


async def _in_thread_if_remote(
    store: Store, action: Callable[P, T], *words: P.args, **named: P.kwargs
) -> T:
    """What an action on a store gives; in a thread if it takes long."""
    if store.is_remote:
        return await asyncio.to_thread(action, *words, **named)
    return action(*words, **named)


def _has_result(item: PageTask, key: str, store: Store) -> bool:
    """Whether a page that was done is its source, with these bytes, and its result is there."""
    row = item.known
    if not item.site.target:
        return key == row.result
    there = store.result(item.page) if key == row.hash else None
    return there is not None and digest(there) == row.result


def _row(row: Row, outcome: PageResult, result: str) -> Row:
    """The row of a page that was rendered, but not yet written.

    Of one that failed, it has a result only if the next try would come to the same.
    """
    report = outcome.report(row.page, changed=False, written=False)
    state: State = ("aside" if outcome.cacheable else "failed") if outcome.failed else "done"
    return row._replace(
        state=state,
        result=result if state != "failed" else "",
        needs=json.dumps(outcome.dependencies),
        status=report.status,
        formulas=outcome.formulas,
    ).saying([one.remark for one in outcome.diagnostics])


def failure(item: PageTask, error: OSError, settings: str) -> PageDone:
    """A page that could not be read or written."""
    said = DiagnosticExcerpt("error", f"the page is left as it is: {error}")
    row = Row(item.page, "failed", item.file.stamp, settings=settings, status="failed")
    return PageDone(item, row._replace(attempts=item.known.attempts + 1).saying([said]))


def _settled(one: PageDone, bench: RenderWorker) -> PageDone:
    """A page that was written in place looks as it will, if it is old enough by now to tell."""
    row = one.row
    if one.item.site.target or not row.stamp or row.stamp == one.item.file.stamp:
        return one
    if bench.store(one.item.site).page(row.page).stamp == row.stamp:
        return one
    return one._replace(row=row._replace(stamp=""))


def _mark(page: str, data: bytes) -> str | None:
    """What a page was rendered by; None: it is not rendered, or no page of ours."""
    try:
        return rendered_by(decode(data, xml=is_xml(PurePosixPath(page))).text)
    except EncodingLossError:
        return None


async def estimate(items: list[PageTask], bench: RenderWorker) -> Estimate:
    """What rendering pages would take, from some of them. Writes nothing if the bench does not."""
    sample = items[:: max(1, len(items) // _SAMPLE)][:_SAMPLE]
    if not sample:
        return Estimate(0, 0, 0.0, 0)
    await bench.work.engine.browser()
    started = time.monotonic()
    pages = [one for chunk in chunks(sample) for one in (await render_chunk(chunk, bench)).pages]
    took = time.monotonic() - started
    part = sum(item.work for item in sample) / sum(item.work for item in items)
    size = sum(len(one.data) if one.data else one.item.file.size for one in pages)
    formulas = sum(one.row.formulas for one in pages)
    return Estimate(len(items), round(formulas / part), took / part, round(size / part))
