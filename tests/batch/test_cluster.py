"""A Dask cluster does what one process does, whatever becomes of its workers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.batch_site import SHARED, built, files, make_site
from tests.support.network import Place, namespaces

PAGES = 120
HERE = Place()
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Start]:
    """What starts a program of Python; at the end of the test it is ended."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*words: str, at: Place = HERE) -> subprocess.Popen[bytes]:
        command = [*at.prefix, sys.executable, "-m", *words]
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


@pytest.fixture(
    params=["here", "in namespaces", pytest.param("shared", marks=pytest.mark.slow)],
)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def places(kind: str) -> Iterator[list[Place]]:
    """Where a scheduler, four workers and the job run."""
    if kind != "in namespaces":
        yield [HERE] * 6
        return
    try:
        with namespaces(6) as made:
            yield made
    except OSError as error:
        pytest.skip(f"no network namespaces here: {error}")


def test_a_worker_is_lost_and_one_comes(
    start: Start,
    places: list[Place],
    kind: str,
    tmp_path: Path,
    session_cache: Path,
    prerender: Run,
) -> None:
    flags = SHARED if kind == "shared" else ()
    site, scheduler = make_site(tmp_path / "site", PAGES), tmp_path / "scheduler.json"
    common = ("--scheduler-file", "scheduler.json", "--no-dashboard")
    start("dask", "scheduler", "--port", "0", *common, *places[0].host, at=places[0])
    wait_for(scheduler.exists)

    def worker(at: Place) -> subprocess.Popen[bytes]:
        return start("dask", "worker", *common, "--nthreads", "1", "--no-nanny", *at.host, at=at)

    workers = [worker(place) for place in places[1:4]]
    words = ["batch", "site", "-o", "out", "--journal", "journal", "--no-cache", *flags]
    address = json.loads(scheduler.read_text())["address"]
    assert places[0].address in address
    job = start("prerender", *words, "--dask", address, at=places[5])
    wait_for(lambda: list((tmp_path / "out").rglob("[0-9]*.html")))
    workers[0].kill()
    workers[0].wait()
    worker(places[4])
    code, said = job.wait(timeout=120), (tmp_path / "said-4").read_text()
    assert code == 0, said
    # What the lost worker has written already, another finds unchanged
    assert said.startswith(f"prerender: {PAGES} pages: "), said
    assert f" In the journal: {PAGES} done\n" in said, said
    built(site, tmp_path / "expected", session_cache, shared=bool(flags))
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
    job = start("tests.support.apart", str(site), str(tmp_path / "out"))
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
    monkeypatch.delitem(sys.modules, "prerender.batch.dask_cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    without = prerender(*words, "local")
    assert without.returncode == 2
    assert without.stderr == "prerender: error: --dask: pip install 'prerender-math[cluster]'\n"
