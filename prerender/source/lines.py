"""Converts between offsets in a text and lines and columns."""

from __future__ import annotations

from bisect import bisect_right
from io import StringIO
from itertools import accumulate
from typing import NamedTuple


class Location(NamedTuple):
    """A location in a file: line and column count from 1, in characters; `text` is that line."""

    line: int
    column: int
    text: str


class LineIndex:
    """Locates a text's offsets; `starts` are the offsets at which its lines begin."""

    def __init__(self, text: str) -> None:
        self._text = text
        # LF, CR and CRLF end a line
        self.starts = [0, *accumulate(map(len, StringIO(text, newline="")))]
        if len(self.starts) > 1 and text[-1] not in "\r\n":
            self.starts.pop()

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line (from 1) and column (from 0)."""
        return self.starts[line - 1] + column

    def locate(self, offset: int) -> Location:
        """Return the location of an offset."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self._text)
        first = 1 if start == 0 and self._text.startswith("\ufeff") else 0
        return Location(
            line, offset - start + 1 - first, self._text[start + first : end].rstrip("\r\n")
        )
