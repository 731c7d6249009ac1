"""Formulas in, MathML Core out: nothing that the specification does not have."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from prerender.engine import FormulaInput, Job, Typeset
from tests.engine.test_speech import heard
from tests.support.browser import new_engine
from tests.support.mathml_core import mistakes
from tests.support.setups import PLAIN

#: what MathJax writes otherwise, and what stands there
CASES = {
    "letters": (r"\mathbf{x}\mathbb{R}\mathcal{L}", "<mi>𝐱</mi><mi>ℝ</mi><mi>ℒ</mi>"),
    "upright": (r"\mathrm{d}x", '<mi mathvariant="normal">d</mi><mi>x</mi>'),
    "words": (r"\mathbf{rot}", "<mi>𝐫𝐨𝐭</mi>"),
    "texts": (r"\textbf{so}", '<mtext style="font-weight:bold">so</mtext>'),
    "a number": (
        r"x\tag{1}",
        '<mtable displaystyle="true"><mtr><mtd style="padding:0"><mi>x</mi></mtd>'
        '<mtd style="padding:0 0 0 2em;text-align:right;text-align:-webkit-right">'
        "<mtext>(</mtext><mtext>1</mtext><mtext>)</mtext></mtd></mtr></mtable>",
    ),
    "columns": (
        r"\begin{array}{l|r} a & b \end{array}",
        '<mtable><mtr><mtd style="padding:0 .5em 0 0;border-right:.06em solid;text-align:left">'
        '<mi>a</mi></mtd><mtd style="padding:0 0 0 .5em;text-align:right;text-align:-webkit-right">'
        "<mi>b</mi></mtd></mtr></mtable>",
    ),
    "a box": (r"\boxed{x}", '<mrow style="border:.06em solid;padding:.2em"><mi>x</mi></mrow>'),
    "negative space": (r"a\!b", '<mspace style="margin-left:-.167em"></mspace>'),
    "beside its place": (
        r"\llap{x}",
        '<mpadded width="0"><mrow style="transform:translateX(-100%)"><mi>x</mi></mrow></mpadded>',
    ),
    "a stroke": (r"\cancel{x}", '<mrow style="background-image:linear-gradient(to bottom right,'),
    "room below": (r"\lower 1em{x}", '<mpadded voffset="-1em" style="padding-bottom:1em">'),
    "a bar": (r"\overline{x}", '<mover accent="true"><mi>x</mi><mo>‾</mo></mover>'),
    "an accent": (r"\hat{x}", '<mover accent="true"><mi>x</mi><mo stretchy="false">^</mo></mover>'),
    "double-struck": (r"\require{bbm}\mathbbm{1}", "<mn>𝟙</mn>"),
    "a binomial": (r"\binom nk", '<mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac>'),
    "links, ids and classes": (r"\href{https://a.org}{\cssId{i}{\class{c}{x}}}", "<mi>x</mi>"),
    "signs of markup": (r"a<b\text{ \& }\mathbf{<}", "<mo>&#60;</mo>"),
    "arrows of reactions": (r"\ce{A -> B}", "⟶"),
}


def test_what_mathml_core_lacks_is_written_otherwise() -> None:
    said = heard([tex for tex, _ in CASES.values()], "mathml")
    for (name, (_, wanted)), typeset in zip(CASES.items(), said, strict=True):
        assert typeset.error is None, name
        assert wanted in typeset.mathml, (name, typeset.mathml)
        assert mistakes(typeset.mathml) == [], name
        assert not any(word in typeset.mathml for word in ("data-", "href", "id=", "class="))


def test_displays_say_so() -> None:
    job = Job("s", tuple(FormulaInput("x", one, "tex", 0, "mathml") for one in (True, False)))

    async def ask() -> tuple[Typeset, ...]:
        async with new_engine(tabs=1) as engine:
            return (await engine.typeset(job, {"s": PLAIN})).typesets

    block, inline = (typeset.mathml for typeset in asyncio.run(ask()))
    assert block == '<math display="block"><mi>x</mi></math>'
    assert inline == "<math><mi>x</mi></math>"


@pytest.mark.parametrize(
    "name",
    [
        "mathjax_src",
        pytest.param("katex", marks=pytest.mark.slow),
        pytest.param("temml", marks=pytest.mark.slow),
        pytest.param("enwiki-sample", marks=pytest.mark.slow),
    ],
)
def test_all_of_others_formulas_are_mathml_core(shared: Path, name: str) -> None:
    lines = (shared / "formulas" / f"{name}.jsonl").read_text("utf-8").splitlines()
    typesets = asyncio.run(_typeset([json.loads(line) for line in lines]))
    written = [one.mathml for one in typesets if one.mathml]
    assert len(written) > 0.7 * len(lines)
    assert [said for one in written for said in mistakes(one)] == []


async def _typeset(formulas: Sequence[dict[str, Any]]) -> list[Typeset]:
    setups: dict[str, Any] = {}
    jobs = []
    for one in formulas:
        packages = one.get("packages") or []
        key = " ".join(packages)
        tex = {"packages": packages} if packages else {}
        setups[key] = PLAIN | {"tex": tex, "load": [f"[tex]/{name}" for name in packages]}
        shown = FormulaInput(one["tex"], one.get("display", True), "tex", 0, "mathml")
        jobs.append(Job(key, (shown,)))
    async with new_engine(tabs=2) as engine:
        results = await asyncio.gather(*(engine.typeset(job, setups) for job in jobs))
    return [result.typesets[0] for result in results]


def test_mistakes_are_seen() -> None:
    """The validator itself."""
    assert mistakes("<math><mi>x</mi></math>") == []
    for wrong in (
        "<mrow></mrow>",
        "<math><menclose></menclose></math>",
        "<math><mfrac><mi>x</mi></mfrac></math>",
        "<math>x</math>",
        '<math><mi mathvariant="bold">x</mi></math>',
        '<math><mi data-latex="x">x</mi></math>',
        '<math><mspace width="-1em"></mspace></math>',
        "<math><mtable><mlabeledtr></mlabeledtr></mtable></math>",
        "<math><mtable><mi>x</mi></mtable></math>",
        "<math><mi>x</math>",
    ):
        assert mistakes(wrong), wrong
