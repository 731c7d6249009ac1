"""Inline TeX in, the parts between which a line of text may end, out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from prerender.engine.tab import Tab
from tests.support.browser import new_engine

_LOOK = Path(__file__).with_name("parts.js").read_text("utf-8").rstrip().removesuffix(";")
Parts = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def parts() -> Iterator[Parts]:
    with asyncio.Runner() as runner:
        engine = new_engine(tabs=1)
        tab = runner.run(Tab.open(runner.run(engine.browser())))
        yield lambda tex: runner.run(tab._page.evaluate(_LOOK, tex))
        runner.run(engine.__aexit__(None, None, None))


CASES = {
    "after a relation or an operator": (
        r"aaaa+bbbb=cccc\times d",
        ["aaaa+", "bbbb=", "cccc×", "d"],
    ),
    "not at a sign of a letter": ("aaaaaaa=-bbbbbb", ["aaaaaaa=", "−bbbbbb"]),
    "not between relations": ("aaaaaaaa:=bbbbbb", ["aaaaaaaa:=", "bbbbbb"]),
    "not at the ends": ("=aaaaaaa+bbbbbbb=", ["=aaaaaaa+", "bbbbbbb="]),
    "not at space": (r"aaaaaaa,\;bbbbbbb\quad c", ["aaaaaaa,bbbbbbbc"]),
    "after a sign and its space": (r"aaaaaa\iff bbbbbb", ["aaaaaa⟺", "bbbbbb"]),
    "not in a group": (r"{aaaaaa+bbbbbb}=c^{d+e}", ["aaaaaa+bbbbbb=", "cd+e"]),
    "in a style": (r"\displaystyle aaaaaaa+bbbbbbb", ["aaaaaaa+", "bbbbbbb"]),
    "where the author says so": (r"aaaaaaa\allowbreak bbbbbbb", ["aaaaaaa", "bbbbbbb"]),
    "not within fences": (r"f(aa+bb,cc)=g(dd|ee)", ["f(aa+bb,cc)=", "g(dd|ee)"]),
    "within fences of much": (
        "(aaaaaaaa+bbbbbbbb+ccccccccc+ddddddddd)",
        ["(aaaaaaaa+bbbbbbbb+", "ccccccccc+ddddddddd)"],
    ),
    "not in a short formula": ("a+b=c", ["a+b=c"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_line_ends_where_tex_would_end_it(parts: Parts, name: str) -> None:
    tex, wanted = CASES[name]
    assert parts(tex) == wanted
