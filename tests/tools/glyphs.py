"""`python -m tests.tools.glyphs FILE.jsonl...`: the characters that most pages need.

Those that one in 33 of these formulas has: they stand in prerender/markup/core.txt.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

from prerender.engine import FormulaInput, Job, engine_setup
from prerender.setup import collect, interpret
from tests.support.browser import new_engine

_SHARE = 0.03


async def _counted(files: list[str]) -> tuple[Counter[str], int]:
    """How many formulas have each character, and how many there are."""
    lines = [line for file in files for line in Path(file).read_text("utf-8").splitlines()]
    formulas = [json.loads(line) for line in lines]
    setup = engine_setup(interpret(collect([], lambda _: None), {}, {}), "html")
    jobs = [Job("", (FormulaInput(one["tex"], one["display"], "tex"),)) for one in formulas]
    counts: Counter[str] = Counter()
    async with new_engine() as engine:
        for answer in await asyncio.gather(*(engine.typeset(job, {"": setup}) for job in jobs)):
            [typeset] = answer.typesets
            counts.update(typeset.glyphs if typeset.markup == "html" else ())
    return counts, len(jobs)


def main() -> None:
    """Print them."""
    counts, formulas = asyncio.run(_counted(sys.argv[1:]))
    print("".join(sorted(one for one, count in counts.items() if count >= _SHARE * formulas)))


if __name__ == "__main__":
    main()
