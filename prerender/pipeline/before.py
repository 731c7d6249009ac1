"""Counts the formulas of a page that its generator has already rendered, by engine.

Generators may call MathJax or KaTeX themselves (markdown-it-mathjax3, rehype-katex, mathjax-node).
"""

from __future__ import annotations

import re
from collections import Counter

from prerender.source import Element

#: classes of the spans in which an engine puts a formula; MathJax 2 has no tag of its own
_CLASSES = {
    "katex": "KaTeX",
    **dict.fromkeys(("mjpage", "mjx-chtml", "MathJax_CHTML", "MathJax_SVG"), "MathJax"),
}
_MARKS = re.compile(
    rf"<mjx-container|class\s*=\s*[\"']?[^\"'>]*\b(?:{'|'.join(_CLASSES)})\b", re.IGNORECASE
)
_NAMES = ("<mjx-container", *(name.lower() for name in _CLASSES))


def rendered_before(text: str, root: Element) -> Counter[str]:
    """Count the formulas of a page's source that are already rendered, by the engine's name."""
    # Most pages do not even contain these names, which is a far faster test
    lower = text.lower()
    if not any(name in lower for name in _NAMES) or _MARKS.search(text) is None:
        return Counter()
    spans = [(span, engine) for span in root.all("span") if (engine := _engine(span))]
    containers = [(container, "MathJax") for container in root.all("mjx-container")]
    rendered = {element for element, _ in (*spans, *containers)}
    return Counter(
        engine
        for element, engine in (*spans, *containers)
        if rendered.isdisjoint(above for above in element.above() if above is not element)
    )


def _engine(span: Element) -> str:
    """Return the engine that has made a span for a formula; "" if none."""
    return next((_CLASSES[name] for name in span.classes if name in _CLASSES), "")
