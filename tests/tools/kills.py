"""Kill the job at random moments: `python -m tests.tools.kills 50`, the last line says it is well.

After each kill every page is its source or its result, whole, and what it needs of files that
pages share is there; at the end all of it is what an undisturbed run leaves, and the journal has
each page once.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from prerender.batch.journal import Journal, Site
from tests.support.batch_site import SHARED, files, make_site, unmet


def kill_at_random(
    folder: Path,
    kills: int,
    environment: Mapping[str, str],
    pages: int,
    *,
    in_place: bool,
    shared: bool,
) -> int:
    """Run a job with that many kills. How many hit it in the middle. Raises AssertionError."""
    chance = random.Random(kills)
    sources = files(make_site(folder / "whole", pages))
    make_site(folder / "site", pages)
    started = time.monotonic()
    assert _run(folder, environment, "whole", in_place, shared).wait() == 0
    took, middle = time.monotonic() - started, 0
    expected = files(folder / ("whole" if in_place else "whole-out"))
    target = folder / ("site" if in_place else "site-out")
    for _ in range(kills):
        process = _run(folder, environment, "site", in_place, shared)
        time.sleep(chance.uniform(0.2, 1.0) * took)
        process.kill()
        process.wait()
        now = {name: data for name, data in files(target).items() if not _temporary(name)}
        for name, data in now.items():
            if name in sources:
                assert data in (expected[name], sources[name]), f"{name} is half-written"
        assert not unmet(now), unmet(now)
        done = sum(now.get(name) == expected[name] != sources[name] for name in sources)
        middle += 0 < done < pages
        if done == pages:  # all anew, under the journal of what was
            _begin_again(target, sources, chance, in_place)
    assert _run(folder, environment, "site", in_place, shared).wait() == 0
    assert files(target) == expected, "the end is not that of an undisturbed run"
    journal = Journal(folder / "site.journal")
    rows = journal.rows(Site(str(folder / "site"), "" if in_place else str(target)))
    journal.close()
    assert sorted(rows) == sorted(name for name in sources if name.endswith(".html"))
    assert {row.state for row in rows.values()} == {"done"}
    return middle


def _begin_again(
    target: Path, sources: Mapping[str, bytes], chance: random.Random, in_place: bool
) -> None:
    """Take the results away, and of files that pages share one, both or none."""
    for name in ("prerender-math.css", "prerender-math.svg"):
        if chance.random() < 0.5:
            (target / name).unlink(missing_ok=True)
    for name, data in sources.items():
        if in_place:
            (target / name).write_bytes(data)
        else:
            (target / name).unlink(missing_ok=True)


def _temporary(name: str) -> bool:
    return Path(name).name.startswith(".prerender-")


def _run(
    folder: Path, environment: Mapping[str, str], site: str, in_place: bool, shared: bool
) -> subprocess.Popen[bytes]:
    words = ["batch", site, "--journal", f"{site}.journal", "--no-cache"]
    words += [] if in_place else ["-o", f"{site}-out"]
    words += SHARED if shared else ()
    return subprocess.Popen(
        [sys.executable, "-m", "prerender", *words],
        cwd=folder,
        env=environment,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    count = int(sys.argv[1])
    variables = {"PRERENDER_JOBS": "2", **os.environ}
    for shared in (False, True):
        for placed in (False, True):
            with tempfile.TemporaryDirectory() as name:
                half = count // 2 + (count % 2 if placed else 0)
                where = "in place" if placed else "into a folder"
                where += ", with shared files" if shared else ""
                hit = kill_at_random(
                    Path(name), half, variables, 300, in_place=placed, shared=shared
                )
                print(f"{where}: {half} kills, {hit} of them in the middle; every page is whole")
