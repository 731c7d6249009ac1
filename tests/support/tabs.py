"""A tab, jobs and their set-ups in; the typesets of each job out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from prerender.engine import Job, SentAnswer, Typeset, encode_job, open_answer
from prerender.engine.protocol import Answer
from prerender.engine.tab import Tab
from tests.support.browser import new_engine


async def run_jobs(
    tab: Tab, jobs: Sequence[Job], setups: Mapping[str, Any], seconds: float = 60
) -> list[list[Typeset]]:
    """What a tab answers. Raises as it does."""
    answer = await tab.run([encode_job(job) for job in jobs], as_json(setups), seconds)
    return opened(answer, jobs)


def typeset_alone(jobs: Sequence[Job], setup: Mapping[str, Any]) -> list[Typeset]:
    """What an engine with one tab answers for jobs of a formula each, in the set-up "s"."""

    async def ask() -> list[Typeset]:
        async with new_engine(tabs=1) as engine:
            results = await asyncio.gather(*(engine.typeset(job, {"s": setup}) for job in jobs))
        return [result.typesets[0] for result in results]

    return asyncio.run(ask())


def opened(answer: Answer, jobs: Sequence[Job]) -> list[list[Typeset]]:
    """The typesets of each job in an answer."""
    return [
        list(open_answer(SentAnswer(typesets, answer.outlines), len(job.formulas)).typesets)
        for typesets, job in zip(answer.typesets, jobs, strict=True)
    ]


def as_json(setups: Mapping[str, Any]) -> dict[str, str]:
    """Set-ups as tabs are told them."""
    return {key: json.dumps(setup) for key, setup in setups.items()}
