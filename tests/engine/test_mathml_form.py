"""Formulas in, MathML Core as pages have it out: with TeX's spaces, in lines, with numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from prerender.engine import FormulaInput, Job, Typeset
from tests.support.mathml_core import mistakes
from tests.support.setups import PLAIN
from tests.support.tabs import typeset_alone

SETUP = PLAIN | {"markup": "mathml", "tex": {"tags": "ams"}}
SOLID = rf"\mathrm{{{'a' * 40}}}"
LONG = r"f(x) = \left( " + " + ".join(f"a_{{{i}}} x^{{{i}}}" for i in range(12)) + r" \right) = 0"
CASES = {
    "a relation": (r"a=b", "<mi>a</mi><mo>=</mo><mi>b</mi>"),
    "a relation in a script": (r"x_{i=1}", '<mo lspace="0" rspace="0">=</mo>'),
    "a sign": (r"-x", "<mo>−</mo><mi>x</mi>"),
    "a sign behind a bracket": (r"f(x)=0", "<mo>=</mo>"),
    "an operator without its space": (r"a\mathord{+}x", '<mo lspace="0" rspace="0">+</mo>'),
    "nothing": (r"{}=x", '<mo form="infix">=</mo>'),
    "a link": (r"\href{https://a.org}{\text{a}}", '<mtext><a href="https://a.org">a</a></mtext>'),
    "a link to a script": (r"\href{javascript:alert(1)}{x}", "<mi>x</mi>"),
    "an id and a class": (r"\cssId{i}{\class{c}{x}}", 'id="mjx-id:i"'),
    "an accent": (r"\hat x", '<mo stretchy="false">ˆ</mo>'),
    "a frame": (r"\fcolorbox{blue}{yellow}{x}", "border:2px solid blue"),
    "a style": (r"\style{color:red}{z}", '<mi style="color:red">z</mi>'),
    "a bracket": (r"\require{mathtools}\overbracket{x}", "border-top:0.1em solid;border-right:"),
    "a sign between nothing": (r"A{}+{}B", "<mi>A</mi><mo>+</mo><mi>B</mi>"),
    "a norm": (r"a\|x\|b", 'stretchy="false" lspace="0" rspace="0">‖</mo>'),
    "a bold sign": (r"\mmlToken{mo}[mathvariant=bold]{∇}x", '<mo lspace="0" rspace="0">𝛁</mo>'),
    "fences that need not grow": (r"\left[x\right]", '<mo stretchy="false">[</mo>'),
    "sizes": (r"\Tiny x\Huge x", '<mrow mathsize=".5em"><mi>x</mi><mrow mathsize="4.148em">'),
    "a sign alone in its cell": (
        r"\begin{eqnarray}a&=&b\end{eqnarray}",
        '<mspace width=".2778em"></mspace><mo lspace="0" rspace="0">=</mo>',
    ),
    "a brace beside rows": (
        r"\require{cases}\begin{numcases}{f=}a&b\\c&d\end{numcases}",
        'vertical-align:middle"><mi>f</mi><mo>=</mo><mo minsize="2.1em" maxsize="2.1em">{</mo>',
    ),
    "a fraction beside a letter": (r"a\frac12", "<mi>a</mi><mpadded><mfrac>"),
    "a fraction beside a sign": (r"a=\frac12", "<mo>=</mo><mfrac>"),
    "an upright letter beside one that leans": (
        r"2\mathrm{d}x",
        '<mn>2</mn><mpadded><mi mathvariant="normal">d</mi></mpadded><mi>x</mi>',
    ),
    "a function of a number": (r"\sin 2", "<mpadded><mi>sin</mi></mpadded><mo"),
    "a function of what has brackets": (r"\sin(2)", "<mi>sin</mi><mo>\u2061</mo>"),
    "a sign with a script": (r"a+_ib", '<mo lspace=".2222em" rspace=".2222em">+</mo>'),
    "a large bracket with a script": (r"\Big)^2", "<msup><mrow><mo minsize="),
    "a dotted bond": (r"\require{mhchem}\ce{A\bond{~}B}", ">---</mo>"),
    "a circled sign": (r"\mathord{\oplus}", 'largeop="false"'),
    "rows that hang": (
        r"\begin{array}[t]{c}a\\b\end{array}",
        '<mpadded height=".875em" depth="1.775em" voffset="-.708em"><mtable>',
    ),
}


def typeset(formulas: Sequence[str], *, display: bool = True) -> list[Typeset]:
    jobs = [Job("s", (FormulaInput(tex, display, "tex"),)) for tex in formulas]
    return typeset_alone(jobs, SETUP)


def bodies(one: Typeset) -> list[str]:
    return ["".join(map(str, layout.body)) for layout in one.layouts]


def test_what_is_written() -> None:
    answers = typeset([tex for tex, _ in CASES.values()])
    for (name, (_, wanted)), one in zip(CASES.items(), answers, strict=True):
        assert one.error is None, name
        [body] = bodies(one)
        assert wanted in body, (name, body)
        assert mistakes(f"<math>{body}</math>", in_page=True) == [], name
        assert "javascript" not in body


@pytest.fixture(scope="module")
def displays() -> list[Typeset]:
    numbered = [rf"\begin{{equation}} {tex} \end{{equation}}" for tex in ("x", LONG, SOLID)]
    return typeset([LONG, *numbered])


def test_lines_are_rows(displays: Sequence[Typeset]) -> None:
    """Each layout is narrower than the one before; fences over lines keep their size."""
    one = displays[0]
    widths = [layout.width for layout in one.layouts]
    assert len(widths) > 2
    assert widths == sorted(widths, reverse=True)
    natural, *broken = bodies(one)
    assert "<mtr>" not in natural
    assert all(body.count("<mtr>") > 1 for body in broken)
    assert re.search(r'minsize="[\d.]+em" maxsize="[\d.]+em">\(', broken[-1])
    assert '<mo form="infix" lspace="0">+</mo>' in broken[-1]
    assert all(mistakes(f"<math>{body}</math>", in_page=True) == [] for body in bodies(one))


def test_words_that_may_be_parted_keep_their_spaces() -> None:
    [one] = typeset([rf"\text{{all those words}} = {' + '.join('abcdefghijklmnopq')}"])
    assert len(one.layouts) > 2
    assert all("<mtext>all\xa0</mtext><mtext>those\xa0</mtext>" in body for body in bodies(one)[1:])


def test_what_follows_lines_in_a_row_stands_beside_the_last() -> None:
    sum_ = "+".join(f"a_{{{index}}}" for index in range(20))
    [one] = typeset([rf"\begin{{split}} {sum_} &= b \\ &= c \end{{split}}"])
    assert len(one.layouts) > 2
    for body in bodies(one):
        rows = body.split("<mtr>")
        assert "<mi>b</mi>" in rows[-2]
        assert "<mn>19</mn>" in rows[-2]


def test_a_root_has_its_sign_in_the_font() -> None:
    assert [set("√") <= set(one.glyphs) for one in typeset([r"\sqrt x", r"\sqrt[3]x", "x"])] == [
        True,
        True,
        False,
    ]


def test_numbers_are_cells_at_the_end_of_the_line(displays: Sequence[Typeset]) -> None:
    short, long, solid = displays[1:]
    assert short.layouts[0].full_width
    assert short.layouts[0].tag is None
    [body] = bodies(short)
    assert body.index("<mi>x</mi>") < body.index("<mtext>1</mtext>")
    assert 'id="mjx-eqn' in bodies(long)[0]
    # The last has it below its row
    assert ["columnspan" in body for body in bodies(solid)] == [False, True]
    assert not any("id=" in body for body in bodies(long)[1:])


def test_parts_of_an_inline_formula_keep_their_spaces() -> None:
    """Signs stand at the ends of parts, as they would in one."""
    [one] = typeset([r"a+b+c+d+e+f+g+h = i+j+k+l+m+n"], display=False)
    assert len(one.layouts) > 2
    assert all(isinstance(part.break_before, int) for part in one.layouts[1:])
    assert "".join(bodies(one)).count('<mo form="infix">') == len(one.layouts) - 1
