"""Renders chunks of pages on the workers of a Dask cluster, and yields their results.

Each worker keeps one Chromium warm. A chunk is a task; Dask reassigns the tasks of a lost worker.
Workers read the sources themselves. They also write the results if they can write to the target;
otherwise, or if the pages of a site share files, the results come back and are written here.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

from prerender.batch.journal import Site
from prerender.batch.model import Chunk, Render, Result
from prerender.batch.store import is_url
from prerender.batch.worker import RenderWorker, failure, render_chunk, write
from prerender.pipeline.render import open_session
from prerender.settings import Settings
from prerender.site.files import SiteError

try:
    from distributed import (
        Client,
        KilledWorker,
        LocalCluster,
        Worker,
        WorkerPlugin,
        as_completed,
        get_worker,
    )
except ImportError as error:
    raise SiteError("--dask: pip install 'prerender-math[cluster]'") from error

# A lost worker is not worth a warning: its chunks are done by others
logging.getLogger("distributed.client").setLevel(logging.ERROR)

#: chunks queued on the scheduler per thread, some for workers that join later
_AHEAD = 8
#: seconds for a scheduler to answer, and for a first worker to connect
_CONNECT_TIMEOUT = 30
#: tabs of a worker's Chromium: there is one worker process for each core
_TABS = 1
#: chunks that a local worker has at once: one is read while another is typeset
_THREADS = 2


class WorkerWarmup(WorkerPlugin):
    """Opens a session in each worker, whose Chromium starts with the first chunk."""

    def __init__(self, settings: Settings, *, stale: bool, write: bool) -> None:
        self._settings = replace(settings, jobs=_TABS)
        self._stale, self._write = stale, write
        self._open = AsyncExitStack()

    async def setup(self, worker: Worker) -> None:
        """Open the session. Raises CacheError."""
        opened = open_session(self._settings, prewarm=False)
        session = await self._open.enter_async_context(opened)
        self.worker = RenderWorker(session, self._stale, self._write)

    async def teardown(self, worker: Worker) -> None:
        """End Chromium."""
        await self._open.aclose()


@asynccontextmanager
async def cluster(
    address: str, settings: Settings, sites: Sequence[Site], worker: RenderWorker
) -> AsyncIterator[Render]:
    """Yield a function that renders chunks on the cluster at `address` ("local": processes here).

    Raises SiteError if there is no cluster, or if its workers cannot access the sites.
    """
    async with _client(address, settings.jobs or os.cpu_count() or 1) as client:
        shared = await _targets_are_shared(client, sites)
        name = f"prerender-{uuid.uuid4().hex}"
        # Files that pages of a site share have a single writer, and are written before the pages
        single_writer = bool(worker.session.assets)
        warmup = WorkerWarmup(settings, stale=worker.stale, write=shared and not single_writer)
        await client.register_plugin(warmup, name=name)
        try:
            yield lambda waiting: _render(waiting, client, name, worker)
        finally:
            await client.unregister_worker_plugin(name)


@asynccontextmanager
async def _client(address: str, workers: int) -> AsyncIterator[Any]:
    async with AsyncExitStack() as stack:
        scheduler: Any = address
        if address == "local":
            scheduler = await stack.enter_async_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=_THREADS,
                    processes=True,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                    asynchronous=True,
                )
            )
        try:
            client = await stack.enter_async_context(
                Client(scheduler, asynchronous=True, timeout=_CONNECT_TIMEOUT)
            )
            await client.wait_for_workers(1, timeout=_CONNECT_TIMEOUT)
        except (OSError, ValueError) as error:
            raise SiteError(f"--dask {address}: no cluster answers: {error}") from error
        yield client


async def _targets_are_shared(client: Any, sites: Sequence[Site]) -> bool:
    """Whether all workers see the targets. Raises SiteError if they do not all see the sources."""
    for source in {site.source for site in sites}:
        visible = [not source.startswith("memory:")]
        if not is_url(source):
            visible = (await client.run(os.path.exists, source)).values()
        if not all(visible):
            raise SiteError(
                f"--dask: not all workers see {source}; put it in a folder or a store that they "
                "share, for example s3://"
            )
    return all([await _workers_see(client, site.target or site.source) for site in sites])


async def _workers_see(client: Any, target: str) -> bool:
    """Whether the workers see a file that this process writes to a folder."""
    if is_url(target):
        return not target.startswith("memory:")
    folder = Path(target) if Path(target).is_dir() else Path(target).parent
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".prerender-{os.getpid()}-{uuid.uuid4().hex}"
    probe.touch()
    try:
        return all((await client.run(os.path.exists, str(probe))).values())
    finally:
        probe.unlink()


async def _render(
    waiting: Iterable[Chunk], client: Any, name: str, worker: RenderWorker
) -> AsyncIterator[Result]:
    """Render chunks on the workers, the most expensive first."""
    rest = iter(sorted(waiting, key=lambda chunk: -sum(item.cost for item in chunk)))
    chunks: dict[str, Chunk] = {}

    def submit(count: int) -> list[Any]:
        futures = []
        for chunk in islice(rest, count):
            futures.append(client.submit(_render_on_worker, chunk, name, pure=False))
            chunks[futures[-1].key] = chunk
        return futures

    threads = sum((await client.nthreads()).values())
    running = as_completed(submit(_AHEAD * threads))
    async for future in running:
        chunk = chunks.pop(future.key)
        try:
            result = await future
            result = result._replace(pages=await write(result.pages, worker))
        except KilledWorker:
            lost = OSError("the workers that rendered it, or pages of its chunk, were lost")
            result = Result([failure(item, lost, worker.session.fingerprint) for item in chunk], 0)
        running.update(submit(1))
        yield result


async def _render_on_worker(chunk: Chunk, name: str) -> Result:
    """Render a chunk; runs in a worker."""
    plugin = cast(WorkerWarmup, get_worker().plugins[name])
    return await render_chunk(chunk, plugin.worker)
