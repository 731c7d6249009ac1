"""The pages of a site in; out: which of them are loaded by others, which show them in themselves.

A fragment is shown by the scripts of the page that loads it, and so means what that page's set-up
makes of it: the knowls of PreTeXt, parts that htmx and its like fetch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

#: attributes with the address of what a script puts into the page
_LOADS = re.compile(
    rb"""[\s"'](?:data-)?(?:knowl|include|fragment|hx-get|w3-include-html)\s*=\s*"""
    rb"""(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.IGNORECASE,
)
_ENGINES = (b"mathjax", b"katex")
#: what hardly any page has that has no formulas; between dollars as Pandoc takes them for no money
_MATH = re.compile(
    rb"""\\[(\[]|\\begin\b|\$\$|<math\b|class=["']?[^"'>]*\bmath\b|type=["']?math/"""
    rb"""|\$[^$\s<>](?:[^$<>]{0,200}[^$\s<>])?\$(?!\d)""",
    re.IGNORECASE,
)


class Loads(NamedTuple):
    """By fragment, the first page that loads it; and whether any page of the site has an engine."""

    hosts: dict[str, str]
    engine: bool


def may_be_fragment(data: bytes) -> bool:
    """Whether a page names no engine, and may have formulas."""
    return not _names_engine(data) and _MATH.search(data) is not None


def _names_engine(data: bytes) -> bool:
    lower = data.lower()
    return any(name in lower for name in _ENGINES)


def addresses(data: bytes) -> Iterator[str]:
    """The addresses of fragments that a page loads."""
    for match in _LOADS.finditer(data):
        yield next(one for one in match.groups() if one is not None).decode("utf-8", "replace")


def loads(
    pages: Iterable[str], read: Callable[[str], bytes], meant: Callable[[str, str], Iterable[str]]
) -> Loads:
    """What pages load, in order; `meant`: the files that a page may mean by an address.

    Raises what `read` raises.
    """
    hosts: dict[str, str] = {}
    engine = False
    for page in pages:
        data = read(page)
        engine = engine or _names_engine(data)
        for address in addresses(data):
            for name in meant(page, address):
                hosts.setdefault(name, page)
    return Loads(hosts, engine)
