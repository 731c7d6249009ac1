"""Pages and sites in both forms, for tests of what those get who listen, copy and search."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.support.browser import blocking_chromium

FORMS = ("svg", "html")
#: with the one that has tests of its own, of what needs no other
ALL_FORMS = (*FORMS, pytest.param("mathml", marks=pytest.mark.slow))
#: the site of the pages, where clipboards may be read
ORIGIN = "https://site.test"
_CLIENT = "https://cdn.jsdelivr.net/npm/mathjax@4/tex-chtml.js"
#: formulas in all kinds of places
SOURCE = rf"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Places</title>
<script>MathJax = {{tex: {{tags: 'ams', inlineMath: [['$', '$'], ['\\(', '\\)']]}}}}</script><script src="{_CLIENT}"></script>
<style>body {{ font: 16px/1.5 serif; margin: 1em }} a {{ color: #06c }}</style></head><body><main>
<h1>On \(E=mc^2\) here</h1><h2>Two \(a_1\)</h2><h3>\(x\)</h3><h4>\(y\)</h4><h5>\(z\)</h5><h6>\(w\)</h6>
<p id="one">The areas \(x_i^2\), ($\frac ab$) and \(a&lt;b\) less: "\(y\)"; see \eqref{{first}} and
\ref{{second}}, or \(\href{{https://example.org/}}{{z^2}}+1\).</p>
<p><button>Add \(k\)</button> <label>Value of \(t\) <input></label> <a href="#one">to \(p\)</a></p>
<details open><summary>Why \(n\ge 1\)</summary><p>Because \(n\).</p></details>
<table><tr><th>\(f(x)\)</th><th>g</th></tr><tr><td>\(1\)</td><td>2</td></tr></table>
\begin{{equation}} e^{{i\pi}}+1=0 \label{{first}}\end{{equation}}
\begin{{align}} a&amp;=b \label{{second}}\\ c&amp;=d \label{{third}}\end{{align}}
<p id="wide">\[{" + ".join(f"a_{{{i}}}x^{{{i}}}" for i in range(20))} = y \tag{{*}}\]</p>
<p>\[\begin{{pmatrix}}{"&amp;".join(f"a_{{{i}}}+b_{{{i}}}" for i in range(20))}\end{{pmatrix}}\]</p>
<p>\[\text{{see }} \href{{https://example.org/b}}{{\text{{this page}}}} \text{{ and }} \eqref{{first}}\]</p>
<p>Words \(\text{{速度}}=v\), nothing \(\newcommand\foo{{x}}\)\(\phantom{{x}}\), and
<span lang="zh">中文 \(\alpha+\frac12\)</span>.</p>
<p>A line that a formula is alone in: \(\int_0^1 {"+".join(f"f_{{{i}}}(x)" for i in range(30))}\,dx\)</p>
</main></body></html>
"""  # noqa: E501


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with blocking_chromium() as opened:
        yield opened


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    """A form of markup."""
    return str(request.param)


@pytest.fixture(scope="package")
def all_places(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The page of formulas in all kinds of places, rendered, in a form."""
    return cache(lambda form: rendered(SOURCE, tmp_path_factory.mktemp(form), form))


@pytest.fixture
def places(all_places: Callable[[str], str], form: str) -> str:
    """That page in a form of markup."""
    return all_places(form)


def rendered(source: str, folder: Path, form: str) -> str:
    """What becomes of a page."""
    (folder / "page.html").write_text(source, "utf-8")
    build(folder, form)
    return (folder / "page.html").read_text("utf-8")


def build(folder: Path, form: str, *flags: str) -> str:
    """Render the pages of a folder in place, in a process of its own; return what it says."""
    words: list[str | Path] = [sys.executable, "-m", "prerender", "build", folder]
    words += ["--markup", form, "--fonts", "inline", *flags]
    return subprocess.run(words, check=False, timeout=600, stderr=subprocess.PIPE, text=True).stderr


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page (HTML) on a screen; its scripts come from nowhere."""
    opened = []

    def show(html: str, width: int = 820, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        opened.append(context)
        page = context.new_page()
        page.route("**/*", lambda route: _serve(route, html))
        page.goto(f"{ORIGIN}/")
        page.evaluate("document.fonts.ready.then(() => 0)")
        return page

    yield show
    for context in opened:
        context.close()


def _serve(route: Route, html: str) -> None:
    if route.request.url == f"{ORIGIN}/":
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
    else:
        route.abort()


#: of each real site, some pages
PAGES = {
    "cp-algorithms": [
        "combinatorics/inclusion-exclusion.html",
        "algebra/montgomery_multiplication.html",
    ],
    "deepgenerativemodels-notes": ["introduction/index.html", "vae/index.html"],
    "distributions-jl": ["dev/univariate/index.html"],
    "lmfit": ["builtin_models.html"],
}


#: pages of real sites in a form: their names, their sources, what has become of them
RealPages = Callable[[str], list[tuple[str, str, str]]]


@pytest.fixture(scope="package")
def real_pages(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> RealPages:
    """Pages of real sites, rendered once for each form that is asked for."""

    def made(form: str) -> list[tuple[str, str, str]]:
        folder = tmp_path_factory.mktemp(f"real-{form}")
        for site, names in PAGES.items():
            shutil.copytree(shared / "sites" / site, folder / site)
            build(folder / site, form, *(word for name in names for word in ("--include", name)))
        return [
            (
                f"{site}/{name}",
                (shared / "sites" / site / name).read_text("utf-8"),
                (folder / site / name).read_text("utf-8"),
            )
            for site, names in PAGES.items()
            for name in names
        ]

    return cache(made)
