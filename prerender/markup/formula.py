"""A typeset in, the element that stands for the formula out.

Outlines and pieces are drawn once a page: the first formula that uses one defines it, later ones
refer to it, so that a browser can paint each formula when it has read it. Formulas in headings and
navigation define nothing: reader modes leave those out.

A display that may be wider than a phone stands in a box whose width CSS can ask for. Such a box has
no width of its own for what is around it, so an empty picture beside it (`mjx-room`) tells its
natural width, and that it may be less: a replaced element with a percentage as its greatest width
may be squeezed (https://www.w3.org/TR/css-sizing-3/#replaced-percentage-min-contribution).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape, unescape

from prerender.engine import Picture, Piece, Tag, Typeset, fingerprint
from prerender.find import Formula
from prerender.markup.style import Kind, Needs, Range
from prerender.source import Span

#: the height of an x in MathJax's font, in thousandths of an em: formulas are sized by it, so that
#: they fit any text (MathJax 4: params.x_height of the newcm font)
X_HEIGHT = 442
#: ex: a picture no wider than this fits every column that we know of; 280 px have at least as many
NARROW = 28.0
#: how far what cannot be broken may shrink before it scrolls
READABLE = 0.7
#: thousandths of an em: what a line of numbers takes above and below its baseline
_ASCENT, _DESCENT = 750.0, 250.0
#: ex: a picture is squeezed to no less where it shares a line, a table's say (style.css.jinja)
_WORD = 10.0


#: characters of markup: a drawing that has no more is drawn again, for a reference costs as much
_WORTH = 80

Body = tuple[str | Piece, ...]


@dataclass(slots=True)
class Sheet:
    """What a page has so far: outlines and pieces that are defined, rules that are needed.

    `apart` is where others cannot rely on what is defined there.
    """

    outlines: Mapping[str, str]
    xml: bool = False
    repeated: Mapping[Body, str] = field(default_factory=dict)
    apart: Sequence[Span] = ()
    defined: set[str] = field(default_factory=set)
    needs: Needs = field(default_factory=Needs)


def render(
    formula: Formula, typeset: Typeset, carried: str, output: Mapping[str, str], sheet: Sheet
) -> str:
    """The element of a formula. `carried` are the attributes that carry its source.

    `output` are the set-up's options for the output (`displayAlign`); `sheet` is added to.
    """
    attributes = f'class="MathJax" jax="SVG" {carried}'
    if not formula.display:
        apart = any(span.start <= formula.span.start < span.end for span in sheet.apart)
        known = replace(sheet, repeated={}, defined=set(sheet.outlines)) if apart else sheet
        parts = (_follows(part, known) + _single(part, known) for part in typeset.pictures)
        content = "".join(parts)
        if apart:
            content = _USE.sub(lambda use: _path(use, sheet), content)
        return f"<mjx-container {attributes}>{_told(content, formula, carried)}</mjx-container>"
    sheet.needs.display = True
    attributes += ' display="true"' + _side(output.get("displayAlign", "center"), sheet)
    content = _display(typeset.pictures, sheet)
    return f"<mjx-container {attributes}>{_told(content, formula, carried)}</mjx-container>"


_USE = re.compile(r'<use href="#([^"]+)"(?: x="([^"]+)")?(?: y="([^"]+)")?([^>]*)/>')


def _path(use: re.Match[str], sheet: Sheet) -> str:
    """What a reference to an outline draws."""
    name, x, y, rest = use.groups()
    place = f' transform="translate({x or 0} {y or 0})"' if x or y else ""
    return f'<path d="{sheet.outlines[name]}"{place}{rest}/>'


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


def _follows(picture: Picture, sheet: Sheet) -> str:
    """The place before a picture where a line may end (or must), and the space if it does not."""
    if picture.follows is None:
        return ""
    if picture.follows == "newline":
        sheet.needs.newlines = True
        return '<mjx-break newline="newline"> </mjx-break>'
    sheet.needs.spaces.add(picture.follows)
    return f'<mjx-space size="{picture.follows}"><mjx-break> </mjx-break></mjx-space>'


def _single(picture: Picture, sheet: Sheet) -> str:
    """A picture that has no choice: a part of an inline formula, or a narrow display."""
    style = f"vertical-align:{_ex(-picture.depth)}" if picture.depth else ""
    style += _indent(picture)
    fits = picture.width > _WORD * X_HEIGHT
    sheet.needs.fit |= fits
    number = "" if picture.tag is None else _inline_number(picture, picture.tag, sheet)
    return _svg(picture, sheet, style=style, name="mjx-fit" if fits else "") + number


def _inline_number(picture: Picture, tag: Tag, sheet: Sheet) -> str:
    """The number of a formula that is a word of a text: it follows, wherever it would stand."""
    number = Picture(tag.width, picture.height, picture.depth, tag.body)
    style = f"vertical-align:{_ex(-picture.depth)};margin-left:{_ex(tag.gap)}"
    return _svg(number, sheet, style=style)


def _display(layouts: tuple[Picture, ...], sheet: Sheet) -> str:
    """The layouts of a display, each for its range of widths; one that is narrow, as it is."""
    natural = layouts[0]
    narrow = natural.width + abs(natural.indent) <= NARROW * X_HEIGHT and not natural.fluid
    if len(layouts) == 1 and natural.tag is None and narrow:
        return _single(natural, sheet)
    sheet.needs.layouts = True
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


def _layout(layout: Picture, shown: Range, last: bool, sheet: Sheet) -> str:
    """One layout, with its number beside it, or below where there is no room for both."""
    style = f"vertical-align:{_ex(-layout.depth)}" if layout.depth and not layout.tag else ""
    style += _indent(layout)
    scrolls = last and layout.width * READABLE > NARROW * X_HEIGHT
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
    least = layout.width * READABLE
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
    named = f' class="{classes}"' if classes else ""
    if layout.fluid:
        columns = "0 1fr auto" if tag.side == "right" else "auto 1fr 0"
        named += f' style="grid-template-columns:{columns};justify-items:stretch"'
    return f"<mjx-row{named}{side}>{pair}</mjx-row>"


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


def _svg(picture: Picture, sheet: Sheet, *, style: str, name: str = "") -> str:
    width, height = max(picture.width, 1), max(picture.height + picture.depth, 1)
    box = f' viewBox="0 {_number(-picture.height)} {_number(width)} {_number(height)}"'
    if picture.fluid:
        box, style = "", f"{style};width:100%;height:{_ex(height)}"
    attributes = _namespace(sheet) + (f' class="{name}"' if name else "")
    attributes += f' width="{_ex(width)}" height="{_ex(height)}"'
    attributes += f' style="{style.lstrip(";")}"' if style else ""
    body = _body(picture, sheet)
    return f"<svg{attributes}{box}>{_definitions(body, sheet)}{body}</svg>"


def repeated(typesets: Iterable[Typeset]) -> dict[Body, str]:
    """The bodies that a page draws more than once and that are worth a name, with that name."""
    counts = Counter(picture.body for one in typesets for picture in one.pictures)
    return {
        body: f"f{fingerprint(body)[:7]}"
        for body, count in counts.items()
        if count > 1 and sum(map(len, body)) > _WORTH and not any("<a " in part for part in body)
    }


def _body(picture: Picture, sheet: Sheet) -> str:
    """What a picture draws; what the page has already is referred to."""
    name = sheet.repeated.get(picture.body)
    if name is None:
        return _parts(picture, sheet)
    if name in sheet.defined:
        return f'<use href="#{name}"/>'
    sheet.defined.add(name)
    return f'<g id="{name}">{_parts(picture, sheet)}</g>'


def _parts(picture: Picture, sheet: Sheet) -> str:
    """The parts of a picture's drawing; a piece that is there already is referred to."""
    parts = []
    for part in picture.body:
        if isinstance(part, str):
            parts.append(part)
        elif part.name in sheet.defined:
            parts.append(f'<use href="#{part.name}"/>')
        else:
            sheet.defined.add(part.name)
            parts.append(f'<g id="{part.name}">{part.markup}</g>')
    return "".join(parts)


_REFERENCE = re.compile(r'<use href="#([^"]+)"')


def _definitions(body: str, sheet: Sheet) -> str:
    """The outlines that this drawing is the first to use."""
    paths = []
    for name in _REFERENCE.findall(body):
        if name not in sheet.defined:
            sheet.defined.add(name)
            paths.append(f'<path id="{name}" d="{sheet.outlines[name]}"/>')
    return f"<defs>{''.join(paths)}</defs>" if paths else ""


def _ex(thousandths: float) -> str:
    """A length in ex, from thousandths of an em."""
    text = f"{thousandths / X_HEIGHT:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("0", "-0") else f"{text}ex"


def _number(value: float) -> str:
    """A number to a tenth, without spare characters."""
    return f"{value:.1f}".removesuffix(".0")
