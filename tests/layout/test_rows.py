r"""What stands beside rows: no number where it shows nothing, and braces as high as all of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.support.layout.own import page_for, show_rendered, show_typeset

Show = Callable[[str], None]
_AMS = "<script>MathJax={tex: {tags: 'ams'}}</script>"
_CASES = (
    "<script>MathJax={tex: {tags: 'ams', packages: {'[+]': ['cases', 'empheq']}}, "
    "loader: {load: ['[tex]/cases', '[tex]/empheq']}}</script>"
)
#: formulas of the same height, with a number that shows nothing or something
_NUMBERS = (
    r"\[e=f\notag\]",
    r"\[e=f\nonumber\]",
    r"\[e=f\tag*{}\]",
    r"\[e=f\tag*{ }\]",
    r"\[e=f\notag\label{gone}\]",
    r"\[e=f\label{none}\]",
    r"\begin{equation}e=f\notag\end{equation}",
    r"\begin{align}e&=f\nonumber\end{align}",
    r"\begin{equation}e=f\end{equation}",
    r"\[e=f\tag{}\]",
    r"\[e=f\tag{x}\]",
)
_WORDS = "if this is so for all other values of the variable that is called t here"
_BRACES = {
    "numcases": rf"\begin{{numcases}}{{}} 1 & {_WORDS}\\ 0 & {_WORDS}\end{{numcases}}",
    "subnumcases": rf"\begin{{subnumcases}}{{}} 1 & if $t>0$\\ x^2 & {_WORDS}\end{{subnumcases}}",
    "empheq": r"\begin{empheq}[left=\empheqlbrace]{align} c&=d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t"
    r"\\ a&=b \end{empheq}",
    "gather": r"\begin{empheq}[left=\empheqlbrace]{gather} c=d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t"
    r"\\ a=b \end{empheq}",
}


@pytest.fixture
def show(page: Page, tmp_path: Path, environment: dict[str, str]) -> Show:
    """Show a page as the command line renders it."""
    return partial(show_rendered, page, folder=tmp_path, environment=environment)


def _ink(formula: Locator) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    picture = Image.open(io.BytesIO(formula.screenshot())).convert("L")
    return np.asarray(picture) < 128


def _numbered(page: Page) -> list[bool]:
    """Whether something stands at the right end of the line of each paragraph."""
    width = 100
    return [bool(_ink(one)[:, -width:].any()) for one in page.locator("p").all()]


def test_a_number_stands_at_the_first_line_of_its_row(page: Page, show: Show) -> None:
    """Also on a screen so narrow that the columns of an alignment are given up."""
    sides = r"\phi_n(t) &= \left[\phi\left(\frac tn\right)\right]^n"
    more = r"= \left[1 - \frac{t^2}{2n} + o\left(\frac{t^2}{n}\right)\right]^n \to e^{-t^2/2}"
    show(rf"{_AMS}<p>\begin{{align}}{sides}{more}\\{sides}{more}\end{{align}}</p>")
    page.set_viewport_size({"width": 220, "height": 900})
    rows = np.flatnonzero(_ink(page.locator("mjx-container"))[:, -20:].any(axis=1))
    assert len(np.flatnonzero(np.diff(rows) > 1)) == 1  # two numbers
    assert rows[0] < 40


@pytest.mark.parametrize(
    ("engine", "direction"), [("MathJax 3", "ltr"), ("MathJax 3", "rtl"), ("MathJax 4", "ltr")]
)
def test_a_number_that_shows_nothing_is_none(
    page: Page, show: Show, engine: str, direction: str
) -> None:
    """And one that shows something is at the right, on pages that go from right to left, too."""
    body = "".join(f"<p>{tex.replace('&', '&amp;')}</p>" for tex in _NUMBERS)
    page_source = page_for(engine, body, f'dir="{direction}"')
    html = page_source.replace("<title>", f"{_AMS}<title>")
    show(html)
    ours = _numbered(page)
    heights = [one.bounding_box() for one in page.locator("mjx-container").all()]
    pictures = page.locator("mjx-container").evaluate_all(
        """(formulas) => formulas.map((formula) => [...formula.querySelectorAll('svg')]
            .filter((svg) => svg.getBoundingClientRect().height > 0).length)"""
    )
    show_typeset(page, html)
    assert dict(zip(_NUMBERS, ours, strict=True)) == dict(
        zip(_NUMBERS, _numbered(page), strict=True)
    )
    assert pictures == [2 if numbered else 1 for numbered in ours]
    assert all(box and box["height"] < 60 for box in heights)


def _extents(page: Page) -> list[tuple[float, float]]:
    """How far each formula's first sign goes up and down, of what is drawn, px."""
    found = []
    for one in page.locator("p").all():
        ink = _ink(one)
        rows, columns = np.nonzero(ink)
        brace = np.nonzero(ink[:, columns.min() : columns.min() + 6])[0]
        found.append((float(brace.min() - rows.min()), float(rows.max() - brace.max())))
    return found


def test_braces_are_as_high_as_all_rows(page: Page, show: Show) -> None:
    """As MathJax draws them where no row is broken, and not less where some are."""
    body = "".join(f"<p>{tex.replace('&', '&amp;')}</p>" for tex in _BRACES.values())
    html = page_for("MathJax 4", body).replace("<title>", f"{_CASES}<title>")
    page.set_viewport_size({"width": 1200, "height": 900})
    show_typeset(page, html)
    theirs = _extents(page)
    show(html)
    assert _extents(page) == [pytest.approx(pair, abs=2) for pair in theirs]
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for name, (above, below) in zip(_BRACES, _extents(page), strict=True):
            assert above < 6, (width, name)
            assert below < 6, (width, name)
