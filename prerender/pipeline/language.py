"""A page's tree and a setting in; what the page's language decides about its formulas, out."""

from __future__ import annotations

from typing import Any

from prerender.source import Element

#: Languages whose readers expect the sign at which a formula is broken on both lines. Russian:
#: M. Grinchuk, "TeX and Russian Traditional Typesetting Rules", TUGboat 17 (1996), no. 4, p. 385
_REPEATING = {"ru"}
#: MathJax's names (the attribute linebreakstyle of MathML 3, section 3.2.5.2)
_STYLES = {"after": "after", "repeat": "duplicate"}


def sign_place(line_break: str, root: Element) -> dict[str, Any]:
    """Return what the engine is told of the place of signs at breaks; {}: they start a line."""
    if line_break == "auto":
        line_break = "repeat" if _language(root) in _REPEATING else "before"
    return {"signs": _STYLES[line_break]} if line_break in _STYLES else {}


def _language(root: Element) -> str:
    """Return the primary language of a page (RFC 5646): "ru" for "ru-RU"; "" if it has none."""
    element = root.first("html")
    tag = element.attrs.get("lang") or element.attrs.get("xml:lang") or "" if element else ""
    return tag.lower().partition("-")[0]
