"""The formulas that the tests of layouts stand in all kinds of places, really rendered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_MATRIX = (
    r"\begin{pmatrix}"
    + r"\\".join("&".join(f"a_{{{i}{j}}}+b_{{{i}{j}}}" for j in range(1, 9)) for i in (1, 2))
    + r"\end{pmatrix}"
)
_SUM = r"f(x) = " + " + ".join(f"a_{i} x^{i}" for i in range(10))

#: what they are, and their TeX with its delimiters
FORMULAS = {
    "inline, heading": r"\(x^2 + 1\)",
    "narrow": r"\[x^2+1\]",
    "wide": rf"\[{_SUM}\]",
    "numbered": rf"\begin{{equation}}{_SUM} + O(x^{{10}})\end{{equation}}",
    "narrow, numbered": r"\begin{equation}E=mc^2\end{equation}",
    "rows, numbered": r"""\begin{align}
        a+b &= c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r \\ x &= y+z \\ p+q &= r+s+t+u+v+w
        \end{align}""",
    "unbreakable": rf"\[{_MATRIX}\]",
    "breakable, then not": rf"\[{_SUM} = {_MATRIX}\]",
    "unbreakable, numbered": rf"\begin{{equation}}{_MATRIX}\end{{equation}}",
    "multline": r"\begin{multline*} a+b+c+d+e \\ f+g \\ - h - i - j\end{multline*}",
    "multline, numbered": r"""\begin{multline}
        p(x) = 3x^6 + 14x^5y + 590x^4y^2 + 19x^3y^3 \\ + 55y^7 \\
        - 12x^2y^4 - 12xy^5 + 2y^6 - a^3b^3 + 7\end{multline}""",
    "inline": r"\(x^2\)",
    "inline, words": r"\(x \text{ für 漢字 }\)",
    "inline, long": rf"\({_SUM}\)",
    "inline, matrix": r"\(M = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}\)",
}


class Rendered(NamedTuple):
    """The style sheet of a rendered page, and the markup of its formulas by what they are."""

    style: str
    formulas: dict[str, str]


#: MathJax's options for the pages that the tests look at
SETUPS = {
    "usual": "tex: {tags: 'ams'}",
    **{
        f"{align}, numbers {side}": f"tex: {{tags: 'ams', tagSide: '{side}'}}, "
        f"output: {{displayAlign: '{align}', displayIndent: '{indent}'}}"
        for align, indent in (("center", 0), ("left", "2em"), ("right", "-2em"))
        for side in ("left", "right")
    },
}


def source(options: str) -> str:
    """A page of the formulas under MathJax's options."""
    places = {name: "h1" if "heading" in name else "p" for name in FORMULAS}
    paragraphs = "".join(
        f"<{places[name]}>{tex.replace('&', '&amp;')}</{places[name]}>"
        for name, tex in FORMULAS.items()
    )
    return f"<!doctype html><head><script>MathJax={{{options}}}</script></head><body>{paragraphs}"


def rendered(file: Path, names: Iterable[str] = FORMULAS) -> Rendered:
    """What has become of its formulas, by their names."""
    text = file.read_text("utf-8")
    style = re.search(r"<style data-prerender.*?</style>", text, re.DOTALL)
    found = re.findall(r"<mjx-container .*?</mjx-container>", text, re.DOTALL)
    assert style is not None
    return Rendered(style[0], dict(zip(names, found, strict=True)))


def page_of(rendered: Rendered, context: str = "<p>{}</p>", head: str = "") -> str:
    """A page of the formulas, each in its own place."""
    places = "".join(
        f"<section>{context.replace('{}', formula)}</section>"
        for formula in rendered.formulas.values()
    )
    start = "<!doctype html><html><head><meta charset=utf-8>"
    return f"{start}{head}{rendered.style}</head><body>{places}</body></html>"
