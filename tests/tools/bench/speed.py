"""How fast builds are, first and next, beside peers: `python -m tests.tools.bench.speed`.

`--pages N` is how many pages.

Whole commands, the median of several, as ratios within one run. Figures go to standard output and
to cache/bench/speed.json. `--pages` makes all sites so much smaller that the largest has N pages.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.tools.bench import copies
from tests.tools.bench.author import save_doms
from tests.tools.bench.material import CHECKOUT, FOLDER
from tests.tools.bench.processes import memory

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "node_modules"
WORK = FOLDER / "speed"
FIRST = 300
LARGEST = 10_000
#: pages that the author's script is given, which takes minutes; its time is scaled
_AUTHOR = 10
_PACKAGES = ("mathjax", "katex", "rehype-katex")


class Took(NamedTuple):
    """What a command took: seconds, and the greatest memory of all its processes, in MB."""

    seconds: float
    memory: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=LARGEST)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    times: int = asked.times
    part = asked.pages / LARGEST
    print(", ".join(_versions()))
    WORK.mkdir(parents=True, exist_ok=True)
    first = _first(max(10, round(FIRST * min(1.0, part * 10))), times)
    growth = [_grown(max(10, round(count * part))) for count in (100, 1_000, LARGEST)]
    after = _next(max(10, asked.pages), times)
    figures = {"versions": _versions(), "first": first, "growth": growth, "next": after}
    (FOLDER / "speed.json").write_text(json.dumps(figures, indent=1), "utf-8")
    print_figures(first, growth, after)


def _versions() -> list[str]:
    """What is compared."""
    found = [f"prerender {version('prerender-math')}", f"playwright {version('playwright')}"]
    for name in _PACKAGES:
        data = json.loads((MODULES / name / "package.json").read_bytes())
        found.append(f"{name} {data['version']}")
    return found


def _first(count: int, times: int) -> dict[str, Any]:
    """The first build of a site, and what peers take for the same pages."""
    site = copies.site(count)
    marked = copies.marked(count)
    node = str(Path(sysconfig.get_path("scripts")) / "node")
    took: dict[str, list[float]] = {}
    for _ in range(times):
        took.setdefault("prerender", []).append(_build(_fresh(site), _fresh(None)).seconds)
        mute = _build(_fresh(site), _fresh(None), "--speech", "none")
        took.setdefault("prerender, mute", []).append(mute.seconds)
        for name, script, source in (
            ("MathJax in Node", "mathjax-pages.js", site),
            ("rehype-katex", "rehype-pages.js", marked),
        ):
            command = [node, str(HERE / script), str(source), str(_fresh(None))]
            took.setdefault(name, []).append(_run(command).seconds)
    pages = sorted(site.rglob("*.html"))[:: max(1, count // _AUTHOR)]
    author = asyncio.run(save_doms(site, pages)) / len(pages) * count
    medians = {name: median(some) for name, some in took.items()}
    return {"pages": count, "seconds": {**medians, "author's script": author}}


def _grown(count: int) -> dict[str, Any]:
    """The first build of sites of growing size: time a page, and memory."""
    took = _build(_fresh(copies.site(count)), WORK / f"cache-{count}", fresh=True)
    return {"pages": count, "seconds": took.seconds, "memory": took.memory}


def _next(count: int, times: int) -> dict[str, Any]:
    """The next build of a site, and what reading it, or looking at it, takes.

    It stands where `_grown` has left it. The commands take turns: a busy machine is busy for all.
    """
    site, cache, git = WORK / "site", WORK / f"cache-{count}", WORK / "git"
    _build(site, cache)
    shell = f"find {site} -type f -print0 | xargs -0 sha256sum > {os.devnull}"
    status = ["git", f"--git-dir={git}", f"--work-tree={site}"]
    shutil.rmtree(git, ignore_errors=True)
    subprocess.run(["git", "init", "-q", "--bare", str(git)], check=True)
    subprocess.run([*status, "add", "-A"], check=True)
    page = next(
        copy for copy in islice(copies.copies(count), count // 2, None) if copy.plan.formulas
    )
    took: dict[str, list[float]] = {}
    for number in range(times):
        took.setdefault("unchanged", []).append(_build(site, cache).seconds)
        took.setdefault("sha256sum", []).append(_run(["sh", "-c", shell]).seconds)
        took.setdefault("git status", []).append(_run([*status, "status", "--short"]).seconds)
        (site / page.path).write_bytes(page.edited(number))
        took.setdefault("one page edited", []).append(_build(site, cache).seconds)
    return {"pages": count, **{name: median(some) for name, some in took.items()}}


def _fresh(source: Path | None) -> Path:
    """A copy of a folder, or an empty one."""
    folder = WORK / ("site" if source is not None else "empty")
    shutil.rmtree(folder, ignore_errors=True)
    if source is not None:
        shutil.copytree(source, folder)
    return folder


def _build(site: Path, cache: Path, *flags: str, fresh: bool = False) -> Took:
    if fresh:
        shutil.rmtree(cache, ignore_errors=True)
    command = [sys.executable, "-m", "prerender", "build", str(site), "--cache-dir", str(cache)]
    return _run([*command, "--quiet", *flags], watched=fresh)


def _run(command: Sequence[str], *, watched: bool = False) -> Took:
    """Run a command; codes above 1 (something could not be rendered) are raised.

    Its memory is known if it is `watched`, which costs the machine a part of a core.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    most = [0.0]
    watch = threading.Thread(target=_watch, args=(process, most))
    if watched:
        watch.start()
    code = process.wait()
    seconds = time.monotonic() - started
    if watched:
        watch.join()
    if code > 1:
        raise RuntimeError(f"{' '.join(command)}: {code}")
    return Took(seconds, most[0])


def _watch(process: subprocess.Popen[bytes], most: list[float]) -> None:
    """Note the greatest memory of a process and all below it, until it ends."""
    while process.poll() is None:
        most[0] = max(most[0], memory(process.pid))
        time.sleep(0.2)


def print_figures(
    first: dict[str, Any], growth: Sequence[dict[str, Any]], after: dict[str, Any]
) -> None:
    """The tables, and whether the acceptance of issues 6 and 19 holds."""
    print(f"\nfirst build, {first['pages']} pages: seconds, and times ours")
    ours = first["seconds"]["prerender"]
    wanted = {"MathJax in Node": 2.0, "rehype-katex": 1.0, "author's script": 30.0}
    wanted["prerender, mute"] = 0.5
    for name, seconds in first["seconds"].items():
        least = f"  (at least {wanted[name]:g})" if name in wanted else ""
        print(f"  {name:20}{seconds:10.2f}{seconds / ours:10.2f}{least}")
    print("\ngrowth: pages, ms a page, MB in all processes")
    for one in growth:
        page = one["seconds"] / one["pages"] * 1000
        print(f"  {one['pages']:8}{page:10.1f}{one['memory']:10.0f}")
    _, middle, last = growth
    pace = (last["seconds"] / last["pages"]) / (middle["seconds"] / middle["pages"])
    print(f"  a page of the largest takes {pace:.2f} of one of the middle (at most 1.1)")
    memory = last["memory"] / middle["memory"]
    print(f"  memory {memory:.2f} (at most 1.3), {last['memory']:.0f} MB (under 1500)")
    print(f"\nnext build, {after['pages']} pages: seconds")
    for name in ("unchanged", "sha256sum", "git status", "one page edited"):
        print(f"  {name:20}{after[name]:10.2f}")
    print(
        f"  unchanged is {after['unchanged'] / after['sha256sum']:.2f} of sha256sum (at most 1.5)"
    )
    more = after["one page edited"] - after["unchanged"]
    print(f"  one page edited takes {more:.2f} s more (at most 1.5)")


if __name__ == "__main__":
    main()
