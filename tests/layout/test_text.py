r"""Formulas as text: where their glyphs and lines stand, and who sees and copies what."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from prerender.engine import FormulaInput
from tests.layout.conftest import render
from tests.support.places import Answers, drifts, typeset

#: what MathJax draws in one way or another: rows, bars, brackets, boxes, overlays
TEX = [
    r"x_i^2+\hat y'=\frac{x_i^2+1}{\sqrt[3]{a}}",
    r"\sum_{n=0}^\infty\int_0^1\limsup_{k\to\infty} a_n\,dx",
    r"\left(\frac{\frac ab}{\frac cd}\right)^2\left[\begin{matrix}a&b\\c&d\\e&f\end{matrix}\right]",
    r"\left\{\begin{array}{c|c}1&2\\\hline3&4\\5&6\\7&8\end{array}\right.",
    r"a\!\!b\mathllap{c}\mathrlap{d}e\mspace{40mu}f\kern-1em g",
    r"\overline{x+y}\underline{z}\overbrace{a+b+c+d+e+f}^{6}\xrightarrow[under]{over}",
    r"\boxed{x}\colorbox{yellow}{$y$}\fcolorbox{red}{white}{$z$}\cancel{w}",
    r"\mathbf{A}\mathcal B\mathfrak C\mathbb D\mathscr E\mathsf F\mathtt G\boldsymbol\alpha",
    r"\textcolor{red}{r}\style{opacity:.5}{s}\class{c}{k}",
    r"\rule{1em}{2em}\rule[-.2em]{2em}{.1em}\raise 3pt{a}\Huge b\tiny c",
    r"\begin{aligned}a&=b+c\\&=d-e\quad\text{if }x\ge0\end{aligned}",
]
#: em
_BESIDE = 0.02


@pytest.fixture(scope="module")
def items() -> list[FormulaInput]:
    return [FormulaInput(tex, display, "tex") for tex in TEX for display in (False, True)]


@pytest.fixture(scope="module")
def answers(items: list[FormulaInput]) -> Answers:
    return typeset(items)


@pytest.mark.parametrize("look", ["16px serif", "23px sans-serif"])
def test_glyphs_and_lines_stand_where_mathjax_has_them(
    page: Page, items: list[FormulaInput], answers: Answers, look: str
) -> None:
    found = drifts(page, items, answers, look)
    assert len(found) >= len(items)
    assert [one for one in found if max(one.across, one.up) > _BESIDE] == []


def test_all_of_it_is_text(answers: Answers) -> None:
    assert [html.typesets[0].markup for _, html in answers] == ["html"] * len(answers)


def test_what_has_links_is_a_picture() -> None:
    [(_, html)] = typeset([FormulaInput(r"\href{https://example.org/}{h}", False, "tex")])
    assert html.typesets[0].markup == "svg"


_PAGE = r"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title>
<script src="https://cdn.jsdelivr.net/npm/mathjax@4/tex-svg.js"></script></head>
<body><p id="p">On \(x_i^2\) and \(\frac ab\) off</p><p>\[\sum_{i=0}^9 x_i \tag{1}\]</p></body>
</html>
"""


def test_the_source_is_what_all_but_the_eye_gets(tmp_path: Path, page: Page) -> None:
    file = tmp_path / "index.html"
    file.write_text(_PAGE, "utf-8")
    render(tmp_path, "--markup", "html", "--fonts", "inline")
    assert list(tmp_path.glob("*.woff2")) == []
    page.set_content(file.read_text("utf-8"))
    page.evaluate("document.fonts.ready")
    seen = "[...document.querySelectorAll('prm-text')].some((one) => one.getClientRects().length)"
    assert page.evaluate(seen)
    selected = """() => {
      getSelection().selectAllChildren(document.getElementById('p'));
      return getSelection().toString();
    }"""
    assert page.evaluate(selected) == r"On \(x_i^2\) and \(\frac ab\) off"
    page.evaluate("document.querySelector('style[data-prerender]').remove()")
    assert not page.evaluate(seen)
    assert (
        page.evaluate("document.getElementById('p').innerText")
        == r"On \(x_i^2\) and \(\frac ab\) off"
    )
