"""A layout as the engine has written it in text of our font in, HTML out.

The engine's elements have names that say where their content stands (engine/worker/text/write.js);
the style sheet of a page has a rule for each that is in it. A reader who has not our style sheet
sees the source instead: the drawing is hidden, which the sheet undoes for the eye alone. What has
links is no text but a picture: nothing of it could be hidden from those who listen but the links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from prerender.engine import EquationNumber, Layout
from prerender.find import Formula
from prerender.markup.boxes import Form, Place, can_be_read, wide, without_anchors
from prerender.markup.colours import coloured, has_colours
from prerender.markup.sheet import RenderState, length
from prerender.markup.spaces import space

#: thousandths of an em: a line of text is as high, and as deep, so that no strut is needed
_HIGH, _DEEP = 850, 250
#: an element with a style; the engine writes that last, and a class first
_STYLED = re.compile(r'<([\w-]+)(?: class="([^"]*)")?([^<>]*) style="([^"]*)">')
_NAME = re.compile(r"<([mhvexl]-[a-z\d-]*)")
#: what keeps a drawing from all but the eye
_UNSEEN = ' hidden="" inert="" aria-hidden="true" data-pagefind-ignore=""'


def _element(layout: Layout, state: RenderState, place: Place) -> str:
    """One layout in a box, or a number, with its strut. It shrinks as far as it can be read."""
    state.needs.text = True
    style = [_strut([layout])]
    side, free = place.space(layout)
    if free:
        style.append(f"margin-{side}:{_em(free)}")
    if place.drop is not None:
        style.append(f"--drop:{_em(place.drop)}")
    if place.least:
        # Rather too little: it must not shrink where it has the room that it asks for
        style.append(f"--n:{(layout.width + abs(layout.indent)) // 10 / 100:g}")
    state.needs.full |= layout.full_width
    names = [place.name, "prm-full" if layout.full_width else ""]
    look = state.needs.look(";".join(style), " ".join(filter(None, names)))
    return f"<prm-text{look}>{_body(layout, state)}</prm-text>"


def _single(layout: Layout, state: RenderState) -> str:
    return _element(layout, state, Place())


def _strut(layouts: Sequence[Layout]) -> str:
    """The style that makes a line as high, and as deep, as what stands in it."""
    high, deep = max(one.height for one in layouts), max(one.depth for one in layouts)
    return f"--h:{_em(round(high + deep, -1))};--d:{_em(round(-deep, -1))}"


def _inline(
    layouts: Sequence[Layout], breaks: Sequence[str], formula: Formula, state: RenderState
) -> str:
    """The parts of an inline formula: those of a line that need no box are one text."""
    state.needs.text = True
    markup = ""
    text: list[tuple[str, Layout]] = []
    for before, layout in zip(breaks, layouts, strict=True):
        if layout.break_before == "newline":
            markup += _text(text, state) + before
            text, before = [], ""
        if can_be_read(layout, state):
            text.append((before, layout))
            continue
        markup += _text(text, state) + before + wide(layout, state, TEXT)
        markup += "" if layout.tag is None else _number(layout.tag, state)
        text = []
    return markup + _text(text, state)


def _text(parts: Sequence[tuple[str, Layout]], state: RenderState) -> str:
    """Parts as one text, with a strut where it is higher or deeper than others."""
    if not parts:
        return ""
    layouts = [layout for _, layout in parts]
    tall = any(one.height > _HIGH or one.depth > _DEEP for one in layouts)
    body = "".join(
        before + _body(one, state) + ("" if one.tag is None else _number(one.tag, state))
        for before, one in parts
    )
    return f"<prm-text{state.needs.look(_strut(layouts) if tall else '')}>{body}</prm-text>"


def _number(tag: EquationNumber, state: RenderState) -> str:
    """The number of a formula that is a word of a text: it follows, wherever it would stand."""
    return space(tag.gap) + _body(Layout(tag.width, 0, 0, tag.body), state)


def _united(layout: Layout, tag: EquationNumber) -> Layout:
    """A layout and the numbers of its rows as one text: they stay together when it shrinks."""
    numbers = without_anchors(tag)
    formula = tuple(str(part) for part in layout.body)
    before, after = (numbers, formula) if tag.side == "left" else (formula, numbers)
    width = layout.width + tag.gap + tag.width
    return replace(layout, width=width, body=(*before, space(tag.gap), *after), tag=None)


def _whole(content: str, words: str) -> str:
    """What is drawn, for the eye alone: without our style sheet a reader sees the source."""
    start = "<prm-text"
    if "<prm-view" in content:
        return content.replace(start, f"{start}{_UNSEEN}")
    if content.startswith(start) and content.count(start) == 1:
        return f"{start}{_UNSEEN}{content.removeprefix(start)}"
    return f"<prm-look{_UNSEEN}>{content}</prm-look>"


def _body(layout: Layout, state: RenderState) -> str:
    """What the engine wrote, its styles as the page has them."""
    body = "".join(map(str, layout.body))
    state.needs.names.update(_NAME.findall(body))
    body = coloured(body, state.needs) if has_colours(body) else body
    state.needs.drawings |= "<svg" in body

    def styled(match: re.Match[str]) -> str:
        element, name, rest, style = match.groups()
        return f"<{element}{rest}{state.needs.look(style, name or '')}>"

    return _STYLED.sub(styled, body)


TEXT = Form(
    attributes="",
    kind="text",
    first=_element,
    further=_element,
    united=_united,
    single=_single,
    inline=_inline,
    whole=_whole,
)


def _em(thousandths: float) -> str:
    """A length that can be counted with: in CSS a bare 0 is none."""
    return length(thousandths / 1000, "em") if round(thousandths) else "0em"
