"""Runs of marks: what is drawn stays the same, with fewer marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prerender.markup.repeats import Line, Mark, join

pytestmark = pytest.mark.quick

_MARK = st.builds(Mark, st.sampled_from("abc"), st.integers(-2, 2), st.just(0), st.just(()))


def drawn(marks: Iterable[Mark]) -> Iterator[Mark]:
    """The marks that are no runs, where they stand."""
    for mark in marks:
        if mark.parts:
            yield from drawn(part.moved(mark.x, mark.y) for part in mark.parts)
        else:
            yield mark


def spaced(letters: str, start: int = 0) -> Line:
    return [Mark(letter, start + 500 * at, 0) for at, letter in enumerate(letters)]


@given(st.lists(st.lists(_MARK, max_size=12), max_size=6))
def test_the_same_is_drawn_in_the_same_order(lines: list[Line]) -> None:
    assert [list(drawn(line)) for line in join(lines)] == lines


@given(st.lists(st.lists(_MARK, max_size=12), max_size=6))
def test_every_run_comes_again(lines: list[Line]) -> None:
    runs = [mark.key for line in join(lines) for mark in line if mark.parts]
    inner = {part.key for line in join(lines) for mark in line for part in mark.parts}
    assert all(runs.count(key) > 1 or key in inner for key in runs)


def test_what_comes_again_is_one_mark() -> None:
    [one], [_, other], [again] = join([spaced("f(x)"), spaced("-f(x)"), spaced("f(x)", 7)])
    assert one.key == other.key == again.key
    assert [mark.x for mark in (one, other, again)] == [0, 500, 7]


def test_what_saves_nothing_is_left() -> None:
    lines = [spaced("ab"), spaced("ab")]
    assert join(lines) == lines


def test_other_steps_make_another_run() -> None:
    wide = [Mark("a", 0, 0), Mark("b", 501, 0)]
    assert join([spaced("ab"), wide, wide]) == [spaced("ab"), wide, wide]
