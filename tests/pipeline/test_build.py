"""Whole runs: no page knows of another, and an end in the middle leaves every page whole."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from prerender.cache.disk import Cache
from prerender.errors import Exit
from prerender.pipeline.build import build
from prerender.pipeline.page import Plan, restored
from prerender.pipeline.render import RenderSession, plans
from prerender.pipeline.restore import restore_site
from prerender.report.diagnostics import Diagnostic
from prerender.report.summary import Report
from prerender.site.files import open_site
from prerender.source import Element, parse
from tests.conftest import Run
from tests.support.browser import new_engine


def run(folder: Path, output: Path | None = None, tabs: int = 2) -> Report:
    """A build without a cache."""

    async def action() -> Report:
        async with new_engine(tabs=tabs) as engine:
            return await build(open_site(folder, output), RenderSession(engine, Cache(None)))

    return asyncio.run(action())


def drawn(page: str) -> list[str]:
    """The formulas of a page, each as the outlines that it draws."""
    elements = list(parse(page).walk())
    named = {element.attrs["id"]: element for element in elements if "id" in element.attrs}

    def outlines(element: Element) -> Iterator[str]:
        if element.tag == "use":
            yield from outlines(named[element.attrs["xlink:href"].removeprefix("#")])
        elif element.tag == "path":
            yield element.attrs["d"]
        for child in element.children:
            if isinstance(child, Element) and child.tag != "defs":
                yield from outlines(child)

    return [" ".join(outlines(one)) for one in elements if one.tag == "mjx-container"]


def test_what_a_page_defines_is_unknown_to_others(tmp_path: Path) -> None:
    r"""200 pages in one run: each third defines \x as its number, one uses \x, one numbers."""
    site = tmp_path / "site"
    site.mkdir()
    order = list(range(200))
    random.Random(1).shuffle(order)
    for name, number in enumerate(order):
        text = (
            rf"\(\newcommand{{\x}}{{{number}}}\) <p>\(\x\) is \({number}\)",
            rf"\(\x\) is \(\unknown\) and \(1 + {number}\)",
            rf"\begin{{equation}}\label{{a}}\tag{{{number}}}1\end{{equation}} \(\ref{{a}}\)",
        )[number % 3]
        (site / f"{name:03}.html").write_text(f"<!doctype html><p>{text}")
    report = run(site, tabs=4)
    assert [page.status for page in report.pages] == ["rendered"] * 200
    for page in report.pages:
        number = order[int(page.path[:3])]
        said = [one.message.partition(" ")[0] for one in page.diagnostics]
        assert said == ([r"\x", r"\unknown"] if number % 3 == 1 else [])
        if number % 3 == 0:
            _, used, plain = drawn((site / page.path).read_text("utf-8"))
            assert used == plain != ""


def test_numbers_begin_anew_on_every_page(tmp_path: Path) -> None:
    page = (
        "<!doctype html><script>MathJax = {tex: {tags: 'ams'}}</script>"
        r"<p>\[1\] \begin{equation}x\label{a}\end{equation} \eqref{a} is \((1)\)"
    )
    for name in "abcdefgh":
        (tmp_path / f"{name}.html").write_text(page)
    run(tmp_path, tabs=4)
    results = {path.read_text("utf-8") for path in tmp_path.glob("*.html")}
    assert len(results) == 1
    *_, reference, plain = drawn(results.pop())
    assert reference == plain


CHANGING = "<!doctype html><script src=tex-chtml.js></script><p>\\(x_{{{}}}\\)"


def changed_while_rendered(site: Path, times: int, output: Path | None = None) -> Report:
    """A build of a page that something else writes anew as often while it is rendered."""
    page = site / "a.html"
    page.write_text(CHANGING.format(0))
    written = iter(range(1, times + 1))

    async def write_anew(*_: object) -> list[Diagnostic]:
        if (number := next(written, None)) is not None:
            page.write_text(CHANGING.format(number))
        return []

    async def action() -> Report:
        async with new_engine(tabs=1) as engine:
            session = RenderSession(engine, Cache(None))
            return await build(open_site(site, output), session, inspect=write_anew)

    return asyncio.run(action())


@pytest.mark.parametrize("copied", [False, True])
def test_a_page_that_changes_while_it_is_rendered_is_done_again(
    tmp_path: Path, copied: bool
) -> None:
    output = tmp_path / "out" if copied else None
    (site := tmp_path / "site").mkdir()
    report = changed_while_rendered(site, 2, output)
    assert report.exit == Exit.DONE
    rendered = ((output or site) / "a.html").read_bytes()
    assert restored(rendered, xml=False).decode() == CHANGING.format(2)
    assert b"mjx-container" in rendered


def test_a_page_that_changes_all_the_time_stays(tmp_path: Path) -> None:
    report = changed_while_rendered(tmp_path, 100)
    assert report.exit == Exit.SOME_FAILED
    assert "changes again and again" in report.pages[0].errors[0].message
    assert (tmp_path / "a.html").read_text() == CHANGING.format(4)


def test_plans_and_restoring(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(r"<!doctype html><p>\(x\)")
    (tmp_path / "b.html").write_bytes(b"<meta charset=iso-2022-kr>")

    async def listed() -> list[tuple[str, bool]]:
        async with new_engine() as engine:
            work = RenderSession(engine, Cache(None))
            found = [one async for one in plans(open_site(tmp_path, None), work)]
            assert not engine.started
            return [(str(page), isinstance(plan, Plan)) for page, plan in found]

    assert asyncio.run(listed()) == [("a.html", True), ("b.html", False)]
    report = restore_site(open_site(tmp_path, tmp_path / "out"))
    assert [page.status for page in report.pages] == ["restored", "failed"]


SLOWER = (("SIGKILL", "out"), ("SIGTERM", None), ("SIGINT", None), ("SIGINT", "out"))


@pytest.fixture
def thirty(tmp_path: Path) -> Path:
    """A site of thirty pages, each with formulas of its own."""
    site = tmp_path / "site"
    site.mkdir()
    for number in range(30):
        formulas = " ".join(rf"\(x_{{{number}}}^{{{at}}}\)" for at in range(100))
        (site / f"{number}.html").write_text(f"<!doctype html><title>{number}</title><p>{formulas}")
        (site / f"{number}.html.gz").write_bytes(b"")
    return site


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("SIGKILL", None),
        ("SIGTERM", "out"),
        *(pytest.param(*one, marks=pytest.mark.slow) for one in SLOWER),
    ],
)
def test_an_interrupted_run_leaves_every_page_whole(
    prerender: Run,
    environment: dict[str, str],
    thirty: Path,
    tmp_path: Path,
    name: str,
    output: str | None,
) -> None:
    old = {path.name: path.read_bytes() for path in thirty.glob("*.html")}
    words = ["build", "site", "--no-cache", *(["-o", output] if output else [])]
    target = tmp_path / output if output else thirty
    interrupted = 0
    for wait in (0.6, 0.0, 0.1):
        process = subprocess.Popen(
            [sys.executable, "-m", "prerender", *words],
            cwd=tmp_path,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        before = written(target, old)
        if wait != 0.6:  # until a page has been written, and a little longer
            end = time.monotonic() + 60
            while process.poll() is None and written(target, old) == before:
                assert time.monotonic() < end
        time.sleep(wait)
        process.send_signal(getattr(signal, name))
        _, said = process.communicate(timeout=60)
        if process.returncode != 0:
            interrupted += 1
            if name != "SIGKILL" and wait != 0.6:
                assert process.returncode == 130
                assert said.endswith(
                    "no page is half-written, and the next run continues from here\n"
                )
        for page, source in old.items():
            if output is None or (target / page).exists():
                assert restored((target / page).read_bytes(), xml=False) == source
    assert interrupted
    done = prerender(*words)
    assert done.returncode == 0
    assert len(written(target, old)) == 30
    assert not list(target.rglob(".prerender-*"))
    assert all((target / f"{page}.gz").stat().st_size for page in old)


def written(target: Path, old: dict[str, bytes]) -> set[str]:
    """The pages that are rendered."""
    return {
        page
        for page in old
        if (target / page).exists() and (target / page).read_bytes() != old[page]
    }


@pytest.mark.slow
def test_real_sites(prerender: Run, shared: Path, tmp_path: Path) -> None:
    """Every page of the real sites is rendered, can be restored, and stays when built again."""
    done = prerender("build", shared / "sites", "-o", "out", "--quiet")
    assert done.returncode in (0, 1)
    assert "the page is left as it is" not in done.stderr
    for path in (shared / "sites").rglob("*"):
        copy = tmp_path / "out" / path.relative_to(shared / "sites")
        if path.suffix == ".html":
            assert restored(copy.read_bytes(), xml=False) == path.read_bytes()
        elif path.is_file():
            assert copy.read_bytes() == path.read_bytes()
    again = prerender("build", "out", "-o", "again", PRERENDER_BROWSER="/nonexistent")
    assert again.returncode == done.returncode
    for path in (tmp_path / "out").rglob("*.html"):
        copy = tmp_path / "again" / path.relative_to(tmp_path / "out")
        assert copy.read_bytes() == path.read_bytes()
