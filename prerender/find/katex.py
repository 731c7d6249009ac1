r"""A run of text and the rules in, the formulas in it out, as KaTeX's auto-render finds them.

Source: KaTeX contrib/auto-render/splitAtDelimiters. The first delimiter in the list wins where two
begin at one place, and one that is never closed ends the search in the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from prerender.find.mathjax3 import Match
from prerender.find.runs import IGNORE_ATTRIBUTE, Descend
from prerender.setup import ElementFilter, SearchRules
from prerender.source import Element


def find_tex(text: str, rules: SearchRules) -> Iterator[Match]:
    """The TeX in a run, in order."""
    if not rules.pairs:
        return
    left = re.compile("|".join(re.escape(pair.open) for pair in rules.pairs))
    at = 0
    while opened := left.search(text, at):
        pair = next(pair for pair in rules.pairs if text.startswith(pair.open, opened.start()))
        inner = opened.start() + len(pair.open)
        close = _end(text, inner, pair.close)
        if close is None:
            return
        at = close + len(pair.close)
        if text.startswith(r"\begin{", opened.start()):
            inner, close = opened.start(), at
        yield Match(opened.start(), inner, close, at, pair.display)


def _end(text: str, at: int, close: str) -> int | None:
    """Where the closing delimiter stands outside braces; a backslash hides what is behind it."""
    level = 0
    while at < len(text):
        if level <= 0 and text.startswith(close, at):
            return at
        if text[at] == "\\":
            at += 1
        elif text[at] == "{":
            level += 1
        elif text[at] == "}":
            level -= 1
        at += 1
    return None


def switch(rules: ElementFilter) -> Descend:
    """KaTeX's rule for elements: ignored tags and classes, whole names, and all that is inside."""
    tags = {tag.lower() for tag in rules.skip_tags}
    classes = set(rules.ignore_class.split())

    def descend(element: Element, ignoring: bool) -> bool | None:
        skipped = element.tag in tags or not classes.isdisjoint(element.classes)
        return None if skipped or IGNORE_ATTRIBUTE in element.attrs else ignoring

    return descend
