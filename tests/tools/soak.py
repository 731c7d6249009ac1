"""A long build with harm in it, whose browser is killed again and again.

    python -m tests.tools.soak [--formulas N] [--hostile PERCENT] [--kill SECONDS]

The last line says whether it is complete, and how memory (of all its processes) at its end compares
with that of its second tenth.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.tools.bench.processes import memory_by_kind, tree

#: formulas of a page
_PAGE = 100
_HEAD = (
    "<!doctype html><html lang=en><title>t</title>"
    "<script src=https://cdn.example/npm/mathjax@4/tex-mml-chtml.js></script>"
)
_USUAL = [
    r"\(x_{{{0}}}+\frac{{1}}{{{0}}}\)", r"\[\sum_{{i={0}}}^n a_i=\int_0^{{{0}}}f(x)\,dx\]",
    r"\(\sqrt{{{0}}}\in\mathbb{{R}}\)", r"\[\begin{{pmatrix}}a_{{{0}}}&b\\c&d\end{{pmatrix}}\]",
    r"\(\alpha^{{{0}}}\le\lim_{{n\to{0}}}f(n)\)", r"\(\text{{case }}{0}:\ \hat x=\vec y\)",
]  # fmt: skip
#: what is an error, what takes long or much, what stays
_HOSTILE = [
    r"\(\def\a{{\a\a}}\a {0}\)", r"\(" + "{{" * 3000 + "{0}" + "}}" * 3000 + r"\)",
    r"\[" + "a_{{{0}}}+" * 1500 + r"z\]", r"\(\newcolumntype{{c}}{{r@{{evil}}}}{0}\)",
    r"\(\unicode{{x1}}{0}\)", r"\(\let\frac\sqrt \frac{0}\)", r"\(\frac{{{0}\)",
    r"\[\begin{{array}}{{*{{9999}}{{c}}}}{0}\end{{array}}\]", r"\(\rule{{9999em}}{{9999em}}{0}\)",
]  # fmt: skip
#: seconds between two looks at memory
_LOOK = 1.0
_MOST = 1.10
_BROWSER = re.compile(rb"chrom|headless")


def main() -> int:
    """Soak; 1 where something is missing, or memory has grown."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.soak")
    parser.add_argument("--formulas", type=int, default=100_000)
    parser.add_argument("--hostile", type=float, default=1.0)
    parser.add_argument("--kill", type=float, default=30.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        wanted = _make(folder / "site", given.formulas, given.hostile / 100)
        started = time.monotonic()
        code, kills, held = _run(folder, given.kill)
        took = time.monotonic() - started
        missing = _missing(folder / "out", wanted)
    tenth = max(1, len(held) // 10)
    spans = held[tenth : 2 * tenth] or held, held[-tenth:]
    second, last = (median(sum(one.values()) for one in span) for span in spans)
    print(f"{given.formulas:,} formulas, {took:.0f} s, {kills} kills, exit code {code}")
    print(f"{len(missing)} pages lack formulas {missing[:5]}")
    grown = last / second
    print(f"memory: {second:.0f} MB in the second tenth, {last:.0f} in the last ({grown:.2f})")
    for kind in sorted({kind for one in held for kind in one}):
        then, now = (median(one.get(kind, 0.0) for one in span) for span in spans)
        print(f"  {kind}: {then:.0f} MB, {now:.0f}")
    well = code in (0, 1) and not missing and grown <= _MOST
    print("well" if well else "not well")
    return 0 if well else 1


def _make(site: Path, formulas: int, hostile: float) -> dict[str, int]:
    """Write a site; return by page how many of its formulas are innocent."""
    site.mkdir(parents=True)
    wanted = {}
    every = round(1 / hostile) if hostile else formulas + 1
    for first in range(0, formulas, _PAGE):
        numbers = range(first, min(first + _PAGE, formulas))
        parts = [f"<p>{_formula(number, every)}" for number in numbers]
        page = f"{first}.html"
        (site / page).write_text(_HEAD + "\n".join(parts))
        wanted[page] = sum(not _is_hostile(number, every) for number in numbers)
    return wanted


def _is_hostile(number: int, every: int) -> bool:
    return number % every == every - 1


def _formula(number: int, every: int) -> str:
    if _is_hostile(number, every):
        return _HOSTILE[number // every % len(_HOSTILE)].format(number)
    return _USUAL[number % len(_USUAL)].format(number)


def _run(folder: Path, kill: float) -> tuple[int, int, list[dict[str, float]]]:
    """Build, and kill the browser every so often: the exit code, kills, memory over time.

    Memory is in MB, by kind of process.
    """
    words = ["build", "site", "-o", "out", "--cache-dir", "cache", "--quiet"]
    command = [sys.executable, "-m", "prerender", *words]
    held: list[dict[str, float]] = []
    kills = 0
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, stderr=said, env=os.environ)
        due = time.monotonic() + kill
        while process.poll() is None:
            time.sleep(_LOOK)
            held.append(memory_by_kind(process.pid))
            if time.monotonic() > due:
                due += kill
                kills += sum(map(_killed, list(tree(process.pid))))
    if process.returncode not in (0, 1):
        print((folder / "said").read_text("utf-8", "replace")[-4000:])
    return process.returncode, kills, held


def _killed(process: int) -> bool:
    """Kill a process if it is the browser's first; whether it is."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
    if not _BROWSER.search(words.partition(b"\0")[0]) or b"--type=" in words:
        return False
    os.kill(process, signal.SIGKILL)
    return True


def _missing(out: Path, wanted: dict[str, int]) -> list[str]:
    """The pages that have fewer rendered formulas than they should."""
    return [
        page
        for page, count in wanted.items()
        if (out / page).read_text("utf-8").count("<mjx-container") < count
    ]


if __name__ == "__main__":
    sys.exit(main())
