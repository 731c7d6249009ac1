"""A layout as the engine has written it in MathML Core in, HTML out.

A formula is one `math`, which is all that a reader gets of it: its lines are rows of a table, and
of several layouts only the one that is shown is there. A line of text may end between the parts of
an inline formula, which are children of its `math`, in Chromium; other browsers have it in one
piece, which scrolls where there is no room for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from prerender.engine import MATH_X_HEIGHT, NARROWEST, X_HEIGHT, EquationNumber, Layout
from prerender.find import Formula
from prerender.markup.boxes import Form, Place, can_be_read, wide
from prerender.markup.sheet import RenderState, ex, length

#: HTML knows elements of MathML by their names
NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'
#: the same for links, in a formula in XHTML
_HTML = ' xmlns="http://www.w3.org/1999/xhtml"'
#: a start tag with a style
_STYLED = re.compile(r'<(\w+)([^<>]*) style="([^"]*)"([^<>]*)>')
#: a reference, and what is around it, is text: checkers let no link into a `math`
_REFERENCE = re.compile(
    r"""(?=.*<a\ )(?:
    <m(?:row|text|n|o)(?:\ (?:class="MathJax_ref"|stretchy="false"|[lr]space="0"))*>
    |</m(?:row|text|n|o)>|</?math>|[()\[\],.;:\u2013\w\s\xa0]|<a\ href="\#[^"]*">|</a>)*""",
    re.VERBOSE,
)
_NO_LINK = re.compile(r"<(?!/?a\b)[^<>]*>")
_CLASS = re.compile(r' class="([^"]*)"')
_DISPLAY = ' display="block"'
#: the narrowest column, in thousandths of an em
_COLUMN = NARROWEST * X_HEIGHT


def _element(
    layout: Layout, state: RenderState, place: Place, *, hidden: str = "", mode: str = _DISPLAY
) -> str:
    """One layout in a box. It shrinks as far as it can be read."""
    style = []
    side, free = place.space(layout)
    if free:
        style.append(f"margin-{side}:{_em(free)}")
    # Rather too little: it must not shrink where it has the room that it asks for
    style.append(f"--n:{_ems(layout.width + abs(layout.indent)) // 0.01 / 100:g}")
    state.needs.full |= layout.full_width
    names = [place.name, "prm-full" if layout.full_width else ""]
    look = state.needs.look(";".join(style), " ".join(filter(None, names)))
    return f"<prm-mml{look}{hidden}>{_math(_body(layout, state), state, mode)}</prm-mml>"


def _single(layout: Layout, state: RenderState) -> str:
    return _math(_body(layout, state), state, _DISPLAY)


def _inline(
    layouts: Sequence[Layout], breaks: Sequence[str], formula: Formula, state: RenderState
) -> str:
    """The parts of an inline formula in one `math`, but for those that are wider than a column.

    Readers would hear several as so many formulas.
    """
    if len(layouts) == 1 and _REFERENCE.fullmatch(body := "".join(map(str, layouts[0].body))):
        state.needs.core = True
        return f"<prm-mml>{_NO_LINK.sub('', body)}</prm-mml>"
    markup = ""
    parts: list[Layout] = []

    def fits(layout: Layout) -> bool:
        return can_be_read(layout, state) or (len(layouts) > 1 and layout.width <= _COLUMN)

    for before, layout in zip(breaks, layouts, strict=True):
        if layout.break_before != "newline" and fits(layout):
            parts.append(layout)
            continue
        markup += _parts(parts, state) + before
        parts = [layout] if fits(layout) else []
        markup += "" if parts else wide(layout, state, _WORD)
    return markup + _parts(parts, state)


def _parts(parts: Sequence[Layout], state: RenderState) -> str:
    """Parts that follow each other, in one `math`."""
    if len(parts) < 2:
        return "".join(_math(_body(part, state), state) for part in parts)
    state.needs.parts = True
    body = "".join(f"<mrow>{_body(part, state)}</mrow>" for part in parts)
    deepest = max(parts, key=lambda part: part.depth)
    look = state.needs.look(f"--d:{ex(-deepest.depth)}", "prm-parts")
    return f"<prm-mml{look}>{_math(body, state)}</prm-mml>"


def _math(body: str, state: RenderState, mode: str = "") -> str:
    state.needs.core = True
    unsaid = "" if _WORDS.search(body) else ' aria-hidden="true"'
    return f"<math{NAMESPACE if state.xml else ''}{mode}{unsaid}>{body}</math>"


#: what readers have something to say of: definitions are a formula without
_WORDS = re.compile(r"(?:^|>)[^<]*[^<\s]")


def _body(layout: Layout, state: RenderState) -> str:
    """What the engine wrote, its styles as the page has them."""
    body = "".join(map(str, layout.body))
    if state.xml:
        body = body.replace("<a ", f"<a{_HTML} ").replace("<math>", f"<math{NAMESPACE}>")

    def styled(match: re.Match[str]) -> str:
        element, before, style, after = match.groups()
        rest = before + after
        name = _CLASS.search(rest)
        look = state.needs.look(style, name[1] if name else "")
        return f"<{element}{_CLASS.sub('', rest)}{look}>"

    return _STYLED.sub(styled, body)


def _united(layout: Layout, tag: EquationNumber) -> Layout:
    """A layout has its numbers in it."""
    raise AssertionError("numbers of MathML are cells of its table")


MATHML = Form(
    attributes="",
    kind="text",
    first=_element,
    # Nobody sees, or hears, them without our style sheet
    further=partial(_element, hidden=' hidden=""'),
    united=_united,
    single=_single,
    inline=_inline,
    whole=lambda content, _: content,
    holds_numbers=True,
)
#: parts of inline formulas in boxes
_WORD = replace(MATHML, first=partial(_element, mode=' display="block" displaystyle="false"'))


def _ems(thousandths: float) -> float:
    """The same in ems of the font of MathML, from thousandths of an em of MathJax's."""
    return thousandths * MATH_X_HEIGHT / X_HEIGHT / 1000


def _em(thousandths: float) -> str:
    return length(_ems(thousandths), "em")
