"""A page of the documentation in; the commands and files that it shows out.

What is run is what the page says: its first block of `sh`, in a folder with the files that its
blocks with a title show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parents[3] / "docs" / "pages"

_BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code: its language, the file that it shows (or ""), its text."""

    language: str
    file: str
    text: str


def blocks(page: str, section: str = "") -> Sequence[Block]:
    """The blocks of a page, or below one of its headings."""
    text = (PAGES / page).read_text("utf-8")
    if section:
        text = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [Block(*found.groups("")) for found in _BLOCK.finditer(text)]


def commands(shown: Sequence[Block]) -> str:
    """What is typed: the first block of `sh`; LookupError if there is none."""
    return next(block.text for block in shown if block.language == "sh")


def files(shown: Sequence[Block]) -> dict[str, str]:
    """The files that are shown, by their names."""
    return {block.file: block.text for block in shown if block.file}
