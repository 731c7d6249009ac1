"""Applies edits to a page's text and returns the edited text; finds the end of the prolog."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """Replacement text for a span of the source."""

    start: int
    end: int
    text: str


def splice(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with the edits applied. Raises ValueError where two edits overlap."""
    parts, position = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < position:
            raise ValueError(f"edits overlap at {edit.start}")
        parts += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*parts, text[position:]])


_PROLOG = re.compile(
    r"\ufeff?(?:[\t\n\f\r ]+|<!--(?:-?>|.*?--!?>)|<\?.*?>|<!doctype[^>]*>)*",
    re.IGNORECASE | re.DOTALL,
)


def prolog_end(text: str) -> int:
    """Return the offset after the doctype and any comments and white space around it."""
    match = _PROLOG.match(text)
    return match.end() if match else 0
