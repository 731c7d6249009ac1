"""Pages of many sites in; those to render in chunks, rendered and in the journal, out.

Whether chunks are rendered here or on other machines is all the same to the job.
"""

from __future__ import annotations

import asyncio
import json
import time
from asyncio import sleep as pause
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping

from prerender.batch.journal import Journal, Row, Site
from prerender.batch.model import Chunk, Estimate, PageDone, PageTask, Render, Result, Totals
from prerender.batch.store import File
from prerender.batch.worker import RenderWorker, render_chunk
from prerender.hashing import digest

#: a chunk: what is lost with a worker, and written to the journal at once
_PAGES, _BYTES = 32, 2_000_000
#: chunks that are rendered side by side, so that tabs have work while the last pages of one end
_AT_ONCE = 2
#: seconds between tries, at most
_PATIENCE = 60
_SAMPLE = 40


def to_do(
    site: Site, files: dict[str, File], rows: Mapping[str, Row], worker: RenderWorker, retries: int
) -> list[PageTask]:
    """Those pages of a site that are not as their rows have them done under these settings."""
    store, items = worker.store(site), []
    for page, file in files.items():
        row = rows.get(page, Row(page))
        same = row.settings == worker.session.fingerprint
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
        if len(chunk) == most or sum(one.cost for one in chunk) >= _BYTES:
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

    Raises JournalError, EngineError.
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


async def render_here(waiting: Iterable[Chunk], worker: RenderWorker) -> AsyncIterator[Result]:
    """Render chunks in this process."""
    rest = iter(waiting)
    running: set[asyncio.Task[Result]] = set()
    try:
        while True:
            while len(running) < _AT_ONCE and (chunk := next(rest, None)):
                running.add(asyncio.create_task(render_chunk(chunk, worker)))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                yield one.result()
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def estimate(items: list[PageTask], worker: RenderWorker) -> Estimate:
    """What rendering pages would take, from some of them. Writes nothing if `worker` does not."""
    sample = items[:: max(1, len(items) // _SAMPLE)][:_SAMPLE]
    if not sample:
        return Estimate(0, 0, 0.0, 0)
    await worker.session.engine.browser()
    started = time.monotonic()
    pages = [one for chunk in chunks(sample) for one in (await render_chunk(chunk, worker)).pages]
    took = time.monotonic() - started
    part = sum(item.cost for item in sample) / sum(item.cost for item in items)
    size = sum(len(one.data) if one.data else one.item.file.size for one in pages)
    formulas = sum(one.row.formulas for one in pages)
    return Estimate(len(items), round(formulas / part), took / part, round(size / part))
