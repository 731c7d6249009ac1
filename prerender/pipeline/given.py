"""Typesets of a page in; the same out, their links to ids that its formulas give leading there.

An id that a formula gives to a part of it has a prefix in the page (engine/worker/given.js); where
the page has an element with the id itself, that is what a link means.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

from prerender.engine import GIVEN_CLASS, GIVEN_ID, Layout, Piece, Typeset

_ID = re.compile(rf' id="{re.escape(GIVEN_ID)}([^"]*)"')
_LINK = re.compile(r' (xlink:href|href)="#([^"]*)"')
_GIVEN = (f' id="{GIVEN_ID}', f' class="{GIVEN_CLASS}')


def linked(typesets: Sequence[Typeset], ids: Collection[str]) -> list[Typeset]:
    """The typesets of a page that has these ids besides."""
    given = {unescape(found) for typeset in typesets for found in _ids(typeset)} - set(ids)
    return [_relinked(typeset, given) for typeset in typesets] if given else list(typesets)


def has_given(typeset: Typeset) -> bool:
    """Whether a formula gives ids or classes to parts of it."""
    return any(name in part for part in _parts(typeset.layouts) for name in _GIVEN)


def _ids(typeset: Typeset) -> Iterable[str]:
    return (found for part in _parts(typeset.layouts) for found in _ID.findall(part))


def _parts(layouts: Iterable[Layout]) -> Iterable[str]:
    return (_markup(part) for layout in layouts for part in layout.body)


def _markup(part: str | Piece) -> str:
    return part if isinstance(part, str) else part.markup


def _relinked(typeset: Typeset, given: Collection[str]) -> Typeset:
    def link(match: re.Match[str]) -> str:
        name, url = match.groups()
        return f' {name}="#{GIVEN_ID}{url}"' if unquote(unescape(url)) in given else match[0]

    def part_of(part: str | Piece) -> str | Piece:
        # What is drawn is referred to by short names, none of which is given
        if isinstance(part, str):
            return _LINK.sub(link, part)
        return part._replace(markup=_LINK.sub(link, part.markup))

    layouts = tuple(
        replace(layout, body=tuple(map(part_of, layout.body))) for layout in typeset.layouts
    )
    return replace(typeset, layouts=layouts)
