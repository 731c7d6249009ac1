"""A chunk of pages in; the pages rendered, and written where they belong, out."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import ParamSpec, TypeVar

from prerender.batch.journal import Row, Site, State
from prerender.batch.model import Chunk, PageDone, PageTask, Result
from prerender.batch.store import Store, open_store
from prerender.hashing import digest
from prerender.markup import rendered_by
from prerender.pipeline.outcome import PageResult
from prerender.pipeline.page import is_xml
from prerender.pipeline.render import RenderSession, result_of
from prerender.report.diagnostics import DiagnosticExcerpt
from prerender.site.assets import AssetStore, SharedAssets
from prerender.source.encoding import EncodingLossError, decode

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class RenderWorker:
    """What renders chunks. `stale`: only pages that something else has rendered; `write`: results
    are written where they belong, else they come back."""

    session: RenderSession
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
            self.sheets[files] = SharedAssets(files, self.session.assets)
        return self.sheets[files]


async def render_chunk(chunk: Chunk, worker: RenderWorker) -> Result:
    """Render the pages of a chunk side by side. Raises EngineError."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_render(item, worker)) for item in chunk]
    pages = [task.result() for task in tasks]
    typeset, worker.told = worker.session.typeset - worker.told, worker.session.typeset
    return Result(await write(pages, worker) if worker.write else pages, typeset)


async def write(pages: Sequence[PageDone], worker: RenderWorker) -> list[PageDone]:
    """Write the results of a chunk, and before them what they need of files that sites share."""
    lost: dict[Site, OSError] = {}
    for site in {one.item.site for one in pages if one.shared}:
        try:
            lines = _lines(one.shared for one in pages if one.item.site == site)
            await _in_thread_if_remote(worker.store(site), worker.shared(site).add, lines)
        except OSError as error:
            lost[site] = error
    written = (_write(one, worker, lost.get(one.item.site)) for one in pages)
    return [_settled(one, worker) for one in await asyncio.gather(*written)]


def _lines(shared: Iterable[Mapping[str, list[str]]]) -> dict[str, set[str]]:
    """All lines that pages need, by the names of the files."""
    lines: dict[str, set[str]] = defaultdict(set)
    for one in shared:
        for name, some in one.items():
            lines[name].update(some)
    return lines


async def _write(one: PageDone, worker: RenderWorker, lost: OSError | None) -> PageDone:
    """Write a result; `lost`: why what it shares with its site could not be."""
    store = worker.store(one.item.site)
    try:
        if one.shared and lost is not None:
            raise lost
        return await _in_thread_if_remote(store, _put, one, store)
    except OSError as error:
        return failure(one.item, error, worker.session.fingerprint)


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


async def _render(item: PageTask, worker: RenderWorker) -> PageDone:
    started = time.monotonic()
    try:
        done = await _rendered(item, worker)
    except OSError as error:
        done = failure(item, error, worker.session.fingerprint)
    took = time.monotonic() - started
    return done._replace(row=done.row._replace(seconds=round(took, 3)))


async def _rendered(item: PageTask, worker: RenderWorker) -> PageDone:
    """A page with its result, unless it has that already. Raises OSError."""
    store, row = worker.store(item.site), item.known
    data = await _in_thread_if_remote(store, store.read, item.page)
    fingerprint = worker.session.fingerprint
    row = row._replace(stamp=item.file.stamp, attempts=row.attempts + 1, settings=fingerprint)
    key = digest(data)
    if row.state == "done" and await _in_thread_if_remote(store, _has_result, item, key, store):
        status = "unchanged" if row.status == "rendered" else row.status
        return PageDone(item, row._replace(status=status))
    row = row._replace(hash=key)
    if worker.stale:
        shown = (
            data
            if not item.site.target
            else await _in_thread_if_remote(store, store.result, item.page)
        )
        mark = _mark(item.page, data if shown is None else shown)
        if mark is None:
            return PageDone(item, row._replace(status=""))
        # Of what it shares with its site, only the journal knows that it is there
        if mark == worker.session.provenance and not worker.session.assets:
            row = row._replace(state="done", status="unchanged", result=digest(shown or data))
            return PageDone(item, row)
    page = PurePosixPath(item.page)
    outcome = await result_of(page, data, worker.session, store.scripts)
    result = data if outcome.data is None else outcome.data
    done = PageDone(item, _row(row, outcome, digest(result)), result, outcome.shared, outcome.bug)
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


def _settled(one: PageDone, worker: RenderWorker) -> PageDone:
    """A page that was written in place looks as it will, if it is old enough by now to tell."""
    row = one.row
    if one.item.site.target or not row.stamp or row.stamp == one.item.file.stamp:
        return one
    if worker.store(one.item.site).page(row.page).stamp == row.stamp:
        return one
    return one._replace(row=row._replace(stamp=""))


def _mark(page: str, data: bytes) -> str | None:
    """What a page was rendered by; None: it is not rendered, or no page of ours."""
    try:
        xml = is_xml(PurePosixPath(page))
        return rendered_by(decode(data, xml=xml).text, xml=xml)
    except EncodingLossError:
        return None
