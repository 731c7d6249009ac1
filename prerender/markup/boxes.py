"""The layouts of a formula in, the boxes that choose among them out, in any form of markup.

What may find less room than it can be read in stands in a box whose width CSS can ask for, and in
which it scrolls. Such a box has no width of its own for what is around it, so an empty picture
beside it (`prm-room`) tells its natural width, and that it may be less: a replaced element with a
percentage as its greatest width may be squeezed
(https://www.w3.org/TR/css-sizing-3/#replaced-percentage-min-contribution).

All names are our own, for client MathJax has rules for its names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from prerender.engine import NARROWEST, X_HEIGHT, EquationNumber, Layout
from prerender.find import Formula
from prerender.markup.sheet import RenderState, ex
from prerender.markup.style import Kind, Range

#: ex: a picture is squeezed to no less where it shares a line, a table's say (style.css.jinja)
WORD = 10.0
#: thousandths of an em: what a line of numbers takes above and below its baseline
_ASCENT, _DESCENT = 750.0, 250.0


class Place(NamedTuple):
    """Where a layout stands, and the name of the rules that show it. Lengths: thousandths of an em.

    `least` is what it shrinks to; 0: it does not shrink. `gap` is free space at its left, or at its
    right if negative; `drop` how far it stands below the top of its row, None: it is as high.
    `in_line`: it stands in a line of text, not in a row with its number.
    """

    name: str = ""
    least: float = 0
    gap: float = 0
    drop: float | None = None
    in_line: bool = True

    def space(self, layout: Layout) -> tuple[str, float]:
        """The side at which there is free space, its own or that of the layout, and how much."""
        space = self.gap or layout.indent
        return ("left" if space > 0 else "right"), abs(space)


#: a layout, its page and its place in; its element out
Element = Callable[[Layout, RenderState, Place], str]


@dataclass(frozen=True, slots=True)
class Form:
    """How layouts are written in one form of markup.

    `attributes` are those of the element of a formula, `kind` tells how a layout in a box is shown;
    `first` writes the first layout of a box, `further` the others, which without our style sheet
    nobody sees; `united` makes a layout and its numbers one; `single` writes a display that has no
    choice, `inline` the parts of an inline formula and what is between them; `whole` makes of what
    is drawn, and of the formula in words, what a reader without our style sheet sees once;
    `holds_numbers`: a layout that is as wide as its line has its numbers in it, and shrinks.
    """

    attributes: str
    kind: Kind
    first: Element
    further: Element
    united: Callable[[Layout, EquationNumber], Layout]
    single: Callable[[Layout, RenderState], str]
    inline: Callable[[Sequence[Layout], Sequence[str], Formula, RenderState], str]
    whole: Callable[[str, str], str]
    holds_numbers: bool = False


def without_anchors(tag: EquationNumber) -> tuple[str, ...]:
    """The body of a number without its anchors: the first layout has them."""
    return tuple(_ANCHOR.sub("", part) for part in tag.body)


_ANCHOR = re.compile(r' id="[^"]*"')


def can_be_read(layout: Layout, state: RenderState) -> bool:
    """Whether a layout can be read wherever it is squeezed to."""
    return layout.width * state.shrink / 100 <= WORD * X_HEIGHT and not layout.full_width


def wide(layout: Layout, state: RenderState, form: Form) -> str:
    """A part of an inline formula that may be wider than its column: it scrolls there."""
    inner = replace(layout, tag=None)
    state.needs.layouts = state.needs.wide = True
    state.needs.shrink = state.shrink
    drawn = _layout(inner, Range(), True, state, form, form.first, False)
    box = f"<prm-box>{drawn}</prm-box>"
    look = state.needs.look(lowered(layout))
    return f"<prm-wide{look}>{_room(_ceil(_needed(inner)), state)}{box}</prm-wide>"


def display(layouts: tuple[Layout, ...], state: RenderState, form: Form) -> str:
    """The layouts of a display, each for its range of widths; one that is narrow, as it is."""
    natural = layouts[0]
    if len(layouts) == 1 and natural.tag is None and can_be_read(natural, state):
        return form.single(natural, state)
    state.needs.layouts = True
    state.needs.shrink = state.shrink
    if layouts[-1].tag is not None and layouts[-1].tag.row is None:
        layouts = (*layouts, form.united(layouts[-1], layouts[-1].tag))
    scrolls = _least(layouts[-1], state, form) > _UNREADABLE
    needed = [_ceil(_needed(layout)) for layout in layouts]
    shown = [
        Range(low if at + 1 < len(layouts) else None, needed[at - 1] if at else None)
        for at, low in enumerate(needed)
    ]
    drawn = (
        _layout(
            layout,
            shown[at],
            at == len(layouts) - 1,
            state,
            form,
            form.further if at else form.first,
            scrolls,
        )
        for at, layout in enumerate(layouts)
    )
    return f"{_room(needed[0], state)}<prm-box>{''.join(drawn)}</prm-box>"


def _room(width: float, state: RenderState) -> str:
    """An empty picture that wants so many ex; without our style sheet it takes no room."""
    look = state.needs.look(f"--w:{width:g}ex", "prm-room")
    return f"<svg{look}{NO_SIZE}{namespace(state)}></svg>"


#: the attributes of a picture that takes no room without our style sheet
NO_SIZE = ' width="0" height="0"'


def namespace(state: RenderState) -> str:
    """The attributes that an svg needs in XHTML."""
    return _NAMESPACES if state.xml else ""


#: Scripts of themes set the `href` of what has one (MkDocs Material's instant navigation), which
#: fails for an element of SVG: so links and references have that of XLink
_NAMESPACES = ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


#: thousandths of an em: what shrinks to no less would be wider than any screen, so it scrolls
_UNREADABLE = NARROWEST * X_HEIGHT


def _least(layout: Layout, state: RenderState, form: Form) -> float:
    """The width to which a layout shrinks (thousandths of an em); 0: as wide as its line."""
    fills = layout.full_width and not form.holds_numbers
    return 0 if fills else layout.width * state.shrink / 100


def _layout(
    layout: Layout,
    shown: Range,
    last: bool,
    state: RenderState,
    form: Form,
    element: Element,
    apart: bool,
) -> str:
    """One layout, with its number beside it, or below where there is no room for both.

    The last one shrinks as far as it can be read, then scrolls. `apart`: what is said of the
    formula is said of each of its layouts (said.py), which is a `prm-view` then.
    """
    least = _least(layout, state, form)
    scrolls, viewed = last and least > _UNREADABLE, apart and not last
    kind: Kind = "grid" if layout.tag else "block" if scrolls else form.kind
    if viewed:
        kind = "block" if layout.tag else "inline"
    name = state.needs.name(shown, kind) if shown != Range() else ""
    own = "" if layout.tag or viewed else name
    # The first shrinks, too: it is all that is seen where the rules of its page are not there
    shrinks = (last or shown.high is None) and least > WORD * X_HEIGHT
    place = Place("" if scrolls else own, least if shrinks else 0, in_line=not layout.tag)
    body = element(layout, state, place)
    if scrolls:
        body = _scroll(body, own, least, state)
    if layout.tag is not None:
        stacked = state.needs.name(Range(None, _ceil(_needed(layout))), "stacked") if last else ""
        classes = " ".join(filter(None, ("" if viewed else name, stacked)))
        body = _row(layout, layout.tag, body, classes, state, element)
    return f"<prm-view{state.needs.look('', name)}>{body}</prm-view>" if viewed else body


def _scroll(picture: str, name: str, least: float, state: RenderState) -> str:
    """A picture that scrolls where there is less room than `least`, its end faded.

    What scrolls, and stops the keyboard's focus, has a box there only.
    """
    state.needs.scroll = True
    fades = state.needs.name(Range(None, _ceil(least / X_HEIGHT)), "fade")
    classes = " ".join(filter(None, (name, fades)))
    view = f'<prm-view class="{fades}" tabindex="0">{picture}</prm-view>'
    return f'<prm-scroll class="{classes}">{view}</prm-scroll>'


def _row(
    layout: Layout,
    tag: EquationNumber,
    body: str,
    classes: str,
    state: RenderState,
    element: Element,
) -> str:
    """A layout and its number; one number is as high as a line, so that it can go below."""
    state.needs.tags.add(tag.side)
    picture, drop = Layout(tag.width, layout.height, layout.depth, tag.body), None
    if tag.row is not None:
        picture = Layout(tag.width, _ASCENT - tag.row, _DESCENT + tag.row, tag.body)
        drop = layout.height - picture.height
    gap = tag.gap if tag.side == "right" else -tag.gap
    number = element(picture, state, Place(gap=gap, drop=drop, in_line=False))
    pair = number + body if tag.side == "left" else body + number
    side = ' data-side="left"' if tag.side == "left" else ""
    columns = ""
    if layout.full_width:
        free = "0 1fr auto" if tag.side == "right" else "auto 1fr 0"
        columns = f"grid-template-columns:{free};justify-items:stretch"
    return f"<prm-row{state.needs.look(columns, classes)}{side}>{pair}</prm-row>"


def _needed(layout: Layout) -> float:
    """What a layout needs with its number and its indent, in ex."""
    tag = layout.tag.width + layout.tag.gap if layout.tag else 0.0
    return (layout.width + abs(layout.indent) + tag) / X_HEIGHT


def _ceil(width: float) -> float:
    """A threshold, to a tenth of an ex, never less than what is needed."""
    return -(-width * 10 // 1) / 10


def lowered(layout: Layout) -> str:
    """The style that puts a box which ends at the lower edge of a layout onto its line."""
    return f"vertical-align:{ex(-layout.depth)}" if layout.depth else ""
