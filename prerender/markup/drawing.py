"""The typesets of a page in; what its pictures draw out, nothing that they share twice.

Outlines, pieces and whole drawings that come again are defined where they are first drawn, and
referred to by their names afterwards, so that a browser can paint each formula when it has read it.
A name depends on nothing but what it names, so that parts of several pages can be put together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from prerender.engine import Picture, Piece, Typeset, fingerprint
from prerender.shared import SIGNATURE

#: characters of markup: a drawing that has no more is drawn again, for a reference costs as much
_WORTH = 80
#: how much of a name a page has at least: no two of the 23,000 outlines of MathJax's fonts agree in
#: 5 digits, which are 30 bits
SHORT = 5
_SHORT_PIECE = 6
_NAMED = re.compile(r'(href="#|id=")([\w-]{9})"')
_REFERENCE = re.compile(r'<use href="#([^"]+)"')
_USE = re.compile(r'<use href="#([^"]+)"(?: x="([^"]+)")?(?: y="([^"]+)")?([^>]*)/>')

Body = tuple[str | Piece, ...]


@dataclass(frozen=True, slots=True)
class Drawings:
    """What a page draws: its outlines (SVG path data), the names it has for things.

    `sheet` is the URL of a file that has the outlines, if they stand in one; `repeated` are the
    drawings that come again, `defined` what stands in the page so far.
    """

    sheet: str = ""
    outlines: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    repeated: Mapping[Body, str] = field(default_factory=dict)
    defined: set[str] = field(default_factory=set)


def drawings(typesets: Iterable[Typeset], outlines: Mapping[str, str], sheet: str = "") -> Drawings:
    """What a page with these formulas draws."""
    counts = Counter(picture.body for one in typesets for picture in one.pictures)
    repeated = {
        body: f"f{fingerprint(body)[:8]}"
        for body, count in counts.items()
        if count > 1 and sum(map(len, body)) > _WORTH and not any("<a " in part for part in body)
    }
    pieces = {part.name for body in counts for part in body if isinstance(part, Piece)}
    # Of all pages of a site, many may have one that begins alike
    names = _short([*outlines], _SHORT_PIECE if sheet else SHORT, {})
    names |= _short([*sorted(pieces), *repeated.values()], _SHORT_PIECE, names)
    return Drawings(
        sheet,
        {names[name]: path for name, path in outlines.items()},
        names,
        {body: names[name] for body, name in repeated.items()},
    )


def _short(names: Iterable[str], least: int, others: Mapping[str, str]) -> dict[str, str]:
    """Names by what is left of each: enough to tell it from all."""
    taken = dict.fromkeys(others.values(), "")
    for name in names:
        length = least
        while name[:length] in taken and length < len(name):
            length += 1
        taken[name[:length]] = name
    return {name: short for short, name in taken.items() if name}


def drawing(picture: Picture, page: Drawings) -> str:
    """The content of a picture's svg; `page` is added to."""
    name = page.repeated.get(picture.body)
    if name is None:
        body = _parts(picture.body, page)
    elif name in page.defined:
        body = f'<use href="#{name}"/>'
    else:
        page.defined.add(name)
        body = f'<g id="{name}">{_parts(picture.body, page)}</g>'
    return _elsewhere(body, page) if page.sheet else _definitions(body, page) + body


def outline_frame() -> tuple[str, str]:
    """What a file of outlines begins and ends with."""
    start = f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {SIGNATURE} --><defs>\n'
    return start, "</defs></svg>\n"


def outline_lines(page: Drawings) -> list[str]:
    """The lines of that file that a page needs."""
    return [f'<path id="{name}" d="{path}"/>' for name, path in page.outlines.items()]


def _elsewhere(body: str, page: Drawings) -> str:
    """A drawing that refers to the outlines in their file."""

    def refer(use: re.Match[str]) -> str:
        name = use[1]
        return use[0] if name not in page.outlines else f'<use href="{page.sheet}#{name}"'

    return _REFERENCE.sub(refer, body)


def alone(picture: Picture, page: Drawings) -> str:
    """The same, referring to nothing else on the page and defining nothing."""
    body = "".join(part if isinstance(part, str) else part.markup for part in picture.body)
    if page.sheet:
        return _elsewhere(_renamed(body, page), page)

    def path(use: re.Match[str]) -> str:
        name, x, y, rest = use.groups()
        place = f' transform="translate({x or 0} {y or 0})"' if x or y else ""
        return f'<path d="{page.outlines[name]}"{place}{rest}/>'

    return _USE.sub(path, _renamed(body, page))


def _parts(body: Body, page: Drawings) -> str:
    """The parts of a drawing; a piece that is there already is referred to."""
    parts = []
    for part in body:
        if isinstance(part, str):
            parts.append(_renamed(part, page))
            continue
        name = page.names[part.name]
        if name in page.defined:
            parts.append(f'<use href="#{name}"/>')
        else:
            page.defined.add(name)
            parts.append(f'<g id="{name}">{_renamed(part.markup, page)}</g>')
    return "".join(parts)


def _renamed(markup: str, page: Drawings) -> str:
    """Markup of the engine with the names that the page has."""
    return _NAMED.sub(lambda one: f'{one[1]}{page.names.get(one[2], one[2])}"', markup)


def _definitions(body: str, page: Drawings) -> str:
    """The outlines that this drawing is the first to use."""
    paths = []
    for name in _REFERENCE.findall(body):
        if name not in page.defined:
            page.defined.add(name)
            paths.append(f'<path id="{name}" d="{page.outlines[name]}"/>')
    return f"<defs>{''.join(paths)}</defs>" if paths else ""
