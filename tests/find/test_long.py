"""What begins formulas by the thousand and ends none is read once, not once for each beginning.

Nothing is timed here: where that is not so, the tests take minutes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from prerender.find import Formula, Unclosed, find
from prerender.setup import Pair, defaults
from prerender.source import parse

pytestmark = pytest.mark.quick

MANY = 20_000
_V4 = defaults().rules
_RULES = replace(_V4, pairs=(*_V4.pairs, Pair("$", "$", False)))
PIECES = {
    "displays": r"\[ ",
    "inline formulas": r"\( ",
    "dollars and braces": "$$ {",
    "one environment": r"\begin{a}",
    "line breaks": r"\( x<br>",
    "comments": r"\( x<!-- -->",
    "braces": "${",
}


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES.keys())
def test_what_is_never_closed(piece: str) -> None:
    text = f"<!doctype html><body>{piece * MANY}"
    found = find(parse(text), _RULES, text)
    assert all(
        isinstance(one, Unclosed) or (isinstance(one, Formula) and not one.math) for one in found
    )


def test_environments_of_as_many_names() -> None:
    text = "".join(rf"\begin{{a{number}}}" for number in range(MANY // 4))
    assert find(parse(text), _RULES, text) is not None


@pytest.mark.parametrize("version", ["mathjax2", "katex"])
def test_in_older_ways(version: Literal["mathjax2", "katex"]) -> None:
    rules = replace(_RULES, version=version)
    text = f"<!doctype html><body>{PIECES['displays'] * MANY}"
    find(parse(text), rules, text)


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        (r"\( { \( x \)", ["x"]),
        (r"\( { \( } x \) } \)", [r"{ \( } x"]),
        (r"$$ { $$ x $$", ["x"]),
        (r"\begin{a} { \begin{a} x \end{a}", [r"\begin{a} x \end{a}"]),
        (r"\begin{a} \begin{b} x \end{b}", [r"\begin{b} x \end{b}"]),
        (r"\( { \[ { y \] } x \) \( z \)", ["z"]),
    ],
)
def test_what_follows_is_found_all_the_same(text: str, formulas: list[str]) -> None:
    found = find(parse(text), _RULES, text)
    assert [one.math.strip() for one in found if isinstance(one, Formula)] == formulas
