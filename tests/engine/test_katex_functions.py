"""Every function that KaTeX knows: typeset as KaTeX does, or an error; none silently otherwise.

The names come from KaTeX's own source; each is tried in all of some forms, and those that KaTeX
accepts are compared: characters, whether letters are upright, colours.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from prerender.engine.model import engine_setup
from prerender.engine.tab import Tab
from prerender.setup.katex import interpret
from tests.support.browser import new_engine

pytestmark = pytest.mark.quick

KATEX = Path(__file__).parent.parent / "node_modules" / "katex"
COMPARE = Path(__file__).with_name("katex.js")
FORMS = (
    r"{0}", r"{0}{{x}}", r"{0}{{x}}{{y}}", r"{0}{{2pt}}{{x}}", r"{0}{{red}}{{x}}", r"x{0} y",
    r"{0} x", r"\text{{{0}}}", r"\text{{{0}{{a}}}}", r"{0}(", r"\left{0} x \right.",
    r"{0} 2pt x", r"{{a {0} b}}", r"{0}{{x}}{{y}}{{z}}{{w}}", r"\mathrm{{{0}}}",
)  # fmt: skip
MORE = (
    r"\textcolor{ff0000}{x}", r"\textcolor{#f00}{x}", r"\textcolor{#ff000080}{x}",
    r"\textcolor{Green}{x}", r"\color{aqua} x", r"\colorbox{ff0000}{x}", r"\blue{x}\kaGreen{y}",
    r'\char"263a', r'\char"41', r"\char'101", r"\char65", r"\char`A", r"\char`\%",
    r'\text{\char"e9}', r"\TeX\LaTeX\KaTeX", r"\text{\TeX}", r"a\raisebox{-.5em}{b c}d",
    r"\text{\raisebox{1pt}{b}}", r"\htmlData{a=b, c=d}{x}", r"\htmlClass{a}{x}", r"\htmlId{a}{x}",
    r"\htmlStyle{color:red}{x}", r"\text{\c{c}\c{x}\r{a}\H{o}\v{s}\u{g}\'\i\=\j\^{\i}}",
    r"\text{\emph{a} b}", r"\def\a#1{[#1]}\expandafter\a\expandafter{\text{x}}",
    r"\expandafter\text\expandafter{x}", r"\def\a{x}\edef\b{\a\noexpand\a}\def\a{y}\b",
    r"\def\a{x}\let\b\a\def\a{y}\b\a", r"\newcommand{\a}[2]{#1+#2}\a{b}{c}",
    r"\begin{pmatrix*}[r]1\\-2\end{pmatrix*}", r"\begin{rcases}a&b\\c\end{rcases}",
    r"\begin{drcases}a&b\\c\end{drcases}", r"\begin{darray}{c|c}a&b\\\hline c&d\end{darray}",
    r"\begin{subarray}{l}a\\b\end{subarray}",
    r"\begin{CD}A @>a>> B \\ @VbVV @AAcA \\ C @= D\end{CD}",
    r"\begin{array}{c:c}a&b\\\hdashline c&d\end{array}", r"\genfrac ( ] {2pt}{0}a{a+1}",
    r"{a \above{2pt} b}", r"\rule[6pt]{2ex}{1ex}", r"\smash[b]{x}", r"\Set{x|x<\frac 1 2}",
    r"\set{x|x<5}", r"\Braket{a|b|c}", r"\bra{\phi}\ket{\psi}", r"\xrightequilibrium[a]{b}",
    r"\verb!a b!", r"\href{https://example.org/}{x}", r"a\mod 5\pmod b",
    r"\operatorname*{asin y}_x", r"\mathchoice{a}{b}{c}{d}", r"\phase{-78^\circ}", r"\angl{n}",
    r"\left(a\middle|b\right)", r"\underbrace{a}_b\overbrace{c}^d",
)  # fmt: skip

#: what has the same look under two names (KaTeX's, ours)
SAME = {
    "∣": "|", "‖": "∥", "◻": "□", "◼": "■", "▴": "▲", "▾": "▼", "◂": "◀", "▸": "▶", "⊧": "⊨",
    "⟂": "⊥", "∷": "::", "≔": ":=", "≕": "=:", "∹": "−:", "⦵": "∘−", "⧸": "\u0338", "⪈": ">\u0338",
    "⪇": "<\u0338", "≥": ">", "≤": "<", "≆": "≅\u0338", "⟩": ">", "⟨": "<", "\ue409": "⇌",
    "\ue40a": "⇋", "∼": "~",
}  # fmt: skip
#: accents and lines: one of each kind, however it is drawn
KINDS = (
    "\u00b4\u02ca\u0301", "`\u02cb\u0300", "^\u02c6\u0302", "~\u02dc\u0303\u0342",
    "\u00af\u02c9\u0304\u0305\u2015", "→\u20d7", "\u02c7\u030c", "\u02d8\u0306", "\u02d9\u0307",
    "\u00a8\u0308", "\u02da\u030a", "\u02dd\u030b", "\u00b8\u0327",
)  # fmt: skip
KIND = {character: kind[-1] for kind in KINDS for character in kind}
#: what is drawn, not written, by one side or both
DRAWN = re.compile("[⎴⎵⏠⏡⏜⏝◯⌒.\u20db\u20dc\u2061-\u2064\u200b-\u200d\ufe00]|undefined")
LOGOS = re.compile(r"\\(?:La|Ka)?TeX")
#: an error of ours is told; these forms mean nothing, or what no static page can have
ERRORS = re.compile(
    r"\\(?:includegraphics|[gex]?def|let|futurelet|url|verb|textcircled)(?![a-z])|\\left\\set|\\text\{\\set"
)
#: letters that look alike upright and italic in KaTeX's fonts, that only its MathML has upright, or
#: that only its style sheet has bold
LEANING = re.compile(
    r"\\(?:[hH]bar|hslash|[ij]math|varkappa|digamma|beth|gimel|daleth|ell|Finv|Game|aa|AA|pmb|not|math(?:bin|rel|"
    r"open|close|punct|ord|inner)|TeX|LaTeX|KaTeX|(?:La|Ka)TeX)(?![a-zA-Z])"
)
VARIANTS = {
    "-tex-mathit": "italic", "-tex-calligraphic": "script", "-tex-bold-calligraphic": "bold-script",
    "-tex-oldstyle": "normal", "-tex-bold-oldstyle": "bold", "": "normal",
}  # fmt: skip

Marks = list[tuple[str, str, str]]


def names() -> list[str]:
    """The control sequences that KaTeX's source defines."""
    source = KATEX / "src"
    files = [source / "symbols.ts", source / "macros.ts", *source.glob("functions/*.ts")]
    code = "\n".join(re.sub(r"(?m)^\s*//.*$", "", one.read_text("utf-8")) for one in files)
    return sorted({f"\\{name}" for name in re.findall(r'"\\\\([A-Za-z]+|[^A-Za-z@])"', code)})


@cache
def compared() -> list[dict[str, Any]]:
    """What KaTeX and we make of all forms that KaTeX accepts."""
    return asyncio.run(_compare([form.format(name) for name in names() for form in FORMS]))


async def _compare(formulas: list[str]) -> list[dict[str, Any]]:
    options = {"throwOnError": False, "trust": True}
    asked = interpret(["katex"], {"searched": [{"selector": "", "options": options}]})
    setup = engine_setup(asked)
    result = []
    async with new_engine(tabs=1) as engine:
        tab = await Tab.open(await engine.browser())
        # Its policy has no scripts but its own
        await tab._page.evaluate((KATEX / "dist" / "katex.min.js").read_text("utf-8"))
        script = COMPARE.read_text("utf-8").partition("*/\n")[2]
        for at in range(0, len(formulas), 500):
            some = {"setup": setup, "formulas": formulas[at : at + 500]}
            result += await tab._page.evaluate(script, some)
        await tab.close()
    return result


def marks(found: list[list[str]]) -> Marks:
    """Characters, one by one, with their variants and colours."""
    return [
        (KIND.get(character, character), VARIANTS.get(variant, variant), color or "")
        for text, variant, color in found
        for part in unicodedata.normalize("NFKD", DRAWN.sub("", text))
        for character in SAME.get(part, part)
        if not character.isspace()
    ]


def letters(found: Marks) -> Marks:
    return sorted(one for one in found if one[0].isalnum())


def differences(one: dict[str, Any]) -> str | None:
    """What is silently wrong with a formula."""
    tex = one["tex"]
    if one.get("error"):
        return None if ERRORS.search(tex) else one["error"]
    if one.get("undefinedName"):
        return f"{one['undefinedName']} in red"
    theirs, ours = marks(one["theirs"]), marks(one["found"])
    text, other = ("".join(sorted(mark[0] for mark in some)) for some in (theirs, ours))
    if LOGOS.search(tex):
        text, other = ("".join(sorted(some.lower())) for some in (text, other))
    if text != other:
        return f"{text} is {other}"
    if LEANING.search(tex) or letters(theirs) == letters(ours):
        return None
    return f"{letters(theirs)} is {letters(ours)}"


@pytest.mark.slow
def test_all_of_katex() -> None:
    assert len(names()) > 900
    assert len(compared()) > 10_000
    wrong = [f"{one['tex']}: {told}" for one in compared() if (told := differences(one))]
    assert not wrong, f"{len(wrong)}\n" + "\n".join(wrong[:60])


@pytest.mark.parametrize("tex", MORE)
def test_forms_that_mean_something(tex: str) -> None:
    [one] = [one for one in more() if one["tex"] == tex]
    assert "error" not in one
    assert differences(one) is None


@cache
def more() -> list[dict[str, Any]]:
    """The same for formulas of our own."""
    return asyncio.run(_compare(list(MORE)))
