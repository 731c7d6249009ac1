"""Finds the pages of a site that are fragments: those that other pages load into themselves.

A fragment is displayed by the page that loads it, so that page's set-up applies to it: knowls of
PreTeXt, parts that htmx and similar libraries fetch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

#: attributes with the URL of what a script inserts into the page
_LOADS = re.compile(
    rb"""[\s"'](?:data-)?(?:knowl|include|fragment|hx-get|w3-include-html)\s*=\s*"""
    rb"""(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.IGNORECASE,
)
_ENGINES = (b"mathjax", b"katex")
#: what hardly any page without formulas contains; dollars by Pandoc's rule that excludes money
_MATH = re.compile(
    rb"""\\[(\[]|\\begin\b|\$\$|<math\b|class=["']?[^"'>]*\bmath\b|type=["']?math/"""
    rb"""|\$[^$\s<>](?:[^$<>]{0,200}[^$\s<>])?\$(?!\d)""",
    re.IGNORECASE,
)


class Loads(NamedTuple):
    """The first page that loads each fragment, and whether any page of the site has an engine."""

    hosts: dict[str, str]
    engine: bool


def may_be_fragment(data: bytes) -> bool:
    """Whether a page does not mention an engine, but may have formulas."""
    return not _mentions_engine(data) and _MATH.search(data) is not None


def _mentions_engine(data: bytes) -> bool:
    lower = data.lower()
    return any(name in lower for name in _ENGINES)


def addresses(data: bytes) -> Iterator[str]:
    """Yield the URLs of fragments that a page loads."""
    for match in _LOADS.finditer(data):
        yield next(group for group in match.groups() if group is not None).decode(
            "utf-8", "replace"
        )


def loads(
    pages: Iterable[str],
    read: Callable[[str], bytes],
    candidates: Callable[[str, str], Iterable[str]],
) -> Loads:
    """Find what pages load, in order; `candidates`: the possible files for a page and a URL.

    Raises what `read` raises.
    """
    hosts: dict[str, str] = {}
    engine = False
    for page in pages:
        data = read(page)
        engine = engine or _mentions_engine(data)
        for address in addresses(data):
            for name in candidates(page, address):
                hosts.setdefault(name, page)
    return Loads(hosts, engine)
