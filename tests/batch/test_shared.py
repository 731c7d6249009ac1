"""Files that the pages of a site share have what each page needs of them, whoever writes them."""

from __future__ import annotations

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest

from prerender.site.assets import Folder, SharedAssets
from tests.conftest import Run
from tests.support.batch_site import SHARED, built, files, make_site, unmet

CSS, GLYPHS = "prerender-math.css", "prerender-math.svg"
WORDS = ("batch", "site", "-o", "out", "--journal", "journal", *SHARED)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_site(tmp_path / "site", 6)


@pytest.fixture
def expected(site: Path, tmp_path: Path, session_cache: Path) -> dict[str, bytes]:
    """The site as `build` renders it."""
    built(site, tmp_path / "expected", session_cache, shared=True)
    return files(tmp_path / "expected")


def test_a_folder(prerender: Run, expected: dict[str, bytes], tmp_path: Path) -> None:
    assert prerender(*WORDS).returncode == 0
    assert files(tmp_path / "out") == expected
    assert not unmet(expected)
    assert unmet(expected | {CSS: b""})
    assert unmet(expected | {GLYPHS: b""})
    assert prerender(*WORDS).stderr.startswith("prerender: 0 pages; ")


@pytest.mark.parametrize("flags", [(), ("--stale",)])
@pytest.mark.parametrize("damage", ["", "/* written by prerender */\n"])
def test_a_file_that_is_lost_comes_again(
    prerender: Run, expected: dict[str, bytes], tmp_path: Path, damage: str, flags: tuple[str, ...]
) -> None:
    assert prerender(*WORDS).returncode == 0
    (tmp_path / "out" / GLYPHS).unlink()
    if damage:
        (tmp_path / "out" / GLYPHS).write_text(damage)
    done = prerender(*WORDS, *flags)
    assert done.stderr.startswith("prerender: 6 pages: 6 unchanged; ")
    assert files(tmp_path / "out") == expected


@pytest.mark.parametrize("flags", [("--limit", "2"), ("--from", "list")])
def test_a_file_that_is_lost_before_a_part_is_done(
    prerender: Run, expected: dict[str, bytes], tmp_path: Path, flags: tuple[str, ...]
) -> None:
    assert prerender(*WORDS).returncode == 0
    (tmp_path / "out" / GLYPHS).unlink()
    (tmp_path / "list").write_text("site/0/000.html\n")
    assert prerender(*WORDS, *flags).returncode == 0
    assert unmet(files(tmp_path / "out"))
    assert prerender(*WORDS).returncode == 0
    assert files(tmp_path / "out") == expected


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done(
    prerender: Run, site: Path, expected: dict[str, bytes], tmp_path: Path, seed: int
) -> None:
    """No page lacks anything unless a file is taken away, and none at the end."""
    chance = random.Random(seed)
    pages = sorted(name for name in expected if name.endswith(".html"))
    lost = False
    for _ in range(8):
        flags = list(chance.choice([(), ("--stale",), ("--limit", "2"), ("--from", "list")]))
        (tmp_path / "list").write_text("\n".join(f"site/{p}" for p in chance.sample(pages, 2)))
        if chance.random() < 0.5:
            (tmp_path / "out" / chance.choice([CSS, GLYPHS])).unlink(missing_ok=True)
            lost = True
        if chance.random() < 0.3:
            page = site / chance.choice(pages)
            page.write_bytes(page.read_bytes())
        assert prerender(*WORDS, *flags).returncode == 0
        lost = lost and flags not in ([], ["--stale"])
        assert lost or not unmet(files(tmp_path / "out"))
    assert prerender(*WORDS).returncode == 0
    assert files(tmp_path / "out") == expected


def test_a_site_that_has_such_files_already(
    prerender: Run, site: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    """Those of the source are not laid over what has grown in the target."""
    few = ["site", "--include", "0/000.html"]
    assert prerender("build", *few, *SHARED).returncode == 0
    for command in (["batch", "site", "--journal", "journal"], ["build", "site"]):
        output = f"out-{command[0]}"
        for _ in range(2):
            assert prerender(*command, "-o", output, *SHARED).returncode == 0
            assert files(tmp_path / output) == expected


def test_objects(prerender: Run, site: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.put(f"{site}/", "/shared", recursive=True)
    words = ["batch", "memory://shared", "--journal", "journal", *SHARED]
    assert prerender(*words, "-o", "memory://rendered").returncode == 0
    assert prerender(*words, "-o", "out").returncode == 0
    found = {name.removeprefix("/rendered/"): data for name, data in in_memory("/rendered").items()}
    assert found == files(tmp_path / "out") == expected
    memory.rm(f"/rendered/{CSS}")
    again = prerender(*words, "-o", "memory://rendered")
    assert again.stderr.startswith("prerender: 6 pages: ")
    assert memory.cat_file(f"/rendered/{CSS}") == expected[CSS]


def in_memory(folder: str) -> dict[str, bytes]:
    memory = fsspec.filesystem("memory")
    return {name: memory.cat_file(name) for name in memory.find(folder)}


def test_pages_of_a_list_by_themselves(prerender: Run, site: Path, tmp_path: Path) -> None:
    """Each is a site, and all in a folder share its files."""
    pages = [f"site/0/00{number}.html" for number in (0, 2, 4)]
    (tmp_path / "list").write_text("\n".join(pages))
    assert prerender("batch", "--from", "list", "--journal", "journal", *SHARED).returncode == 0
    found = files(site / "0")
    assert {CSS, GLYPHS} < found.keys()
    assert not unmet(found)


def test_jobs_at_once(
    environment: dict[str, str], expected: dict[str, bytes], tmp_path: Path
) -> None:
    """Two jobs on one target, each with some of the pages."""
    jobs = []
    for part in "01":
        pages = (tmp_path / "site" / part).iterdir()
        (tmp_path / f"list-{part}").write_text("\n".join(map(str, pages)))
        words = ["site", "--from", f"list-{part}", "-o", "out", "--journal", part, *SHARED]
        command = [sys.executable, "-m", "prerender", "batch", *words]
        jobs.append(subprocess.Popen(command, cwd=tmp_path, env=environment))
    assert [job.wait(timeout=120) for job in jobs] == [0, 0]
    assert files(tmp_path / "out") == {n: d for n, d in expected.items() if n != "setup.js"}


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    def add(writer: int) -> None:
        shared = SharedAssets(
            Folder(tmp_path / "site"), {"file": ("written by prerender\n", "end\n")}
        )
        for number in range(40):
            shared.add({"file": [f"{writer} {number}", f"all {number}"]})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(4)))
    lines = (tmp_path / "site" / "file").read_text().splitlines()[1:-1]
    names = ["all", *map(str, range(4))]
    assert lines == sorted(f"{name} {number}" for name in names for number in range(40))


def test_what_is_refused(prerender: Run, site: Path, tmp_path: Path) -> None:
    done = prerender(*WORDS, "--shard", "1/2")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "prerender: error: --shard cannot be combined with --css external"
    )
    for number, command in enumerate((WORDS, ("build", "site", "-o", "out", *SHARED))):
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / CSS).write_bytes(b"p{}" if number else b"\xff")
        done = prerender(*command)
        assert done.returncode == 2
        assert done.stderr == (
            f"prerender: error: {CSS} at the site's root is not prerender's: rename it\n"
        )
        assert list(files(tmp_path / "out")) == [CSS]
