"""The command `batch`: what it renders, what it leaves, what it says."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from prerender.batch import schedule
from prerender.batch.journal import Journal, Row, Site
from prerender.batch.model import Chunk, PageDone, PageTask, Result
from prerender.batch.schedule import run
from prerender.batch.store import File
from prerender.batch.worker import failure
from prerender.pipeline.page import restored
from tests.conftest import Run
from tests.support.batch_site import built, files, make_site

pytestmark = pytest.mark.quick


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_site(tmp_path / "site", 6)


@pytest.fixture
def expected(site: Path, tmp_path: Path, session_cache: Path) -> dict[str, bytes]:
    """The site as `build` renders it."""
    report = built(site, tmp_path / "expected", session_cache)
    assert report.count("rendered") == 6
    return files(tmp_path / "expected")


def states(journal: Path) -> dict[str, int]:
    database = sqlite3.connect(journal)
    found = dict(database.execute("SELECT state, count(*) FROM pages GROUP BY state"))
    database.close()
    return found


def test_a_folder(prerender: Run, site: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    words = ["batch", "site", "-o", "out", "--journal", "journal"]
    done = prerender(*words)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("prerender: 6 pages: 6 rendered; 36 formulas, ")
    assert done.stderr.count("\n") == 1
    assert files(tmp_path / "out") == expected
    again = prerender(*words, PRERENDER_BROWSER="/nonexistent")
    assert again.stderr.startswith("prerender: 0 pages; ")
    (tmp_path / "out" / "0" / "000.html").unlink()
    (site / "1" / "001.html").write_text("no math any more")
    (site / "1" / "003.html").unlink()
    next_time = prerender(*words)
    assert next_time.stderr.startswith("prerender: 2 pages: 1 rendered, 1 no-math; ")
    assert states(tmp_path / "journal") == {"done": 5}
    (site / "setup.js").write_text("MathJax = {}")
    assert " no-math" in prerender(*words).stderr
    plain = files(tmp_path / "out")["0/000.html"]
    assert b"<mjx-container" not in plain
    assert restored(plain, xml=False) == (site / "0" / "000.html").read_bytes()


def test_in_place(prerender: Run, site: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    sources = files(site)
    words = ["batch", "site", "--journal", "journal"]
    assert prerender(*words).returncode == 0
    assert files(site) == expected
    again = prerender(*words, PRERENDER_BROWSER="/nonexistent")
    assert "typeset; " in again.stderr
    assert " rendered" not in again.stderr
    (tmp_path / "journal").unlink()
    without = prerender(*words)
    assert without.stderr.startswith("prerender: 6 pages: 6 unchanged; ")
    assert files(site) == expected
    assert prerender("restore", "site").returncode == 0
    assert files(site) == sources


def test_what_the_one_line_says(prerender: Run, site: Path) -> None:
    words = ["batch", "site", "--journal", "journal"]
    done = prerender(*words, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (site / "0" / "wrong.html").write_text(r"<p>\(\frac{1}\)")
    wrong = prerender(*words, "--quiet")
    assert wrong.returncode == 1
    assert wrong.stderr.count("\n") == 1
    assert "--status lists the errors" in wrong.stderr
    status = prerender(*words, "--status", "--quiet")
    assert status.returncode == 0
    assert "Missing argument" in status.stdout


def test_lists_limits_and_shards(
    prerender: Run, site: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    words = ["batch", "site", "-o", "out", "--journal", "journal"]
    (tmp_path / "list").write_text("site/0/000.html\nsite/1/001.html\n")
    assert prerender(*words, "--from", "list").returncode == 0
    assert set(files(tmp_path / "out")) == {"0/000.html", "1/001.html"}
    limited = prerender(*words, "--limit", "1")
    assert limited.stderr.startswith("prerender: 1 page: ")
    for part in ("1/3", "2/3", "3/3"):
        assert prerender(*words, "--shard", part).returncode == 0
    assert files(tmp_path / "out") == expected
    done = prerender(*words, "--dry-run", PRERENDER_BROWSER="/nonexistent")
    assert done.stdout.startswith("0 pages, about 0 formulas")


def test_a_list_alone(
    prerender: Run, site: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "list").write_text(f"site/0/000.html\n{site}/1/001.html\n")
    assert prerender("batch", "--from", "list", "--journal", "journal").returncode == 0
    changed = {name for name, data in files(site).items() if data == expected[name]}
    assert changed == {"0/000.html", "1/001.html", "setup.js"}


def test_several_sites(prerender: Run, tmp_path: Path) -> None:
    make_site(tmp_path / "a", 1)
    make_site(tmp_path / "b", 1)
    words = ["batch", "a", "b", "-o", "out", "--journal", "journal"]
    assert prerender(*words, "--json", "report").returncode == 0
    names = {f"{site}/{file}" for site in "ab" for file in ("0/000.html", "setup.js")}
    assert set(files(tmp_path / "out")) == names
    told = json.loads((tmp_path / "report").read_text())
    paths = [page["path"] for page in told["pages"]]
    assert paths == [str(tmp_path / name / "0" / "000.html") for name in "ab"]
    assert {page["status"] for page in told["pages"]} == {"rendered"}


def test_estimate(prerender: Run, site: Path, tmp_path: Path) -> None:
    before = files(site)
    done = prerender("batch", "site", "--journal", "journal", "--dry-run")
    assert done.stdout.startswith("6 pages, about 36 formulas, 0.")
    assert files(site) == before
    assert not (tmp_path / "journal").exists()


def test_what_another_version_has_rendered(
    prerender: Run, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only those are stale; what was rendered twice comes back as it was before the first time."""
    sources = files(site)
    with monkeypatch.context() as patch:
        patch.setattr("prerender.settings.__version__", "0.0.9")
        old = ["batch", "site", "--include", "0/*.html", "--journal", "old"]
        assert prerender(*old).returncode == 0
    (tmp_path / "settings.toml").write_text("[mathjax.tex.macros]\nhalf = '2'\n")
    words = ["batch", "site", "--journal", "journal", "--stale"]
    done = prerender(*words, "--config", "settings.toml")
    assert done.stderr.startswith("prerender: 3 pages: 3 rendered; ")
    assert {name for name, data in files(site).items() if data != sources[name]} == {
        name for name in sources if name.startswith("0/")
    }
    again = prerender(*words)
    assert again.stderr.startswith("prerender: 3 pages: 3 rendered; ")
    assert " rendered" not in prerender(*words).stderr
    for name, data in files(site).items():
        if name.endswith(".html"):
            assert restored(data, xml=False) == sources[name]


def test_what_fails_is_tried_again_and_set_aside(
    prerender: Run, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(schedule, "pause", sleep)
    page = site / "0" / "000.html"
    text = page.read_text()
    page.unlink()
    page.mkdir()
    (site / "0" / "002.html").write_text(r"<!doctype html>\[\frac1\]")
    (site / "0" / "004.html").write_bytes(b"<meta charset=iso-2022-kr>")
    for number in (0, 2, 4):  # what was written a moment ago is looked at once more
        os.utime(site / "0" / f"00{number}.html", (1_000_000_000, 1_000_000_000))
    (tmp_path / "list").write_text("".join(f"site/0/00{n}.html\n" for n in (0, 2, 4)))
    words = ["batch", "site", "--from", "list", "--journal", "journal", "--retries", "2"]
    done = prerender(*words)
    assert done.returncode == 1
    assert slept == [1, 2]
    assert states(tmp_path / "journal") == {"done": 1, "aside": 2}
    status = prerender("batch", "--journal", "journal", "--status")
    counts, aside, formula, encoding = status.stdout.splitlines()
    assert counts == "2 aside, 1 done"
    assert aside.startswith(f"{page}: error: the page is left as it is: ")
    assert aside.endswith("(aside after 3 attempts; --retries 3 tries it again)")
    assert formula.startswith(f"{site}/0/002.html:1:16: error: Missing argument for \\frac")
    assert encoding.startswith(f"{site}/0/004.html: error: the page is left as it is: ")
    assert encoding.endswith("(aside until it changes)")
    assert prerender(*words).stderr.startswith("prerender: 0 pages; ")
    more = prerender(*words[:-1], "3")
    assert more.stderr.startswith("prerender: 1 page: 1 failed; ")
    page.rmdir()
    page.write_text(text)
    (site / "0" / "002.html").write_text(text)
    (site / "0" / "004.html").write_text(text)
    assert prerender(*words).returncode == 0
    assert states(tmp_path / "journal") == {"done": 3}


def test_a_page_that_takes_others_along(tmp_path: Path) -> None:
    """What fails because of another page of its chunk is done when it is tried alone."""
    site, sizes = Site("/site", ""), []

    async def render(waiting: Iterable[Chunk]) -> AsyncIterator[Result]:
        for chunk in waiting:
            sizes.append(len(chunk))
            lost = any(item.page == "bad" for item in chunk)
            yield Result([done(item, lost=lost) for item in chunk], 0)

    def done(item: PageTask, *, lost: bool) -> PageDone:
        if lost:
            return failure(item, OSError("workers were lost"), "")
        return PageDone(item, item.known._replace(state="done", status="rendered"))

    pages = ["bad", *map(str, range(40))]
    items = [PageTask(site, page, File(1, "stamp"), Row(page)) for page in pages]
    journal = Journal(tmp_path / "journal")
    tally = asyncio.run(run(items, render, journal, 1, lambda _, __: None))
    assert tally.pages == {"rendered": 40, "failed": 1}
    assert sizes == [32, 9, *[1] * 32]
    assert journal.rows(site)["bad"].state == "aside"
    journal.close()


def test_wrong_words(prerender: Run, site: Path, tmp_path: Path) -> None:
    def said(*words: str) -> str:
        done = prerender("batch", "--journal", "journal", *words)
        assert done.returncode == 2
        return done.stderr

    assert "name a SITE, or a list of pages with --from" in said()
    assert "does not exist; name the folder that your generator has built" in said("nothing")
    assert "--shard 4/3: not of the form 2/5" in said("site", "--shard", "4/3")
    assert "Protocol not known: none" in said("none://x")
    make_site(tmp_path / "more" / "site", 1)
    assert "two sites have the same name" in said("site", "more/site", "-o", "out")
    assert f"{site}/0 is in {site}, which includes its pages" in said("site", "site/0")
    assert f"{site}/0 is in {site}, which includes its pages" in said("site/0", "site")
    assert "site/out is inside the site " in said("site", "more", "-o", "site/out")
    assert "memory://a/b is inside the site memory://a; " in said(
        "memory://a", "-o", "memory://a/b"
    )
    assert "memory://a is the site itself" in said("memory://a/", "-o", "memory://a")
    assert ". contains the site " in said("site", "-o", ".")
    assert f"site/j is in {site}, and would be published" in said("site", "--journal", "site/j")
    assert "out/j is in " in said("site", "-o", "out", "--journal", "out/j")
    (tmp_path / "text").write_text("no journal " * 99)
    assert "cannot be used: file is not a database" in said("site", "--journal", "text")
    assert "does not exist; name the journal" in said("--journal", "none", "--status")
    assert "no/journal: the journal cannot be used" in said("site", "--journal", "no/journal")


def test_lists_that_are_wrong(prerender: Run, site: Path, tmp_path: Path) -> None:
    def said(text: str, *words: str) -> str:
        (tmp_path / "list").write_text(text)
        done = prerender("batch", *words, "--from", "list", "--journal", "journal")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        return done.stderr

    before = files(site)
    assert "elsewhere.html is in no SITE" in said("elsewhere.html\n", "site")
    assert '"site/0/000.html" is in no SITE' in said('"site/0/000.html"\n', "site")
    assert "'site/0/000.html' is not a file" in said("'site/0/000.html'\n")
    assert "s3://a/b.html is in no SITE" in said("s3://a/b.html\n")
    assert "NUL characters; write one page per line" in said("site/0/000.html\0site/1/001.html\0")
    assert "no page in the list" in said("site/setup.js\n", "site")
    assert "no page in the list" in said("site/0/000.html\n", "site", "--exclude", "0/*")
    done = prerender("batch", "site", "--from", "none", "--journal", "journal")
    assert done.stderr == "prerender: error: none cannot be read: No such file or directory\n"
    assert files(site) == before


def test_lists_as_they_come(
    environment: dict[str, str], site: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    """From a pipe: pages twice, other files, names that are no Unicode, lines of Windows."""
    odd = site / os.fsdecode(b"\xff\xe2\x80\xa8.html")
    odd.write_bytes((site / "0" / "000.html").read_bytes().replace(b"../", b""))
    lines = ["site/0/000.html\r", "", "site/0/000.html", "site/setup.js", f"site/{odd.name}"]
    words = ["batch", "site", "-o", "out", "--from", "-", "--journal", "journal"]
    done = subprocess.run(
        [sys.executable, "-m", "prerender", *words],
        input=os.fsencode("\n".join(lines)),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert done.stderr.startswith(b"prerender: 2 pages: 2 rendered; ")
    found = files(tmp_path / "out")
    assert found.keys() == {"0/000.html", odd.name}
    assert found["0/000.html"] == expected["0/000.html"]


def test_a_page_of_a_list_that_is_gone(prerender: Run, site: Path, tmp_path: Path) -> None:
    """It fails, and all others are done."""
    (tmp_path / "list").write_text("site/gone.html\nsite/0/000.html\n")
    words = ["batch", "site", "--from", "list", "--journal", "journal", "--retries", "0"]
    done = prerender(*words)
    assert done.returncode == 1
    assert done.stderr.startswith("prerender: 2 pages: 1 rendered, 1 failed; ")
    status = prerender("batch", "--journal", "journal", "--status").stdout
    assert f"{site}/gone.html: error: the page is left as it is: [Errno 2] " in status
    assert "(aside after 1 attempt; --retries 1 tries it again)" in status
    assert prerender("batch", "site", "--journal", "journal").returncode == 0
    assert states(tmp_path / "journal") == {"done": 6}


def test_a_site_named_twice(prerender: Run, site: Path, expected: dict[str, bytes]) -> None:
    done = prerender("batch", "site", "./site/", "--journal", "journal")
    assert done.stderr.startswith("prerender: 6 pages: 6 rendered; ")
    assert files(site) == expected


def test_a_page_that_is_damaged(prerender: Run, site: Path) -> None:
    """It is looked at once, not each night, until it changes."""
    words = ["batch", "site", "--journal", "journal"]
    assert prerender(*words).returncode == 0
    page = site / "0" / "000.html"
    whole = page.read_text()
    page.write_text(whole.replace('class="MathJax"', "class=MathJax", 1))
    damaged = page.read_bytes()
    assert prerender(*words).returncode == 1
    time.sleep(0.05)  # as long as a file may change and look the same
    assert prerender(*words, PRERENDER_BROWSER="/nonexistent").returncode == 1
    done = prerender(*words, PRERENDER_BROWSER="/nonexistent")
    assert (done.returncode, done.stderr[:20]) == (1, "prerender: 0 pages; ")
    status = prerender("batch", "--journal", "journal", "--status").stdout
    assert f"{page}:1:106: error: the page is left as it is: its source is lost" in status
    assert page.read_bytes() == damaged
    page.write_text(whole.replace("<title>x", "<title>edited around"))
    assert prerender(*words).returncode == 0
    assert restored(page.read_bytes(), xml=False).startswith(
        b"<!doctype html><meta charset=utf-8><title>edited around</title><script src="
    )


def test_troubles_of_another_job(prerender: Run, site: Path, tmp_path: Path) -> None:
    """They are in the journal, and do not make the exit code of this one."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.html").write_text(r"<!doctype html>\[\frac1\]")
    assert prerender("batch", "other", "--journal", "journal").returncode == 1
    assert prerender("batch", "site", "--journal", "journal").returncode == 0
    assert "other/a.html" in prerender("batch", "--journal", "journal", "--status").stdout
    assert prerender("batch", "site", "other", "--journal", "journal").returncode == 1


def test_status_of_a_job_under_way(
    prerender: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    """It is told while pages are rendered; Ctrl-C and SIGTERM end a job between two pages."""
    make_site(tmp_path / "many", 2000)
    words = ["batch", "many", "-o", "out", "--journal", "journal", "--no-cache"]
    job = subprocess.Popen(
        [sys.executable, "-m", "prerender", *words],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    end, said = time.monotonic() + 60, ""
    while " done, " not in said:
        assert time.monotonic() < end
        time.sleep(0.1)
        if (tmp_path / "journal").exists():
            said = prerender("batch", "--journal", "journal", "--status").stdout
    job.terminate()
    assert "interrupted; no page is half-written" in job.communicate(timeout=60)[1]
    assert job.returncode == 130
    done = states(tmp_path / "journal")
    assert done["done"] >= int(said.split()[0]) > 0
    assert done["done"] + done["todo"] == 2000


def test_objects(prerender: Run, site: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    """From a store to a folder, to another store, and in place."""
    memory = fsspec.filesystem("memory")
    memory.put(f"{site}/", "/archive", recursive=True)
    memory.pipe_file("/archive/0/000.html.gz", b"old")
    assert prerender("batch", "memory://archive", "-o", "out", "--journal", "1").returncode == 0
    compressed = (tmp_path / "out" / "0" / "000.html.gz").read_bytes()
    (tmp_path / "out" / "0" / "000.html.gz").unlink()
    assert compressed.startswith(b"\x1f\x8b")
    assert files(tmp_path / "out") == expected
    words = ["batch", "memory://archive", "-o", "memory://target", "--journal", "2"]
    assert prerender(*words).returncode == 0
    assert in_memory("/target") == {**expected, "0/000.html.gz": compressed}
    assert prerender(*words).stderr.startswith("prerender: 0 pages; ")
    in_place = ["batch", "memory://archive", "--journal", "3"]
    assert prerender(*in_place).returncode == 0
    assert in_memory("/archive") == {**expected, "0/000.html.gz": compressed}
    assert prerender(*in_place).stderr.startswith("prerender: 6 pages: 6 unchanged; ")
    assert prerender(*in_place).stderr.startswith("prerender: 0 pages; ")


def in_memory(folder: str) -> dict[str, bytes]:
    memory: MemoryFileSystem = fsspec.filesystem("memory")
    found = memory.find(folder)
    return {name.removeprefix(f"{folder}/"): memory.cat_file(name) for name in found}
