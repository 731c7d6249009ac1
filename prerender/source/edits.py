"""A page's text and edits in, the edited text out; and where a page begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """What stands in the result in the place of a stretch of the source."""

    start: int
    end: int
    text: str


def splice(text: str, edits: Iterable[Edit]) -> str:
    """`text` with the edits made. Raises ValueError where two of them overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise ValueError(f"edits overlap at {edit.start}")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


_PROLOG = re.compile(
    r"\ufeff?(?:\s+|<!--(?:-?>|.*?--!?>)|<\?.*?>|<!doctype[^>]*>)*", re.IGNORECASE | re.DOTALL
)


def prolog_end(text: str) -> int:
    """Where the document type and what may stand before and right behind it end."""
    match = _PROLOG.match(text)
    return match.end() if match else 0
