"""`python -m tests.tools.commonest FILE.jsonl...`: the outlines formulas draw most, by hashes.

Each formula counts once. As many as there are names for stand in prerender/markup/common.txt.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from prerender.engine import FormulaInput, Job
from prerender.markup.drawing import SHORT, SHORT_NAMES
from tests.support.browser import new_engine

_SETUP: dict[str, Any] = {
    "version": "mathjax4",
    "tex": {},
    "load": [],
    "mathml": None,
    "asciimath": None,
    "output": {},
}


async def _counted(files: list[str]) -> Counter[str]:
    lines = [line for file in files for line in Path(file).read_text("utf-8").splitlines()]
    formulas = [json.loads(line) for line in lines]
    jobs = [Job("", (FormulaInput(one["tex"], one["display"], "tex"),)) for one in formulas]
    counts: Counter[str] = Counter()
    async with new_engine() as engine:
        for answer in await asyncio.gather(*(engine.typeset(job, {"": _SETUP}) for job in jobs)):
            counts.update(name[:SHORT] for name in answer.outlines)
    return counts


def main() -> None:
    """Print them, the commonest first."""
    for name, _ in asyncio.run(_counted(sys.argv[1:])).most_common(len(SHORT_NAMES)):
        print(name)


if __name__ == "__main__":
    main()
