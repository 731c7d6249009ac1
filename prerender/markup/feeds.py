"""A typeset in, what stands for the formula in a feed out: a picture in a file, or MathML.

Readers of feeds have no style sheet of ours, and many take style attributes or MathML away. So a
picture says its size twice: in ex, by which it fits the text around it, and in px, for readers
without styles. It is black, and has a white ground: nobody tells a picture whether the text around
it is dark or light.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import NamedTuple

from prerender.engine import X_HEIGHT, Layout, Piece, Typeset
from prerender.find import Formula
from prerender.hashing import digest
from prerender.markup.drawing import Drawings, self_contained
from prerender.markup.sheet import ex, number
from prerender.markup.svg import united

#: the folder of pictures, at the root of a site
FOLDER = "prerender-math/"
#: ex: wider pictures are broken into lines where they can be. A phone's column has about as much
WIDEST = 45.0
#: px: the height of an x in text of 16 to 18 px, for readers without styles
_PX_PER_EX = 8
#: thousandths of an em: the ground around a drawing, which may reach out of its box
_MARGIN = 120.0
_FILE = re.compile(re.escape(FOLDER) + r"[0-9a-f]{16}\.svg")


class Picture(NamedTuple):
    """A file with a picture: its name depends on nothing but its content (SVG)."""

    name: str
    data: bytes


def is_picture_file(name: str) -> bool:
    """Whether a file, by its path from the root of a site, has a name of a picture."""
    return _FILE.fullmatch(name) is not None


def images(
    formula: Formula, typeset: Typeset, outlines: Mapping[str, str], folder: str, *, xml: bool
) -> tuple[str, list[Picture]]:
    """The elements that show a formula, and the files of its pictures.

    `outlines` are those that it uses, `folder` is the URL that the names of files follow, ending in
    "/"; `xml`: it stands in XHTML. The first element says its TeX where it is not shown.
    """
    shapes = Drawings(outlines=outlines, names={name: name for name in outlines})
    bodies = [part for layout in typeset.layouts for part in layout.body]
    pieces = {part.name: part.markup for part in bodies if isinstance(part, Piece)}
    elements: list[str] = []
    files: list[Picture] = []
    for layout in map(_wide, _shown(formula, typeset)):
        if layout is None:
            elements.append("<br/>")
            continue
        picture = _file(layout, self_contained(layout, shapes, pieces))
        told = "" if files else " ".join(formula.math.split())
        files.append(picture)
        elements.append(_image(layout, formula, folder + picture.name, told, xml))
    return "".join(elements), files


def as_mathml(formula: Formula, typeset: Typeset) -> str:
    """The `<math>` element of a formula, whose typeset has one, for HTML and XHTML; "" if none."""
    markup = re.sub(r">\s+<", "><", typeset.mathml.strip())
    start = re.match(r"<math\b[^>]*>", markup)
    if start is None:
        return ""
    attributes = ' xmlns="http://www.w3.org/1998/Math/MathML"' * ("xmlns=" not in start[0])
    attributes += ' display="block"' * (formula.display and "display=" not in start[0])
    return f"<math{attributes}{markup[len('<math') :]}"


class _Box(NamedTuple):
    """What a picture shows, in thousandths of an em: a layout, and the room around it."""

    left: float
    top: float
    width: float
    height: float


def _box(layout: Layout) -> _Box:
    width, height = layout.width, layout.height + layout.depth
    room = 2 * _MARGIN
    return _Box(-_MARGIN, -layout.height - _MARGIN, width + room, height + room)


def _size(box: _Box) -> str:
    """The attributes of a size in px."""
    width, height = (max(1, round(one / X_HEIGHT * _PX_PER_EX)) for one in (box.width, box.height))
    return f'width="{width}" height="{height}"'


def _image(layout: Layout, formula: Formula, url: str, told: str, xml: bool) -> str:
    box = _box(layout)
    # Readers without styles put it at half the height of a letter, not on the line
    align = "" if formula.display else ' align="middle"'
    place = f"vertical-align:{ex(-layout.depth - _MARGIN)};margin:{ex(-_MARGIN)}"
    if formula.display:
        place = "display:block;margin:1em auto"
    style = f"width:{ex(box.width)};max-width:100%;height:auto;{place}"
    space = ' xmlns="http://www.w3.org/1999/xhtml"' if xml else ""
    told = escape(told, quote=True)
    return f'<img{space} src="{escape(url)}" alt="{told}" {_size(box)}{align} style="{style}"/>'


def _file(layout: Layout, drawn: str) -> Picture:
    box = _box(layout)
    if layout.full_width:  # its parts fill what they stand in
        height = number(layout.height + layout.depth)
        place = f'y="{number(-layout.height)}" width="{number(layout.width)}" height="{height}"'
        drawn = f"<svg {place}>{drawn}</svg>"
    names = ("x", "y", "width", "height")
    region = " ".join(f'{name}="{number(one)}"' for name, one in zip(names, box, strict=True))
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{_size(box)} viewBox="{" ".join(map(number, box))}" '
        'stroke="currentColor" stroke-width="0">'
        f'<rect {region} rx="{_MARGIN:g}" fill="#fff"/>{drawn}</svg>\n'
    )
    data = text.encode("utf-8", "replace")
    return Picture(f"{FOLDER}{digest(data, 8)}.svg", data)


def _shown(formula: Formula, typeset: Typeset) -> Iterable[Layout | None]:
    """What is drawn, a layout a picture; None: a new line."""
    layouts = typeset.layouts
    if formula.display:
        whole = [one if one.tag is None else united(one, one.tag) for one in layouts]
        fits = (one for one in whole if one.width <= WIDEST * X_HEIGHT)
        return [one for one in [next(fits, whole[-1] if whole else None)] if one and one.width]
    return _joined(layouts)


def _wide(layout: Layout | None) -> Layout | None:
    """A layout; one that fills its line is as wide as a picture may be."""
    if layout is None or not layout.full_width:
        return layout
    return replace(layout, width=max(layout.width, WIDEST * X_HEIGHT))


def _joined(parts: Sequence[Layout]) -> Iterable[Layout | None]:
    """The parts of an inline formula, as many in one picture as have room there."""
    joined: list[Layout | None] = []
    for part in parts:
        if part.tag is not None:
            part = united(part, part.tag)
        last = joined[-1] if joined else None
        space = part.break_before if isinstance(part.break_before, int) else 0
        if part.break_before == "newline":
            joined += [None, part]
        elif last is not None and last.width + space + part.width <= WIDEST * X_HEIGHT:
            joined[-1] = _beside(last, part, space)
        else:
            joined.append(part)
    return [one for one in joined if one is None or one.width]


def _beside(left: Layout, right: Layout, space: float) -> Layout:
    start = left.width + space
    moved = (f'<g transform="translate({number(start)} 0)">', *right.body, "</g>")
    return replace(
        left,
        width=start + right.width,
        height=max(left.height, right.height),
        depth=max(left.depth, right.depth),
        body=(*left.body, *moved),
    )
