"""What the journal costs, `batch` beside `build`: `python -m tests.tools.overhead PAGES [TURNS]`.

The pages share their formulas, so that they cost as little as pages can; with `real` as a third
word they are copies of real ones, of which the journal is a smaller part. The two commands take
turns, the first to go changes each time, each with an empty cache: what counts is the median of
their ratios, of the time of the processors, all processes counted, and of the clock's.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.support.batch_site import files, make_site
from tests.tools.bench import copies


class Took(NamedTuple):
    """Seconds of processors and of the clock."""

    processors: float
    clock: float


def main(pages: int, turns: int = 3, kind: str = "cheap") -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = copies.site(pages) if kind == "real" else _cheap(folder / "site", pages)
        _took(folder, site, "build", "first")
        ratios: list[Took] = []
        for turn in range(turns):
            took = {}
            for command in ("build", "batch") if turn % 2 else ("batch", "build"):
                took[command] = _took(folder, site, command, f"{command}-{turn}")
                assert files(folder / f"{command}-{turn}") == files(folder / "first")
            build, batch = took["build"], took["batch"]
            ratios.append(Took(batch[0] / build[0], batch[1] / build[1]))
            print(f"turn {turn}: build {_said(build)}, batch {_said(batch)}", flush=True)
        size = (folder / "batch-0.db").stat().st_size
        processors, clock = (median(one[at] for one in ratios) - 1 for at in (0, 1))
        print(
            f"{pages} {kind} pages, {turns} turns: batch takes {processors:+.1%} of the time of "
            f"processors and {clock:+.1%} of the clock's; the journal has {size / pages:.0f} bytes "
            "a page"
        )


def _said(took: Took) -> str:
    return f"{took.processors:.1f} s ({took.clock:.1f} s)"


def _cheap(folder: Path, pages: int) -> Path:
    make_site(folder, pages)
    for page in folder.rglob("*.html"):  # few formulas, each page its own bytes
        page.write_text(page.read_text().replace(f"_{{{int(page.stem)}}}", "") + page.stem)
    return folder


def _took(folder: Path, site: Path, command: str, target: str) -> Took:
    """What a command takes, with an empty cache."""
    journal = ["--journal", str(folder / f"{target}.db")] if command == "batch" else []
    words = [command, str(site), "-o", str(folder / target), "--quiet", *journal]
    env = {**os.environ, "PRERENDER_CACHE": str(folder / f"cache-{target}")}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "prerender", *words], env=env, check=True, stderr=subprocess.DEVNULL
    )
    after, took = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - started
    return Took(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, took)


if __name__ == "__main__":
    main(int(sys.argv[1]), int((sys.argv[2:] or ["3"])[0]), *sys.argv[3:])
