"""A Dask cluster does what one process does, whatever becomes of its workers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.batch.site import SHARED, built, files, make_site
from tests.conftest import Run

PAGES = 120
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Start]:
    """What starts a program of Python; at the end of the test it is ended."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", *words]
        with (tmp_path / f"said-{len(started)}").open("w") as said:
            started.append(subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=said))
        return started[-1]

    yield run
    for one in started:
        one.kill()
    for one in started:
        one.wait(timeout=30)


def wait_for(found: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not found():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("flags", [(), pytest.param(SHARED, marks=pytest.mark.slow)])
def test_a_worker_is_lost_and_one_comes(
    start: Start, tmp_path: Path, session_cache: Path, prerender: Run, flags: tuple[str, ...]
) -> None:
    site, scheduler = make_site(tmp_path / "site", PAGES), tmp_path / "scheduler.json"
    common = ("--scheduler-file", "scheduler.json", "--no-dashboard")
    worker = ("dask", "worker", *common, "--nthreads", "1", "--no-nanny")
    start("dask", "scheduler", "--port", "0", *common)
    wait_for(scheduler.exists)
    workers = [start(*worker) for _ in range(3)]
    words = ["batch", "site", "-o", "out", "--journal", "journal", "--no-cache", *flags]
    job = start("prerender", *words, "--dask", json.loads(scheduler.read_text())["address"])
    wait_for(lambda: list((tmp_path / "out").rglob("[0-9]*.html")))
    workers[0].kill()
    start(*worker)
    code, said = job.wait(timeout=120), (tmp_path / "said-4").read_text()
    assert code == 0, said
    # What the lost worker has written already, another finds unchanged
    assert said.startswith(f"prerender: {PAGES} pages: "), said
    assert f" In the journal: {PAGES} done\n" in said, said
    built(site, tmp_path / "expected", session_cache, shared=flags == SHARED)
    # What the lost worker was writing goes with the next run
    assert prerender(*words).stderr.startswith("prerender: 0 pages; ")
    assert files(tmp_path / "out") == files(tmp_path / "expected")
    status = prerender("batch", "--journal", "journal", "--status")
    assert status.stdout == f"{PAGES} done\n"


@pytest.mark.slow
def test_results_come_back(start: Start, tmp_path: Path, session_cache: Path) -> None:
    """Workers here that are told not to write send what they have made."""
    site = make_site(tmp_path / "site", 4)
    built(site, tmp_path / "expected", session_cache)
    job = start("tests.batch.apart", str(site), str(tmp_path / "out"))
    assert job.wait(timeout=60) == 0, (tmp_path / "said-0").read_text()
    assert files(tmp_path / "out") == files(tmp_path / "expected")


def test_no_cluster(
    start: Start, prerender: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_site(tmp_path / "site", 1)
    words = ["batch", "site", "--journal", "journal", "--dask"]
    none = start("prerender", *words, "none://here")
    assert none.wait(timeout=60) == 2
    said = (tmp_path / "said-0").read_text()
    assert said.startswith("prerender: error: --dask none://here: no cluster answers: ")
    monkeypatch.delitem(sys.modules, "prerender.batch.cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    without = prerender(*words, "local")
    assert without.returncode == 2
    assert without.stderr == "prerender: error: --dask: pip install 'prerender-math[cluster]'\n"
