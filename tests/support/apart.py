"""A job on workers that do not see the target: `python -m tests.support.apart SITE OUTPUT`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from prerender.batch import dask_cluster as cluster
from prerender.batch import selection as job
from prerender.batch.journal import Journal
from prerender.batch.worker import RenderWorker, Tools, run
from prerender.cache.disk import Cache
from prerender.engine import Engine
from prerender.pipeline.build import RenderSession


async def _sees_nothing(client: Any, target: str) -> bool:
    return False


async def main(source: str, output: str) -> None:
    """Run the job."""
    work = RenderSession(Engine(), Cache(None))
    bench = RenderWorker(work, work.fingerprint)
    folder = os.environ["PRERENDER_CACHE"]
    tools = Tools(
        os.environ.get("PRERENDER_BROWSER"),
        1,
        20.0,
        folder,
        {},
        False,
        work.shrink,
        False,
        work.css,
        work.glyphs,
    )
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "journal")
        sites = job.sites([source], output, file)
        journal = Journal(file)
        items = job.prepare(job.Job(sites), journal, bench, 0)
        async with cluster.cluster("local", tools, sites, bench) as render:
            await run(items, render, journal, 0, lambda _, __: None)
        assert journal.counts() == {"done": len(items)}
        journal.close()


if __name__ == "__main__":
    cluster._sees = _sees_nothing
    asyncio.run(main(*sys.argv[1:]))
