"""TeX in, the lines of its layouts as strings out: what a break costs, and which one is chosen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.async_api import Error as PlaywrightError

from prerender.engine.tab import Tab
from tests.support.browser import new_engine

pytestmark = pytest.mark.quick

_LOOK = Path(__file__).with_name("lines.js").read_text("utf-8").rstrip().removesuffix(";")
#: ex: italics overhang their boxes
_OVERHANG = 0.5
#: ex: the column of a phone, and the width below which no layout is looked for
_PHONE, _NARROWEST = 44, 26
#: ex: the screen of a large phone
_HANDHELD = 58
#: em
_EX = 0.442
#: a worst break of this cost lies within two pairs of fences
_UGLY = 240
#: what it costs to give up the columns of an alignment
_FOLDED = 120

#: the parts of which MathJax makes large brackets and roots
_PARTS = {"[⎛⎝⎜]+": "(", "[⎞⎠⎟]+": ")", "√[⎷√]+": "√"}
_WORD = re.compile(r"([A-Z])\1{8,}")


def wide(tex: str) -> str:
    """TeX in which each capital is a word of nine such letters, that cannot be broken.

    The lines of a layout show it as one capital again.
    """
    return re.sub("[A-Z]", lambda capital: 9 * capital[0], tex)


@dataclass(frozen=True)
class Layout:
    """What a layout shows: of each line its glyphs and where they begin. Lengths are in ex."""

    width: float
    height: float
    penalty: float
    worst: float
    left: float
    right: float
    numbered: bool
    gaps: list[tuple[float, float]]
    glyphs: list[list[tuple[str, float]]]

    @cached_property
    def lines(self) -> list[str]:
        """Their characters."""
        lines = ["".join(character for character, _ in line) for line in self.glyphs]
        for parts, whole in _PARTS.items():
            lines = [re.sub(parts, whole, line) for line in lines]
        return [_WORD.sub(r"\1", line) for line in lines]

    @property
    def text(self) -> str:
        """All characters, in order."""
        return "".join(self.lines).replace("/", "")

    @property
    def steps(self) -> set[int]:
        """How many characters stand before each line that starts with a relation."""
        lengths = (sum(character != "/" for character, _ in line) for line in self.glyphs)
        pairs = zip(accumulate(lengths), self.lines[1:], strict=False)
        return {end for end, line in pairs if line.startswith(("=", "≤"))}

    @property
    def signs(self) -> list[float]:
        """Where the relation signs stand."""
        return [x for line in self.glyphs for character, x in line if character in "=≤<"]


class Typesetter:
    """A tab that answers at once: a formula in, its layouts out."""

    def __init__(self, runner: asyncio.Runner, tab: Tab) -> None:
        self._runner = runner
        self._tab = tab
        self.own = 0.0
        """The width that MathJax gives the last formula when left alone."""

    def __call__(self, tex: str) -> list[Layout]:
        found = self.evaluate(_LOOK, tex)
        self.own = found["own"]
        assert found["same"], "the compiled formula is not as it was"
        return [Layout(**one) for one in found["layouts"]]

    def evaluate(self, code: str, argument: object = None) -> Any:
        return self._runner.run(self._tab._page.evaluate(code, argument))


@pytest.fixture(scope="module")
def lay() -> Iterator[Typesetter]:
    with asyncio.Runner() as runner:
        engine = new_engine(tabs=1)
        browser = runner.run(engine.browser())
        yield Typesetter(runner, runner.run(Tab.open(browser)))
        runner.run(engine.__aexit__(None, None, None))


def broken(layouts: list[Layout]) -> list[str]:
    """The layouts but the natural one, with `|` between their lines."""
    return ["|".join(layout.lines) for layout in layouts[1:]]


# Which break is chosen ----------------------------------------------------------------------------

# Two breaks of which each would do at first, the cheaper leaving the wider line. It comes first,
# and the other when there is less room.
CHOICES = {
    ("connective", "condition"): (r"A\iff BB\quad CC", "A|⟺BC", "A⟺B|C"),
    ("condition", "statement"): (r"x=A\quad BB, y=CC", "x=A|B,y=C", "x=AB,|y=C"),
    ("statement", "relation"): ("AA=BB, c=D", "A=B,|c=D", "A|=B,c=D"),
    ("relation", "sum"): ("AA=BB+CCC", "A|=B+C", "A=B|+C"),
    ("later", "sum"): ("AA=BB, CCCC=DD+EEEE", "A=B,|C|=D+E", "A=B,|C|=D|+E"),
    ("sum", "clause"): ("A+BB, CC", "A|+B,C", "A+B,|C"),
    ("text", "clause"): (r"A\text{ if }BB, CC", "A if |B,C", "A if B,|C"),
    ("clause", "word"): (r"A, BB\text{CC DD}", "A,|BC D", "A,BC |D"),
    ("remark", "product"): (r"AA\times B\quad(C)", "A×B|(C)", "A|×B(C)"),
    ("word", "product"): (r"\text{A BB}\times CC", "A |B×C", "A B|×C"),
    ("product", "factor"): (r"A\times (BB)(CC)", "A|×(B)(C)", "A×(B)|(C)"),
    ("factor", "operand"): (r"(A)BB\int CC", "(A)|B∫C", "(A)B|∫C"),
    ("operand", "sum in fences"): (r"A\int (BB+CC)", "A|∫(B+C)", "A∫(B|+C)"),
    ("sum in fences", "comma"): ("f(A+BB, CC)", "f(A|+B,C)", "f(A+B,|C)"),
    ("comma", "inner"): ("p(A, BB=CC)", "p(A,|B=C)", "p(A,B|=C)"),
    ("inner", "product in fences"): (r"p(A=BB\times CC)", "p(A|=B×C)", "p(A=B|×C)"),
    ("operand in fences", "sum in two fences"): (r"(A\int (BB+CC))", "(A|∫(B+C))", "(A∫(B|+C))"),
    ("sum in fences", "sum in two fences"): ("(A+(BB+CC))", "(A|+(B+C))", "(A+(B|+C))"),
    ("a break in a line", "one in a fraction"): (
        r"\frac{AA}{B}+\frac{CC+DD}{E}",
        "AB|+C+DE",
        "AB|+C/+DE",
    ),
    ("one in a fraction", "one in a root in it"): (
        r"\frac{AA+\sqrt{BB+CC}}{d}",
        "A/+√B+Cd",
        "A/+√B/+Cd",
    ),
}


@pytest.mark.parametrize(("cheaper", "dearer"), CHOICES)
def test_the_cheaper_break_is_chosen(lay: Typesetter, cheaper: str, dearer: str) -> None:
    tex, first, later = CHOICES[cheaper, dearer]
    found = broken(lay(wide(tex)))
    assert {first, later} <= set(found)
    assert found.index(first) < found.index(later)


def test_each_kind_of_break_has_a_case(lay: Typesetter) -> None:
    penalties = lay.evaluate("async () => (await import('/worker/layout/breaks.js')).PENALTY")
    assert {kind for pair in CHOICES for kind in pair} >= penalties.keys()


# What holds for every layout of every formula -----------------------------------------------------

FORMULAS = {
    "functions": r"\mathcal{L}(\theta)=-\sum_{i=1}^n\log p_\theta(x_i)+\lambda R(\theta)"
    r"+\operatorname{KL}(q\Vert p)+f'(x)g^{-1}(y)\Gamma(s)\sin(2\pi t)",
    "expectations": r"\mathbb{E}_{x\sim p}\left[\log D(x)\right]+\mathbb{E}_{z\sim q}"
    r"\left[\log\left(1-D(G(z))\right)\right]\le\max_D V(D,G)-\operatorname{Var}[X]",
    "fences": r"\left\langle u,v\right\rangle\le\left\|u\right\|\left\|v\right\|=\left|a+b+c\right|"
    r"+[0,1)\cup(2,3]+\left\{x\in X:f(x)<g(x)\right\}+\lfloor y\rfloor",
    "fractions": r"\frac{a+b+c+d+e}{f+g+h}+\frac{1}{1+\frac{1}{1+x}}-\frac12\sqrt{b^2-4ac}"
    r"=-\frac{x}{y}\frac{\partial f}{\partial x}",
    "signs": r"a=-b+c-d=-\left(e-f\right)=\pm g\mp h=-i\cdot(-j)\times(-k)=-l-m-n-o-p-q-r-s-t",
    "groups": r"{a_1+b_1+c_1(x+y+z)}+{d+e+f+g}^2+\left(h+i+j+k\right)^{2n}=l+m+n+o+p+q+r",
    "small": r"\scriptstyle a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u+v+w+x=0+1+2+3+4+5",
}
#: nothing but signs, brackets and commas
_LONE = re.compile(r"[-−+=±∓×⋅≤<>()\[\]{}⟨⟩|‖,]*")
#: what waits for an operand
_WAITS = re.compile(r"[-−+=±∓×⋅≤<∼∈∪∘([{⟨⌊]$")


def check(layouts: list[Layout], own: float) -> None:
    """MathJax's own layout first; none that loses or doubles a glyph, or is wider than it says."""
    natural = layouts[0]
    assert natural.width == pytest.approx(own, abs=0.01)
    assert natural.penalty == natural.worst == 0
    for wider, layout in pairwise(layouts):
        assert layout.width < wider.width
        assert layout.text == natural.text
        assert wider.width > _NARROWEST
    for layout in layouts:
        assert layout.left > -_OVERHANG
        assert layout.right < layout.width + _OVERHANG


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas(lay: Typesetter, name: str) -> None:
    """No line is a lone sign, none ends before an operand or begins with an argument."""
    layouts = lay(FORMULAS[name])
    check(layouts, lay.own)
    assert layouts[-1].width < 0.6 * layouts[0].width
    for layout in layouts:
        assert not any(_LONE.fullmatch(line) for line in layout.lines)
        for line, after in pairwise(layout.lines):
            assert not _WAITS.search(line)
            assert not after.startswith(("(", "[")) or line.endswith((")", "]"))


@pytest.mark.parametrize("short", ["a", "x_1", "xy", r"\phi'"])
def test_a_short_line_is_worse_than_a_dearer_break(lay: Typesetter, short: str) -> None:
    """One shorter than 1.1 em is not made at all, if a phone has the room for the other."""
    layouts = lay(wide(f"{short}=BB+C"))
    assert ["=" in one.lines[0] for one in layouts] == [True, True]


def test_spaces_stay_when_breaks_are_taken_back(lay: Typesetter) -> None:
    """The parts of a fraction that is too wide are broken only after a try to go without."""
    layouts = lay(wide(r"12\sum\frac{A+B+C}{d}=e"))
    broken_inside = next(one for one in layouts if one.lines[0].startswith("12∑A+B/+Cd"))
    (_, whole), (_, squeezed) = (one.glyphs[0][2] for one in (layouts[0], broken_inside))
    assert squeezed == pytest.approx(whole, abs=0.02)


def test_a_denominator_is_broken_no_more_than_the_numerator(lay: Typesetter) -> None:
    below = "ce^2(m+2p+1)(m+2p+2)"
    above = "(d+ex)^{m+1}(Ace(m+2p+2)-B(cd+2cdp-bep)+Bce(m+2p+1)x)(a+bx+cx^2)^p"
    layouts = lay(
        rf"\int(d+ex)^m(A+Bx)(a+bx+cx^2)^pdx=\frac{{{above}}}{{{below}}}-\frac p{{{below}}}"
    )
    enough = [layout for layout in layouts if layout.width > 33]
    assert len(enough) > 3
    for layout in enough:
        assert sum(line.count("ce2(m+2p+1)(m+2p+2)") for line in layout.lines) == 2


def test_a_function_keeps_its_argument(lay: Typesetter) -> None:
    for name in (r"\mathcal{L}", "f'", "f^{-1}", r"\Gamma", r"\sin", r"\operatorname{E}_q"):
        for argument in (r"(\theta)", r"\left[\theta\right]"):
            layouts = lay("=".join([name + argument] * 16))
            assert len(layouts[-1].lines) > 3
            assert all(line.startswith("=") for one in layouts for line in one.lines[1:])


_TERMS = st.sampled_from(
    [
        *("x", "y_1", "z^2", "12", "-u", "f(x)", r"\sin t", r"\mathbb{E}[X]", r"\frac{a+b}{c}"),
        *(r"\sqrt{p-q}", "(r+s)", r"\left(\frac12+v\right)^2", r"\sum_{i=0}^n a_i", r"\|w\|"),
        *(r"\int_0^1 g\,dt", r"\text{a word}", r"\frac{\partial h}{\partial k}", "{l+m}", "|n|"),
    ]
)
_SIGNS = st.sampled_from(["+", "-", "=", r"\le ", r"\cdot ", r"\times ", ",", r",\quad ", ""])
_AROUND = st.sampled_from(["%s", "%s", r"\left(%s\right)", r"\frac{%s}{2}", r"\sqrt{%s}"])


@st.composite
def _formulas(draw: st.DrawFn) -> str:
    """Terms with signs between them, some all in fences, in a fraction or a root."""
    terms = draw(st.lists(st.tuples(_TERMS, _SIGNS), min_size=4, max_size=16))
    return "a=" + draw(_AROUND) % "".join(f"{term}{sign}" for term, sign in terms)


@settings(max_examples=60, derandomize=True, database=None)
@given(tex=_formulas())
def test_random_formulas(lay: Typesetter, tex: str) -> None:
    check(lay(tex), lay.own)


@pytest.mark.parametrize(
    "tex",
    [
        r"x=A,\quad f(u,v)\in B+C",
        r"x=A, f(u,v)\in B+C",
        r"x=A\text{ with }f(u,v)\in B+C",
        r"\sin A,\quad f(u,v)\in B+C",
        r"x=A, f(u,v)=B, g(u,v)=B+C",
    ],
)
def test_a_relation_keeps_a_short_left_side(lay: Typesetter, tex: str) -> None:
    """The line ends before it, at the comma or the word, though that takes one line more."""
    layouts = lay(wide(tex))
    assert len(layouts) > 2
    for layout in layouts[1:]:
        assert not any(line.startswith(("=", "∈")) for line in layout.lines)


def test_arguments_do_not_hold_the_relation_after_them(lay: Typesetter) -> None:
    layout = lay(wide("f(A, b)=C"))[1]
    assert layout.lines == ["f(A,b)", "=C"]
    assert layout.penalty == 20


@pytest.mark.parametrize("sign", ["+", "-", r"\cup", r"\times"])
@pytest.mark.parametrize(
    "braced",
    [r"\underbrace{%s}_{n}", r"\overbrace{%s}^{n}", r"\overbrace{%s}", r"\underparen{%s}_{n}"],
)
def test_what_has_a_brace_is_an_operand(lay: Typesetter, braced: str, sign: str) -> None:
    """TeX takes it for an operator, and the sign after it for a letter."""
    parts = [wide(braced % part) for part in ("A", "B", "C")]
    lines = lay(sign.join(parts))[-1].lines
    assert ["".join(re.findall("[ABC]", line)) for line in lines] == ["A", "B", "C"]
    [first] = {line[0] for line in lines[1:]}
    assert first not in "ABC"


@pytest.mark.parametrize(
    "tree",
    [
        r"\AxiomC{$\Gamma\vdash A, B$}\AxiomC{$\Delta\vdash C, D$}"
        r"\BinaryInfC{$\Gamma,\Delta\vdash A, E$}",
        r"\AxiomC{$A\to B, C\vdash D$}\RightLabel{\scriptsize(ax)}"
        r"\UnaryInfC{$A\to B\vdash C\to D$}",
    ],
)
def test_proof_trees_keep_their_shape(lay: Typesetter, tree: str) -> None:
    [layout] = lay(wide(rf"\begin{{prooftree}}{tree}\end{{prooftree}}"))
    assert layout.width > 1.5 * _PHONE


def test_tall_lines_stand_apart(lay: Typesetter) -> None:
    """Further than MathJax has lines of text, which a row of a matrix might be taken for."""
    matrix = r"\begin{pmatrix}a+b&c+d\\e+f&g+h\\i&j\end{pmatrix}"
    terms = ["ABC", *[matrix] * 4, "DEF", "GHI", r"\sqrt{ABC}"]
    for tex in ("x=%s", r"x=\left(%s\right)", r"\frac{%s}{2}", r"\boxed{%s}"):
        gaps = [gap for layout in lay(tex % wide("+".join(terms))) for gap in layout.gaps]
        assert len(gaps) > 10
        for gap, height in gaps:
            assert gap > (0.38 if height > 4 else 0.18) / _EX


def test_boxes_fit_what_is_broken_in_them(lay: Typesetter) -> None:
    bare, boxed = lay(wide("A+B+C+D+E")), lay(wide(r"\boxed{A+B+C+D+E}"))
    frame = boxed[0].width - bare[0].width
    assert boxed[-1].lines == bare[-1].lines
    assert boxed[-1].width == pytest.approx(bare[-1].width + frame, abs=0.1)


# Chains, as those who break them by hand do it ----------------------------------------------------


def test_each_step_begins_a_line_once_one_does(lay: Typesetter) -> None:
    """The first line is filled before; the short last step has a line of its own, too."""
    chains = {
        "d=A=B=C=0": ["d=A=B|=C=0", "d=A|=B|=C|=0"],
        r"AA+d\le BB+d\le CC+d\to 0": ["A+d≤B+d|≤C+d|→0", "A+d|≤B+d|≤C+d|→0"],
        "d=AB+CA=BC=CA+B": ["d=AB+CA=BC|=CA+B", "d=AB+CA|=BC|=CA+B"],
    }
    for tex, wanted in chains.items():
        assert broken(lay(wide(tex)))[: len(wanted)] == wanted


def test_short_steps_go_on(lay: Typesetter) -> None:
    """Those of up to 4 em, or a third of the longest."""
    layouts = lay(wide("AA=b=c=d=e=f=BA+CA"))
    assert layouts[2].lines == ["A=b=c=d=e=f", "=BA", "+CA"]
    long = broken(lay(wide("x=ABCDEF=y=ABCDEF=y=ABCDEF")))
    assert "x=ABCDEF=y|=ABCDEF=y|=ABCDEF" in long


def test_two_lines_are_filled_and_a_long_chain_has_a_line_a_step(lay: Typesetter) -> None:
    [first, *_] = broken(lay(wide("x=AA=BB=CC=D")))
    assert first == "x=A=B|=C=D"
    narrow = broken(lay(wide("x=AB=CA=BC=AB=CA=BC=AB")))
    assert "x=AB|=CA|=BC|=AB|=CA|=BC|=AB" in narrow
    assert not any(lines.count("|") > 2 and "=AB=CA" in lines for lines in narrow)


@pytest.mark.parametrize(
    "remark", [r"(\text{as } x>0)", r"(n\to\infty)", r"\text{by A}", r"\left(x^2\right)"]
)
def test_a_remark_on_a_step_ends_no_chain(lay: Typesetter, remark: str) -> None:
    lines = broken(lay(wide(rf"x=AB\qquad {remark}=BC=CA")))[1].split("|")
    assert [line[:2] for line in lines[1:]] == ["=B", "=C"]


def test_a_bar_is_no_fence_for_one_elsewhere(lay: Typesetter) -> None:
    """Of |…| in other braces, or with a relation between."""
    for tex in (r"\{AA|B\}=\{CC|D\}", "P(A|B)=AC+P(C|D)", "A|B=CC|D"):
        assert min(one.worst for one in lay(wide(tex))[1:]) == 0


@pytest.mark.parametrize("blank", [r"\ ", "~", r"\text{ }"])
def test_no_line_begins_at_a_blank(lay: Typesetter, blank: str) -> None:
    layouts = lay(wide(rf"A+\int BC{blank}dx=\int DE{blank}dy"))
    assert len(layouts) > 2
    assert not any(re.match(r"\s|d[xy]", line) for one in layouts for line in one.lines[1:])


CHAINS = {
    "steps of all lengths": "88=8+16+64=0·2^0+0·2^1+0·2^2+1·2^3+1·2^4+0·2^5+1·2^6=(1011000)_2",
    "in one bracket": r"f(x)=\frac{A}{\pi[1-\exp(-x)]}"
    r"\Big[\frac{1}{(x-y)^2+z^2}-\frac{1}{(x+y)^2+z^2}\Big]",
    "in two lines": "f(u+v)=f(p(x)+p(y))=f(p(x+y))=L(x+y)=L(x)+L(y)=f(p(x))+f(p(y))=f(u)+f(v)",
    "statements": r"a+b+c+d=e+f+g+h,\quad i+j+k+l=m+n+o+p,\quad q+r+s=t+u+v+w",
}


@pytest.mark.parametrize("name", CHAINS)
def test_steps_that_begin_lines_do_so_on_smaller_phones(lay: Typesetter, name: str) -> None:
    handheld = [one for one in lay(CHAINS[name]) if one.width <= _HANDHELD]
    assert len(handheld) > 1
    for wider, narrower in pairwise(handheld):
        assert wider.steps <= narrower.steps


@pytest.mark.parametrize("remark", [r"\in X", r"\ne 0", ": X"])
def test_what_is_said_of_a_step_is_none(lay: Typesetter, remark: str) -> None:
    lines = broken(lay(wide(rf"x=AB=BC=CA{remark}")))[1].split("|")
    assert [line[:3] for line in lines] == ["x=A", "=BC", "=CA"]


@pytest.mark.parametrize("tex", ["d=A+B+C", r"d\le A=B+C", "d=A-B-C"])
def test_a_short_left_side_is_not_left_alone(lay: Typesetter, tex: str) -> None:
    for layout in lay(wide(tex)):
        assert layout.lines[0] != "d"


_DISPLAYS = re.compile(
    r"\\\[(.*?)\\\]|math/tex; ?mode=display\">(.*?)</script>|\$\$(.*?)\$\$", re.S
)


@pytest.mark.slow
def test_real_displays_on_phones(lay: Typesetter, shared: Path) -> None:
    """No line of a lone sign that the author did not write; steps as above."""
    pages = [file.read_text("utf-8", "replace") for file in (shared / "sites").rglob("*.html")]
    found = [unescape("".join(parts)) for page in pages for parts in _DISPLAYS.findall(page)]
    wide_ones = 0
    for tex in dict.fromkeys(found):
        try:
            layouts = lay(tex)
        except PlaywrightError:  # what MathJax does not take
            continue
        handheld = [one for one in layouts[1:] if one.width <= _HANDHELD]
        wide_ones += bool(handheld)
        for one in handheld:
            broken_off = set(one.lines) - set(layouts[0].lines)
            assert not any(line and _LONE.fullmatch(line) for line in broken_off), tex
        for wider, narrower in pairwise(handheld):
            assert wider.steps <= narrower.steps or wider.text != narrower.text, tex
    assert wide_ones > 100


# Alignments, matrices, fences, numbers ------------------------------------------------------------


def test_alignments_keep_their_alignment(lay: Typesetter) -> None:
    """Until their breaks would cost more than the columns are worth; each row has its own lines."""
    layouts = lay(wide(r"\begin{align}AA+B&=CC\\DD&\le EE+F\\g&<DD\end{align}"))
    aligned = [max(one.signs) - min(one.signs) < 0.01 for one in layouts]
    assert aligned == sorted(aligned, reverse=True)
    assert aligned.count(True) >= 2
    assert not aligned[-1]
    assert all(one.penalty > _FOLDED for one in layouts[aligned.count(True) :])
    for layout in layouts:
        assert any(line.startswith("g<") for line in layout.lines)


def test_a_root_in_a_row_is_no_higher_than_it_has_to_be(lay: Typesetter) -> None:
    """However high it was in a layout that was tried before."""
    root, other = r"x=\sqrt{A+B\over C+D}", "x=E+F"
    rows = rf"\begin{{split}}{root.replace('=', '&=')}\\{other.replace('=', '&=')}\end{{split}}"
    whole, root_alone, other_alone = lay(wide(rows)), lay(wide(root)), lay(wide(other))
    assert whole[-1].lines == [*root_alone[-1].lines, *other_alone[-1].lines]
    between = whole[0].height - root_alone[0].height - other_alone[0].height
    assert whole[-1].height < root_alone[-1].height + between + other_alone[-1].height


def test_rows_of_a_multline_are_broken(lay: Typesetter) -> None:
    layouts = lay(wide(r"\begin{multline}A+B+C\\+D+E+F\end{multline}"))
    assert layouts[0].lines == ["A+B+C", "+D+E+F"]
    assert layouts[-1].lines == ["A", "+B", "+C", "+D", "+E", "+F"]


def test_matrices_are_not_broken(lay: Typesetter) -> None:
    matrix = r"\begin{pmatrix}A+B&C+D\\E+F&G+H\end{pmatrix}"
    layouts = lay(wide(f"x={matrix}+{matrix}+y"))
    assert len(layouts) > 2
    for layout in layouts:
        assert sum(line.count("(A+BC+D/E+FG+H)") for line in layout.lines) == 2


def test_evaluation_bars_stay_with_what_they_evaluate(lay: Typesetter) -> None:
    layouts = lay(r"y=" + r"\frac{\partial f(x,u)}{\partial x}\bigg|_{x=0}+" * 5 + r"(a)\Big|_0^1")
    assert len(layouts[-1].lines) >= 4
    assert not any(line.startswith(("∣", "|")) for one in layouts for line in one.lines)


def test_ugly_breaks_are_for_what_a_phone_could_not_show(lay: Typesetter) -> None:
    """Within two pairs of fences none, if a column of 44 ex can have the formula without."""
    fits = lay(wide("f(g(A+B)+CC)"))
    assert [one.worst < _UGLY for one in fits] == [True] * len(fits)
    assert fits[-1].width <= _PHONE
    wider = lay(wide("f(g(A+BB)+CC)"))
    assert [one.worst < _UGLY for one in wider] == [True, True, False]
    assert _PHONE < wider[-2].width < 1.3 * _PHONE


def test_numbers_are_kept(lay: Typesetter) -> None:
    layouts = lay(r"a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u+v+w+x+y+z=0\tag{7}")
    assert len(layouts) > 2
    for layout in layouts:
        assert layout.numbered
        assert layout.text.endswith("(7)")
        assert layout.text == layouts[0].text


def test_what_fits_every_screen_has_one_layout(lay: Typesetter) -> None:
    [layout] = lay("a+b=c")
    assert layout.lines == ["a+b=c"]
