"""`python -m tests.tools.glyphs FILE.jsonl...`: the parts of the font, made of what formulas draw.

Each formula counts once. The first line is what a hundredth of all formulas have; the others are
characters of one kind that are as common. All else has no line: prerender/markup/slices.py cuts it
by code points. The lines stand in prerender/markup/glyphs.txt.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from prerender.engine import FormulaInput, Job, engine_setup
from prerender.setup import collect, interpret
from tests.support.browser import new_engine

_CORE, _COMMON, _KNOWN = 0.01, 0.002, 0.0004
#: of letters for mathematics (U+1D400 and on): an alphabet, small and capital
_LETTERS, _ALPHABET = range(0x1D400, 0x1D800), 52


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


def _kind(character: str) -> tuple[str, int]:
    code = ord(character)
    if code in _LETTERS:
        return "letters", (code - _LETTERS.start) // _ALPHABET
    return ("other faces" if code > 0xF0000 else "signs" if code >= 0x2000 else "text"), 0


def parts(counts: Counter[str], formulas: int) -> list[str]:
    """The lines: characters in order."""
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for character, count in counts.items():
        share = count / formulas
        if share >= _CORE:
            groups[("",)].append(character)
        elif share >= _KNOWN:
            groups[(*_kind(character), share < _COMMON)].append(character)
    return ["".join(sorted(group)) for _, group in sorted(groups.items(), key=str)]


def main() -> None:
    """Print them."""
    for part in parts(*asyncio.run(_counted(sys.argv[1:]))):
        print(part)


if __name__ == "__main__":
    main()
