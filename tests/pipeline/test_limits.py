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
