"""The next build: what is as it was left is not read, and what is said of it is said again."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

import pytest

from prerender.cache.index import PageIndex, PageRecord, stable_stat
from prerender.site.files import FileStat, Site, open_site
from tests.conftest import Done, Run
from tests.support.damage import flipped_bits

pytestmark = pytest.mark.quick

HEAD = "<!doctype html><script src=/math.js></script><title>t</title>"
PAGES = {
    "a.html": rf"{HEAD}<p>\(x^2\) and \[y\]",
    "plain.html": "<!doctype html><p>no math",
    "bad.html": rf"{HEAD}<p>\(\frac{{1}}\), \(z\) and \(\undefined\)",
    "sub/lost.html": "<meta charset=iso-2022-kr><p>",
}
NONE = {"PRERENDER_BROWSER": "/nonexistent"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with a page of each kind, older than any clock's tick."""
    folder = tmp_path / "site"
    (folder / "sub").mkdir(parents=True)
    for name, text in PAGES.items():
        (folder / name).write_text(text)
    (folder / "math.js").write_text("MathJax = {tex: {macros: {R: 'r'}}}")
    (folder / "style.css").write_text("p {}")
    age(folder)
    return folder


def age(folder: Path) -> None:
    """Make the files of a folder a minute older."""
    for file in folder.rglob("*"):
        if file.is_file():
            found = file.stat()
            os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns - 60_000_000_000))


def said(done: Done) -> list[str]:
    """What was said of pages, without the summary."""
    return [line for line in done.stderr.splitlines() if not line.startswith("prerender: ")]


def statuses(done: Done) -> dict[str, str]:
    return {page["path"]: page["status"] for page in json.loads(done.stdout)["pages"]}


def times(folder: Path) -> dict[str, int]:
    return {str(file): file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages whose bytes are read from now on."""
    names: list[str] = []
    read_bytes = Path.read_bytes

    def told(self: Path) -> bytes:
        if self.suffix == ".html":
            names.append(self.name)
        return read_bytes(self)

    monkeypatch.setattr(Path, "read_bytes", told)
    return names


@pytest.mark.parametrize("output", [[], ["-o", "out"]])
def test_what_is_unchanged_is_not_read_and_what_was_said_is_said_again(
    prerender: Run, site: Path, tmp_path: Path, unread: list[str], output: list[str]
) -> None:
    words = ["build", "site", *output, "--json", "-"]
    first = prerender(*words)
    assert first.returncode == 1
    assert len(said(first)) == 11
    time.sleep(0.05)
    prerender(*words, **NONE)  # files as young as the index are read once more
    before = times(tmp_path / "out" if output else site)
    unread.clear()
    again = prerender(*words, **NONE)
    assert unread == []
    assert (again.returncode, said(again)) == (1, said(first))
    assert times(tmp_path / "out" if output else site) == before
    assert statuses(again) == {
        "a.html": "unchanged",
        "bad.html": "unchanged",
        "plain.html": "no-math",
        "sub/lost.html": "failed",
    }


#: the command line, which ends with 77 where it would start a process
WATCHED = """
import os, sys
sys.addaudithook(lambda event, _: os._exit(77) if event == "subprocess.Popen" else None)
from prerender.cli.commands import main
main()
"""


def test_where_nothing_is_new_no_process_is_started(
    prerender: Run, site: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Not the browser, and not Playwright's own either."""

    def build(*flags: str) -> int:
        command = [sys.executable, "-c", WATCHED, "build", "site", "--quiet", *flags]
        return subprocess.run(command, cwd=tmp_path, env=environment, check=False).returncode

    assert build("--cache-dir", "empty") == 77
    assert prerender("build", "site").returncode == 1
    assert build() == 1  # bad.html has an error
    (site / "a.html").write_text(rf"{HEAD}<p>\[y\] and \(x^2\)")
    assert build() == 1
    (site / "a.html").write_text(rf"{HEAD}<p>\(x^2+{time.time_ns()}\)")
    assert build() == 77


def test_a_setting_invalidates_what_depends_on_it(
    prerender: Run, site: Path, unread: list[str]
) -> None:
    prerender("build", "site")
    time.sleep(0.05)
    prerender("build", "site")
    unread.clear()
    prerender("build", "site", "--jobs", "1", "--time-limit", "30", **NONE)
    assert unread == []
    for flags in (["--shrink", "50"], ["--css", "external"], ["--glyphs", "shared"]):
        done = prerender("build", "site", "--json", "-", *flags, **NONE)
        assert json.loads(done.stdout)["totals"]["typeset"] == 0
        assert {"a.html", "bad.html"} <= set(unread)
        unread.clear()
    (site.parent / "prerender.toml").write_text(f"mathjax.tex.macros = {{N = '{time.time_ns()}'}}")
    totals = json.loads(prerender("build", "site", "--json", "-").stdout)["totals"]
    assert totals["typeset"] == totals["formulas"] == 5


@pytest.mark.parametrize("flags", [["--css", "external"], ["--glyphs", "shared"]])
def test_files_that_a_site_shares(
    prerender: Run, site: Path, unread: list[str], flags: list[str]
) -> None:
    """The first build, which makes them, is remembered; so are pages no more when one is lost."""
    prerender("build", "site", *flags)
    time.sleep(0.05)
    age(site)
    with patch("prerender.pipeline.render.plan", None):
        prerender("build", "site", *flags, **NONE)  # the pages are other files now
    time.sleep(0.05)
    prerender("build", "site", *flags, **NONE)
    unread.clear()
    prerender("build", "site", *flags, **NONE)
    assert unread == []
    [file] = site.glob("prerender-math.*")
    before = file.read_bytes()
    file.unlink()
    prerender("build", "site", *flags, **NONE)
    assert file.read_bytes() == before


def test_pages_that_are_written_anew_with_the_same_bytes(
    prerender: Run, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A generator writes all pages each time: they are read, but not parsed."""
    assert prerender("build", "site").returncode == 1
    assert prerender("build", "site", "-o", "out").returncode == 1
    results = {name: (site / name).read_bytes() for name in PAGES}
    monkeypatch.setattr("prerender.pipeline.render.plan", None)
    age(site)
    assert statuses(prerender("build", "site", "--json", "-"))["a.html"] == "unchanged"
    for name, text in PAGES.items():
        (site / name).write_text(text)
    again = prerender("build", "site", "--json", "-", **NONE)
    assert statuses(again)["a.html"] == "rendered"
    assert {name: (site / name).read_bytes() for name in PAGES} == results
    assert said(again) == said(prerender("build", "site", **NONE))
    shutil.rmtree(tmp_path / "out")
    assert prerender("build", "site", "-o", "out", **NONE).returncode == 1
    assert (tmp_path / "out" / "a.html").read_bytes() == results["a.html"]


def test_what_a_page_depends_on(prerender: Run, site: Path) -> None:
    """Its bytes, local scripts that are there or not, settings."""
    (site / "a.html").write_text(PAGES["a.html"] + r"\(\R\) \(\Q\)")
    assert r"\Q is not defined" in prerender("build", "site").stderr
    (site / "math.js").write_text("MathJax = {tex: {macros: {Q: 'q'}}}")
    done = prerender("build", "site", "--json", "-")
    assert r"\R is not defined" in done.stderr
    assert statuses(done)["a.html"] == "rendered"
    (site / "math.js").unlink()
    done = prerender("build", "site")
    assert r"\R is not defined" in done.stderr
    assert r"\Q is not defined" in done.stderr
    (site.parent / "prerender.toml").write_text("mathjax.tex.macros = {R = 'r', Q = 'q'}")
    done = prerender("build", "site", "--json", "-")
    assert r"\R" not in done.stderr
    assert statuses(done)["a.html"] == "rendered"


def test_results_that_were_changed_or_removed(prerender: Run, site: Path, tmp_path: Path) -> None:
    words = ["build", "site", "-o", "out", "--json", "-"]
    prerender(*words)
    result = tmp_path / "out" / "a.html"
    data = result.read_bytes()
    for spoil in (lambda: result.write_bytes(b"x"), result.unlink):
        spoil()
        assert statuses(prerender(*words, **NONE))["a.html"] == "rendered"
        assert result.read_bytes() == data
    found = result.stat()
    result.write_bytes(data[::-1])  # of the same length, and made to look as old
    os.utime(result, ns=(found.st_atime_ns, found.st_mtime_ns + 1))
    assert statuses(prerender(*words, **NONE))["a.html"] == "rendered"
    (site / "a.html.gz").write_bytes(b"")
    assert prerender(*words, **NONE).returncode == 1
    assert (tmp_path / "out" / "a.html.gz").stat().st_size > 0


def test_restore_removal_and_another_site(prerender: Run, site: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "other")
    (tmp_path / "other" / "a.html").write_text(PAGES["a.html"].replace("x^2", "x^3"))
    for folder in ("site", "other", "site"):
        prerender("build", folder)
    results = [(tmp_path / folder / "a.html").read_text() for folder in ("site", "other")]
    assert "x^2" in results[0]
    assert "x^3" in results[1]
    prerender("restore", "site")
    assert (site / "a.html").read_text() == PAGES["a.html"]
    assert statuses(prerender("build", "site", "--json", "-", **NONE))["a.html"] == "rendered"
    assert (site / "a.html").read_text() == results[0]
    (site / "a.html").unlink()
    assert "a.html" not in statuses(prerender("build", "site", "--json", "-", **NONE))
    (site / "a.html").write_text(PAGES["a.html"])
    assert statuses(prerender("build", "site", "--json", "-", **NONE))["a.html"] == "rendered"


def test_no_cache_uses_no_index(prerender: Run, site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (site / "a.html").unlink()
    (site / "bad.html").unlink()
    prerender("build", "site", "--no-cache", "--cache-dir", str(cache), **NONE)
    assert not cache.exists()


def test_an_index_that_is_damaged_is_made_anew(prerender: Run, site: Path, tmp_path: Path) -> None:
    for name in ("a.html", "bad.html"):
        (site / name).unlink()
    words = ["build", "site", "--cache-dir", "cache"]
    prerender(*words, **NONE)
    file = tmp_path / "cache" / "index.db"
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM pages").fetchone() == (2,)
    file.write_bytes(b"no database at all" * 100)
    assert prerender(*words, **NONE).returncode == 1
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM pages").fetchone() == (2,)
    assert prerender("cache", "clear", "--cache-dir", "cache").returncode == 0
    assert not file.exists()


def test_a_file_that_may_change_within_a_tick_is_never_as_it_was(tmp_path: Path) -> None:
    now = 1_700_000_000_123_456_789
    assert stable_stat(FileStat(1, now - 50_000_000, 1), now).time > 0
    assert stable_stat(FileStat(1, now - 5_000_000, 1), now).time < 0
    assert stable_stat(FileStat(1, now + 5_000_000_000, 1), now).time < 0, "a clock that is ahead"
    whole = now - now % 1_000_000_000
    assert stable_stat(FileStat(1, whole, 1), now).time < 0, "times that are whole seconds"
    (tmp_path / "a.html").write_text("")
    site: Site = open_site(tmp_path, None)
    young = FileStat(1, time.time_ns() + 1_000_000_000, 1)
    with PageIndex(tmp_path, site, "m") as index:
        index.keep("a.html", PageRecord(young, young, "", "{}", "[0]"))
    with PageIndex(tmp_path, site, "m") as index:
        row = index.row("a.html")
        assert row is not None
        assert row.target != young
    with PageIndex(tmp_path, site, "other settings") as index:
        assert index.row("a.html") is None


def test_flipped_bits_are_noticed(tmp_path: Path) -> None:
    """A row comes back as it was written, or not at all."""
    site = Site(tmp_path)
    stat = FileStat(1, time.time_ns() - 60_000_000_000, 3)
    rows = {
        f"{name}.html": PageRecord(stat, stat, "d" * 40, "{}", f"[{name}]") for name in range(9)
    }
    (folder := tmp_path / "index").mkdir()
    with PageIndex(folder, site, "mark") as index:
        for name, row in rows.items():
            index.keep(name, row)
    for copy in flipped_bits(folder / "index.db", tmp_path):
        with PageIndex(copy, site, "mark") as index:
            assert all(index.row(name) in (row, None) for name, row in rows.items())
            index.keep("0.html", rows["0.html"])
        shutil.rmtree(copy)
