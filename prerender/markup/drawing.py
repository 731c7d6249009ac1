"""The typesets of a page in; what its pictures draw out, nothing that they share twice.

Outlines, runs of glyphs, pieces and whole drawings that come again are defined where they are first
drawn, and referred to by their names afterwards, so that a browser can paint each formula when it
has read it. A name depends on nothing but what it names, so that parts of several pages can be put
together.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from string import ascii_letters, digits
from typing import NamedTuple

from prerender import SIGNATURE
from prerender.engine import Layout, Piece, Typeset
from prerender.markup.repeats import Line, Mark, join

#: characters of markup: a drawing that has no more is drawn again, for a reference costs as much
_WORTH = 80
#: how much of a name a page has at least: no two of the 23,000 outlines of MathJax's fonts agree in
#: 5 digits, which are 30 bits
SHORT = 5
#: the names of the commonest outlines: no page is likely to have such ids, and all are selectors
SHORT_NAMES = [f"_{digit}" for digit in f"{ascii_letters}{digits}-_"]
SHORT_NAMES += [letter + mark for mark in "_-" for letter in ascii_letters]
#: thousandths of an em: glyphs stand at multiples of it
_GRID = 5
_USE = re.compile(
    r'<(?:use href="#([^"]+)"|rect)(?: x="(-?\d+)")?(?: y="(-?\d+)")?'
    r'(?: transform="(?:translate\((-?\d+) (-?\d+)\))?(scale\([^)]*\))?")?([^>]*)/>'
)

Body = tuple[str | Piece, ...]
#: markup: what stands between glyphs as it is, and lines of them
Content = list[str | Line]


class Glyph(NamedTuple):
    """What a mark draws: an outline (or a piece), by its name; its scale and other attributes."""

    name: str
    scale: str
    rest: str


def _common() -> dict[str, str]:
    """The names of the commonest outlines, by the beginnings of their hashes."""
    hashes = files("prerender.markup").joinpath("common.txt").read_text("ascii").split()
    return dict(zip(hashes, SHORT_NAMES, strict=True))


_COMMON = _common()


@dataclass(frozen=True, slots=True)
class Drawings:
    """What a page draws: its outlines (SVG path data), the names it has for things.

    `sheet` is the URL of a file that has the outlines, if they stand in one; `repeated` are the
    drawings that come again, `contents` parts of drawings with their runs. `defined` is what stands
    in the page so far, `placed` where runs do, and `taken` are all names and ids that it has.
    """

    sheet: str = ""
    outlines: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    repeated: Mapping[Body, str] = field(default_factory=dict)
    contents: Mapping[str, Content] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)
    placed: dict[object, tuple[str, int, int]] = field(default_factory=dict)


def drawings(
    typesets: Iterable[Typeset],
    outlines: Mapping[str, str],
    sheet: str = "",
    ids: Collection[str] = (),
) -> Drawings:
    """What a page with these formulas draws; `ids` are those that it has already."""
    counts = Counter(picture.body for one in typesets for picture in one.layouts)
    contents = _contents(_markup(part) for body in counts for part in body)
    repeated = [
        body for body, count in counts.items() if count > 1 and _is_worth_a_name(body, contents)
    ]
    pieces = sorted({part.name for body in counts for part in body if isinstance(part, Piece)})
    taken = set(() if sheet else ids)
    names = {name: _name(name, taken) for name in outlines}
    taken |= set(ids)
    names |= {name: _name(name, taken) for name in pieces}
    return Drawings(
        sheet,
        {names[name]: path for name, path in outlines.items()},
        names,
        {body: _name(_hash("".join(map(_markup, body))), taken) for body in repeated},
        contents,
        taken,
    )


def _is_worth_a_name(body: Body, contents: Mapping[str, Content]) -> bool:
    """Whether to refer to a drawing that comes again: not to a short one, a run, or a link."""
    match [contents[_markup(part)] for part in body]:
        case [[[Mark()]]]:
            return False
    markup = "".join(map(_markup, body))
    return len(markup) > _WORTH and "<a " not in markup


def _name(full: str, taken: set[str]) -> str:
    """A short name for what has a long one, that no other has; it is `taken` then."""
    begins = (full[:length] for length in range(SHORT, len(full) + 1))
    choice = (_COMMON.get(full[:SHORT], full[:SHORT]), *begins)
    name = next((one for one in choice if one not in taken), full)
    taken.add(name)
    return name


def _hash(content: str) -> str:
    """A long name for it, like those that the engine has for outlines: a letter comes first."""
    digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=15).digest()
    return base64.b64encode(digest, b"-_").decode().lstrip("-_0123456789")


def _markup(part: str | Piece) -> str:
    return part if isinstance(part, str) else part.markup


def _contents(parts: Iterable[str]) -> dict[str, Content]:
    """The contents of all parts, with the runs that they have in common."""
    contents = {part: _read(part) for part in parts}
    lines = [one for content in contents.values() for one in content if isinstance(one, list)]
    joined = iter(join(lines))
    return {
        part: [one if isinstance(one, str) else next(joined) for one in content]
        for part, content in contents.items()
    }


def _read(markup: str) -> Content:
    """Markup of the engine with its glyphs as marks."""
    content: Content = []
    end = 0
    for use in _USE.finditer(markup):
        name, x, y, left, top, scale, rest = use.groups()
        mark = Mark(Glyph(name or "", scale or "", rest), int(x or left or 0), int(y or top or 0))
        if use.start() > end:
            content.append(markup[end : use.start()])
        if content and isinstance(content[-1], list):
            content[-1].append(mark)
        else:
            content.append([mark])
        end = use.end()
    return content if end == len(markup) else [*content, markup[end:]]


def drawing(picture: Layout, page: Drawings) -> str:
    """The content of a picture's svg; `page` is added to."""
    name = page.repeated.get(picture.body)
    if name is None:
        return _parts(picture.body, page)
    if name in page.defined:
        return f'<use xlink:href="#{name}"/>'
    page.defined.add(name)
    return f'<g id="{name}">{_parts(picture.body, page)}</g>'


def outline_frame() -> tuple[str, str]:
    """What a file of outlines begins and ends with."""
    start = f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {SIGNATURE} --><defs>\n'
    return start, "</defs></svg>\n"


def outline_lines(page: Drawings) -> list[str]:
    """The lines of that file that a page needs."""
    return [_outline(name, page) for name in page.outlines]


def self_contained(picture: Layout, page: Drawings, pieces: Mapping[str, str] | None = None) -> str:
    """The same, referring to nothing else on the page and defining nothing.

    `pieces` is the markup of those that it may refer to, by their names.
    """

    def path(use: re.Match[str]) -> str:
        name, x, y, left, top, scale, rest = use.groups()
        if not name:
            return use[0]
        where = _transform(int(x or left or 0), int(y or top or 0), scale or "")
        if pieces and name in pieces:
            return f"<g{where}{rest}>{_USE.sub(path, pieces[name])}</g>"
        name = page.names[name]
        if page.sheet:
            return f'<use xlink:href="{page.sheet}#{name}"{where}{rest}/>'
        return f'<path d="{page.outlines[name]}"{where}{rest}/>'

    return _USE.sub(path, "".join(map(_markup, picture.body)))


def _parts(body: Body, page: Drawings) -> str:
    """The parts of a drawing; a piece that is there already is referred to."""
    parts = []
    for part in body:
        if isinstance(part, str):
            parts.append(_content(part, page))
            continue
        name = page.names[part.name]
        if name in page.defined:
            parts.append(f'<use xlink:href="#{name}"/>')
        else:
            page.defined.add(name)
            parts.append(f'<g id="{name}">{_content(part.markup, page)}</g>')
    return "".join(parts)


def _content(markup: str, page: Drawings) -> str:
    content = page.contents.get(markup) or _read(markup)
    return "".join(one if isinstance(one, str) else _line(one, page) for one in content)


def _line(marks: Iterable[Mark], page: Drawings) -> str:
    return "".join(_mark(mark, page) for mark in marks)


def _mark(mark: Mark, page: Drawings) -> str:
    """The markup of a mark: what it draws, where that comes first, or a reference to it."""
    if isinstance(mark.key, Glyph):
        return _glyph(mark.key, mark.x, mark.y, page)
    if mark.key in page.placed:
        name, x, y = page.placed[mark.key]
        return f'<use xlink:href="#{name}"{_place(_near(mark.x - x), mark.y - y)}/>'
    markup = _line((part.moved(mark.x, mark.y) for part in mark.parts), page)
    name = _name(_hash(markup), page.taken)
    page.placed[mark.key] = name, mark.x, mark.y
    return f'<g id="{name}">{markup}</g>'


def _glyph(glyph: Glyph, x: int, y: int, page: Drawings) -> str:
    if not glyph.name:
        return f"<rect{_place(x, y)}{glyph.rest}/>"
    name, x = page.names[glyph.name], _near(x)
    if name in page.outlines and not page.sheet and name not in page.defined:
        page.defined.add(name)
        where = _transform(x, y, glyph.scale) + glyph.rest
        return f"<g{where}>{_outline(name, page)}</g>" if where else _outline(name, page)
    sheet = page.sheet if name in page.outlines else ""
    where = _transform(x, y, glyph.scale) if glyph.scale else _place(x, y)
    return f'<use xlink:href="{sheet}#{name}"{where}{glyph.rest}/>'


def _outline(name: str, page: Drawings) -> str:
    return f'<path data-prm="" id="{name}" d="{page.outlines[name]}"/>'


def _near(x: int) -> int:
    """A place no further from it than a sixth of a pixel of a 4x screen at 16 px."""
    return _GRID * round(x / _GRID)


def _place(x: int, y: int) -> str:
    return (f' x="{x}"' if x else "") + (f' y="{y}"' if y else "")


def _transform(x: int, y: int, scale: str) -> str:
    moved = f"translate({x} {y})" if y else f"translate({x})" if x else ""
    return f' transform="{moved}{scale}"' if moved or scale else ""
