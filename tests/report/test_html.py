"""The report to read says all that there is to say, without script, request or foreign markup."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prerender.report.diagnostics import Diagnostic, DiagnosticExcerpt, Finding
from prerender.report.html import ListedPage, ReportData, report_data, write_report
from prerender.report.summary import PageReport, Report, ScreenReport
from prerender.source.lines import LineIndex
from tests.conftest import Run

pytestmark = pytest.mark.quick

HOSTILE = "<script>alert(1)</script>&amp;\x1b[2J\u202e\"'><img src=//x>"


class Read(HTMLParser):
    """What a page has: its tags, the values that ask for something, its text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.asks: list[str] = []
        self.text = ""
        self._raw = False
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._raw = tag == "style"
        self.asks += [
            value or "" for name, value in attrs if name in ("href", "src", "action", "style")
        ]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += "" if self._raw else data


def carets(file: Path) -> list[tuple[str, str]]:
    """Each excerpt: what stands before its caret, and what it points to."""
    found = re.findall(r"<pre><code>(.*?)<b>(.*?)</b>", file.read_text("utf-8"))
    return [(unescape(before), unescape(at)) for before, at in found]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report.html"


def test_what_there_is_to_say(file: Path) -> None:
    place = LineIndex("a\n数学 $\\frac1$").locate(5)
    error = Diagnostic("error", "Missing argument", place, r"\frac1")
    warning = Diagnostic("warning", "odd", None)
    pages = [
        PageReport("a.html", "rendered", 3, True, [warning]),
        PageReport("b/b.html", "rendered", 2, True, [error, warning]),
        PageReport("c.html", "failed", diagnostics=[Diagnostic("error", "cannot be read")]),
        PageReport("silent.html", "unchanged", 2),
    ]
    write_report(report_data(Report(pages, 4, 3, 1, 1.23), "site"), file)
    page = Read(file)
    said = " ".join(page.text.split())
    assert "site 2 errors, 2 warnings pages4 rendered2 pages unchanged1 page" in said
    assert "failed1 page written2 pages formulas7: 3 typeset, 1 from the cache, 2 rep" in said
    assert "2 repeated, 1 with an error took1.2 s" in said
    wrong, _, odd = said.partition(" Warnings and notes ")
    assert "site/b/b.html rendered, 2 formulas error Missing argument site/b/b.html:2:4" in wrong
    assert r"TeX \frac1" in wrong
    assert "site/c.html failed error cannot be read" in wrong
    assert odd.startswith("warning odd 2 times on 2 pages site/a.html site/b/b.html")
    assert "silent.html" not in said
    assert carets(file) == [("数学 ", "$")]
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
    assert page.asks == []
    assert file.stat().st_mode & 0o777 == 0o644


def test_all_well(file: Path) -> None:
    write_report(report_data(Report([PageReport("a.html", "rendered", 1)]), "site"), file)
    text = Read(file).text
    assert "no error, no warning" in text
    assert not {"Errors", "Warnings", "Screens"} & set(text.split())


def test_screens_with_pictures_beside_them(file: Path, tmp_path: Path) -> None:
    place = LineIndex("$x$").locate(0)
    picture = tmp_path / "of 50%#" / "a.png"
    screen = ScreenReport(320, 4)
    screen.offences.append(Finding("a.html", place, "x", "it reaches out", str(picture)))
    screen.scrolled.append(Finding("b.html", None, HOSTILE, "its only layout needs 9 px"))
    write_report(report_data(Report(screens=[screen]), "site"), file)
    page = Read(file)
    assert page.asks == ["of%2050%25%23/a.png"]
    said = " ".join(page.text.split())
    assert "320 px wide 4 displays, 0 shrunk, 1 scrolled; 1 offence" in said
    assert "offences: 1 a.html:1:1 it reaches out (picture) TeX x" in said
    assert "scrolled: 1 b.html its only layout needs 9 px TeX <script>alert(1)" in said
    assert "script" not in page.tags


def test_nothing_that_is_said_is_markup(file: Path) -> None:
    place = LineIndex(HOSTILE).locate(3)
    pages = [
        PageReport(HOSTILE, "failed", 0, False, [Diagnostic("error", HOSTILE, place, HOSTILE)])
    ]
    write_report(report_data(Report(pages), HOSTILE), file)
    page = Read(file)
    assert page.tags.isdisjoint({"script", "img"})
    assert page.asks == []
    assert page.text.count("<script>alert(1)</script>") >= 4
    assert not {"\x1b", "\u202e"} & set(page.text)


@settings(max_examples=50)
@given(st.text(), st.data())
def test_any_text(tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject) -> None:
    """Carets point to what they should, whatever stands there; lone surrogates are no trouble."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    place = LineIndex(text).locate(data.draw(st.integers(0, len(text))))
    remark = Diagnostic("error", text, place, text).excerpt
    write_report(ReportData(text, 1, 0, {}, [ListedPage(text, "failed", 0, [remark])], []), file)
    assert Read(file).asks == []
    source, at = remark.source, remark.caret
    assert carets(file) == [(source[:at], source[at : at + 1] or " ")]


def test_an_archive_is_not_held_in_memory(file: Path) -> None:
    remark = DiagnosticExcerpt("error", "m" * 500, 1, 1, "x" * 500, "s" * 100, 3)

    def pages() -> Iterator[ListedPage]:
        for number in range(5000):
            yield ListedPage(f"{number}.html", "failed", 0, [remark._replace(line=number + 1)])

    write_report(ReportData("archive", 0, 0, {}, [], []), file)  # the template is compiled
    tracemalloc.start()
    write_report(ReportData("archive", 5000, 0, {}, pages(), []), file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert file.stat().st_size > 5_000_000
    assert peak < 1_000_000


def test_weights_and_what_took_long(file: Path) -> None:
    """The pages that have gained most stand first; only those that this run has rendered."""
    pages = [
        PageReport("light.html", "rendered", 1, before=100, after=200),
        PageReport("heavy.html", "rendered", 2, before=1000, after=65_000),
        PageReport("known.html", "unchanged", 1),
    ]
    write_report(report_data(Report(pages), "site", [(1.5, HOSTILE, 2)]), file)
    read = Read(file)
    assert "1.1 kB became 65 kB" in read.text
    assert read.text.index("heavy.html") < read.text.index("light.html")
    assert "known.html" not in read.text
    assert "1500 ms" in read.text
    assert "and 2 formulas with it" in read.text
    assert read.asks == []


def test_long_formulas_are_cut(file: Path) -> None:
    remark = DiagnosticExcerpt("error", "bad", 1, 1, "y" * 3_000_000, "s", 0)
    write_report(
        ReportData("site", 1, 0, {}, [ListedPage("a.html", "failed", 1, [remark])], []), file
    )
    assert file.stat().st_size < 20_000
    assert "y" * 1000 + "…" in Read(file).text


BAD = "<!doctype html>\n<p>\\(\\frac{1}\\) and \\(\\Q\\)"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "bad.html").write_text(BAD)
    (tmp_path / "site" / "good.html").write_text("<!doctype html><p>\\(x\\)")
    return tmp_path / "site"


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (["build", "site", "-o", "out"], "site/bad.html"),
        (["build", "site/bad.html", "-o", "out"], "site/bad.html"),
        (["check", "site"], "site/bad.html"),
        (["batch", "site", "-o", "out", "--journal", "journal"], "{site}/bad.html"),
    ],
)
def test_commands(prerender: Run, site: Path, file: Path, words: list[str], path: str) -> None:
    path = path.format(site=site)
    for _ in range(2):  # what is known already is said again
        assert prerender(*words, "--report", "report.html").returncode == 1
        said = " ".join(Read(file).text.split())
        assert f"error Missing argument for \\frac {path}:2:4 <p>\\(\\frac{{1}}\\)" in said
        told = (
            "warning \\Q is not defined; it stands in red, as MathJax shows it 1 time on 1 page; "
        )
        cure = "define \\Q in prerender.toml, under [mathjax.tex.macros]"
        assert f"{told}{cure} {path}:2" in said
        assert "good.html" not in said.partition(" Weight of pages ")[0]
    if words[0] == "batch":
        file.unlink()
        status = prerender("batch", "--journal", "journal", "--status", "--report", "report.html")
        assert status.returncode == 0
        assert f"{path}:2:4" in Read(file).text


def test_restore_and_settings(prerender: Run, site: Path, file: Path, tmp_path: Path) -> None:
    (tmp_path / "prerender.toml").write_text('report = "report.html"\n')
    assert prerender("build", "site").returncode == 1
    assert "1 error, 1 warning" in Read(file).text
    assert prerender("restore", "site").returncode == 0
    assert "restored2 pages" in Read(file).text.replace("\n", "")


@pytest.mark.parametrize("command", [["build", "site"], ["batch", "site", "--journal", "journal"]])
@pytest.mark.parametrize("path", ["none/report.html", "site"])
def test_where_it_cannot_be_written(
    prerender: Run, site: Path, command: list[str], path: str
) -> None:
    before = (site / "good.html").read_bytes()
    done = prerender(*command, "--report", path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"prerender: error: {path} cannot be written: ")
    assert done.stderr.count("\n") == 1
    assert (site / "good.html").read_bytes() == before


def test_where_it_cannot_be_written_at_the_end(
    prerender: Run, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (["check", "site", "--quiet"], ["batch", "site", "--journal", "journal"]):
        done = prerender(*words, "--report", "/proc/report.html")
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("prerender: error: /proc/report.html cannot")
