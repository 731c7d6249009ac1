"""Schedules a job: picks the pages to render, renders them in chunks, and keeps the journal.

A job does not depend on whether chunks are rendered here or on other machines.
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

#: the most pages and bytes of a chunk, which is lost as a whole when its worker dies
_PAGES, _BYTES = 32, 2_000_000
#: chunks rendered concurrently, so that tabs have work while the last pages of a chunk finish; and
#: not less than one for each core
_AT_ONCE = 2
#: the most seconds between two attempts
_MAX_BACKOFF = 60
_SAMPLE = 40


def pages_to_render(
    site: Site, files: dict[str, File], rows: Mapping[str, Row], worker: RenderWorker, retries: int
) -> list[PageTask]:
    """Return the pages of a site that their rows do not show as done under these settings."""
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
    """Whether a page is in shard `index` (from 1) of `count`; depends on its path only."""
    return int(digest(page.encode("utf-8", "surrogateescape"))[:8], 16) % count == index - 1


def chunks(items: Iterable[PageTask], most: int = _PAGES) -> Iterator[Chunk]:
    """Divide pages into chunks of about the same cost, of `most` pages at most."""
    chunk: Chunk = []
    for item in items:
        chunk.append(item)
        if len(chunk) == most or sum(task.cost for task in chunk) >= _BYTES:
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
    """Render pages; retry failed ones after the others with growing delays, then set them aside.

    Raises JournalError, EngineError.
    """
    tally, count = Totals(), len(items)
    for attempt in range(retries + 1):
        failed = []
        # A page that kills its worker makes the rest of its chunk fail, too; so retry one by one
        async for result in render(chunks(items, 1 if attempt else _PAGES)):
            pages = [_aside_if_exhausted(page, retries) for page in result.pages]
            journal.keep((page.item.site, page.row) for page in pages if page.row.status)
            again = [page for page in pages if page.row.state == "failed"]
            failed += [page.item._replace(known=page.row) for page in again]
            done = [page for page in pages if page.row.state != "failed"]
            tally.count(Result(done, result.typeset))
            progress(tally.pages.total(), count)
        if not failed:
            break
        items = failed
        await pause(min(2**attempt, _MAX_BACKOFF))
    return tally


def _aside_if_exhausted(page: PageDone, retries: int) -> PageDone:
    """Set a page aside that has failed too often."""
    if page.row.state == "failed" and page.row.attempts > retries:
        return page._replace(row=page.row._replace(state="aside"))
    return page


async def render_here(waiting: Iterable[Chunk], worker: RenderWorker) -> AsyncIterator[Result]:
    """Render chunks in this process."""
    rest, at_once = iter(waiting), max(_AT_ONCE, worker.session.cores)
    running: set[asyncio.Task[Result]] = set()
    try:
        while True:
            while len(running) < at_once and (chunk := next(rest, None)):
                running.add(asyncio.create_task(render_chunk(chunk, worker)))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def estimate(items: list[PageTask], worker: RenderWorker) -> Estimate:
    """Estimate the cost of rendering pages from a sample. Writes nothing if `worker` does not."""
    sample = items[:: max(1, len(items) // _SAMPLE)][:_SAMPLE]
    if not sample:
        return Estimate(0, 0, 0.0, 0)
    await worker.session.engine.browser()
    started = time.monotonic()
    pages = [page for chunk in chunks(sample) for page in (await render_chunk(chunk, worker)).pages]
    took = time.monotonic() - started
    part = sum(item.cost for item in sample) / sum(item.cost for item in items)
    size = sum(len(page.data) if page.data else page.item.file.size for page in pages)
    formulas = sum(page.row.formulas for page in pages)
    return Estimate(len(items), round(formulas / part), took / part, round(size / part))
