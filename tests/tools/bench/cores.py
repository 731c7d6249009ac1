"""How a first build uses cores: `python -m tests.tools.bench.cores`.

`--pages N` is how many pages, `--times N` how many builds the median is of. What each kind of
process takes, and what only one process can do; from that, how much faster more cores are, and
builds on one core and on two (taskset), which tell whether that is so. To cache/bench/cores.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.tools.bench import copies
from tests.tools.bench.material import CHECKOUT, FOLDER
from tests.tools.bench.processes import FIRST, Times

_PAGES = 300
_MANY = (2, 4, 8, 16)
#: seconds between two looks at processes
_PAUSE = 0.1


class Build(NamedTuple):
    """What a build took: seconds, and seconds of processor time by kind of process."""

    seconds: float
    times: dict[str, float]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=_PAGES)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    site = copies.site(asked.pages)
    found = {cores: [build(site, cores) for _ in range(asked.times)] for cores in (1, 2)}
    kinds = sorted({kind for one in found[2] for kind in one.times})
    times = {kind: median(one.times.get(kind, 0.0) for one in found[2]) for kind in kinds}
    start = _start_up()
    seconds = {cores: median(one.seconds for one in builds) for cores, builds in found.items()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    told = {"times": times, "start": start, "seconds": seconds}
    (FOLDER / "cores.json").write_text(json.dumps(told, indent=1), "utf-8")
    print_figures(times, start, seconds)


def build(site: Path, cores: int) -> Build:
    """A first build on so many cores, without speech."""
    with tempfile.TemporaryDirectory() as name:
        pages, cache = Path(name, "site"), Path(name, "cache")
        shutil.copytree(site, pages)
        command = ["taskset", "--cpu-list", ",".join(map(str, range(cores)))]
        command += [sys.executable, "-m", "prerender", "build", str(pages)]
        command += ["--cache-dir", str(cache), "--speech", "none", "--quiet"]
        return _run(command)


def _start_up() -> float:
    """The processor time of a command that finds nothing to do."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "index.html").write_text("<!doctype html><title>x</title>")
        command = [sys.executable, "-m", "prerender", "build", name, "--no-cache", "--quiet"]
        return _run(command).times[FIRST]


def _run(command: list[str]) -> Build:
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.DEVNULL)
    times = Times(process.pid)
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_PAUSE):
            times.look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        # Its own time is known exactly when it has ended, and before it is forgotten
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        times.look()
    finally:
        ended.set()
        watcher.join()
    process.wait()
    return Build(time.monotonic() - started, times.by_kind())


def speed(times: dict[str, float], start: float, cores: int) -> float:
    """How many times as fast so many cores are as one, the start apart.

    All processes but the first can be as many as there are cores.
    """
    whole = sum(times.values()) - start
    return whole / max(times[FIRST] - start, whole / cores)


def print_figures(times: dict[str, float], start: float, seconds: dict[int, float]) -> None:
    """The table, and what follows from it."""
    whole = sum(times.values())
    print("seconds of processor time in a first build, and their share")
    for kind, took in sorted(times.items(), key=lambda one: -one[1]):
        print(f"  {kind:16}{took:8.2f}{took / whole:8.0%}")
    print(f"  of the first process, {start:.2f} are its start")
    print("times as fast as one core, the start apart, if all others are shared out")
    for cores in _MANY:
        print(f"  {cores:3} cores{speed(times, start, cores):8.1f}")
    print(
        f"measured: two cores are {seconds[1] / seconds[2]:.2f} times as fast as one "
        f"({seconds[1]:.1f} s and {seconds[2]:.1f} s, the start included)"
    )


if __name__ == "__main__":
    main()
