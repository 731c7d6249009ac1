"""A layout in, a picture (inline SVG) out.

Nothing relies on a style sheet to hide: all layouts but the first have no size without it. (Reader
modes remove what is hidden in other ways, and with it outlines that others refer to.)

Formulas in headings and navigation rely on no other, and no other on them: reader modes leave those
out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from prerender.engine import X_HEIGHT, EquationNumber, Layout
from prerender.find import Formula
from prerender.markup.boxes import (
    NO_SIZE,
    WORD,
    Form,
    Place,
    can_be_read,
    lowered,
    namespace,
    wide,
    without_anchors,
)
from prerender.markup.drawing import Body, Drawings, drawing, self_contained
from prerender.markup.sheet import RenderState, ex, number

#: thousandths of an em: Chromium draws nothing of what is narrower, though it may reach out of it
_SEEN = 20
#: how a picture is drawn
Draw = Callable[[Layout, Drawings], str]


def _picture(
    layout: Layout,
    state: RenderState,
    place: Place,
    draw: Draw = drawing,
    hidden: bool = False,
) -> str:
    """A picture with its width; its height follows from its proportions.

    The width is told to our style sheet, which counts more than a theme's, and in an attribute,
    which is left where styles are taken away. `hidden`: without our style sheet it has no size.
    """
    state.needs.drawings = True
    style = (lowered(layout) if place.in_line else "") + _space(layout, place)
    style += f";--drop:{ex(place.drop)}" if place.drop is not None else ""
    least = _SEEN if layout.body else 1
    width, height = max(layout.width, least), max(layout.height + layout.depth, 1)
    size = NO_SIZE if hidden else f' width="{ex(width)}"'
    if layout.full_width:
        size += "" if hidden else f' height="{ex(height)}"'
        style = f"--w:100%;--least:{ex(width)};--h:{ex(height)};{style}"
    else:
        size += f' viewBox="0 {number(-layout.height)} {number(width)} {number(height)}"'
        style = f"--w:{ex(width)};{style}"
    attributes = namespace(state) + state.needs.look(style, place.name) + size
    return f"<svg{attributes}>{draw(layout, state.drawings)}</svg>"


def _hidden(layout: Layout, state: RenderState, place: Place) -> str:
    return _picture(layout, state, place, hidden=True)


def _space(layout: Layout, place: Place) -> str:
    side, space = place.space(layout)
    if not space:
        return ""
    room = f";max-width:calc(100% - {ex(space)})" if layout.indent else ""
    return f";margin-{side}:{ex(space)}{room}"


def united(layout: Layout, tag: EquationNumber) -> Layout:
    """A layout and the numbers of its rows as one picture: they stay together when it shrinks."""
    numbers = without_anchors(tag)
    beside = layout.width + tag.gap
    before: Body = layout.body
    after: Body = numbers
    if tag.side == "left":
        before, after, beside = numbers, layout.body, tag.width + tag.gap
    moved = (f'<g transform="translate({number(beside)} 0)">', *after, "</g>")
    width = layout.width + tag.gap + tag.width
    return replace(layout, width=width, body=(*before, *moved), tag=None)


def _single(layout: Layout, state: RenderState, draw: Draw = drawing) -> str:
    """A picture that has no choice: a part of an inline formula, or a narrow display."""
    fits = layout.width > WORD * X_HEIGHT
    state.needs.fit |= fits
    return _picture(layout, state, Place("prm-fit" if fits else ""), draw)


def _inline(
    layouts: Sequence[Layout], breaks: Sequence[str], formula: Formula, state: RenderState
) -> str:
    """The parts of an inline formula, each a picture."""
    draw, form = (self_contained, _APART) if state.is_apart(formula) else (drawing, SVG)
    parts = []
    for before, layout in zip(breaks, layouts, strict=True):
        readable = can_be_read(layout, state)
        part = _single(layout, state, draw) if readable else wide(layout, state, form)
        tag = "" if layout.tag is None else _inline_number(layout, layout.tag, draw, state)
        parts.append(before + part + tag)
    return "".join(parts)


def _inline_number(layout: Layout, tag: EquationNumber, draw: Draw, state: RenderState) -> str:
    """The number of a formula that is a word of a text: it follows, wherever it would stand."""
    numbered = Layout(tag.width, layout.height, layout.depth, tag.body)
    return _picture(numbered, state, Place(gap=tag.gap), draw)


def _whole(content: str, words: str) -> str:
    """The formula in words too, once, for what shows or searches text and draws no pictures.

    They stand in the first picture, where no browser shows them: reader modes drop paragraphs
    without a text.
    """
    start = content.find(">", content.find("<svg")) + 1
    return f"{content[:start]}<desc>{words}</desc>{content[start:]}" if start else content


SVG = Form(
    attributes=' jax="SVG"',
    kind="inline",
    first=_picture,
    further=_hidden,
    united=united,
    single=_single,
    inline=_inline,
    whole=_whole,
)

#: the same where a formula may stand without the rest of its page
_APART = replace(SVG, first=partial(_picture, draw=self_contained))
