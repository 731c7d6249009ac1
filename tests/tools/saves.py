"""Saves a page of a preview again and again: how long until it is there, what memory that costs.

`python -m tests.tools.saves [N]`: N saves in a row (1,000), the memory of the preview and its
browser in each tenth, and whether a save was lost. `bench.serve` measures the time of a few.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.serving import Serving, serving
from tests.tools.bench.processes import memory, own_memory

#: formulas of the page
FORMULAS = 100
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
        process = served.process.pid
        for tenth in range(10):
            times = [
                save(served, file, 1 + tenth * count // 10 + at).page for at in range(count // 10)
            ]
            tenths.append(memory(process))
            print(
                f"{(tenth + 1) * count // 10:5} saves: {tenths[-1]:.0f} MB "
                f"({own_memory(process):.0f} MB without the browser), "
                f"{sorted(times)[len(times) // 2] * 1000:.0f} ms in the middle",
                flush=True,
            )
    print(f"last over second tenth: {tenths[-1] / tenths[1] - 1:+.1%}; no save was lost")


if __name__ == "__main__":
    main()
