"""What is said of a formula: as MathJax 4's own explorer says it, but for what it says wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import prerender
from prerender.engine import FormulaInput, Job, Typeset, speech_languages
from prerender.markup.phrases import phrases
from tests.support.browser import SessionBrowser, new_engine
from tests.support.explorer import explorer_says
from tests.support.setups import PLAIN
from tests.support.tabs import typeset_alone

ROOT = Path(prerender.__file__).parent
#: of Wikipedia's kind, with what school, analysis, algebra and physics have in them
LIKE_THE_EXPLORER = (
    r"x^2 + y^2 = r^2",
    r"\frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
    r"\sum_{k=1}^{n} k = \frac{n(n+1)}{2}",
    r"\int_0^1 f(x)\,dx",
    r"\oint_C \vec{F}\cdot d\vec{r}",
    r"e^{i\pi} + 1 = 0",
    r"\lim_{x\to 0} \frac{\sin x}{x} = 1",
    r"a_{n+1} = a_n + d",
    r"x_{ij}^2",
    r"f'(x) + g''(x)",
    r"\sqrt[3]{x+1}",
    r"A \cup B \cap C",
    r"x \in \mathbb{R}",
    r"\forall x \exists y\, (x < y)",
    r"p \land q \lor \neg r",
    r"\alpha + \beta \le \gamma",
    r"\mathbf{x} \cdot \mathbf{y}",
    r"|x - y| < \varepsilon",
    r"\|v\|",
    r"n!",
    r"\{1, 2, \ldots, n\}",
    r"(a, b]",
    r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
    r"\begin{vmatrix} a & b \\ c & d \end{vmatrix}",
    r"|x| = \begin{cases} x & x \ge 0 \\ -x & \text{otherwise} \end{cases}",
    r"\binom{n}{k}",
    r"\log_2 8 = 3",
    r"\sin^2\theta + \cos^2\theta = 1",
    r"\hat{x} + \bar{y} + \dot{z}",
    r"\overbrace{a + b}^{c}",
    r"\prod_{i=1}^{m} x_i",
    r"\frac{\partial u}{\partial t} = \nabla^2 u",
    r"i\hbar \frac{\partial}{\partial t}\psi",
    r"a \equiv b",
    r"\lfloor x \rfloor + \lceil y \rceil",
    r"x \mapsto x^3",
    r"f \colon A \to B",
    r"P(A) = 0.5",
    r"3.14 \times 10^{-3}",
    r"x \text{ if } y",
    r"\mathcal{L}(\theta)",
    r"\frac{1}{1 + \frac{1}{x}}",
    r"x^{y^z}",
    r"\cancel{x}",
    r"\boxed{E = mc^2}",
    r"a \ne b, c \approx d",
    r"\iint_D f\,dA",
    r"x_1 + x_2 + \cdots + x_n",
    r"\tan^{-1} x",
    r"(a + b)^2 = a^2 + 2ab + b^2",
    r"\bigcup_{i \in I} A_i",
)

#: what is wrong without, and what is said now, in English MathSpeak
MENDED = {
    "words are not spelled": (r"\text{für alle } x", "für alle x"),
    "a text with signs": (r"\texttt{max\_value}", "max_value"),
    "words in pieces": (r"\mathrm{Größe}", "Größe"),
    "words of another script": (r"\operatorname{макс} x", "макс x"),
    "words in letters": (r"\operatorname{Var} X", "Var upper X"),
    "but known ones": (r"\operatorname{Pr} X", "probability upper X"),
    "and capitals": (r"\mathrm{AB}", "upper A upper B"),
    "a number": (r"x = 1 \tag{1}", "x equals 1, equation 1"),
    "a name for a number": (r"x = 1 \tag*{Euler}", "x equals 1, Euler"),
    "numbers of lines": (
        r"\begin{align} a &= b \tag{1} \\ &= c \tag{2} \end{align}",
        "StartLayout 1st Row a equals b, equation 1 2nd Row equals c, equation 2 EndLayout",
    ),
    "a line that is aligned": (r"\begin{align*} a &= b \end{align*}", "a equals b"),
    "an old alignment": (
        r"\begin{eqnarray*} a &=& b \\ &=& c \end{eqnarray*}",
        "StartLayout 1st Row a equals b 2nd Row equals c EndLayout",
    ),
    "but a matrix": (
        r"\begin{array}{cc} a & b \\ c & d \end{array}",
        "StartLayout 1st Row 1st Column a 2nd Column b 2nd Row 1st Column c 2nd Column d EndLayout",
    ),
    "a column": (
        r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}",
        "Start 2 By 1 Matrix 1st Row 1 2nd Row 2 EndMatrix",
    ),
    "bars of kets": (
        r"\langle\phi|A|\psi\rangle",
        "left angle bracket phi vertical bar upper A vertical bar psi right angle bracket",
    ),
    "but of a value": (
        r"\langle |x| \rangle",
        "left angle bracket StartAbsoluteValue x EndAbsoluteValue right angle bracket",
    ),
    "degrees": (r"30^\circ", "30 degrees"),
    "a transpose": (
        r"A^\top + B^{-\top}",
        "upper A Superscript upper T Baseline plus upper B Superscript negative upper T",
    ),
    "a long bar": (r"\overline{AB}", "ModifyingAbove upper A upper B With bar"),
    "upright symbols": (r"\emptyset \ne \Delta", "empty set not equals upper Delta"),
    "but upright letters": (r"\mathrm{d}x", "normal d x"),
    "arrows of reactions": (
        r"\ce{A -> B}",
        "normal upper A long right arrow normal upper B",
    ),
}

#: the same in other voices
ELSEWHERE = {
    ("de", "mathspeak", r"p(x \mid y)"): "p Klammer auf x senkrechter Strich y Klammer zu",
    ("de", "mathspeak", r"\psi\rangle"): "psi Mathematische rechte Winkelklammer",
    ("de", "mathspeak", r"x \tag{2}"): "x, Gleichung 2",
    ("de", "mathspeak", r"\color{red}{x}"): "x",
    ("fr", "mathspeak", r"\operatorname{rang} A"): "rang A majuscule",
    ("fr", "mathspeak", r"x \tag{2}"): "x, équation 2",
    ("es", "mathspeak", r"\text{año}"): "año",
    ("en", "clearspeak", r"p(x \mid y)"): "p of open paren x vertical bar y close paren",
    ("en", "clearspeak", r"|\psi\rangle"): "vertical bar psi right angle bracket",
    ("en", "clearspeak", r"x = 1 \tag{1}"): "x equals 1, equation 1",
    ("en", "clearspeak", r"\Delta x"): "Delta x",
    ("en", "clearspeak", r"a\ b"): "a b",
}

NOTHING = (r"\newcommand{\x}{y}", r"\phantom{x}", r"\quad", "", r"\rule{1em}{1em}", r"\text{ }")


def heard(
    formulas: Sequence[str], voice: str, style: str = "mathspeak", *, braille: bool = False
) -> list[Typeset]:
    """What a tab answers for displays, each a job of its own."""
    setup = PLAIN | {"speech": {"style": style, "braille": braille}}
    jobs = [Job("s", (FormulaInput(tex, True, "tex", 0, voice),)) for tex in formulas]
    return typeset_alone(jobs, setup)


@pytest.mark.parametrize(
    ("locale", "style", "formulas"),
    [
        ("en", "mathspeak", LIKE_THE_EXPLORER),
        ("en", "clearspeak", LIKE_THE_EXPLORER),
        ("de", "mathspeak", LIKE_THE_EXPLORER[:20]),
        ("fr", "clearspeak", LIKE_THE_EXPLORER[:20]),
        ("es", "mathspeak", LIKE_THE_EXPLORER[:20]),
    ],
)
def test_it_is_said_as_the_explorer_says_it(
    session_browser: SessionBrowser, locale: str, style: str, formulas: tuple[str, ...]
) -> None:
    theirs = session_browser.run(lambda one: explorer_says(one, formulas, locale, style))
    ours = [typeset.speech for typeset in heard(formulas, locale, style)]
    said = {tex: words for tex, (words, _) in zip(formulas, theirs, strict=True)}
    assert all(said.values())
    assert dict(zip(formulas, ours, strict=True)) == said


def test_what_the_explorer_says_wrong_is_mended() -> None:
    said = heard([tex for tex, _ in MENDED.values()], "en")
    wanted = {name: words for name, (_, words) in MENDED.items()}
    assert dict(zip(MENDED, (one.speech for one in said), strict=True)) == wanted


@pytest.mark.parametrize(("locale", "style"), sorted({(key[0], key[1]) for key in ELSEWHERE}))
def test_it_is_mended_in_other_voices(locale: str, style: str) -> None:
    wanted = {tex: words for (*where, tex), words in ELSEWHERE.items() if where == [locale, style]}
    said = heard(list(wanted), locale, style)
    assert dict(zip(wanted, (one.speech for one in said), strict=True)) == wanted


@pytest.mark.parametrize("voice", ["en", "mathml"])
def test_of_nothing_nothing_is_said(voice: str) -> None:
    for typeset in heard(NOTHING, voice, braille=True):
        assert typeset.error is None
        assert (typeset.speech, typeset.braille, typeset.mathml) == ("", "", "")


def test_braille_is_nemeth(session_browser: SessionBrowser) -> None:
    formulas = (r"x^2+y^2", r"\frac{a}{b}", r"\sqrt{2}")
    theirs = session_browser.run(lambda one: explorer_says(one, formulas, "en", "mathspeak"))
    ours = heard(formulas, "en", braille=True)
    assert [one.braille for one in ours] == [braille for _, braille in theirs]
    assert not any(one.braille for one in heard(formulas, "en"))


def test_each_formula_of_a_job_has_its_own_voice() -> None:
    voices = {"en": "x equals y", "de": "x ist gleich y", "mathml": "", "": ""}
    job = Job("s", tuple(FormulaInput("x=y", True, "tex", 0, voice) for voice in voices))
    setup = PLAIN | {"speech": {"style": "mathspeak", "braille": False}}

    async def ask() -> tuple[Typeset, ...]:
        async with new_engine(tabs=1) as engine:
            return (await engine.typeset(job, {"s": setup})).typesets

    typesets = asyncio.run(ask())
    assert [one.speech for one in typesets] == list(voices.values())
    assert [bool(one.mathml) for one in typesets] == [voice == "mathml" for voice in voices]


def test_what_nobody_could_listen_to_is_mathml() -> None:
    short, long = heard(["x" * 100, "x" * 3100], "en")
    assert (bool(short.speech), bool(short.mathml)) == (True, False)
    assert (long.speech, bool(long.mathml), long.error) == ("", True, None)


def test_a_number_is_called_as_links_to_it_are() -> None:
    words = json.loads((ROOT / "engine/worker/speech/words.json").read_text("utf-8"))["equation"]
    assert words.keys() == speech_languages()
    assert words == {language: phrases(language).equation for language in words}


def test_the_engine_is_the_one_that_this_mathjax_has() -> None:
    worker = ROOT.parent / "tests/node_modules/mathjax/sre/speech-worker.js"
    version = json.loads((ROOT / "engine/mathjax/sre/package.json").read_bytes())["version"]
    assert f'VERSION="{version}"' in worker.read_text("utf-8")
