"""A page's tree and the roles of its scripts in; out: what only serves to show its formulas.

That goes once no formula of the page is left for MathJax or KaTeX, and nothing else can need them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prerender.setup import FOR_OTHERS, LIBRARIES, Role, loader_of
from prerender.source import Element, Span

_SHEET = re.compile(r"(?:^|/)katex(?:-swap)?(?:\.min)?\.css(?:[?#]|$)", re.IGNORECASE)
#: what a page asks for beforehand: https://html.spec.whatwg.org/multipage/links.html
_HINTS = {"preload", "prefetch", "modulepreload"}
_FONTS = re.compile(r"katex.*/fonts/|mathjax.*/(?:fonts|woff-v2)/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Loading:
    """What loads MathJax or KaTeX: the elements that may go, or why none of them may.

    Neither: the page loads none.
    """

    spans: tuple[Span, ...] = ()
    stays: str = ""

    def staying(self, why: str) -> Loading:
        """The same where nothing may go."""
        return Loading(stays=why) if self.spans else self


def loading(root: Element, roles: Sequence[Role]) -> Loading:
    """What a page loads. `roles` are those of its scripts, in order."""
    scripts = list(zip(root.all("script"), roles, strict=True))
    clients = [one for one, role in scripts if role == "client"]
    if clients:
        return Loading(stays=f"{_called(clients[0])} makes use of it, and does other things, too")
    ours = [
        one
        for one, role in scripts
        if role in ("loader", "configuration") and not (_is_for_rendered(one) and _has_katex(root))
    ]
    spans = [
        *(one.span for one in ours),
        *(one.span or one.start_tag for one in _links(root, scripts)),
    ]
    return Loading(tuple(sorted(span for span in spans if span is not None)))


def _is_for_rendered(script: Element) -> bool:
    """Whether a script does something to formulas that KaTeX has rendered before."""
    loader = loader_of(script.attrs.get("src", ""))
    return loader is not None and FOR_OTHERS.issuperset(loader.components)


def _called(script: Element) -> str:
    src = script.attrs.get("data-main") or script.attrs.get("src")
    return f"the script {src}" if src else "a script in the page"


def _links(root: Element, scripts: Sequence[tuple[Element, Role]]) -> Iterator[Element]:
    """Style sheets of KaTeX of which nothing is left, and requests of loaders beforehand."""
    links = [(one, set(one.attrs.get("rel", "").lower().split())) for one in root.all("link")]
    sheets = [one for one, _ in links if _SHEET.search(one.attrs.get("href", ""))]
    goes = bool(sheets) and not _has_katex(root) and _is_known(scripts)
    for link, kinds in links:
        href = link.attrs.get("href", "")
        hint = not kinds.isdisjoint(_HINTS)
        if link in sheets:
            if goes and (hint or "stylesheet" in kinds):
                yield link
        elif hint and (LIBRARIES.search(href) or _FONTS.search(href)):
            yield link


def _has_katex(root: Element) -> bool:
    """Whether KaTeX has rendered something where the page was made."""
    return any("katex" in one.classes for one in root.having("class"))


def _is_known(scripts: Sequence[tuple[Element, Role]]) -> bool:
    """Whether it can be told what scripts do with KaTeX: one loads it, or none is from elsewhere.

    A bundle from elsewhere may have KaTeX in it.
    """
    loads = any(role == "loader" for _, role in scripts)
    far = any("//" in one.attrs.get("src", "") for one, role in scripts if role == "other")
    return loads or not far
