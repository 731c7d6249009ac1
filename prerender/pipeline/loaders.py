"""Finds the elements of a page that only load MathJax or KaTeX, or why they must stay.

They are removed once no formula of the page is left for MathJax or KaTeX, and nothing else can need
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prerender.setup import FOR_OTHERS, LIBRARIES, Role, loader_of
from prerender.source import Element, Span

_SHEET = re.compile(r"(?:^|/)katex(?:-swap)?(?:\.min)?\.css(?:[?#]|$)", re.IGNORECASE)
#: resource hints: https://html.spec.whatwg.org/multipage/links.html
_HINTS = {"preload", "prefetch", "modulepreload"}
_FONTS = re.compile(r"katex.*/fonts/|mathjax.*/(?:fonts|woff-v2)/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Loading:
    """What loads MathJax or KaTeX: the elements that may be removed, or why they must stay.

    Both empty: the page loads neither library.
    """

    spans: tuple[Span, ...] = ()
    stays: str = ""

    def staying(self, why: str) -> Loading:
        """Return the same with nothing to remove, for the reason `why`."""
        return Loading(stays=why) if self.spans else self


def loading(root: Element, roles: Sequence[Role]) -> Loading:
    """Find what a page loads. `roles` are those of its scripts, in order."""
    scripts = list(zip(root.all("script"), roles, strict=True))
    clients = [script for script, role in scripts if role == "client"]
    if clients:
        return Loading(stays=f"{_describe(clients[0])} uses it, and does other things, too")
    removable = [
        script
        for script, role in scripts
        if role in ("loader", "configuration")
        and not (_serves_rendered(script) and _has_katex(root))
    ]
    spans = [
        *(script.span for script in removable),
        *(link.span or link.start_tag for link in _links(root, scripts)),
    ]
    return Loading(tuple(sorted(span for span in spans if span is not None)))


def _serves_rendered(script: Element) -> bool:
    """Whether a script extends formulas that KaTeX has rendered before."""
    loader = loader_of(script.attrs.get("src", ""))
    return loader is not None and FOR_OTHERS.issuperset(loader.components)


def _describe(script: Element) -> str:
    src = script.attrs.get("data-main") or script.attrs.get("src")
    return f"the script {src}" if src else "a script in the page"


def _links(root: Element, scripts: Sequence[tuple[Element, Role]]) -> Iterator[Element]:
    """Yield KaTeX style sheets that are not needed any more, and resource hints for loaders."""
    links = [(link, set(link.attrs.get("rel", "").lower().split())) for link in root.all("link")]
    sheets = [link for link, _ in links if _SHEET.search(link.attrs.get("href", ""))]
    removable = bool(sheets) and not _has_katex(root) and _katex_use_is_known(scripts)
    for link, kinds in links:
        href = link.attrs.get("href", "")
        hint = not kinds.isdisjoint(_HINTS)
        if link in sheets:
            if removable and (hint or "stylesheet" in kinds):
                yield link
        elif hint and (LIBRARIES.search(href) or _FONTS.search(href)):
            yield link


def _has_katex(root: Element) -> bool:
    """Whether the page has formulas that KaTeX has rendered before."""
    return any("katex" in element.classes for element in root.having("class"))


def _katex_use_is_known(scripts: Sequence[tuple[Element, Role]]) -> bool:
    """Whether all uses of KaTeX are known: a script loads it, or no script is from another host.

    A bundle from another host may contain KaTeX.
    """
    loads = any(role == "loader" for _, role in scripts)
    external = any(
        "//" in script.attrs.get("src", "") for script, role in scripts if role == "other"
    )
    return loads or not external
