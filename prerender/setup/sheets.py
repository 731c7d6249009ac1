"""The texts of a page's style sheets in; what they do to KaTeX's formulas that is lost, out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: a rule that counts what KaTeX makes of a display (Franklin's sheets have it)
_COUNTS = re.compile(
    r"(?P<selector>[^{}]*\.katex-display(?![\w-])[^{}]*)\{[^{}]*"
    r"counter-increment\s*:\s*(?!none\b|nothing\b)[\w-]"
)


def lost_numbers(sheets: Iterable[str]) -> str | None:
    """The selector by which a sheet numbers KaTeX's displays; None where none does."""
    return next(filter(None, map(_numbers, sheets)), None)


@lru_cache(64)  # all pages of a site have the same few
def _numbers(sheet: str) -> str | None:
    if ".katex-display" not in sheet:
        return None
    found = _COUNTS.search(_COMMENT.sub("", sheet))
    return " ".join(found["selector"].split()) if found else None
