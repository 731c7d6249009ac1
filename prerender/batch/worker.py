"""Renders the pages of a chunk, and writes the results to the targets of their sites."""

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
    """The state of a worker that renders chunks.

    `stale`: render only pages that another version or other settings have rendered. `write`: write
    results to their targets, else return them. `counted`: formulas typeset and already reported.
    """

    session: RenderSession
    stale: bool = False
    write: bool = True
    stores: dict[Site, Store] = field(default_factory=dict)
    sheets: dict[AssetStore, SharedAssets] = field(default_factory=dict)
    counted: int = 0

    def store(self, site: Site) -> Store:
        """Return the store of a site, opened once. Raises SiteError."""
        if site not in self.stores:
            self.stores[site] = open_store(site)
        return self.stores[site]

    def shared(self, site: Site) -> SharedAssets:
        """Return the files that the pages of a site share. Raises SiteError."""
        files = self.store(site).files
        if files not in self.sheets:
            self.sheets[files] = SharedAssets(files, self.session.assets)
        return self.sheets[files]


async def render_chunk(chunk: Chunk, worker: RenderWorker) -> Result:
    """Render the pages of a chunk concurrently. Raises EngineError."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_render(item, worker)) for item in chunk]
    pages = [task.result() for task in tasks]
    count = worker.session.typeset_count
    typeset, worker.counted = count - worker.counted, count
    return Result(await write(pages, worker) if worker.write else pages, typeset)


async def write(pages: Sequence[PageDone], worker: RenderWorker) -> list[PageDone]:
    """Write the results of a chunk, after the lines that they need in shared files."""
    failures: dict[Site, OSError] = {}
    for site in {page.item.site for page in pages if page.shared}:
        try:
            lines = _merged_lines(page.shared for page in pages if page.item.site == site)
            await _in_thread_if_remote(worker.store(site), worker.shared(site).add, lines)
        except OSError as error:
            failures[site] = error
    written = (_write(page, worker, failures.get(page.item.site)) for page in pages)
    return [_without_unstable_stamp(page, worker) for page in await asyncio.gather(*written)]


def _merged_lines(shared: Iterable[Mapping[str, list[str]]]) -> dict[str, set[str]]:
    """Merge the lines that pages need, by file name."""
    merged: dict[str, set[str]] = defaultdict(set)
    for lines_by_name in shared:
        for name, lines in lines_by_name.items():
            merged[name].update(lines)
    return merged


async def _write(page: PageDone, worker: RenderWorker, shared_error: OSError | None) -> PageDone:
    """Write a result; `shared_error`: why the shared files of its site could not be written."""
    store = worker.store(page.item.site)
    try:
        if page.shared and shared_error is not None:
            raise shared_error
        return await _in_thread_if_remote(store, _write_to_store, page, store)
    except OSError as error:
        return failure(page.item, error, worker.session.fingerprint)


def _write_to_store(page: PageDone, store: Store) -> PageDone:
    """Write a result. Raises OSError."""
    item, data, row = page.item, page.data, page.row
    if data is None:
        return page
    if not store.is_remote and digest(store.read(item.page)) != row.hash:
        raise OSError("it was changed while it was rendered")
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
    """Render a page, unless its result exists already. Raises OSError."""
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
        current = (
            data
            if not item.site.target
            else await _in_thread_if_remote(store, store.result, item.page)
        )
        provenance = _provenance(item.page, data if current is None else current)
        if provenance is None:
            return PageDone(item, row._replace(status=""))
        # Whether the shared files have its lines is known from the journal only
        if provenance == worker.session.provenance and not worker.session.assets:
            row = row._replace(state="done", status="unchanged", result=digest(current or data))
            return PageDone(item, row)
    page = PurePosixPath(item.page)
    outcome = await result_of(page, data, worker.session, store.scripts)
    result = data if outcome.data is None else outcome.data
    done = PageDone(item, _row(row, outcome, digest(result)), result, outcome.shared, outcome.bug)
    return done._replace(data=None) if result is data and not item.site.target else done


async def _in_thread_if_remote(
    store: Store, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Call an action on a store and return its result; in a thread if the store is remote."""
    if store.is_remote:
        return await asyncio.to_thread(action, *args, **kwargs)
    return action(*args, **kwargs)


def _has_result(item: PageTask, key: str, store: Store) -> bool:
    """Whether the source (its hash: `key`) and the result of a page are those of its row."""
    row = item.known
    if not item.site.target:
        return key == row.result
    data = store.result(item.page) if key == row.hash else None
    return data is not None and digest(data) == row.result


def _row(row: Row, outcome: PageResult, result: str) -> Row:
    """Return the row of a page that was rendered, but not yet written.

    The row of a failed page has a result only if another attempt would fail in the same way.
    """
    report = outcome.report(row.page, changed=False, written=False)
    state: State = ("aside" if outcome.cacheable else "failed") if outcome.failed else "done"
    return row._replace(
        state=state,
        result=result if state != "failed" else "",
        needs=json.dumps(outcome.dependencies),
        status=report.status,
        formulas=outcome.formulas,
    ).with_excerpts([diagnostic.excerpt for diagnostic in outcome.diagnostics])


def failure(item: PageTask, error: OSError, settings: str) -> PageDone:
    """Return the result of a page that could not be read or written."""
    excerpt = DiagnosticExcerpt("error", f"the page is left as it is: {error}")
    row = Row(item.page, "failed", item.file.stamp, settings=settings, status="failed")
    return PageDone(item, row._replace(attempts=item.known.attempts + 1).with_excerpts([excerpt]))


def _without_unstable_stamp(page: PageDone, worker: RenderWorker) -> PageDone:
    """Drop the stamp of a page written in place if it is too recent to prove later changes."""
    row = page.row
    if page.item.site.target or not row.stamp or row.stamp == page.item.file.stamp:
        return page
    if worker.store(page.item.site).page(row.page).stamp == row.stamp:
        return page
    return page._replace(row=row._replace(stamp=""))


def _provenance(page: str, data: bytes) -> str | None:
    """Return what a page was rendered by; None if it is not rendered, or not decodable."""
    try:
        xml = is_xml(PurePosixPath(page))
        return rendered_by(decode(data, xml=xml).text, xml=xml)
    except EncodingLossError:
        return None
