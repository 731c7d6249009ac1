"""What is found in a page, and what formulas became, in; what there is to say of them, out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from prerender.engine import Typeset
from prerender.find import NAME, Broken, Formula, Found, Stray, Unclosed
from prerender.pipeline.given import has_given
from prerender.pipeline.lacking import Held, cure
from prerender.report.diagnostics import Diagnostic
from prerender.setup import Setup
from prerender.source.lines import LineIndex


class Remark(NamedTuple):
    """A diagnostic without its location: the offset in the page's text, and the TeX it is about."""

    start: int
    told: Diagnostic
    tex: str = ""


def located(remarks: Sequence[Remark], text: str) -> list[Diagnostic]:
    """The diagnostics, each with its line and column, in the order of the text."""
    if not remarks:
        return []
    lines = LineIndex(text)
    return [
        replace(told, location=lines.locate(start), tex=tex)
        for start, told, tex in sorted(remarks, key=lambda remark: remark.start)
    ]


def unread(found: Iterable[Found]) -> Iterator[Remark]:
    """What there is to say of what may be meant as a formula, and was read as none."""
    for one in found:
        if isinstance(one, Broken):
            yield Remark(one.span.start, _BROKEN, one.text)
        elif isinstance(one, Unclosed):
            yield Remark(one.span.start, _unclosed(one))
        elif isinstance(one, Stray):
            yield Remark(one.span.start, _STRAY)


_BROKEN = Diagnostic(
    "warning",
    "tags that stand in this formula, or around it, are moved when the page is read: it stays as it"
    " is, with the scripts of the page",
    cure="put it into one element, say a cell of the table",
)


def _unclosed(one: Unclosed) -> Diagnostic:
    """What there is to say of what begins a formula and ends none."""
    told = (
        f"{one.text} is never closed: no end of it follows in the same element, outside of braces"
    )
    return Diagnostic("warning", told, cure="close it, or put it into a code element")


_STRAY = Diagnostic(
    "note",
    "this looks like TeX, and is in no formula: readers see it as it stands",
    cure="Markdown may have taken its delimiters away; if they are single dollars, allow them by"
    " inlineMath, under [mathjax.tex] in prerender.toml",
)


_GIVEN = Diagnostic(
    "warning",
    r"ids and classes that formulas give (\cssId, \class) have a prefix: they are none of the page",
    cure="where all formulas are the site's own, --trust site leaves them as they are",
)
#: what Markdown makes of the end of a row
_SINGLE = re.compile(r"(?<!\\)(?:\\\\)*\\\n")
_LOST_ROW = Diagnostic(
    "warning",
    r"a line of this formula ends with a single \, so no row ends there: Markdown may have made it"
    r" of \\",
    cure="have the generator leave math alone, so that all rows are there",
)
_FONTS = "install one (Debian has fonts-noto-core and fonts-noto-cjk)"
_NUMBER = (
    'equations are not numbered here; to number them, put tags = "ams" under [mathjax.tex] in'
    " prerender.toml"
)
#: what MathJax says of the second row with a label where rows have no numbers
_LABELS = r"Multiple \label"
_BEGINNINGS = (r"\(", r"\[")
_REFERENCE = re.compile(rf"\\(?:eq)?ref\s*\{{({NAME})\}}")


def formula_diagnostics(
    setup: Setup, formula: Formula, typeset: Typeset, held: Held | None
) -> Iterator[Diagnostic]:
    """What there is to say of a formula, without its place."""
    unnumbered = setup.tex.get("tags", "none") == "none"
    if held is not None:
        yield Diagnostic("error", held[0], cure=held[1])
    elif typeset.error is not None:
        is_cured = unnumbered and typeset.error == _LABELS
        yield Diagnostic("error", typeset.error, cure=_NUMBER if is_cured else "")
    for name in dict.fromkeys(typeset.undefined):
        if name in _BEGINNINGS:
            told = f"there is a {name} in this formula: is it closed where it should be?"
            yield Diagnostic("warning", told)
        else:
            told = f"{name} is not defined; it stands in red, as MathJax shows it"
            yield Diagnostic("warning", told, cure=cure(name))
    if r"\begin" in formula.math and _SINGLE.search(formula.math):
        yield _LOST_ROW
    if has_given(typeset):
        yield _GIVEN
    if typeset.guessed:
        told = f"there is no font here for “{typeset.guessed[0]}”, so its width is a guess"
        yield Diagnostic("warning", told, cure=_FONTS)
    for label in dict.fromkeys(_missing(formula, typeset)):
        told = f"there is no label {label} on this page; a reference to it shows ???".replace(
            "  ", " "
        )
        label_cure = rf"put \label{{{label}}} where it belongs" if label else ""
        yield Diagnostic("warning", told, cure=_NUMBER if unnumbered else label_cure)


def _missing(formula: Formula, typeset: Typeset) -> list[str]:
    """The labels that a formula refers to in vain; "" where its TeX does not tell which."""
    missing = ["???" in ref.text for ref in typeset.refs]
    names = _REFERENCE.findall(formula.math)
    if len(names) != len(missing):
        names = names if len(names) == 1 and any(missing) else [""] * len(missing)
    return [name for name, is_missing in zip(names, missing, strict=False) if is_missing]
