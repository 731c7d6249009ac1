"""Our pictures are MathJax's own, pixel by pixel: issue by issue, on real formulas."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.async_api import Browser

from prerender.engine import Engine
from tests.support.browser import SessionBrowser, new_engine
from tests.tools.fidelity.compare import (
    Compared,
    Sample,
    compare,
    our_picture,
    share,
    their_picture,
)

#: formulas of our own for each kind of drawing there is
OWN = [
    Sample(r"\frac{a+b}{\sqrt[3]{x^2+y_1^2}}", True),
    Sample(r"\left(\begin{array}{c|c}a&b\\\hline c&d\\e&f\\g&h\end{array}\right)", True),
    Sample(r"\cancel{x}+\bcancel{y}+\xcancel{z}+\enclose{circle,box}{w}", True),
    Sample(r"\bbox[yellow,5px,border:2px solid red]{a+b}\quad\colorbox{lime}{$c$}", True),
    Sample(r"\ce{2H2 + O2 ->[\Delta] 2H2O}", True),
    Sample(r"\text{für и кириллица}\;\mathfrak{A}\mathbb{B}\mathcal{C}\mathscr{D}", True),
    Sample(r"\underbrace{a+\dots+z}_{26}\overrightarrow{AB}\widehat{xyz}", True),
    Sample(r"\begin{aligned}a&=b\\&=c+\sum_{i=1}^n\int_0^\infty f\end{aligned}", True),
    Sample(r"\left\lbrace\begin{matrix}1\\2\\3\\4\\5\\6\end{matrix}\right\rangle", True),
    # of one part: others begin elsewhere than those of MathJax, each at a whole device pixel
    Sample(r"\frac{d \cdot e}{f \to g}", False),
    Sample(r"\color{red}{\vdots}\style{opacity:.5}{x}\undefinedmacro", True),
    Sample(r"\cssId{here}{y}\class{there}{z}", True),
]

#: all that an \\enclose may draw (MathJax 4, ts/output/svg/Wrappers/menclose.ts)
NOTATIONS = (
    "longdiv actuarial radical box roundedbox circle left right top bottom updiagonalstrike "
    "downdiagonalstrike verticalstrike horizontalstrike phasorangle madruwb updiagonalarrow "
    "northeastarrow southeastarrow northwestarrow southwestarrow leftarrow rightarrow uparrow "
    "downarrow leftrightarrow updownarrow northeastsouthwestarrow northwestsoutheastarrow"
)


#: the share of pixels that may differ where a drawing is the same
ALIKE = 0.001

T = TypeVar("T")


def _with_engine(chromium: SessionBrowser, look: Callable[[Browser, Engine], Awaitable[T]]) -> T:
    async def action(browser: Browser) -> T:
        async with new_engine() as engine:
            return await look(browser, engine)

    return chromium.run(action)


def _compare(chromium: SessionBrowser, samples: list[Sample]) -> list[Compared]:
    return _with_engine(chromium, lambda browser, engine: compare(browser, engine, samples, {}))


def _differing(result: list[Compared]) -> list[Compared]:
    return [one for one in result if one.ours != one.theirs or (one.share or 0) > ALIKE]


def test_every_kind_of_drawing_is_mathjax_own(session_browser: SessionBrowser) -> None:
    result = _compare(session_browser, OWN)
    assert all(one.share is not None for one in result)
    assert _differing(result) == []


def test_every_notation_that_encloses_is_mathjax_own(session_browser: SessionBrowser) -> None:
    samples = [
        Sample(
            rf"12\enclose{{{notation}}}{{{inner}}}+\frac{{\enclose{{{notation}}}{{x}}}}{{2}}", True
        )
        for notation in NOTATIONS.split()
        for inner in ("48", r"\frac{a}{b}")
    ]
    result = _compare(session_browser, samples)
    assert all(one.share is not None for one in result)
    assert _differing(result) == []


#: formulas, and others that are nearly the same
_OTHERS = {
    "x": "y",
    r"a + b": r"a +\mkern2mu b",
    r"\frac{a}{b}": r"\frac{a}{\raise1pt b}",
    r"\color{red}x": r"\color{green}x",
    r"\sqrt{x^2 + y^2}": r"\sqrt{x^2 + y^3}",
}


def test_a_drawing_that_is_not_the_same_is_seen(session_browser: SessionBrowser) -> None:
    ours, theirs = ([Sample(tex, True) for tex in some] for some in (_OTHERS, _OTHERS.values()))

    async def look(browser: Browser, engine: Engine) -> list[float]:
        one = await our_picture(browser, engine, ours, {}, ())
        other = await their_picture(browser, theirs, {}, ())
        assert {*one.errors, *other.errors} == {None}
        return [share(one, other, index) for index in range(len(ours))]

    shares = _with_engine(session_browser, look)
    assert all(one > ALIKE for one in shares), shares


@pytest.mark.slow
def test_formulas_of_wikipedia_are_mathjax_own(
    session_browser: SessionBrowser, shared: Path
) -> None:
    lines = (shared / "formulas" / "enwiki-sample.jsonl").read_text("utf-8").splitlines()[:300]
    samples = [Sample(data["tex"], data["display"]) for data in map(json.loads, lines)]
    # All of them are displays
    samples += [sample._replace(display=False) for sample in samples[:60]]
    result = _compare(session_browser, samples)
    assert sum(one.share is not None for one in result) >= 355
    assert _differing(result) == []
