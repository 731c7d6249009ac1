"""The set-ups of real sites: every page of each."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from prerender.setup import Pair, Setup

DOLLAR = Pair("$", "$", False)


class Evaluates(Protocol):
    def page(self, path: Path) -> Setup: ...


def pages(site: Path) -> list[Path]:
    found = sorted(site.rglob("*.html"))
    assert found
    return found


@pytest.mark.slow
def test_mkdocs_material(evaluator: Evaluates, sites: Path) -> None:
    for page in pages(sites / "cp-algorithms"):
        setup = evaluator.page(page)
        assert setup.rules.version == "mathjax3"
        assert DOLLAR in setup.rules.pairs
        assert setup.rules.switch[1:] == (".*|", "arithmatex")
        assert setup.warnings == ()


def test_kramdown(evaluator: Evaluates, sites: Path) -> None:
    for page in pages(sites / "deepgenerativemodels-notes"):
        setup = evaluator.page(page)
        assert setup.rules.version == "mathjax2"
        assert setup.rules.scripts
        assert setup.tex["macros"]["Exp"] == "{\\mathbb{E}}"


def test_documenter(evaluator: Evaluates, sites: Path) -> None:
    for page in pages(sites / "distributions-jl"):
        setup = evaluator.page(page)
        if "documenter.js" in page.read_text("utf-8"):
            assert setup.rules.version == "katex"
            assert [pair.open for pair in setup.rules.pairs] == ["$", "$$", "\\["]


def test_sphinx(evaluator: Evaluates, sites: Path) -> None:
    for page in pages(sites / "lmfit"):
        assert evaluator.page(page).rules.version in ("mathjax3", "mathjax4")


def test_a_blog(evaluator: Evaluates, sites: Path) -> None:
    setup = evaluator.page(sites.parent / "seed" / "front-page.html")
    assert setup.rules.version == "mathjax2"
    assert setup.tex["tags"] == "ams"
    assert "extpfeil" in setup.tex["packages"]
    assert setup.warnings == ()
