"""What the journal costs, `batch` beside `build`: `python -m tests.batch.overhead 10000 [TURNS]`.

The pages share their formulas, so that they cost as little as pages can: of real pages the journal
is a smaller part. Times are those of the processors, all processes counted, for other programs
change the clock's; the two take turns, and the median counts.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.batch.site import files, make_site


def main(pages: int, turns: int = 3) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_site(folder / "site", pages)
        for page in (folder / "site").rglob("*.html"):  # few formulas, each page its own bytes
            page.write_text(page.read_text().replace(f"x_{{{int(page.stem)}}}", "x") + page.stem)
        _took(folder, "build", "first")
        took: dict[str, list[float]] = {"build": [], "batch": []}
        for time in range(turns):
            for command, times in took.items():
                times.append(_took(folder, command, f"{command}-{time}"))
                _same(folder, f"{command}-{time}")
        build, batch = median(took["build"]), median(took["batch"])
        print({name: [round(one, 1) for one in times] for name, times in took.items()})
        print(f"{pages} pages: build {build:.1f} s, batch {batch:.1f} s, {batch / build - 1:+.1%}")


def _took(folder: Path, command: str, target: str) -> float:
    """Seconds of processors that a command takes, with an empty cache."""
    journal = ["--journal", str(folder / f"{target}.db")] if command == "batch" else []
    words = [command, str(folder / "site"), "-o", str(folder / target), "--quiet", *journal]
    env = {**os.environ, "PRERENDER_CACHE": str(folder / f"cache-{target}")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "prerender", *words], env=env, check=True, stderr=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _same(folder: Path, target: str) -> None:
    assert files(folder / target) == files(folder / "first")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
