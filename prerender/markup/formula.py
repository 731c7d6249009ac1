"""A typeset in, the element that stands for the formula out.

Outlines are drawn once a page: the first formula that uses one defines it, later ones refer to it, so
that a browser can paint each formula when it has read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from prerender.engine import Picture, Typeset
from prerender.find import Formula
from prerender.markup.style import Needs

#: the height of an x in MathJax's font, in thousandths of an em: formulas are sized by it, so that
#: they fit any text (MathJax 4: params.x_height of the newcm font)
X_HEIGHT = 442


@dataclass(slots=True)
class Sheet:
    """What a page has so far: outlines that are defined, rules that are needed."""

    outlines: Mapping[str, str]
    xml: bool = False
    defined: set[str] = field(default_factory=set)
    needs: Needs = field(default_factory=Needs)


def render(formula: Formula, typeset: Typeset, carried: str, output: Mapping[str, str], sheet: Sheet) -> str:
    """The element of a formula. `carried` are the attributes that carry its source.

    `output` are the set-up's options for the output (`displayAlign`); `sheet` is added to.
    """
    attributes = f'class="MathJax" jax="SVG" {carried}'
    if formula.display:
        sheet.needs.display = True
        attributes += ' display="true"'
        attributes += _side(output.get("displayAlign", "center"), sheet)
    if any(picture.full for picture in typeset.pictures):
        sheet.needs.full = True
        width = _ex(max(picture.width for picture in typeset.pictures))
        attributes += f' width="full" style="min-width:{width}"'
    pictures = [_follows(picture, sheet) + _svg(picture, sheet) for picture in typeset.pictures]
    return f"<mjx-container {attributes}>{''.join(pictures)}</mjx-container>"


def _side(align: str, sheet: Sheet) -> str:
    if align not in ("left", "right"):
        return ""
    sheet.needs.sides.add(align)
    return f' justify="{align}"'


def _follows(picture: Picture, sheet: Sheet) -> str:
    """The place before a picture where a line may end (or must), and the space if it does not."""
    if picture.follows is None:
        return ""
    if picture.follows == "newline":
        sheet.needs.newlines = True
        return '<mjx-break newline="newline"> </mjx-break>'
    sheet.needs.spaces.add(picture.follows)
    return f'<mjx-space size="{picture.follows}"><mjx-break> </mjx-break></mjx-space>'


def _svg(picture: Picture, sheet: Sheet) -> str:
    height, depth = picture.height, picture.depth
    sheet.needs.links |= "<a " in picture.body
    size = f'width="{_ex(max(picture.width, 1))}" height="{_ex(max(height + depth, 1))}"'
    box = f' viewBox="0 {-height} {max(picture.width, 1)} {max(height + depth, 1)}"'
    if picture.full:
        size, box = f'width="100%" height="{_ex(height + depth)}"', ""
    style = f"vertical-align:{_ex(-depth)}" if depth else ""
    style += f";margin-left:{picture.indent}" if picture.indent else ""
    styled = f' style="{style}"' if style else ""
    space = ' xmlns="http://www.w3.org/2000/svg"' if sheet.xml else ""
    return f"<svg{space} {size}{styled}{box}>{_definitions(picture, sheet)}{picture.body}</svg>"


_REFERENCE = re.compile(r'<use href="#([^"]+)"')


def _definitions(picture: Picture, sheet: Sheet) -> str:
    """The outlines that this picture is the first to use."""
    paths = []
    for glyph in _REFERENCE.findall(picture.body):
        if glyph not in sheet.defined:
            sheet.defined.add(glyph)
            paths.append(f'<path id="{glyph}" d="{sheet.outlines[glyph]}"/>')
    return f"<defs>{''.join(paths)}</defs>" if paths else ""


def _ex(thousandths: int) -> str:
    """A length in ex, from thousandths of an em."""
    text = f"{thousandths / X_HEIGHT:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("0", "-0") else f"{text}ex"
