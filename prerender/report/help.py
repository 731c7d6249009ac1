"""A message in; where the documentation says more about it, out."""

from __future__ import annotations

#: phrases of messages, and the anchor of each on the page about trouble
ANCHORS = {
    "is not defined; it stands in red": "undefined",
    "is it closed where it should be": "unclosed-within",
    "is never closed": "unclosed",
    "there is no label": "label",
    r"Multiple \label": "labels",
    "there is no font here for": "font",
    "tags that stand in this formula": "tags",
    "have a prefix: they are none of the page": "prefix",
    "MathJax or KaTeX may still be loaded": "loaded",
    "formulas whose language has no rules for speech": "language",
    "has rendered formulas of this page before": "rendered-before",
    "shows an error in place of a formula": "rendered-error",
    "configuration is not valid JavaScript": "invalid-configuration",
    "calls of KaTeX differ": "calls-differ",
    "a style sheet numbers KaTeX's displays": "katex-numbers",
    "the page is left as it is": "left",
}


def help_on(message: str) -> str:
    """Return the place in the documentation; "" if it says nothing about this message."""
    found = next((anchor for phrase, anchor in ANCHORS.items() if phrase in message), "")
    return f"troubleshooting#{found}" if found else ""
