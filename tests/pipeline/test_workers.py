"""Sites that are large enough for processes of their own: they give what one process gives."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from prerender.cache.disk import Cache
from prerender.pipeline.build import build
from prerender.pipeline.render import RenderSession
from prerender.report.summary import Report
from prerender.settings import Settings
from prerender.site.files import open_site
from tests.support.batch_site import files
from tests.support.browser import new_engine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")

#: as many as two processes are worth while for, and some more
PAGES = 70
_HEAD = "<!doctype html><meta charset=utf-8><title>x</title>"
_SCRIPTS = "<script src=setup.js></script><script src=tex-svg.js></script>"
#: a caller that has no guard against being run again, as a notebook has none
_CALLER = """
import sys
print("begun", flush=True)
import prerender
settings = prerender.Settings(jobs=2, output=sys.argv[2], cache_dir=sys.argv[3], speech="none")
prerender.build(sys.argv[1], settings)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages with formulas of their own, of others, with errors, and those that another loads."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "setup.js").write_text(r"MathJax = {tex: {macros: {half: '\\tfrac12'}}}")
    for number in range(PAGES):
        head = _HEAD if number % 7 == 0 else _HEAD + _SCRIPTS
        wrong = r"\(x^2^3\)" if number % 10 == 0 else ""
        text = rf"\(x_{{{number}}}\) \(\half\) \[a = {number % 5}\] {wrong}"
        (folder / f"{number:02}.html").write_text(f"{head}<p>{text}")
    (folder / "host.html").write_text(f'{_HEAD}{_SCRIPTS}<div data-knowl="07.html"></div>')
    return folder


@pytest.fixture(scope="module")
def alone(site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], Report]:
    """What one process makes of it."""
    output = tmp_path_factory.mktemp("alone") / "output"
    report = asyncio.run(built(site, output, cores=1))
    return files(output), report


async def built(site: Path, output: Path, cores: int, *, kills: bool = False) -> Report:
    """A build; `kills`: one of its processes is killed when the first page is done."""
    killed: list[int] = []

    def progress(done: int, _: int) -> None:
        if kills and not killed:
            killed.append(workers()[0])
            os.kill(killed[0], signal.SIGKILL)

    async with new_engine(tabs=1) as engine:
        settings = Settings(jobs=cores, speech="none")
        session = RenderSession(engine, Cache(None), settings)
        report = await build(open_site(site, output), session, progress=progress)
    assert bool(killed) == kills
    assert workers() == []
    return report


def workers() -> list[int]:
    """The processes that this one has started to render pages."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"pipeline.worker" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def test_a_process_that_is_killed_costs_no_page(
    site: Path, alone: tuple[dict[str, bytes], Report], tmp_path: Path
) -> None:
    report = asyncio.run(built(site, tmp_path, cores=2, kills=True))
    pages, known = alone
    assert files(tmp_path) == pages
    assert report.pages == known.pages
    assert sum(page.status == "rendered" for page in report.pages) == PAGES
    assert report.typeset == known.typeset


def test_a_caller_is_not_run_again(
    site: Path, alone: tuple[dict[str, bytes], Report], tmp_path: Path
) -> None:
    output, cache = tmp_path / "output", tmp_path / "cache"
    command = [sys.executable, "-c", _CALLER, *map(str, (site, output, cache))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["begun"]
    assert done.stderr == ""
    assert files(output) == alone[0]
    with_others = asyncio.run(built(site, tmp_path / "again", cores=2))
    counts = (with_others.distinct, with_others.typeset, with_others.failed)
    known = alone[1]
    assert counts == (known.distinct, known.typeset, known.failed)
