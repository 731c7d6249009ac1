r"""Markup of KaTeX and MathJax goes in; the formulas with the source left in it come out."""

from __future__ import annotations

import pytest

from prerender.find import find_rendered
from prerender.source import parse, xhtml

pytestmark = pytest.mark.quick

MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML"{}>{}</math>'
TEX = '<annotation encoding="application/x-tex">{}</annotation>'


def katex(tex: str, attributes: str = "", shown: str = "") -> str:
    """KaTeX's output, with what it shows cut short."""
    noted = MATH.format(attributes, f"<semantics><mrow></mrow>{TEX.format(tex)}</semantics>")
    return (
        f'<span class="katex"><span class="katex-mathml">{noted}</span>'
        f'<span class="katex-html" aria-hidden="true">{shown}</span></span>'
    )


def preview(shown: str, tex: str, kind: str = "math/tex") -> str:
    """MathJax 2's output with its preview and its script."""
    script = f'<script type="{kind}" id="MathJax-Element-1">{tex}</script>'
    return f'<span class="MathJax_Preview" style="color: inherit;"></span>{shown}{script}'


def glyphs(title: str, *codes: str) -> str:
    """A picture by mathjax-node-page, of glyphs in MathJax 2's fonts."""
    drawn = "".join(f'<use xlink:href="#E1-MJMATHI-{code}"></use>' for code in codes)
    return f'<span class="mjpage">{SVG.format(title).replace("</svg>", drawn + "</svg>")}</span>'


BARE = '<span class="katex"><span class="katex-html" aria-hidden="true">x</span></span>'
FRAME = '<span class="MathJax" id="MathJax-Element-1-Frame"><nobr>x</nobr></span>'
LABELLED = '<span class="mjx-chtml{}"><span class="mjx-math" aria-label="{}">x</span></span>'
SVG = '<svg aria-labelledby="MathJax-SVG-1-Title"><title id="MathJax-SVG-1-Title">{}</title></svg>'
CONTAINER = '<mjx-container class="MathJax" jax="CHTML"{}>{}</mjx-container>'
READERS = '<mjx-assistive-mml unselectable="on" display="inline">{}</mjx-assistive-mml>'


@pytest.mark.parametrize(
    ("markup", "engine", "math", "display"),
    [
        (katex("a&lt;b&amp;c"), "katex", "a<b&c", False),
        (f'<span class="katex-display">{katex("x")}</span>', "katex", "x", True),
        (f'<span class="katex-display fleqn">\n{katex("x")}\n</span>', "katex", "x", True),
        # output: "mathml"
        (
            '<span class="katex">'
            + MATH.format(' display="block"', f"<semantics>{TEX.format('y')}</semantics>")
            + "</span>",
            "katex",
            "y",
            True,
        ),
        (preview(FRAME, "a<b"), "mathjax2", "a<b", False),
        (
            preview(f'<div class="MathJax_Display">{FRAME}</div>', " x ", "math/tex; mode=display"),
            "mathjax2",
            "x",
            True,
        ),
        (preview('<span class="mjx-chtml MathJax_CHTML">x</span>', "y"), "mathjax2", "y", False),
        (preview('<span class="MathJax_SVG"><svg></svg></span>', "y"), "mathjax2", "y", False),
        # tools that pretty-print put white space between them
        (f'<span class="MathJax_Preview"></span>\n {FRAME}\n <script type="math/tex">z</script>',
         "mathjax2", "z", False),
        # MathJax 2 in Node
        (f'<span class="mjpage">{SVG.format(" a&lt;b ")}</span>', "mathjax2", "a<b", False),
        (f'<span class="mjpage mjpage__block">{SVG.format("x")}</span>', "mathjax2", "x", True),
        (f'<span class="mjpage">{LABELLED.format("", "x^2")}</span>', "mathjax2", "x^2", False),
        (LABELLED.format(" MJXc-display", r"\frac 1 2"), "mathjax2", r"\frac 1 2", True),
        (glyphs(r"\lambda\text{if}", "3BB", "69", "66"), "mathjax2", r"\lambda\text{if}", False),
        (glyphs(r"\begin{array}{lc} f \\[2pt] a \end{array}\left(\right.", "66", "61", "239B"),
         "mathjax2", r"\begin{array}{lc} f \\[2pt] a \end{array}\left(\right.", False),
        (glyphs(r"x \label{eq:one}\color{red}{y}", "78", "79"), "mathjax2",
         r"x \label{eq:one}\color{red}{y}", False),
        # MathJax 4: the TeX of the whole, not of a part
        (
            CONTAINER.format(
                ' display="true"',
                '<mjx-math data-latex="x&lt;\\text{&quot;}"><mjx-mi data-latex="x"></mjx-mi>'
                "</mjx-math>",
            ),
            "mathjax4",
            'x<\\text{"}',
            True,
        ),
        (CONTAINER.format(' data-latex="y"', "<svg></svg>"), "mathjax4", "y", False),
        (
            '<mjx-container class="MathJax" jax="SVG"><svg><g data-mml-node="math" data-latex="">'
            "</g></svg></mjx-container>",
            "mathjax4",
            "",
            False,
        ),
    ],
)  # fmt: skip
def test_tex_is_read(markup: str, engine: str, math: str, display: bool) -> None:
    page = f"<p>before {markup} behind"
    [found] = find_rendered(parse(page), page)
    assert found.formula is not None
    assert (found.engine, found.formula.math, found.formula.display) == (engine, math, display)
    assert found.formula.input == "tex"
    assert page[slice(*found.formula.span)] == markup


def test_mathml_of_katex_that_mathjax_2_has_taken_has_its_tex() -> None:
    note = TEX.format("\n a&lt;b\n")
    script = f'<script type="math/mml">{MATH.format("", note)}</script>'
    taken = f'<span class="katex-mathml">{preview(FRAME, "", "math/mml")}{script}</span>'
    page = f'<span class="katex">{taken}<span class="katex-html"></span></span>'
    [found] = find_rendered(parse(page), page)
    assert found.formula is not None
    assert found.formula.math == "a<b"


def test_mathml_for_readers_is_read() -> None:
    mathml = MATH.format("", "<mi>x</mi><mo>&lt;</mo><mtext>&nbsp;</mtext>")
    shown = CONTAINER.format("", f"<mjx-math><mjx-mi></mjx-mi></mjx-math>{READERS.format(mathml)}")
    [found] = find_rendered(parse(shown), shown)
    assert found.formula is not None
    assert (found.formula.input, found.formula.math) == ("mathml", mathml)
    assert found.formula.span == (0, len(shown))


def test_what_mathjax_2_shows_without_its_script_has_its_mathml() -> None:
    kept = "&lt;math&gt;&lt;mi&gt;x&lt;/mi&gt;&lt;/math&gt;"
    shown = f'<span class="MathJax" id="MathJax-Element-1-Frame" data-mathml="{kept}">x</span>'
    [found] = find_rendered(parse(shown), shown)
    assert found.formula is not None
    assert (found.formula.input, found.formula.math) == ("mathml", "<math><mi>x</mi></math>")


def test_anchors_of_numbers_come_into_the_mathml() -> None:
    rows = "<mlabeledtr><mtd><mtext>({})</mtext></mtd><mtd><mi>x</mi></mtd></mlabeledtr>"
    mathml = MATH.format("", f"<mtable>{rows.format(1)}{rows.format(2)}</mtable>")
    cells = "".join(f'<mjx-mtd id="mjx-eqn:{name}"></mjx-mtd>' for name in "a2")
    page = CONTAINER.format("", f"<mjx-math>{cells}</mjx-math>" + READERS.format(mathml))
    [found] = find_rendered(parse(page), page)
    assert found.formula is not None
    assert found.formula.math.count("<mtd id=") == 2
    assert '<mlabeledtr><mtd id="mjx-eqn:a"><mtext>(1)' in found.formula.math


@pytest.mark.parametrize(
    ("shown", "numbers"),
    [
        (
            '<mjx-mtd id="mjx-eqn:1"><mjx-c>(</mjx-c> <mjx-c>1</mjx-c><mjx-c>)</mjx-c></mjx-mtd>',
            ("(1)",),
        ),
        (
            '<g id="mjx-eqn:a"><text data-id-align="true"></text><use data-c="28"></use>'
            '<use data-c="1D434"></use><path data-c="29"></path></g><g id="mjx-eqn:b"></g>',
            ("(𝐴)",),
        ),
    ],
)  # fmt: skip
def test_numbers_are_read(shown: str, numbers: tuple[str, ...]) -> None:
    page = CONTAINER.format("", f'<mjx-math data-latex="x">{shown}</mjx-math>')
    [found] = find_rendered(parse(page), page)
    assert found.formula is not None
    assert found.formula.rendered is not None
    assert found.formula.rendered.numbers == numbers


def test_numbers_of_mathjax_2_are_read() -> None:
    picture = SVG.format(r"\begin{equation}x\end{equation}").replace(
        "</svg>",
        '<g id="mjx-eqn-1"><use xlink:href="#E1-MJMAIN-28"></use>'
        '<use xlink:href="#E1-MJMAIN-31"></use><use xlink:href="#E1-MJMAIN-29"></use></g></svg>',
    )
    page = f'<span class="mjpage mjpage__block">{picture}</span>'
    [found] = find_rendered(parse(page), page)
    assert found.formula is not None
    assert found.formula.rendered is not None
    assert found.formula.rendered.numbers == ("(1)",)


@pytest.mark.parametrize(
    ("markup", "engine", "failed"),
    [
        (BARE, "katex", False),
        ('<span class="katex-error" title="ParseError">\\foo{</span>', "katex", True),
        (CONTAINER.format("", "<mjx-math><mjx-mi></mjx-mi></mjx-math>"), "mathjax3", False),
        (
            CONTAINER.format(
                "", '<mjx-math data-latex="x"><mjx-merror title="no"></mjx-merror></mjx-math>'
            ),
            "mathjax4",
            True,
        ),
        (
            CONTAINER.format("", READERS.format(MATH.format("", "<merror></merror>"))),
            "mathjax3",
            True,
        ),
        # a command that MathJax did not know
        (
            CONTAINER.format(
                "", READERS.format(MATH.format("", '<mtext mathcolor="red">\\foo</mtext>'))
            ),
            "mathjax3",
            True,
        ),
        ('<span class="mjpage"></span>', "mathjax2", True),
        ('<span class="MathJax_SVG"></span>', "mathjax2", False),
        # words, for those who listen
        (f'<span class="mjpage">{SVG.format("x plus y")}</span>', "mathjax2", False),
        (f'<span class="mjpage">{LABELLED.format("", "Equation")}</span>', "mathjax2", False),
        (f'<span class="mjpage">{LABELLED.format("", "x plus y")}</span>', "mathjax2", False),
        # AsciiMath
        (glyphs("lambda", "3BB"), "mathjax2", False),
        (glyphs("x/y", "78", "79"), "mathjax2", False),
        (glyphs("x&lt;=y", "78", "2264", "79"), "mathjax2", False),
        (glyphs("x^(2)", "78", "32"), "mathjax2", False),
        (preview('<span class="MathJax_Error">no</span>', "x"), "mathjax2", True),
    ],
)  # fmt: skip
def test_what_has_no_source_is_known(markup: str, engine: str, failed: bool) -> None:
    page = f"<p>before {markup} behind"
    [found] = find_rendered(parse(page), page)
    assert (found.engine, found.formula, found.failed) == (engine, None, failed)
    assert page[slice(*found.span)] == markup


@pytest.mark.parametrize(
    "page",
    [
        "<p>about katex, mathjax, and class=math",
        "<pre>&lt;span class=katex></pre>",
        '<span class="katex">\\(x\\)</span>',
        '<span class="MathJax">x</span>',
        f"<div data-prerender-ignore>{katex('x')}</div>",
        f'<span class="katex">{BARE[20:-7]}',  # its end is missing
    ],
)
def test_what_is_not_rendered_is_none(page: str) -> None:
    assert find_rendered(parse(page), page) == []


def test_what_stands_in_a_formula_is_part_of_it() -> None:
    page = CONTAINER.format("", f'<mjx-math data-latex="x">{katex("y")}</mjx-math>') + katex("z")
    assert [found.engine for found in find_rendered(parse(page), page)] == ["mathjax4", "katex"]


def test_a_display_that_ends_its_paragraph_is_whole() -> None:
    """MathJax 2 puts a div into a paragraph, which a parser ends there."""
    whole = preview(f'<div class="MathJax_Display">{FRAME}</div>', "x", "math/tex; mode=display")
    page = f"<p>Text {whole} text.</p>"
    [found] = find_rendered(parse(page), page)
    assert page[slice(*found.span)] == whole


def test_xhtml_is_read() -> None:
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{katex("x")}</body></html>'
    [found] = find_rendered(xhtml.parse(page), page)
    assert found.formula is not None
    assert found.formula.math == "x"
