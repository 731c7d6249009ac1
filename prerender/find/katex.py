r"""Finds TeX in a run of text as KaTeX's auto-render does; yields matches by offset.

Source: KaTeX contrib/auto-render/splitAtDelimiters. Where two delimiters begin at the same offset,
the first in the list wins; one that is never closed ends the search in the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from prerender.find.mathjax3 import Match
from prerender.find.runs import IGNORE_ATTRIBUTE, Descend
from prerender.setup import ElementFilter, SearchRules
from prerender.source import Element


def find_tex(text: str, rules: SearchRules) -> Iterator[Match]:
    """Yield the TeX in a run, in order."""
    if not rules.pairs:
        return
    left = re.compile("|".join(re.escape(pair.open) for pair in rules.pairs))
    position = 0
    while opened := left.search(text, position):
        pair = next(pair for pair in rules.pairs if text.startswith(pair.open, opened.start()))
        inner = opened.start() + len(pair.open)
        close = _end(text, inner, pair.close)
        if close is None:
            return
        position = close + len(pair.close)
        if text.startswith(r"\begin{", opened.start()):
            inner, close = opened.start(), position
        yield Match(opened.start(), inner, close, position, pair.display)


def _end(text: str, position: int, close: str) -> int | None:
    """Return the offset of the closing delimiter outside braces; a backslash is an escape."""
    level = 0
    while position < len(text):
        if level <= 0 and text.startswith(close, position):
            return position
        if text[position] == "\\":
            position += 1
        elif text[position] == "{":
            level += 1
        elif text[position] == "}":
            level -= 1
        position += 1
    return None


def switch(rules: ElementFilter) -> Descend:
    """KaTeX's rule for elements: whether to search in an element, by ignored tags and classes."""
    tags = {tag.lower() for tag in rules.skip_tags}
    classes = set(rules.ignore_class.split())

    def descend(element: Element, ignoring: bool) -> bool | None:
        skipped = element.tag in tags or not classes.isdisjoint(element.classes)
        return None if skipped or IGNORE_ATTRIBUTE in element.attrs else ignoring

    return descend
