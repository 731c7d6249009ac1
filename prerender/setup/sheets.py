"""Finds rules in a page's style sheets that number KaTeX's displays, which rendering would lose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: a rule that counts KaTeX's display elements (used by Franklin's style sheets)
_COUNTS = re.compile(
    r"(?P<selector>[^{}]*\.katex-display(?![\w-])[^{}]*)\{[^{}]*"
    r"counter-increment\s*:\s*(?!none\b|nothing\b)[\w-]"
)


def lost_numbers(sheets: Iterable[str]) -> str | None:
    """Return the selector by which a sheet numbers KaTeX's displays; None if none does."""
    return next(filter(None, map(_numbers, sheets)), None)


@lru_cache(64)  # all pages of a site have the same few
def _numbers(sheet: str) -> str | None:
    if ".katex-display" not in sheet:
        return None
    found = _COUNTS.search(_COMMENT.sub("", sheet))
    return " ".join(found["selector"].split()) if found else None
