"""A job on workers that do not see the target: `python -m tests.support.apart SITE OUTPUT`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from prerender.batch import dask_cluster, selection
from prerender.batch.journal import Journal
from prerender.batch.schedule import run
from prerender.batch.worker import RenderWorker
from prerender.pipeline.render import open_session
from prerender.settings import Settings, load


async def _sees_nothing(client: Any, target: str) -> bool:
    return False


async def main(source: str, output: str) -> None:
    """Run the job."""
    settings = load(Settings, {"jobs": 1})
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "journal")
        async with open_session(settings, prewarm=False) as session:
            worker = RenderWorker(session)
            sites = selection.sites([source], output, file)
            journal = Journal(file)
            tasks = selection.prepare(selection.Job(sites), journal, worker, 0)
            async with dask_cluster.cluster("local", settings, sites, worker) as render:
                await run(tasks, render, journal, 0, lambda _, __: None)
        assert journal.counts() == {"done": len(tasks)}
        journal.close()


if __name__ == "__main__":
    dask_cluster._workers_see = _sees_nothing
    asyncio.run(main(*sys.argv[1:]))
