r"""A formula and its source in; what is copied and found of it out, as HTML text.

It is the source as it is spelled, with its delimiters. Scripts leave it alone: MathJax for its
class, KaTeX for a comment behind each delimiter, and what looks for math in spite of the class for
an element there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape
from typing import NamedTuple

from prerender.find import Formula

#: what MathJax 3 and 4 leave alone; 2 does so with all that is in a `MathJax`
CLASS = "mathjax_ignore"
#: what parts a delimiter from what follows it: for KaTeX, and for any script
COMMENT, ELEMENT = "<!---->", "<b></b>"

#: what client MathJax or KaTeX may take for the beginning of a formula, or an escape
_DELIMITER = r"\$|`|\\(?=[(\[\\$]|begin|(?:eq)?ref)"
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_TAG = re.compile(r"<!--.*?-->|<[a-zA-Z/?!][^>]*>", re.DOTALL)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)


class Parting(NamedTuple):
    """What parts delimiters from what follows them in copies, and which there are (a pattern)."""

    between: str = COMMENT
    delimiters: re.Pattern[str] = re.compile(_DELIMITER)

    def part(self, text: str, between: str | None = None) -> str:
        """HTML text with something behind each delimiter in it."""
        between = self.between if between is None else between
        return self.delimiters.sub(lambda match: match[0] + between, text)


def parting(between: str, delimiters: Iterable[str]) -> Parting:
    """The same for a page with delimiters of its own."""
    own = sorted({escape(one, quote=False) for one in delimiters}, key=len, reverse=True)
    return Parting(between, re.compile("|".join([*map(re.escape, own), _DELIMITER])))


def is_ignored(classes: str) -> bool:
    """Whether MathJax leaves the copies alone where it ignores these classes (a pattern)."""
    return bool(classes) and re.search(rf"(?:^| )(?:{classes})(?: |$)", CLASS) is not None


def copied(formula: Formula, text: str, parting: Parting) -> str:
    """The source of a formula in a page; its TeX in MathJax's usual delimiters where no browser
    shows the source, or another tool has rendered it. Delimiters are parted from what follows."""
    source = text[formula.span.start : formula.span.end]
    if _SCRIPT.match(source) or (formula.rendered and formula.input != "mathml"):
        before, after = (r"\[", r"\]") if formula.display else (r"\(", r"\)")
        source = escape(f"{before}{formula.math.strip()}{after}", quote=False)
    elif "<" in source:
        source = formula.math if formula.rendered else source
        source = _without_tags(source, " " if formula.input == "mathml" else "")
    return parting.part(source)


def words_of(formula: Formula, carried: str, parting: Parting) -> str:
    """A formula without delimiters, spelled as in the attributes beside it that carry it.

    So compression makes little of it. It has no class: an element parts delimiters.
    """
    words = carried.split('"', 2)[1]
    if formula.input == "mathml":
        words = escape(_without_tags(unescape(words), " "), quote=False)
    return parting.part(words.replace("<", "&lt;"), ELEMENT)


def _without_tags(source: str, between: str) -> str:
    """Markup as HTML text, with something in place of each tag."""
    text = _TAG.sub(between, _CDATA.sub(lambda section: escape(section[1], quote=False), source))
    return (" ".join(text.split()) if between else text).replace("<", "&lt;")
