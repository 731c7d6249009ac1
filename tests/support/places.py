"""Formulas in, how far their text stands from their pictures out, in a browser."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page

from prerender.engine import (
    FormulaInput,
    Job,
    JobResult,
    Layout,
    Markup,
    Typeset,
    engine_setup,
)
from prerender.find import Formula
from prerender.markup import RenderState, drawings, face_inside, render, style_element
from prerender.markup.boxes import can_be_read
from prerender.setup import collect, interpret
from prerender.source import Span
from tests.support.browser import new_engine

_SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
#: formulas on a page
_AT_ONCE = 40
Shown = tuple[FormulaInput, Typeset, Typeset]


class Drift(NamedTuple):
    """How far what a formula has stands beside its place at most, in em, and what: a glyph or a
    line. A place is missing: infinity."""

    tex: str
    across: float
    up: float
    size: float


MARKUPS: tuple[Markup, ...] = ("svg", "html")
Answers = list[tuple[JobResult, JobResult]]


def typeset(items: Sequence[FormulaInput]) -> Answers:
    """Formulas as pictures and as text; also where another event loop runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_typeset(items))).result()


async def _typeset(items: Sequence[FormulaInput]) -> Answers:
    return list(zip(*[await _in(markup, items) for markup in MARKUPS], strict=True))


async def _in(markup: Markup, items: Sequence[FormulaInput]) -> list[JobResult]:
    setup = engine_setup(interpret(collect([], lambda _: None), {}, {}), markup)
    async with new_engine() as engine:
        jobs = (engine.typeset(Job("", (item,)), {"": setup}) for item in items)
        return await asyncio.gather(*jobs)


def drifts(page: Page, items: Sequence[FormulaInput], answers: Answers, font: str) -> list[Drift]:
    """Each layout of these formulas that is text. `font` is that of the page, as CSS has it."""
    outlines: dict[str, str] = {}
    shown: list[Shown] = []
    for item, (svg, html) in zip(items, answers, strict=True):
        outlines |= svg.outlines | html.outlines
        shown += _layouts(item, svg.typesets[0], html.typesets[0])
    paths = {name: told.partition(" ")[2] for name, told in outlines.items() if len(name) == 1}
    found = []
    for at in range(0, len(shown), _AT_ONCE):
        some = shown[at : at + _AT_ONCE]
        page.set_content(_page(some, outlines, font))
        page.evaluate("document.fonts.ready")
        both = page.evaluate(f"({_SCRIPT})({json.dumps(paths)})")
        found += [
            _drift(item.math, places["svg"], places["html"])
            for (item, _, _), places in zip(some, both, strict=True)
        ]
    return found


def _layouts(item: FormulaInput, svg: Typeset, html: Typeset) -> Iterator[Shown]:
    """Each layout of a display by itself, without numbers; an inline formula as it is.

    Where parts of one have boxes, each stands by itself: a box squeezes it by a hair.
    """
    assert html.error == svg.error, (item.math, html.error)
    if svg.error is not None or html.markup != "html":
        return
    state = RenderState()
    if not item.display and all(can_be_read(layout, state) for layout in svg.layouts):
        # Of several lines each has a place of its own
        if all(layout.break_before != "newline" for layout in svg.layouts):
            yield item, svg, html
        return
    item = item._replace(display=True)
    for one, other in zip(svg.layouts, html.layouts, strict=True):
        picture = replace(_plain(one, svg.layouts), tag=None, break_before=None)
        text = replace(other, tag=None, break_before=None)
        yield item, replace(svg, layouts=(picture,)), replace(html, layouts=(text,))


def _plain(layout: Layout, layouts: Sequence[Layout]) -> Layout:
    """A layout that defines itself what it shares with others."""
    pieces = {
        part.name: part.markup for one in layouts for part in one.body if not isinstance(part, str)
    }
    body = "".join(part if isinstance(part, str) else part.markup for part in layout.body)
    for name, markup in pieces.items():
        for reference in set(_references(body, name)):
            place = reference.removeprefix(f'<use href="#{name}"').removesuffix("/>")
            numbers = dict(part.split("=") for part in place.split())
            x, y = (numbers.get(axis, '"0"').strip('"') for axis in "xy")
            moved = f'<g transform="translate({x} {y})">{markup}</g>'
            body = body.replace(reference, moved)
    return replace(layout, body=(body,))


def _references(body: str, name: str) -> Iterator[str]:
    start = f'<use href="#{name}"'
    at = body.find(start)
    while at >= 0:
        yield body[at : body.index("/>", at) + 2]
        at = body.find(start, at + 1)


def _page(shown: Iterable[Shown], outlines: dict[str, str], font: str) -> str:
    """Each formula in both forms, in lines that hold it."""
    typesets = [(item, svg, html) for item, svg, html in shown]
    pictures = [svg for _, svg, _ in typesets]
    used = {name for one in pictures for name in one.glyphs}
    state = RenderState(drawings(pictures, {name: outlines[name] for name in used}))
    body = "".join(
        f'<div class="pair">{_shown("svg", item, svg, state)}'
        f"{_shown('html', item, html, state)}</div>"
        for item, svg, html in typesets
    )
    characters = {name for _, _, html in typesets for name in html.glyphs}
    state.needs.faces.append(face_inside({name: outlines[name] for name in characters}, body))
    look = f"body{{font:{font};margin:0}}div{{width:4000px}}.line,.ex{{display:inline-block}}"
    look += ".ex{width:100ex;height:0;vertical-align:top}.line{width:0;height:0}"
    return (
        f'<!doctype html><meta charset="utf-8"><style>{look}</style>'
        f"{style_element('', state.needs)}<body>{body}"
    )


def _shown(name: str, item: FormulaInput, typeset: Typeset, state: RenderState) -> str:
    """A formula behind a mark that stands on its line."""
    boxed = item.display and not can_be_read(typeset.layouts[0], state)
    formula = Formula(Span(0, 0), None, item.math, boxed)
    html = render(formula, typeset, 'data-tex=""', {}, state)
    return f'<div class="{name}"><span class="line"></span>{html}<span class="ex"></span></div>'


def _drift(tex: str, svg: Any, html: Any) -> Drift:
    across, up, size = 0.0, 0.0, 0.0
    groups: dict[str, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for at, places in enumerate((svg, html)):
        for glyph in places["glyphs"]:
            groups[glyph["path"]][at].append((glyph["x"], glyph["y"], glyph["size"]))
        for bar in places["bars"]:
            groups["bar"][at].append((bar["x"], bar["y"], bar["width"]))
    for one, other in groups.values():
        if len(one) != len(other):
            return Drift(tex, float("inf"), float("inf"), float("inf"))
        for x, y, extent in one:
            x2, y2, extent2 = min(other, key=lambda place: abs(place[0] - x) + abs(place[1] - y))
            other.remove((x2, y2, extent2))
            across = max(across, abs(x2 - x))
            up = max(up, abs(y2 - y))
            size = max(size, abs(extent2 - extent))
    return Drift(tex, across, up, size)
