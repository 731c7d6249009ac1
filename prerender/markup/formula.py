"""A typeset in, the element that stands for the formula out.

Formulas in headings and navigation rely on no other, and no other on them: reader modes leave those
out.

A display that may be wider than a phone stands in a box whose width CSS can ask for. Such a box has
no width of its own for what is around it, so an empty picture beside it (`mjx-room`) tells its
natural width, and that it may be less: a replaced element with a percentage as its greatest width
may be squeezed (https://www.w3.org/TR/css-sizing-3/#replaced-percentage-min-contribution).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape, unescape

from prerender.engine import Picture, Tag, Typeset
from prerender.find import Formula
from prerender.markup.drawing import Body, Drawings, alone, drawing
from prerender.markup.style import Kind, Needs, Range
from prerender.source import Span

#: the height of an x in MathJax's font, in thousandths of an em: formulas are sized by it, so that
#: they fit any text (MathJax 4: params.x_height of the newcm font)
X_HEIGHT = 442
#: ex: a picture no wider than this fits every column that we know of; 280 px have at least as many
NARROW = 28.0
#: thousandths of an em: what a line of numbers takes above and below its baseline
_ASCENT, _DESCENT = 750.0, 250.0
#: how a picture is drawn
Draw = Callable[[Picture, Drawings], str]
#: ex: a picture is squeezed to no less where it shares a line, a table's say, unless that is nearly
#: a third of the screen (style.css.jinja)
_WORD = 10.0


@dataclass(slots=True)
class Sheet:
    """What a page has so far: what it draws, and the rules that it needs.

    `apart` is where others cannot rely on what is defined there, `shrink` how far what cannot be
    broken shrinks before it scrolls.
    """

    drawings: Drawings = field(default_factory=Drawings)
    xml: bool = False
    apart: Sequence[Span] = ()
    shrink: float = 0.7
    needs: Needs = field(default_factory=Needs)


def render(
    formula: Formula, typeset: Typeset, carried: str, output: Mapping[str, str], sheet: Sheet
) -> str:
    """The element of a formula. `carried` are the attributes that carry its source.

    `output` are the set-up's options for the output (`displayAlign`); `sheet` is added to.
    """
    attributes = f'class="MathJax" jax="SVG" {carried}'
    if formula.display:
        sheet.needs.display = True
        attributes += ' display="true"' + _side(output.get("displayAlign", "center"), sheet)
        content = _display(typeset.pictures, sheet)
    else:
        apart = any(span.start <= formula.span.start < span.end for span in sheet.apart)
        draw = alone if apart else drawing
        usual = _usual_space(typeset.pictures, sheet)
        attributes += "" if usual is None else f' size="{usual}"'
        last = len(typeset.pictures) - 1
        content = "".join(
            _follows(one, usual, sheet) + _part(one, draw, sheet, exact=at < last)
            for at, one in enumerate(typeset.pictures)
        )
    return f"<mjx-container {attributes}>{_told(content, formula, carried)}</mjx-container>"


def _told(content: str, formula: Formula, carried: str) -> str:
    """The formula in words too, once, for what shows or searches text and draws no pictures.

    They stand in the first picture, where no browser shows them, and are spelled as beside it in
    the attribute, so that compression makes little of them.
    """
    start, end, rest = content.partition(">")
    words = carried.split('"', 2)[1]
    if formula.input == "mathml":
        words = escape(" ".join(_TAG.sub(" ", unescape(words)).split()), quote=False)
    return f"{start}><desc>{words.replace('<', '&lt;')}</desc>{rest}" if end else content


_TAG = re.compile("<[^>]*>")


def _side(align: str, sheet: Sheet) -> str:
    if align not in ("left", "right"):
        return ""
    sheet.needs.sides.add(align)
    return f' justify="{align}"'


def _usual_space(pictures: Sequence[Picture], sheet: Sheet) -> int | None:
    """The commonest space between the parts of a formula, which it has as an attribute."""
    spaces = Counter(one.follows for one in pictures if isinstance(one.follows, int))
    sheet.needs.spaces.update(spaces)
    return max(spaces, key=lambda space: spaces[space], default=None)


def _follows(picture: Picture, usual: int | None, sheet: Sheet) -> str:
    """The place before a picture where a line may end (or must), and the space if it does not."""
    if picture.follows is None:
        return ""
    if picture.follows == "newline":
        sheet.needs.newlines = True
        return '<mjx-break newline="newline"> </mjx-break>'
    if picture.follows == usual:
        return "<mjx-break> </mjx-break>"
    return f'<mjx-space size="{picture.follows}"><mjx-break> </mjx-break></mjx-space>'


def _single(picture: Picture, draw: Draw, sheet: Sheet, *, exact: bool = False) -> str:
    """A picture that has no choice: a part of an inline formula, or a narrow display."""
    fits = picture.width > _WORD * X_HEIGHT
    sheet.needs.fit |= fits
    style = f"vertical-align:{_ex(-picture.depth)}" if picture.depth else ""
    style += _indent(picture)
    if fits:
        return _svg(picture, sheet, style=style, name="mjx-fit", draw=draw)
    return _word(picture, sheet, style, draw, exact=exact)


def _part(picture: Picture, draw: Draw, sheet: Sheet, *, exact: bool) -> str:
    """A part of an inline formula, or all of it; `exact`: another picture follows."""
    if picture.tag is None:
        return _single(picture, draw, sheet, exact=exact)
    number = _inline_number(picture, picture.tag, draw, sheet)
    return _single(picture, draw, sheet, exact=True) + number


def _inline_number(picture: Picture, tag: Tag, draw: Draw, sheet: Sheet) -> str:
    """The number of a formula that is a word of a text: it follows, wherever it would stand."""
    number = Picture(tag.width, picture.height, picture.depth, tag.body)
    style = f"vertical-align:{_ex(-picture.depth)};margin-left:{_ex(tag.gap)}"
    return _word(number, sheet, style, draw)


def _display(layouts: tuple[Picture, ...], sheet: Sheet) -> str:
    """The layouts of a display, each for its range of widths; one that is narrow, as it is."""
    natural = layouts[0]
    narrow = natural.width + abs(natural.indent) <= NARROW * X_HEIGHT and not natural.fluid
    if len(layouts) == 1 and natural.tag is None and narrow:
        return _single(natural, drawing, sheet, exact=True)
    sheet.needs.layouts = True
    if layouts[-1].tag is not None and layouts[-1].tag.row is None:
        layouts = (*layouts, _united(layouts[-1], layouts[-1].tag))
    needed = [_ceil(_needed(layout)) for layout in layouts]
    shown = [
        Range(low if at + 1 < len(layouts) else None, needed[at - 1] if at else None)
        for at, low in enumerate(needed)
    ]
    first, *others = (
        _layout(layout, shown[at], at == len(layouts) - 1, sheet)
        for at, layout in enumerate(layouts)
    )
    drawn = first + _PICTURE.sub(r'\g<0> display="none"', "".join(others))
    room = f'<svg class="mjx-room" width="{needed[0]:g}ex" height="0"{_namespace(sheet)}></svg>'
    return f"{room}<mjx-box>{drawn}</mjx-box>"


#: a picture of ours, not a viewport in one; without style sheets the first layout is shown
_PICTURE = re.compile(r'<svg(?=[^>]* width="[\d.]+ex")')


def _united(layout: Picture, tag: Tag) -> Picture:
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


def _layout(layout: Picture, shown: Range, last: bool, sheet: Sheet) -> str:
    """One layout, with its number beside it, or below where there is no room for both."""
    style = f"vertical-align:{_ex(-layout.depth)}" if layout.depth and not layout.tag else ""
    style += _indent(layout)
    scrolls = last and layout.width * sheet.shrink > NARROW * X_HEIGHT
    kind: Kind = "grid" if layout.tag else "block" if scrolls else "inline"
    name = sheet.needs.name(shown, kind) if shown != Range() else ""
    if layout.tag is None and not scrolls:
        return _svg(layout, sheet, style=style, name=name)
    if layout.tag is None:
        return _scroll(layout, sheet, style, name)
    body = _scroll(layout, sheet, style, "") if scrolls else _svg(layout, sheet, style=style)
    stacked = sheet.needs.name(Range(None, _ceil(_needed(layout))), "stacked") if last else ""
    classes = " ".join(filter(None, (name, stacked)))
    return _row(layout, layout.tag, body, classes, sheet)


def _scroll(layout: Picture, sheet: Sheet, style: str, name: str) -> str:
    """A layout that shrinks as far as it can be read, then scrolls, its end faded."""
    sheet.needs.scroll = True
    least = layout.width * sheet.shrink
    fades = sheet.needs.name(Range(None, _ceil(least / X_HEIGHT)), "fade")
    classes = " ".join(filter(None, (name, fades)))
    body = _svg(layout, sheet, style=f"{style};min-width:{_ex(least)}")
    return f'<mjx-scroll class="{classes}" tabindex="0">{body}</mjx-scroll>'


def _row(layout: Picture, tag: Tag, body: str, classes: str, sheet: Sheet) -> str:
    """A layout and its number; one number is as high as a line, so that it can go below."""
    sheet.needs.tags.add(tag.side)
    picture = Picture(tag.width, layout.height, layout.depth, tag.body)
    style = f"margin-{'left' if tag.side == 'right' else 'right'}:{_ex(tag.gap)}"
    if tag.row is not None:
        picture = Picture(tag.width, _ASCENT - tag.row, _DESCENT + tag.row, tag.body)
        style += f";margin-top:{_ex(layout.height - picture.height)}"
    number = _svg(picture, sheet, style=style)
    pair = number + body if tag.side == "left" else body + number
    side = ' side="left"' if tag.side == "left" else ""
    columns = ""
    if layout.fluid:
        free = "0 1fr auto" if tag.side == "right" else "auto 1fr 0"
        columns = f"grid-template-columns:{free};justify-items:stretch"
    return f"<mjx-row{sheet.needs.look(columns, classes)}{side}>{pair}</mjx-row>"


def _needed(layout: Picture) -> float:
    """What a layout needs with its number and its indent, in ex."""
    tag = layout.tag.width + layout.tag.gap if layout.tag else 0.0
    return (layout.width + abs(layout.indent) + tag) / X_HEIGHT


def _ceil(ex: float) -> float:
    """A threshold, to a tenth of an ex, never less than what is needed."""
    return -(-ex * 10 // 1) / 10


def _indent(picture: Picture) -> str:
    if not picture.indent:
        return ""
    side, space = "left" if picture.indent > 0 else "right", _ex(abs(picture.indent))
    return f";margin-{side}:{space};max-width:calc(100% - {space})"


def _namespace(sheet: Sheet) -> str:
    return ' xmlns="http://www.w3.org/2000/svg"' if sheet.xml else ""


def _svg(
    picture: Picture, sheet: Sheet, *, style: str, name: str = "", draw: Draw = drawing
) -> str:
    """A picture with its width and height."""
    width, height = max(picture.width, 1), max(picture.height + picture.depth, 1)
    size = f' width="{_ex(width)}" height="{_ex(height)}"'
    box = f' viewBox="0 {_number(-picture.height)} {_number(width)} {_number(height)}"'
    if picture.fluid:
        box, style = "", f"{style};width:100%;height:{_ex(height)}"
    return _drawn(picture, sheet, style, name, size + box, draw)


def _word(picture: Picture, sheet: Sheet, style: str, draw: Draw, *, exact: bool = False) -> str:
    """A small picture with its height, of which a page has few; its width follows.

    It does so to a few hundredths of a pixel, which can move what stands after it by a whole one,
    or itself if it is centred: where it has to be `exact`, the width is told. A theme may set the
    height of any svg, but not of one that has a style.
    """
    width, height = max(picture.width, 1), max(picture.height + picture.depth, 1)
    box = f' viewBox="0 {_number(-picture.height)} {width:.0f} {_number(height)}"'
    if exact:
        box = f' width="{_ex(width)}"{box}'
    if sheet.needs.external:
        box = f' height="{_ex(height)}"{box}'
    return _drawn(picture, sheet, f"height:{_ex(height)};{style}", "", box, draw)


def _drawn(picture: Picture, sheet: Sheet, style: str, name: str, size: str, draw: Draw) -> str:
    attributes = _namespace(sheet) + sheet.needs.look(style.strip(";"), name) + size
    return f"<svg{attributes}>{draw(picture, sheet.drawings)}</svg>"


def _ex(thousandths: float) -> str:
    """A length in ex, from thousandths of an em."""
    text = f"{thousandths / X_HEIGHT:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("0", "-0") else f"{_LEADING_ZERO.sub('', text)}ex"


_LEADING_ZERO = re.compile(r"^0(?=\.)|(?<=^-)0(?=\.)")


def _number(value: float) -> str:
    """A number to a tenth, without spare characters."""
    return f"{value:.1f}".removesuffix(".0")
