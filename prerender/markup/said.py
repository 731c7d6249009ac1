r"""A typeset in; how those who do not see it get it out, as attributes of its markup and as MathML.

A formula is one image with a name. A browser lets nobody in there, so one with links is a group
(https://www.w3.org/TR/wai-aria-1.2/#childrenArePresentational), and where it may scroll, which one
does with the keyboard, the name stands at what scrolls. A reference is nothing but its link.
Never a name and MathML both: readers would say both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from prerender.engine import Typeset
from prerender.find import Formula
from prerender.markup.phrases import phrases

_REFERENCE = re.compile(r"\s*\\(?:eq)?ref\s*\{[^{}]*\}\s*")
_BRACES = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_HREF = re.compile(rf"\\href\s*{_BRACES}\s*{_BRACES}")
#: what is no word in TeX
_COMMANDS = re.compile(r"\\(?:text|mathrm|mathbf|mathit|textbf|operatorname)\b|[\\{}$]")
_LINK = re.compile(r'<a (?:xlink:)?href="([^"]*)"')
_PARENTHESES = re.compile(r"\((.*)\)")


def name(formula: Formula, typeset: Typeset, language: str, linked: bool) -> str:
    """The attributes that name a formula, or a part that stands for it; "": it has no name."""
    if not typeset.speech or (linked and _REFERENCE.fullmatch(formula.math)):
        return ""
    called = phrases(language).formula
    braille = f' aria-braillelabel="{escape(typeset.braille)}"' if typeset.braille else ""
    # What is the same in all formulas of a page stands together, so that compression profits
    return (
        f' aria-roledescription="{called}"' if called else ""
    ) + f' role="{"group" if linked else "img"}" aria-label="{escape(typeset.speech)}"{braille}'


def with_named_links(content: str, formula: Formula, typeset: Typeset, language: str) -> str:
    """Markup whose links have names."""
    names = _links(formula, typeset, language)

    def named(link: re.Match[str]) -> str:
        # Not all that checks pages knows XLink's href for a link
        return f'{link[0]} role="link" aria-label="{escape(names.get(link[1]) or link[1])}"'

    return _LINK.sub(named, content)


def _links(formula: Formula, typeset: Typeset, language: str) -> Mapping[str, str]:
    """The names of links by their addresses, as these are spelled in attributes."""
    names = {
        escape(url.strip()): " ".join(_COMMANDS.sub(" ", shown).split())
        for url, shown in _HREF.findall(formula.math)
    }
    equation = phrases(language).equation
    for ref in typeset.refs:
        inside = _PARENTHESES.fullmatch(ref.text)
        number = inside[1] if inside else ref.text
        names[escape(ref.anchor or "")] = f"{equation} {number}" if equation else ref.text
    return names
