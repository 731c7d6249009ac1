r"""Pages that KaTeX or MathJax has rendered go in; what their sources would give comes out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Browser

from prerender import FoundFormula, Settings, build, find_formulas, restore
from prerender.report.summary import Report
from tests.support.browser import SessionBrowser
from tests.support.rendered import CLIENTS, NODE, in_browser, in_node, page_of

#: what every engine here knows, between delimiters
FORMULAS = r"""
<p>Inline: \(x\), \(a &lt; b\), \( \frac{1}{2}\sqrt{x^2+1} \), \(\text{if }x\in\mathbb{R}\),
\(\vec{v}\cdot\mathbf{w}\), \(f'(x) \to \infty\), \(\left(\frac{a}{b}\right)^{n}\),
\(\operatorname{rank} A\), \(\color{red}{x}\), \(\hat{x}+\widetilde{xyz}\), \(\mathcal{F}\),
\(x\,\text{ (“quoted”)}\), \(\alpha\beta\Gamma\).</p>
<p>Displays: \[\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}\]
\[\begin{pmatrix} 1 &amp; 0 \\ 0 &amp; 1 \end{pmatrix}
\begin{cases} a &amp; b &gt; 0 \\ c &amp; d \end{cases}\]
\[\sum_{i=1}^{n} x_i \tag{7}\]
\[(a+b+c+d+e+f)(g+h+i+j+k+l) = ag + ah + ai + aj + ak + al + bg + bh + bi + bj + bk + bl + cg\]
\[\underbrace{a+b}_{\text{sum}} = \lim_{n\to\infty} \overline{x_n}\]</p>
"""
#: numbers and references, of what MathJax numbers by itself
NUMBERED = r"""
<p>See \eqref{two} and \ref{seven}.</p>
\begin{equation} x^2 \label{one} \end{equation}
<p>Text.</p>
\begin{align}
a &amp;= b \label{two} \\ c &amp;= d \tag{8} \label{seven} \\ e &amp;= f \notag
\end{align}
<p>By \eqref{one}, \(y\).</p>
\begin{gather*} z \end{gather*}
\begin{equation} w \end{equation}
"""
ALL = (*NODE, *CLIENTS)
WITH_MATHML = [name for name in ALL if name.startswith("mathjax3")]
WITH_TEX = [name for name in ALL if name not in WITH_MATHML]
BY_MATHJAX = [name for name in ALL if "katex" not in name]


class Made(NamedTuple):
    """Sites of pages, by the names of `ALL`: as authors wrote them, and rendered before."""

    source: Path
    before: Path
    from_source: Path
    from_before: Path
    report: Report
    listed: dict[str, list[FoundFormula]]
    """The formulas of the sources, by page."""
    listed_before: dict[str, list[FoundFormula]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> Made:
    """Pages rendered by each engine, and what is built of them."""
    root = tmp_path_factory.mktemp("rerender")
    folders = [root / name for name in ("source", "before", "from_source", "from_before")]
    source, rendered, *results = folders
    for folder in (source, rendered):
        folder.mkdir()
    sources = {name: _source(name) for name in ALL}
    before = {name: in_node(name, _source(name, client=False)) for name in NODE}
    before |= in_browser({name: sources[name] for name in CLIENTS}, root)
    for folder, pages in ((source, sources), (rendered, before)):
        for name, page in pages.items():
            (folder / f"{name}.html").write_text(page, "utf-8", newline="")
    plain = Settings(cache_dir=session_cache, speech="none", output=str(results[0]))
    assert [one.path for one in build(source, plain).pages if one.errors] == []
    again = replace(plain, output=str(results[1]), rerender=True)
    report = build(rendered, again)
    listed, listed_before = (
        {page.path: list(page.formulas) for page in find_formulas(folder, settings)}
        for folder, settings in ((source, plain), (rendered, again))
    )
    return Made(source, rendered, results[0], results[1], report, listed, listed_before)


def _source(name: str, *, client: bool = True) -> str:
    head = CLIENTS[NODE[name][0] if name in NODE else name]
    return page_of(FORMULAS + NUMBERED * (name in BY_MATHJAX), head if client else "")


_CARRIED = re.compile(r' data-(?:tex|source|original)="[^"]*"')
_COPIED = re.compile(r"<(prm-tex|desc)\b.*?</\1>", re.DOTALL)
_FORMULA = re.compile(r"<mjx-container .*?</mjx-container>", re.DOTALL)


def shown_in(page: Path) -> list[str]:
    """The formulas of a page as we have written them, without their sources."""
    found = _FORMULA.findall(page.read_text("utf-8"))
    return [_COPIED.sub("", _CARRIED.sub("", formula)) for formula in found]


def test_all_is_rendered(made: Made) -> None:
    assert [(page.path, page.diagnostics) for page in made.report.pages if page.errors] == []
    assert sum(page.formulas for page in made.report.pages) == 18 * len(ALL) + 8 * len(BY_MATHJAX)


@pytest.mark.parametrize("name", WITH_TEX)
def test_what_has_its_tex_gives_what_the_source_gives(made: Made, name: str) -> None:
    page = f"{name}.html"
    found = [one[3:] for one in made.listed_before[page]]
    assert found == [one[3:] for one in made.listed[page]]
    assert shown_in(made.from_before / page) == shown_in(made.from_source / page)


@pytest.mark.parametrize("name", WITH_MATHML)
def test_mathml_for_readers_gives_the_same_pictures(
    made: Made, session_browser: SessionBrowser, name: str
) -> None:
    page = f"{name}.html"
    found = made.listed_before[page]
    assert [one.display for one in found] == [one.display for one in made.listed[page]]
    assert {one.input for one in found} == {"mathml"}
    for width in (320, 820):
        before = session_browser.run(shot(made.from_before / page, width))
        source = session_browser.run(shot(made.from_source / page, width))
        assert np.array_equal(before, source)


def shot(page: Path, width: int) -> Callable[[Browser], Coroutine[Any, Any, Any]]:
    """What takes a picture of a page, without its scripts."""

    async def take(browser: Browser) -> Any:
        context = await browser.new_context(
            java_script_enabled=False, offline=True, viewport={"width": width, "height": 400}
        )
        tab = await context.new_page()
        await tab.goto(page.as_uri())
        return np.asarray(Image.open(BytesIO(await tab.screenshot(full_page=True))).convert("RGB"))

    return take


@pytest.mark.parametrize("name", BY_MATHJAX)
def test_references_go_to_what_they_went_to(made: Made, name: str) -> None:
    page = (made.from_before / f"{name}.html").read_text("utf-8")
    links = re.findall(r'<a (?:xlink:)?href="#([^"]*)"', page)
    anchors = [html.unescape(one) for one in re.findall(r' id="(mjx-eqn[^"]*)"', page)]
    assert len(links) == 3
    assert {unquote(link) for link in links} < set(anchors)
    assert len(anchors) == len(set(anchors)) == 5


def test_it_is_restored_and_built_twice(made: Made, tmp_path: Path, session_cache: Path) -> None:
    pages = sorted(made.before.iterdir())
    again = Settings(cache_dir=session_cache, speech="none", rerender=True, output=str(tmp_path))
    build(made.from_before, again)
    for page in pages:
        built = (made.from_before / page.name).read_bytes()
        assert (tmp_path / page.name).read_bytes() == built
    restore(tmp_path)
    assert [(tmp_path / page.name).read_bytes() for page in pages] == [
        page.read_bytes() for page in pages
    ]
