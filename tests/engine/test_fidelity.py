"""Our pictures are MathJax's own, pixel by pixel: issue by issue, on real formulas."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from prerender.engine import Engine, find_browser, sandbox
from tests.tools.fidelity.compare import Compared, Sample, compare

#: formulas of our own for each kind of drawing there is
OWN = [
    Sample(r"\frac{a+b}{\sqrt[3]{x^2+y_1^2}}", True),
    Sample(r"\left(\begin{array}{c|c}a&b\\\hline c&d\\e&f\\g&h\end{array}\right)", True),
    Sample(r"\cancel{x}+\bcancel{y}+\xcancel{z}+\enclose{circle,box}{w}", True),
    Sample(r"\bbox[yellow,5px,border:2px solid red]{a+b}\quad\colorbox{lime}{$c$}", True),
    Sample(r"\ce{2H2 + O2 ->[\Delta] 2H2O}", True),
    Sample(r"\text{中文 и кириллица}\;\mathfrak{A}\mathbb{B}\mathcal{C}\mathscr{D}", True),
    Sample(r"\underbrace{a+\dots+z}_{26}\overrightarrow{AB}\widehat{xyz}", True),
    Sample(r"\begin{aligned}a&=b\\&=c+\sum_{i=1}^n\int_0^\infty f\end{aligned}", True),
    Sample(r"\left\lbrace\begin{matrix}1\\2\\3\\4\\5\\6\end{matrix}\right\rangle", True),
    Sample(r"a = b + c \le d \cdot e, \quad f \to g", False),
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


async def _compare(samples: list[Sample]) -> list[Compared]:
    program = find_browser()
    async with async_playwright() as playwright, Engine() as engine:
        browser = await playwright.chromium.launch(
            executable_path=program.path, chromium_sandbox=sandbox(program.path).on
        )
        return await compare(browser, engine, samples, {})


def _differing(result: list[Compared]) -> list[Compared]:
    return [one for one in result if one.ours != one.theirs or (one.share or 0) > 0.001]


def test_every_kind_of_drawing_is_mathjax_own() -> None:
    result = asyncio.run(_compare(OWN))
    assert all(one.share is not None for one in result)
    assert _differing(result) == []


def test_every_notation_that_encloses_is_mathjax_own() -> None:
    samples = [
        Sample(
            rf"12\enclose{{{notation}}}{{{inner}}}+\frac{{\enclose{{{notation}}}{{x}}}}{{2}}", True
        )
        for notation in NOTATIONS.split()
        for inner in ("48", r"\frac{a}{b}")
    ]
    result = asyncio.run(_compare(samples))
    assert all(one.share is not None for one in result)
    assert _differing(result) == []


def test_a_drawing_that_is_not_the_same_is_seen() -> None:
    result = asyncio.run(_compare([Sample("x", True), Sample("y", True)]))
    assert [one.share for one in result] == [0, 0]
    assert _differing([Compared(Sample("x", True), 0.0011)]) != []


@pytest.mark.slow
def test_formulas_of_wikipedia_are_mathjax_own(shared: Path) -> None:
    lines = (shared / "formulas" / "enwiki-sample.jsonl").read_text("utf-8").splitlines()[:300]
    samples = [Sample(data["tex"], data["display"]) for data in map(json.loads, lines)]
    # All of them are displays
    samples += [sample._replace(display=False) for sample in samples[:60]]
    result = asyncio.run(_compare(samples))
    assert sum(one.share is not None for one in result) >= 355
    assert _differing(result) == []
