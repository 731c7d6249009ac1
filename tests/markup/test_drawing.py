"""Drawings on a page: glyphs stand where the engine puts them, but for the grid."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from prerender.engine import FormulaInput, Job, Layout, Typeset
from prerender.markup.drawing import drawing, drawings, self_contained
from prerender.markup.sheet import RenderState
from prerender.markup.svg import SVG
from prerender.source import Element, parse
from tests.support.browser import new_engine

pytestmark = pytest.mark.quick

#: thousandths of an em between two places where a glyph may stand: a third of a pixel of a 4x
#: screen at 16 px, of which it is never further away than a half, and a half more in a run
GRID = 5
_TEX = (
    r"f(x) + g(f(x)) = f(x)^2",
    r"\frac{f(x) + 1}{\sqrt{g(f(x))}}",
    r"\sum_{i=1}^{n} x_i^2 + \sum_{i=1}^{n} y_i^2",
    r"\begin{pmatrix}a_{11} & a_{12}\\ a_{21} & a_{22}\end{pmatrix}",
    r"a_1 + a_2 + a_3 + a_4 = b_1 + b_2 + b_3 + b_4",
)
_MOVE = re.compile(r"translate\((-?\d+) ?(-?\d+)?\)")
_SCALE = re.compile(r"scale\(([^ )]+)\)")


class Drawn(NamedTuple):
    """An outline, where it is drawn, in thousandths of an em, and how large."""

    path: str
    x: float
    y: float
    scale: float


def _drawn(element: Element, named: dict[str, Element], at: Drawn) -> Iterator[Drawn]:
    """The outlines that an element draws in a frame (whose path says nothing)."""
    _, left, top, scale = at
    transform = element.attrs.get("transform", "")
    move, factor = _MOVE.search(transform), _SCALE.search(transform)
    dx, dy = map(int, move.groups("0")) if move else (0, 0)
    left += scale * (dx + int(element.attrs.get("x", 0)))
    top += scale * (dy + int(element.attrs.get("y", 0)))
    inside = Drawn("", left, top, scale * float(factor[1] if factor else 1))
    if element.tag == "path":
        yield inside._replace(path=element.attrs["d"])
    elif element.tag == "use":
        yield from _drawn(named[element.attrs["xlink:href"].removeprefix("#")], named, inside)
    for child in element.children:
        if isinstance(child, Element):
            yield from _drawn(child, named, inside)


def _all_drawn(markup: str) -> list[list[Drawn]]:
    """What each of the elements in a page draws; they refer to each other."""
    root = parse(markup)
    named = {one.attrs["id"]: one for one in root.walk() if "id" in one.attrs}
    return [list(_drawn(svg, named, Drawn("", 0, 0, 1))) for svg in root.all("svg")]


@pytest.fixture(scope="module")
def pictures() -> tuple[list[str], list[str]]:
    """The pictures of formulas on one page, and each as it is alone, where the engine puts it."""
    setup: dict[str, Any] = {"version": "mathjax4", "tex": {}, "load": [], "output": {}}
    setup |= {"mathml": None, "asciimath": None}

    async def typeset() -> tuple[list[Typeset], dict[str, str]]:
        async with new_engine(tabs=1) as engine:
            job = Job("setup", tuple(FormulaInput(tex, True, "tex") for tex in _TEX))
            answer = await engine.typeset(job, {"setup": setup})
            return list(answer.typesets), dict(answer.outlines)

    typesets, outlines = asyncio.run(typeset())
    page = drawings(typesets, outlines)
    first = [typeset.layouts[0] for typeset in typesets]
    return [drawing(one, page) for one in first], [self_contained(one, page) for one in first]


def _svgs(contents: list[str]) -> str:
    return "".join(f"<svg>{content}</svg>" for content in contents)


def test_glyphs_stand_where_the_engine_puts_them(pictures: tuple[list[str], list[str]]) -> None:
    shared, alone = (_all_drawn(_svgs(contents)) for contents in pictures)
    assert sum(map(len, alone)) > 80
    for ours, theirs in zip(shared, alone, strict=True):
        assert [(one.path, one.scale) for one in ours] == [(one.path, one.scale) for one in theirs]
        for one, other in zip(ours, theirs, strict=True):
            assert one.y == pytest.approx(other.y, abs=0.01)
            assert one.x == pytest.approx(other.x, abs=GRID)


def test_what_takes_no_room_is_drawn() -> None:
    r"""`x\hspace{-1cm}`: Chromium draws nothing of a picture that is no pixel wide."""
    picture = SVG.single(Layout(-300, 442, 11, ('<path d="m0 0h500"/>',)), RenderState())
    assert 'width=".045ex" viewBox="0 -442 20 453"' in picture


def test_glyphs_stand_on_a_grid(pictures: tuple[list[str], list[str]]) -> None:
    """There are fewer places than glyphs, so that what says where they are packs well."""
    shared, alone = (_svgs(contents) for contents in pictures)
    places = re.findall(r'<(?:use|path)[^>]* x="(-?\d+)"', shared)
    places += [x for x, _ in _MOVE.findall(shared)]
    assert len(places) > 40
    assert all(int(x) % GRID == 0 for x in places)
    assert any(int(x) % GRID for x, _ in _MOVE.findall(alone))
