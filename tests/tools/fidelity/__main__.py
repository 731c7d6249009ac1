"""`python -m tests.tools.fidelity FILE.jsonl... [--first N]`: compare all formulas in files."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.support.browser import chromium, new_engine
from tests.tools.fidelity.compare import Compared, Sample, compare

#: packages that are there without being loaded
BUILT_IN = frozenset(
    [
        "base",
        "ams",
        "newcommand",
        "textmacros",
        "noundefined",
        "require",
        "autoload",
        "configmacros",
    ]
)
Groups = dict[tuple[str, ...], list[Sample]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--first", type=int, default=None)
    words = parser.parse_args()
    asyncio.run(_report(words.files, words.first))


async def _report(files: list[Path], first: int | None) -> None:
    async with chromium() as browser, new_engine() as engine:
        for file in files:
            lines = file.read_text("utf-8").splitlines()[:first]
            result = [
                one
                for packages, samples in _grouped(lines).items()
                for one in await compare(
                    browser,
                    engine,
                    samples,
                    {"packages": list(packages)} if packages else {},
                    [f"[tex]/{name}" for name in packages if name not in BUILT_IN],
                )
            ]
            _print(file, result)


def _grouped(lines: list[str]) -> Groups:
    """The formulas of a file by the packages that they need; () for MathJax's default."""
    groups: Groups = defaultdict(list)
    for line in lines:
        data = json.loads(line)
        groups[tuple(data.get("packages", ()))].append(Sample(data["tex"], data["display"]))
    return groups


def _print(file: Path, result: list[Compared]) -> None:
    for one in _wrong(result):
        print(one.share or "", one.ours, "|", one.theirs, repr(one.sample.tex))
    drawn = [one.share for one in result if one.share is not None]
    wrong = sum(1 for _ in _wrong(result))
    print(f"{file.name}: {len(result)} formulas, {len(drawn)} drawn by both, {wrong} differ")


def _wrong(result: list[Compared]) -> Iterator[Compared]:
    """More than 0.1 % of pixels, or an error on one side only."""
    for one in result:
        if (one.ours is None) != (one.theirs is None) or (one.share or 0) > 0.001:
            yield one


if __name__ == "__main__":
    main()
