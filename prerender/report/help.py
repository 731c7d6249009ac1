"""A message in; out: what to type to read about it, and that section of troubleshooting.md.

A heading there is a part of the message that it is about. The documentation shows the page, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

_HEADING = re.compile(r"^## (.*) \{: #([\w-]+) \}$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


class Section(NamedTuple):
    """What the page says of messages: a part of them, and a text in Markdown."""

    phrase: str
    text: str


@cache
def sections() -> Mapping[str, Section]:
    """Return all of the page, by name."""
    _, *parts = _HEADING.split(Path(__file__).with_name("troubleshooting.md").read_text("utf-8"))
    return {
        name: Section(phrase, text.strip())
        for phrase, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    }


def help_on(message: str) -> str:
    """Return what to type to read more about a message; "" if there is no more."""
    found = (name for name, section in sections().items() if section.phrase in message)
    return next((f"prerender explain {name}" for name in found), "")


def explain(name: str) -> str:
    """Return the section of that name, for a terminal; "" if there is none."""
    if name not in sections():
        return ""
    phrase, text = sections()[name]
    return f"… {phrase} …\n\n" + _LINK.sub(r"\1", text)
