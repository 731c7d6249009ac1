"""A text in, the lines and columns of its offsets out."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Place(NamedTuple):
    """A place in a file: line and column count from 1, in characters; `text` is that line."""

    line: int
    column: int
    text: str


class Lines:
    """The places of a text's offsets."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line (from 1) and column (from 0)."""
        return self._starts[line - 1] + column

    def place(self, offset: int) -> Place:
        """The place of an offset."""
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        first = 1 if start == 0 and self._text.startswith("\ufeff") else 0
        return Place(
            line, offset - start + 1 - first, self._text[start + first : end].rstrip("\r\n")
        )
