"""A page's source and its tree in; out: how many of its formulas each engine has rendered before.

Generators may call MathJax or KaTeX themselves (markdown-it-mathjax3, rehype-katex, mathjax-node).
"""

from __future__ import annotations

import re
from collections import Counter

from prerender.source import Element

#: what an engine makes a formula's element of, by the classes of spans: MathJax 2 has no tag for it
_CLASSES = {
    "katex": "KaTeX",
    **dict.fromkeys(("mjpage", "mjx-chtml", "MathJax_CHTML", "MathJax_SVG"), "MathJax"),
}
_MARKS = re.compile(
    rf"<mjx-container|class\s*=\s*[\"']?[^\"'>]*\b(?:{'|'.join(_CLASSES)})\b", re.IGNORECASE
)
_NAMES = ("<mjx-container", *(name.lower() for name in _CLASSES))


def rendered_before(text: str, root: Element) -> Counter[str]:
    """The formulas of a page's source that are rendered already, counted by the engines' names."""
    # Most pages have not even a name of these, which is found out far sooner
    lower = text.lower()
    if not any(name in lower for name in _NAMES) or _MARKS.search(text) is None:
        return Counter()
    spans = [(one, engine) for one in root.all("span") if (engine := _engine(one))]
    containers = [(one, "MathJax") for one in root.all("mjx-container")]
    inside = {one for one, _ in (*spans, *containers)}
    return Counter(
        engine
        for element, engine in (*spans, *containers)
        if inside.isdisjoint(one for one in element.above() if one is not element)
    )


def _engine(span: Element) -> str:
    """Which engine has made a span for a formula; "": none."""
    return next((_CLASSES[name] for name in span.classes if name in _CLASSES), "")
