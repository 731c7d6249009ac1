"""The Python API: pages in memory, sites, what it raises; its documented examples run."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

import prerender
from prerender import (
    PrerenderError,
    Renderer,
    Settings,
    aio,
    build,
    check,
    find_formulas,
    render_html,
    restore,
)
from prerender.errors import Exit, InternalError
from prerender.pipeline import page as page_module
from prerender.pipeline.page import Page

DOCUMENTED = Path(__file__).parents[1] / "docs" / "pages" / "python.md"
PAGE = "<!doctype html><meta charset=utf-8><title>t</title><p>数 \\(x^2\\) and \\[y\\]"


@pytest.fixture
def settings(session_cache: Path) -> Settings:
    return Settings(cache_dir=session_cache, jobs=1)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "a.html").write_text(PAGE, "utf-8")
    (folder / "b.html").write_text("<!doctype html><p>\\(\\frac\\)", "utf-8")
    (folder / "mathjax.js").write_text("MathJax = {tex: {macros: {half: '\\\\frac12'}}}")
    return folder


def test_names() -> None:
    assert set(prerender.__all__) == set(aio.__all__)
    assert all(getattr(prerender, name) and getattr(aio, name) for name in prerender.__all__)
    with pytest.raises(AttributeError):
        _ = prerender.nonesuch


def test_a_site(site: Path, settings: Settings) -> None:
    before = (site / "a.html").read_bytes()
    report = check(site, settings)
    assert (site / "a.html").read_bytes() == before
    assert [page.status for page in report.pages] == ["rendered", "unchanged"]
    report = build(site, settings)
    assert report.exit is Exit.SOME_FAILED
    assert [len(page.errors) for page in report.pages] == [0, 1]
    assert (site / "a.html").read_bytes().count(b"<mjx-container") == 2
    assert [page.status for page in restore(site, settings).pages] == ["restored", "unchanged"]
    assert (site / "a.html").read_bytes() == before


def test_formulas(site: Path, settings: Settings) -> None:
    first, second = find_formulas(site, settings)
    assert [(one.line, one.display, one.tex) for one in first.formulas] == [
        (1, False, "x^2"),
        (1, True, "y"),
    ]
    assert second.path == "b.html"
    assert not second.failed


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        "<meta charset=iso-8859-1><p>é \\(é\\)",
        "\ufeff<p>\\(x\\)",
        '<?xml version="1.0" encoding="us-ascii"?><html xmlns="http://www.w3.org/1999/xhtml">'
        "<head><title>é</title></head><body>\\(x\\)</body></html>",
    ],
)
def test_a_page_that_is_text(page: str, settings: Settings, tmp_path: Path) -> None:
    path = "a.xhtml" if page.startswith("<?xml") else "a.html"
    result = render_html(page, settings, path=path)
    assert result.html.count("<mjx-container") == result.formulas > 0
    assert result.diagnostics == []
    (tmp_path / path).write_text(result.html, "utf-8-sig" if page[0] != "\ufeff" else "utf-8")
    restore(tmp_path, settings)
    assert (tmp_path / path).read_text("utf-8-sig") == page.removeprefix("\ufeff")


def test_a_page_that_is_bytes(settings: Settings) -> None:
    page = "<meta charset=iso-8859-1><p>é \\(x\\)".encode("latin-1")
    result = render_html(page, settings)
    assert "é".encode("latin-1") in result.html
    assert b"<mjx-container" in result.html


def test_what_is_wrong_has_its_place(settings: Settings) -> None:
    page = "<p>\\(x\\)\n<p>\\(\\frac\\)"
    result = render_html(page, settings)
    [said] = result.diagnostics
    assert said.location is not None
    assert (said.severity, said.location.line, said.location.column) == ("error", 2, 4)
    kept = render_html(b"<meta charset=iso-2022-kr>\\(x\\)", settings)
    assert kept.html == b"<meta charset=iso-2022-kr>\\(x\\)"
    assert "cannot be read" in kept.diagnostics[0].message


def test_a_renderer_has_the_scripts_of_its_site(site: Path, settings: Settings) -> None:
    page = '<script src="../mathjax.js"></script><p>\\(\\half\\)'
    with Renderer(settings, site=site) as renderer:
        assert renderer.render_html(page, path="notes/a.html").diagnostics == []
        assert renderer.render_html(page, path="a.html").diagnostics != []
    with Renderer(settings) as renderer:
        assert renderer.render_html(page, site=site, path="/notes/a.html").diagnostics == []
        assert renderer.render_html(page, path="notes/a.html").diagnostics != []


def test_files_that_pages_share(settings: Settings, session_cache: Path) -> None:
    shared = Settings(cache_dir=session_cache, css="external", glyphs="shared")
    with Renderer(shared) as renderer:
        first = renderer.render_html("<p>\\(x\\)", path="a/b.html")
        second = renderer.render_html("<p>\\[y\\]")
    assert 'href="../prerender-math.css"' in first.html
    assert set(first.assets) == {"prerender-math.css", "prerender-math.svg"}
    assert len(second.assets["prerender-math.svg"]) > len(first.assets["prerender-math.svg"])
    assert render_html("<p>\\(x\\)", settings).assets == {}


def test_two_renderers_in_a_running_loop(settings: Settings) -> None:
    """As in a notebook; and side by side with the asynchronous names."""

    async def action() -> list[int]:
        one = render_html("<p>\\(x\\)", settings)
        async with aio.Renderer(settings) as first, aio.Renderer(settings) as second:
            both = await asyncio.gather(
                first.render_html("<p>\\(x\\)"), second.render_html("<p>\\(x\\)\\(y\\)")
            )
        return [one.formulas, *(result.formulas for result in both)]

    assert asyncio.run(action()) == [1, 1, 2]


def test_what_it_raises(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(PrerenderError, match="does not exist") as caught:
        build(tmp_path / "nothing", settings)
    assert caught.value.exit_code is Exit.USAGE_ERROR
    with pytest.raises(PrerenderError, match="shrink = 1 is less than 10"):
        Settings(shrink=1)
    nowhere = Settings(browser="/nonexistent", no_cache=True)
    with pytest.raises(PrerenderError) as caught:
        render_html("<p>\\(x\\)", nowhere)
    assert caught.value.exit_code is Exit.ENGINE_UNAVAILABLE


def test_a_bug_leaves_its_page_and_no_other(
    site: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "c.html").write_text(PAGE, "utf-8")
    source = (site / "a.html").read_bytes()
    whole = page_module.plan

    def fails(page: Page, *rest: object) -> object:
        if "数" in page.text and "BUG" in page.text:
            raise ValueError("one of ours")
        return whole(page, *rest)  # type: ignore[arg-type]

    (site / "a.html").write_bytes(source + b"BUG")
    monkeypatch.setattr("prerender.pipeline.render.plan", fails)
    for _ in range(2):  # it is not cached
        report = build(site, settings)
        assert report.exit is Exit.BUG
        assert report.pages[0].status == "failed"
        assert "ValueError: one of ours" in report.pages[0].bug
        assert "Traceback" in report.pages[0].bug
    assert (site / "a.html").read_bytes() == source + b"BUG"
    assert b"<mjx-container" in (site / "c.html").read_bytes()
    with pytest.raises(InternalError, match="one of ours"):
        render_html(PAGE + "BUG", settings)
    monkeypatch.undo()
    assert build(site, settings).pages[0].status == "rendered"


def test_the_examples_of_the_documentation(tmp_path: Path, environment: dict[str, str]) -> None:
    """Each block of Python runs, and type-checks."""
    text = DOCUMENTED.read_text("utf-8")
    found = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    blocks = [block for block in found if "from prerender import" in block]
    assert blocks
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "a.html").write_text(PAGE, "utf-8")
    for number, block in enumerate(blocks):
        file = tmp_path / f"example{number}.py"
        file.write_text(block)
        done = subprocess.run(
            [sys.executable, file], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert "['x^2', 'y']" in done.stdout
        checked = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", file],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert checked.returncode == 0, checked.stdout


def test_no_browser_is_one_error(site: Path) -> None:
    """Not a group of as many as there are pages."""
    nowhere = Settings(browser="/nonexistent", no_cache=True)
    for action in (build, check):
        with pytest.raises(PrerenderError, match="not a program that can be run"):
            action(site, nowhere)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_driver_that_dies_is_one_error(site: Path, environment: dict[str, str]) -> None:
    """And asyncio has nothing to add, however many formulas wait."""
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_DRIVER, site],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    # asyncio warns of the fifth write to a pipe that is closed, where so many were under way
    lines = [line for line in done.stderr.splitlines() if "pipe closed by peer" not in line]
    assert (done.stdout, lines) == ("EngineError\n", [])


_KILLED_DRIVER = r"""
import os, signal, sys, threading, time
from pathlib import Path
from prerender import PrerenderError, Renderer, Settings

def driver():
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and "playwright" in (folder / "cmdline").read_text():
                return int(folder.name)
        except OSError:
            pass

with Renderer(Settings(no_cache=True)) as renderer:
    renderer.render_html("<p>\\(x\\)")
    threading.Timer(0.1, lambda: os.kill(driver(), signal.SIGKILL)).start()
    many = "".join(rf"<p>\(\frac{{x}}{{{number}}}\)" for number in range(600))
    try:
        renderer.render_html(many)
    except PrerenderError as error:
        print(type(error).__name__)
"""


def test_files_that_have_changed(site: Path, settings: Settings) -> None:
    loaders = "<script src=mathjax.js></script><script src=//cdn/mathjax@4/tex-svg.js></script>"
    page = f"<!doctype html>{loaders}<p>\\(\\half\\)"
    with Renderer(settings, site=site) as renderer:
        before = renderer.render_html(page).html
        (site / "mathjax.js").write_text("MathJax = {tex: {macros: {half: '\\\\frac34'}}}")
        assert renderer.render_html(page).html == before, "each file is read once"
        renderer.forget_files()
        assert renderer.render_html(page).html != before
