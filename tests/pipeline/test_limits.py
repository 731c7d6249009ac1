"""Limits that the user sets: a page that has more of something says so, and stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from prerender.errors import Exit
from tests.conftest import Run

HEAD = "<!doctype html><html lang=en><script src=tex-svg.js></script><title>t</title>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (folder := tmp_path / "site").mkdir()
    (folder / "tex-svg.js").write_text("")
    (folder / "other.html").write_text(rf"{HEAD}<p>\(a\)")
    return folder


def test_size_of_a_page(prerender: Run, site: Path) -> None:
    page = site / "a.html"
    text = rf"{HEAD}<p>\(x\)"
    page.write_text(text + " " * (2_000 - len(text)))
    assert prerender("build", "site", "--page-limit", "0.002", "-o", "out").returncode == Exit.DONE
    page.write_text(page.read_text() + " ")
    done = prerender("build", "site", "--page-limit", "0.002")
    assert done.returncode == Exit.SOME_FAILED
    assert "a.html: error: the page is left as it is: it has 0.002001 MB" in done.stderr
    assert "--page-limit 0.002" in done.stderr
    assert page.stat().st_size == 2_001
    assert "mjx-container" in (site / "other.html").read_text()
    assert prerender("build", "site").returncode == Exit.DONE


def test_number_of_formulas(prerender: Run, site: Path) -> None:
    page = site / "a.html"
    page.write_text(rf"{HEAD}<p>\(x\) \(y\) \(z\)")
    assert prerender("build", "site", "--formula-limit", "3", "-o", "out").returncode == Exit.DONE
    page.write_text(rf"{HEAD}<p>\(x\) \(y\) \(z\) \(a\)")
    done = prerender("build", "site", "--formula-limit", "3")
    assert done.returncode == Exit.SOME_FAILED
    assert "a.html: error: the page is left as it is: it has 4 formulas" in done.stderr
    assert "mjx-container" not in page.read_text()
    assert "mjx-container" in (site / "other.html").read_text()
    assert prerender("build", "site").returncode == Exit.DONE


def test_memory_of_a_tab(prerender: Run, site: Path) -> None:
    r"""A formula that needs more than a tab may hold is an error, and the others are done."""
    (site / "a.html").write_text(rf"{HEAD}<p>\(b\)<p>\[ {'a + ' * 6_000} z \]")
    done = prerender("build", "site", "--memory-limit", "64", "--no-cache")
    assert done.returncode == Exit.SOME_FAILED
    assert "a.html:1:" in done.stderr
    assert "cannot be typeset" in done.stderr
    assert (site / "a.html").read_text().count("<mjx-container") == 1
    assert "mjx-container" in (site / "other.html").read_text()


def test_size_of_a_formula(prerender: Run, site: Path) -> None:
    """And how many macros it may expand, whatever its page says."""
    setup = r"<script>MathJax = {tex: {maxMacros: 1e9, macros: {a: 'x'}}}</script>"
    formulas = ["\\a" * 20, "\\a" * 21, "x" * 42, "y" * 43]
    math = "".join(rf"<p>\({one}\)" for one in formulas)
    (site / "a.html").write_text(f"{setup}{HEAD}{math}")
    done = prerender("build", "site", "--macro-limit", "20", "--formula-size", "42")
    assert done.returncode == Exit.SOME_FAILED
    assert done.stderr.count("maximum macro substitution") == 1
    assert done.stderr.count("it has 43 characters, more than --formula-size 42") == 1
    assert (site / "a.html").read_text().count("<mjx-container") == 2
    assert "mjx-container" in (site / "other.html").read_text()


def test_time_of_a_page(prerender: Run, site: Path) -> None:
    """What a page has begun is ended, and no more of it begun; other pages have their own time."""
    slow = "".join(rf"\[ {'a,' * 400} {number} \]" for number in range(40))
    (site / "a.html").write_text(rf"{HEAD}<p>{slow}<p>\(a\)")
    done = prerender("build", "site", "--page-time-limit", "0.1", "--no-cache", "--jobs", "1")
    assert done.returncode == Exit.SOME_FAILED
    assert "the formulas of this page take more than 0.1 s (--page-time-limit)" in done.stderr
    assert "mjx-container" in (site / "other.html").read_text()
