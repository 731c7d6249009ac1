"""A typeset in, the element that stands for the formula out, in the form that the typeset has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from prerender.engine import Layout, Markup, Typeset
from prerender.find import Formula
from prerender.markup.boxes import Form, display
from prerender.markup.colours import coloured, has_colours
from prerender.markup.copied import CLASS, copied, words_of
from prerender.markup.mathml import MATHML, NAMESPACE
from prerender.markup.said import name, with_named_links
from prerender.markup.sheet import RenderState
from prerender.markup.svg import SVG
from prerender.markup.text import TEXT

_FORMS: Mapping[Markup, Form] = {"svg": SVG, "html": TEXT, "mathml": MATHML}
#: words in a drawing, which are text
_TEXT = "<text "
_WORDS = re.compile(r"(?<=>)[^<]+(?=</text>)")
_ID = re.compile(r' id="([^"]*)"')
#: a picture has no words beside it without our style sheet; reader modes, which drop what is
#: hidden, keep a class of this name (Readability, _isProbablyVisible)
_TEX = {
    "svg": (CLASS, ' hidden=""'),
    "html": (f"{CLASS} fallback-image", ""),
    "mathml": (CLASS, ' hidden=""'),
}


def render(
    formula: Formula,
    typeset: Typeset,
    carried: str,
    output: Mapping[str, str],
    state: RenderState,
    language: str = "en",
) -> str:
    """The element of a formula. `carried` are the attributes that carry its source.

    `output` are the set-up's options for the output (`displayAlign`); `state` is added to.
    `language` is that of the text around it (ISO 639-1).
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
    if form is SVG and has_colours(content):
        content = coloured(content, state.needs)
    content = form.whole(content, words_of(formula, carried, state.parting))
    content, anchors = _anchors(content, typeset)
    content = _BOX.sub(r'\g<0> role="none"', content)
    linked = "<a " in content
    if linked and form is not MATHML:
        state.needs.links = True
        content = with_named_links(content, formula, typeset, language)
    named = name(formula, typeset, language, linked)
    if "<prm-view" in content:
        content = content.replace("<prm-view", f"<prm-view{named}", -1 if formula.display else 1)
        named = ""
    if named and not linked:
        content = content.replace('<prm-box role="none"', f"<prm-box{_PASSED_OVER}")
    if form is SVG:
        content = _unspoken(content, linked, state)
    content += _mathml(typeset, state) + _tex(formula, typeset, state)
    return f"<mjx-container {attributes}{anchors}{named}>{content}</mjx-container>"


#: Firefox has a node for what may scroll, whatever its role, and Orca reads that in place of the
#: named formula around it. Readability drops what is hidden so, but for what has this class
#: (its `isProbablyVisible`)
_PASSED_OVER = ' class="fallback-image" aria-hidden="true"'
#: what readers would get as a picture or a section of its own, Firefox's within a picture, too
_BOX = re.compile("<(?:svg|prm-(?:box|wide|row|scroll))(?![\\w-])")


def _anchors(content: str, typeset: Typeset) -> tuple[str, str]:
    """Markup without the ids of equations, the first as an attribute: an element is always shown.

    A layout may not be. Of several, the others stand at the top.
    """
    ids = [escape(tag.anchor) for tag in typeset.tags if tag.anchor]
    ids = [one for one in dict.fromkeys(ids) if f' id="{one}"' in content]
    if not ids:
        return content, ""
    content = _ID.sub(lambda match: "" if match[1] in ids else match[0], content)
    others = "".join(f'<prm-id id="{one}"></prm-id>' for one in ids[1:])
    return others + content, f' id="{ids[0]}"'


def _unspoken(content: str, linked: bool, state: RenderState) -> str:
    """Markup whose words nobody says, and no script takes for math."""
    if _TEXT not in content:
        return content
    content = _WORDS.sub(lambda words: state.parting.part(words[0], "<tspan></tspan>"), content)
    if linked or "<prm-view" in content:
        return content.replace(_TEXT, f'{_TEXT}aria-hidden="true" ')
    # Reader modes drop what is hidden from those who listen, but not this
    return f'<prm-look inert="">{content}</prm-look>'


def _mathml(typeset: Typeset, state: RenderState) -> str:
    """What is said of a formula in languages that it has no words in."""
    if not typeset.mathml:
        return ""
    state.needs.mathml = True
    start = f"<math{NAMESPACE}" if state.xml else "<math"
    return f'<prm-math hidden="">{start}{typeset.mathml.removeprefix("<math")}</prm-math>'


def _tex(formula: Formula, typeset: Typeset, state: RenderState) -> str:
    """What is copied and found: nobody sees it where there is our style sheet."""
    words = copied(formula, state.text, state.parting)
    if not words:
        return ""
    classes, hidden = _TEX[typeset.markup]
    return f'<prm-tex class="{classes}"{hidden} aria-hidden="true">{words}</prm-tex>'


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
