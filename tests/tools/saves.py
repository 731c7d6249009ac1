"""Saves a page of a preview again and again: how long until it is there, what memory that costs.

`python -m tests.tools.saves [N]`: N saves in a row (1,000); the memory of each kind of process, on
average over each tenth of them, the slowest saves, and whether one was lost. `bench.serve` measures
the time of a few.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from tests.support.serving import Serving, serving
from tests.tools.bench.processes import memory_by_kind

#: formulas of the page
FORMULAS = 100
#: saves from one look at the memory to the next
_LOOK = 5
_TEX = (
    r"\sum_{{k=0}}^{{{0}}} \binom{{{0}}}{{k}} x^k y^{{{0}-k}}",
    r"\int_0^{{{0}}} e^{{-x^2/{0}}}\,dx \le \sqrt{{\pi + {0}}}",
    r"\frac{{a_{{{0}}} + b}}{{c - {0}}}",
    r"\lVert u_{{{0}}} - v \rVert \le \varepsilon",
)


class Save(NamedTuple):
    """Seconds from the file's writing to the event, and until the rendered page is read."""

    event: float
    page: float


def page(number: int) -> str:
    """A page of a hundred formulas, a third of them displays; one depends on a number."""
    texts = []
    for at in range(FORMULAS):
        tex = _TEX[at % len(_TEX)].format(at + 2 if at else number + 1000)
        texts.append(
            f"<p>Text before \\[{tex}\\]" if at % 3 == 0 else f"<p>Text \\({tex}\\) after."
        )
    return f"<!doctype html><meta charset=utf-8><title>{number}</title>\n" + "\n".join(texts)


@contextmanager
def opened() -> Iterator[tuple[Serving, Path]]:
    """A preview of a site with that page, rendered once; its cache is its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "site", "page.html")
        file.parent.mkdir()
        file.write_text(page(0), "utf-8")
        environment = dict(os.environ) | {"PRERENDER_CACHE": str(Path(folder, "cache"))}
        with serving(file.parent, "--quiet", environment=environment) as served:
            assert served.text("/page.html").count("<mjx-container") == FORMULAS
            yield served, file


def save(served: Serving, file: Path, number: int) -> Save:
    """Save the page with a number, as an author's editor does, and wait until that is shown."""
    with served.events("/page.html", served.version("/page.html")) as events:
        next(events)  # what there is to say
        started = time.perf_counter()
        file.write_text(page(number), "utf-8")
        assert next(events)[0] == "reload"
        event = time.perf_counter() - started
        text = served.text("/page.html")
        done = time.perf_counter() - started
    assert f"<title>{number}</title>" in text, f"save {number} is lost"
    found = text.count("<mjx-container")
    assert found == FORMULAS, f"save {number}: {found} formulas of {FORMULAS}"
    return Save(event, done)


def main() -> None:
    """Save many times, and print the memory of each tenth."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    tenths = []
    with opened() as (served, file):
        for tenth in range(10):
            times, found = [], []
            for number in range(tenth * count // 10, (tenth + 1) * count // 10):
                times.append(save(served, file, number + 1))
                if number % _LOOK == 0:
                    found.append(memory_by_kind(served.process.pid, "Pss_Anon"))
            tenths.append({kind: mean(one.get(kind, 0.0) for one in found) for kind in found[-1]})
            pages = sorted(one.page for one in times)
            print(
                f"{(tenth + 1) * count // 10:5} saves: {_shown(tenths[-1])}; a save "
                f"{pages[len(pages) // 2]:.2f} s in the middle, {pages[-1]:.2f} at most "
                f"(event {max(one.event for one in times):.2f})",
                flush=True,
            )
    last, second = (sum(tenths[at].values()) for at in (-1, 1))
    print(f"last over second tenth: {last / second - 1:+.1%}; no save was lost")


def _shown(sizes: dict[str, float]) -> str:
    kinds = ", ".join(f"{kind} {size:.0f}" for kind, size in sorted(sizes.items()))
    return f"{sum(sizes.values()):.0f} MB ({kinds})"


if __name__ == "__main__":
    main()
