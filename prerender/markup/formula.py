"""A typeset in, the element that stands for the formula out, in the form that the typeset has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from prerender.engine import Layout, Markup, Typeset
from prerender.find import Formula
from prerender.markup.boxes import Form, display
from prerender.markup.sheet import RenderState
from prerender.markup.svg import SVG
from prerender.markup.text import TEXT

_FORMS: Mapping[Markup, Form] = {"svg": SVG, "html": TEXT}


def render(
    formula: Formula, typeset: Typeset, carried: str, output: Mapping[str, str], state: RenderState
) -> str:
    """The element of a formula. `carried` are the attributes that carry its source.

    `output` are the set-up's options for the output (`displayAlign`); `state` is added to.
    """
    form = _FORMS[typeset.markup]
    attributes = f'class="MathJax"{form.attributes} {carried}'
    if formula.display:
        state.needs.display = True
        attributes += ' display="true"' + _side(output.get("displayAlign", "center"), state)
        content = display(typeset.layouts, state, form)
    else:
        usual = _usual_space(typeset.layouts, state)
        attributes += "" if usual is None else f' data-gap="{usual}"'
        breaks = [_break(one, usual, state) for one in typeset.layouts]
        content = form.inline(typeset.layouts, breaks, formula, state)
    return f"<mjx-container {attributes}>{form.whole(content, formula, carried)}</mjx-container>"


def _side(align: str, state: RenderState) -> str:
    if align not in ("left", "right"):
        return ""
    state.needs.sides.add(align)
    return f' justify="{align}"'


def _usual_space(parts: Sequence[Layout], state: RenderState) -> int | None:
    """The commonest space between the parts of a formula, which it has as an attribute."""
    spaces = Counter(one.break_before for one in parts if isinstance(one.break_before, int))
    state.needs.spaces.update(spaces)
    return max(spaces, key=lambda space: spaces[space], default=None)


def _break(part: Layout, usual: int | None, state: RenderState) -> str:
    """The place before a part where a line may end (or must), and the space if it does not."""
    if part.break_before is None:
        return ""
    if part.break_before == "newline":
        state.needs.newlines = True
        return '<prm-break data-newline=""> </prm-break>'
    if part.break_before == usual:
        return "<prm-break> </prm-break>"
    return f'<prm-space data-gap="{part.break_before}"><prm-break> </prm-break></prm-space>'
