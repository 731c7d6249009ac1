"""What Python and a real tab say to each other, and what both know."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from prerender.cache.disk import Cache
from prerender.engine import X_HEIGHT, FormulaInput, Job, JobResult, Piece
from prerender.engine.model import Label
from prerender.engine.tab import Tab
from tests.support.browser import new_engine

SETUP: dict[str, Any] = {
    "version": "mathjax4",
    "tex": {"tags": "ams"},
    "scopes": [],
    "load": [],
    "mathml": None,
    "asciimath": None,
    "output": {},
}
SUM = "+".join(rf"\frac{{a_{{{i}}}+b_{{{i}}}}}{{c_{{{i}}}}}" for i in range(12))
JOB = Job(
    "ams",
    tuple(
        FormulaInput(tex, display, "tex")
        for tex, display in (
            (rf"\begin{{equation}}\label{{e}} x={SUM}\end{{equation}}", True),
            (r"\eqref{e}", False),
            (r"aaaaaaa+bbbbbbb=ccccccc", False),
            (r"\frac{a}{", True),
        )
    ),
)


async def typeset() -> JobResult:
    async with new_engine(tabs=1) as engine:
        return await engine.typeset(JOB, {"ams": SETUP})


def test_what_a_tab_answers_is_what_the_cache_gives_again(tmp_path: Path) -> None:
    result = asyncio.run(typeset())
    equation, reference, inline, wrong = result.typesets
    assert equation.tags == (Label("(1)", "mjx-eqn:e"),)
    assert reference.refs == (Label("(1)", "#mjx-eqn%3Ae"),)
    assert len(equation.layouts) > 1
    assert any(isinstance(part, Piece) for layout in equation.layouts for part in layout.body)
    assert inline.layouts[0].break_before is None
    assert len(inline.layouts) > 1
    assert wrong.error
    for number in range(2):
        cache = Cache(tmp_path)
        if number == 0:
            cache.keep_answer("key", result)
        assert cache.answer("key") == result
        cache.close()


def test_an_x_is_as_high_as_in_mathjax_s_font() -> None:
    async def height() -> object:
        async with new_engine(tabs=1) as engine:
            tab = await Tab.open(await engine.browser())
            font = "MathJax.startup.document.outputJax.font.params.x_height"
            return await tab._page.evaluate(font)

    assert asyncio.run(height()) == X_HEIGHT / 1000
