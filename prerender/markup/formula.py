"""A typeset in, the element that stands for the formula out.

Formulas in headings and navigation rely on no other, and no other on them: reader modes leave those
out.

What may find less room than it can be read in stands in a box whose width CSS can ask for, and in
which it scrolls. Such a box has no width of its own for what is around it, so an empty picture
beside it (`prm-room`) tells its natural width, and that it may be less: a replaced element with a
percentage as its greatest width may be squeezed
(https://www.w3.org/TR/css-sizing-3/#replaced-percentage-min-contribution).

Nothing relies on a style sheet to hide: all layouts but the first have no size without it. (Reader
modes remove what is hidden in other ways, and with it outlines that others refer to.) All names are
our own, for client MathJax has rules for its names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape, unescape

from prerender.engine import EquationNumber, Layout, Typeset
from prerender.find import Formula
from prerender.markup.drawing import Body, Drawings, drawing, self_contained
from prerender.markup.style import Kind, Range, StyleUse
from prerender.source import Span

#: the height of an x in MathJax's font, in thousandths of an em: formulas are sized by it, so that
#: they fit any text (MathJax 4: params.x_height of the newcm font)
X_HEIGHT = 442
#: ex: what is no wider fits every column of text; a screen of 280 px has at least as many
NARROW = 28.0
#: thousandths of an em: what a line of numbers takes above and below its baseline
_ASCENT, _DESCENT = 750.0, 250.0
#: how a picture is drawn
Draw = Callable[[Layout, Drawings], str]
#: ex: a picture is squeezed to no less where it shares a line, a table's say (style.css.jinja)
_WORD = 10.0


@dataclass(slots=True)
class RenderState:
    """What a page has so far: what it draws, and the rules that it needs.

    `apart` is where others cannot rely on what is defined there, `shrink` how far what cannot be
    broken shrinks before it scrolls.
    """

    drawings: Drawings = field(default_factory=Drawings)
    xml: bool = False
    apart: Sequence[Span] = ()
    shrink: float = 0.7
    needs: StyleUse = field(default_factory=StyleUse)


def render(
    formula: Formula, typeset: Typeset, carried: str, output: Mapping[str, str], sheet: RenderState
) -> str:
    """The element of a formula. `carried` are the attributes that carry its source.

    `output` are the set-up's options for the output (`displayAlign`); `sheet` is added to.
    """
    attributes = f'class="MathJax" jax="SVG" {carried}'
    if formula.display:
        sheet.needs.display = True
        attributes += ' display="true"' + _side(output.get("displayAlign", "center"), sheet)
        content = _display(typeset.layouts, sheet)
    else:
        apart = any(span.start <= formula.span.start < span.end for span in sheet.apart)
        draw = self_contained if apart else drawing
        usual = _usual_space(typeset.layouts, sheet)
        attributes += "" if usual is None else f' data-gap="{usual}"'
        content = "".join(
            _follows(one, usual, sheet) + _part(one, draw, sheet) for one in typeset.layouts
        )
    return f"<mjx-container {attributes}>{_told(content, formula, carried)}</mjx-container>"


def _told(content: str, formula: Formula, carried: str) -> str:
    """The formula in words too, once, for what shows or searches text and draws no pictures.

    They stand in the first picture, where no browser shows them, and are spelled as beside it in
    the attribute, so that compression makes little of them.
    """
    start = content.find(">", content.find("<svg")) + 1
    words = carried.split('"', 2)[1]
    if formula.input == "mathml":
        words = escape(" ".join(_TAG.sub(" ", unescape(words)).split()), quote=False)
    words = _DELIMITER.sub(r"\g<0><b></b>", words.replace("<", "&lt;"))
    if "</text>" in content:
        content = _TEXT.sub(lambda text: _DELIMITER.sub(r"\g<0><tspan></tspan>", text[0]), content)
    return f"{content[:start]}<desc>{words}</desc>{content[start:]}" if start else content


_TAG = re.compile("<[^>]*>")
#: what client MathJax or KaTeX may take for the beginning of a formula, or an escape, where no
#: element follows
_DELIMITER = re.compile(r"\$|`|\\(?=[(\[\\$]|begin|(?:eq)?ref)")
#: the words in a drawing that are drawn as text
_TEXT = re.compile(r"(?<=>)[^<]+(?=</text>)")


def _side(align: str, sheet: RenderState) -> str:
    if align not in ("left", "right"):
        return ""
    sheet.needs.sides.add(align)
    return f' justify="{align}"'


def _usual_space(pictures: Sequence[Layout], sheet: RenderState) -> int | None:
    """The commonest space between the parts of a formula, which it has as an attribute."""
    spaces = Counter(one.break_before for one in pictures if isinstance(one.break_before, int))
    sheet.needs.spaces.update(spaces)
    return max(spaces, key=lambda space: spaces[space], default=None)


def _follows(picture: Layout, usual: int | None, sheet: RenderState) -> str:
    """The place before a picture where a line may end (or must), and the space if it does not."""
    if picture.break_before is None:
        return ""
    if picture.break_before == "newline":
        sheet.needs.newlines = True
        return '<prm-break data-newline=""> </prm-break>'
    if picture.break_before == usual:
        return "<prm-break> </prm-break>"
    return f'<prm-space data-gap="{picture.break_before}"><prm-break> </prm-break></prm-space>'


def _single(picture: Layout, draw: Draw, sheet: RenderState) -> str:
    """A picture that has no choice: a part of an inline formula, or a narrow display."""
    fits = picture.width > _WORD * X_HEIGHT
    sheet.needs.fit |= fits
    name = "prm-fit" if fits else ""
    return _svg(picture, sheet, _lowered(picture) + _indent(picture), name, draw)


def _part(picture: Layout, draw: Draw, sheet: RenderState) -> str:
    """A part of an inline formula, or all of it."""
    part = _single if _can_be_read(picture, sheet) else _wide
    number = "" if picture.tag is None else _inline_number(picture, picture.tag, draw, sheet)
    return part(picture, draw, sheet) + number


def _can_be_read(picture: Layout, sheet: RenderState) -> bool:
    """Whether a picture can be read wherever it is squeezed to."""
    return picture.width * sheet.shrink <= _WORD * X_HEIGHT and not picture.full_width


def _wide(picture: Layout, draw: Draw, sheet: RenderState) -> str:
    """A part of an inline formula that may be wider than its column: it scrolls there."""
    inner = replace(picture, tag=None)
    sheet.needs.layouts = True
    box = f"<prm-box>{_layout(inner, Range(), True, sheet, partial(_svg, draw=draw))}</prm-box>"
    look = sheet.needs.look(_lowered(picture))
    return f"<prm-wide{look}>{_room(_ceil(_needed(inner)), sheet)}{box}</prm-wide>"


def _inline_number(picture: Layout, tag: EquationNumber, draw: Draw, sheet: RenderState) -> str:
    """The number of a formula that is a word of a text: it follows, wherever it would stand."""
    number = Layout(tag.width, picture.height, picture.depth, tag.body)
    style = f"{_lowered(picture)};margin-left:{_ex(tag.gap)}"
    return _svg(number, sheet, style, draw=draw)


def _display(layouts: tuple[Layout, ...], sheet: RenderState) -> str:
    """The layouts of a display, each for its range of widths; one that is narrow, as it is."""
    natural = layouts[0]
    if len(layouts) == 1 and natural.tag is None and _can_be_read(natural, sheet):
        return _single(natural, drawing, sheet)
    sheet.needs.layouts = True
    if layouts[-1].tag is not None and layouts[-1].tag.row is None:
        layouts = (*layouts, _united(layouts[-1], layouts[-1].tag))
    needed = [_ceil(_needed(layout)) for layout in layouts]
    shown = [
        Range(low if at + 1 < len(layouts) else None, needed[at - 1] if at else None)
        for at, low in enumerate(needed)
    ]
    drawn = (
        _layout(layout, shown[at], at == len(layouts) - 1, sheet, _hidden if at else _svg)
        for at, layout in enumerate(layouts)
    )
    return f"{_room(needed[0], sheet)}<prm-box>{''.join(drawn)}</prm-box>"


def _room(width: float, sheet: RenderState) -> str:
    """An empty picture that wants so many ex; without our style sheet it takes no room."""
    look = sheet.needs.look(f"--w:{width:g}ex", "prm-room")
    return f"<svg{look}{_NO_SIZE}{_namespace(sheet)}></svg>"


def _united(layout: Layout, tag: EquationNumber) -> Layout:
    """A layout and the numbers of its rows as one picture: they stay together when it shrinks."""
    numbers = tuple(_ANCHOR.sub("", part) for part in tag.body)
    beside = layout.width + tag.gap
    before: Body = layout.body
    after: Body = numbers
    if tag.side == "left":
        before, after, beside = numbers, layout.body, tag.width + tag.gap
    moved = (f'<g transform="translate({_number(beside)} 0)">', *after, "</g>")
    width = layout.width + tag.gap + tag.width
    return replace(layout, width=width, body=(*before, *moved), tag=None)


#: the anchor of a number; the first layout has it
_ANCHOR = re.compile(r' id="[^"]*"')


def _layout(layout: Layout, shown: Range, last: bool, sheet: RenderState, svg: Svg) -> str:
    """One layout, with its number beside it, or below where there is no room for both.

    The last one shrinks as far as it can be read, then scrolls.
    """
    style = (_lowered(layout) if not layout.tag else "") + _indent(layout)
    least = 0 if layout.full_width else layout.width * sheet.shrink
    scrolls = last and least > NARROW * X_HEIGHT
    if (last or shown.high is None) and least > _WORD * X_HEIGHT:
        # The first, too: it is all that is seen where the rules of its page are not there
        style += f";--least:{_ex(least)}"
    kind: Kind = "grid" if layout.tag else "block" if scrolls else "inline"
    name = sheet.needs.name(shown, kind) if shown != Range() else ""
    own = "" if layout.tag else name
    picture = svg(layout, sheet, style, "" if scrolls else own)
    body = _scroll(picture, own, least, sheet) if scrolls else picture
    if layout.tag is None:
        return body
    stacked = sheet.needs.name(Range(None, _ceil(_needed(layout))), "stacked") if last else ""
    classes = " ".join(filter(None, (name, stacked)))
    return _row(layout, layout.tag, body, classes, sheet, svg)


def _scroll(picture: str, name: str, least: float, sheet: RenderState) -> str:
    """A picture that scrolls where there is less room than `least`, its end faded."""
    sheet.needs.scroll = True
    fades = sheet.needs.name(Range(None, _ceil(least / X_HEIGHT)), "fade")
    classes = " ".join(filter(None, (name, fades)))
    return f'<prm-scroll class="{classes}" tabindex="0">{picture}</prm-scroll>'


def _row(
    layout: Layout, tag: EquationNumber, body: str, classes: str, sheet: RenderState, svg: Svg
) -> str:
    """A layout and its number; one number is as high as a line, so that it can go below."""
    sheet.needs.tags.add(tag.side)
    picture = Layout(tag.width, layout.height, layout.depth, tag.body)
    style = f"margin-{'left' if tag.side == 'right' else 'right'}:{_ex(tag.gap)}"
    if tag.row is not None:
        picture = Layout(tag.width, _ASCENT - tag.row, _DESCENT + tag.row, tag.body)
        style += f";--drop:{_ex(layout.height - picture.height)}"
    number = svg(picture, sheet, style, "")
    pair = number + body if tag.side == "left" else body + number
    side = ' data-side="left"' if tag.side == "left" else ""
    columns = ""
    if layout.full_width:
        free = "0 1fr auto" if tag.side == "right" else "auto 1fr 0"
        columns = f"grid-template-columns:{free};justify-items:stretch"
    return f"<prm-row{sheet.needs.look(columns, classes)}{side}>{pair}</prm-row>"


def _needed(layout: Layout) -> float:
    """What a layout needs with its number and its indent, in ex."""
    tag = layout.tag.width + layout.tag.gap if layout.tag else 0.0
    return (layout.width + abs(layout.indent) + tag) / X_HEIGHT


def _ceil(ex: float) -> float:
    """A threshold, to a tenth of an ex, never less than what is needed."""
    return -(-ex * 10 // 1) / 10


def _lowered(picture: Layout) -> str:
    return f"vertical-align:{_ex(-picture.depth)}" if picture.depth else ""


def _indent(picture: Layout) -> str:
    if not picture.indent:
        return ""
    side, space = "left" if picture.indent > 0 else "right", _ex(abs(picture.indent))
    return f";margin-{side}:{space};max-width:calc(100% - {space})"


def _namespace(sheet: RenderState) -> str:
    return _NAMESPACES if sheet.xml else ""


_NAMESPACES = ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def _svg(
    picture: Layout,
    sheet: RenderState,
    style: str,
    name: str = "",
    draw: Draw = drawing,
    hidden: bool = False,
) -> str:
    """A picture with its width; its height follows from its proportions.

    The width stands in a style, which counts more than a theme's, and in an attribute, which is
    left where styles are taken away. `hidden`: without our style sheet it has no size.
    """
    width, height = max(picture.width, 1), max(picture.height + picture.depth, 1)
    size = _NO_SIZE if hidden else f' width="{_ex(width)}"'
    if picture.full_width:
        size += "" if hidden else f' height="{_ex(height)}"'
        style = f"--w:100%;--least:{_ex(width)};--h:{_ex(height)};{style}"
    else:
        size += f' viewBox="0 {_number(-picture.height)} {_number(width)} {_number(height)}"'
        style = f"{'--w' if hidden else 'width'}:{_ex(width)};{style}"
    attributes = _namespace(sheet) + sheet.needs.look(style, name) + size
    return f"<svg{attributes}>{draw(picture, sheet.drawings)}</svg>"


_NO_SIZE = ' width="0" height="0"'
#: a picture, its sheet, its style and the name of its rules in; its element out
Svg = Callable[[Layout, RenderState, str, str], str]


def _hidden(picture: Layout, sheet: RenderState, style: str, name: str) -> str:
    return _svg(picture, sheet, style, name, hidden=True)


def _ex(thousandths: float) -> str:
    """A length in ex, from thousandths of an em."""
    text = f"{thousandths / X_HEIGHT:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("0", "-0") else f"{_LEADING_ZERO.sub('', text)}ex"


_LEADING_ZERO = re.compile(r"^0(?=\.)|(?<=^-)0(?=\.)")


def _number(value: float) -> str:
    """A number to a tenth, without spare characters."""
    return f"{value:.1f}".removesuffix(".0")
