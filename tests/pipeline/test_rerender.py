r"""Pages that KaTeX or MathJax has rendered go in; the formulas that their sources give come out."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.conftest import Run
from tests.support.rendered import CLIENTS, NODE, in_browser, in_node, page_of

#: what every engine here knows, between delimiters
FORMULAS = r"""
<p>Inline: \(x\), \(a &lt; b &amp;\), \(\frac{1}{2}\sqrt{x^2+1}\), \(\text{if }x\in\mathbb{R}\),
\(\vec{v}\cdot\mathbf{w}\), \(f'(x) \to \infty\), \(\left(\frac{a}{b}\right)^{n}\),
\(\operatorname{rank} A\), \(\color{red}{x}\), \(\hat{x}+\widetilde{xyz}\), \(\mathcal{F}\mathfrak{g}\),
\(x\,\text{ (“quoted”)}\), \(\alpha\beta\Gamma\).</p>
<p>Displays: \[\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}\]
\[\begin{pmatrix} 1 &amp; 0 \\ 0 &amp; 1 \end{pmatrix}\begin{cases} a &amp; b &gt; 0 \\ c &amp; d \end{cases}\]
\[\sum_{i=1}^{n} x_i \tag{7}\]
\[(a+b+c+d+e+f)(g+h+i+j+k+l) = ag + ah + ai + aj + ak + al + bg + bh + bi + bj + bk + bl + cg + ch\]
\[\underbrace{a+b}_{\text{sum}} = \lim_{n\to\infty} \overline{x_n}\]</p>
""".replace("&amp;\\)", "\\)")

#: numbers and references, of what MathJax numbers by itself
NUMBERED = r"""
<p>See \eqref{two} and \ref{seven}.</p>
\begin{equation} x^2 \label{one} \end{equation}
<p>Text.</p>
\begin{align} a &amp;= b \label{two} \\ c &amp;= d \tag{7} \label{seven} \\ e &amp;= f \notag \end{align}
<p>By \eqref{one}, \(y\).</p>
\begin{gather*} z \end{gather*}
\begin{equation} w \end{equation}
"""

Rendered = Callable[[str, str], tuple[str, str]]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """By the name of what renders it, and a body: a page as its author wrote it, and rendered."""

    @cache
    def of(name: str, body: str) -> tuple[str, str]:
        if name in NODE:
            return page_of(body, CLIENTS[NODE[name][0]]), in_node(name, page_of(body))
        page = page_of(body, CLIENTS[name])
        return page, in_browser(page, tmp_path_factory.mktemp("browser"))

    return of


_CARRIED = re.compile(r' data-(?:tex|source|original)="[^"]*"')
_COPIED = re.compile(r"<(prm-tex|desc)\b.*?</\1>", re.DOTALL)
_FORMULA = re.compile(r"<mjx-container .*?</mjx-container>", re.DOTALL)
_PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)


def shown_in(page: str) -> list[str]:
    """The formulas of a page as we have written them, without their sources."""
    return [_COPIED.sub("", _CARRIED.sub("", found)) for found in _FORMULA.findall(page)]


def pictures_in(page: str) -> list[list[str]]:
    return [_PICTURE.findall(found) for found in shown_in(page)]


def listed(prerender: Run, *words: str) -> list[dict[str, Any]]:
    done = prerender("list", *words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def both(prerender: Run, tmp_path: Path, pages: tuple[str, str], *words: str) -> tuple[str, str]:
    """What is built of a source, and of the same page rendered before; and it is restored."""
    for name, page in zip(("source.html", "before.html"), pages, strict=True):
        (tmp_path / name).write_text(page, "utf-8", newline="")
    words = (*words, "--speech", "none")
    done = prerender("build", "source.html", "-o", "made", *words)
    assert done.returncode == 0, done.stderr
    done = prerender("build", "before.html", "-o", "made", "--rerender", *words)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    made = (tmp_path / "made" / "before.html").read_bytes()
    assert prerender("restore", "made/before.html").returncode == 0
    assert (tmp_path / "made" / "before.html").read_bytes() == pages[1].encode()
    return (tmp_path / "made" / "source.html").read_text("utf-8"), made.decode()


TEX = [name for name in (*NODE, *CLIENTS) if not name.startswith("mathjax3")]
MATHML = [name for name in (*NODE, *CLIENTS) if name.startswith("mathjax3")]


@pytest.mark.parametrize("name", TEX)
def test_what_has_its_tex_gives_what_the_source_gives(
    rendered: Rendered, prerender: Run, tmp_path: Path, name: str
) -> None:
    pages = rendered(name, FORMULAS)
    source, before = both(prerender, tmp_path, pages)
    mine, theirs = listed(prerender, "before.html", "--rerender"), listed(prerender, "source.html")
    kept = ("display", "input", "tex")
    assert [[one[key] for key in kept] for one in mine] == [
        [one[key] for key in kept] for one in theirs
    ]
    assert len(theirs) == 18
    assert shown_in(before) == shown_in(source)


@pytest.mark.parametrize("name", MATHML)
def test_mathml_for_readers_gives_the_same_pictures(
    rendered: Rendered, prerender: Run, tmp_path: Path, name: str
) -> None:
    source, before = both(prerender, tmp_path, rendered(name, FORMULAS))
    mine = listed(prerender, "before.html", "--rerender")
    displays = [one["display"] for one in listed(prerender, "source.html")]
    assert [one["display"] for one in mine] == displays
    assert {one["input"] for one in mine} == {"mathml"}
    assert pictures_in(before) == pictures_in(source)


@pytest.mark.parametrize("name", [name for name in (*NODE, *CLIENTS) if "katex" not in name])
def test_numbers_are_those_that_the_page_shows(
    rendered: Rendered, prerender: Run, tmp_path: Path, name: str
) -> None:
    source, before = both(prerender, tmp_path, rendered(name, NUMBERED))
    assert pictures_in(before) == pictures_in(source)


@pytest.mark.parametrize("name", [name for name in (*NODE, *CLIENTS) if "katex" not in name])
def test_references_go_to_what_they_went_to(
    rendered: Rendered, prerender: Run, tmp_path: Path, name: str
) -> None:
    _, before = both(prerender, tmp_path, rendered(name, NUMBERED))
    links = re.findall(r'<a href="#([^"]*)"', before)
    anchors = [html.unescape(one) for one in re.findall(r' id="(mjx-eqn[^"]*)"', before)]
    assert len(links) == 3
    assert {unquote(link) for link in links} < set(anchors)
    assert len(anchors) == 4
