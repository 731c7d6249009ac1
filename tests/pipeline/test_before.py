r"""Sites with formulas that their generator has rendered go in; what is said and done of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Run

pytestmark = pytest.mark.quick

#: as markdown-it-mathjax3 writes formulas, without MathML
SVG = '<svg width="1.2ex" height="1ex" viewBox="0 -442 529 453"><path d="M33 157"></path></svg>'
INLINE = f'<mjx-container class="MathJax" jax="SVG" style="direction: ltr;">{SVG}</mjx-container>'
DISPLAY = INLINE.replace('jax="SVG"', 'jax="SVG" display="true"')
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title>{}</head><body>{}'
)
STAY = (
    "{} has rendered formulas of this page before: they stay as they are (--rerender typesets them "
    "anew)"
)
BARE = "{} has rendered formulas of this page before without their source: they stay as they are"


def katex(tex: str, shown: str = "") -> str:
    """KaTeX's output, with what it shows cut short."""
    return (
        '<span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi><annotation '
        f'encoding="application/x-tex">{tex}</annotation></semantics></math></span>'
        f'<span class="katex-html" aria-hidden="true">{shown}</span></span>'
    )


def katex_equation(tex: str) -> str:
    """A display that KaTeX's style sheet numbers."""
    inner = rf"\begin{{equation}}{tex}\end{{equation}}"
    return f'<span class="katex-display">{katex(inner, "<span class=eqn-num></span>")}</span>'


def mathjax(tex: str, number: str = "") -> str:
    """MathJax 4's output, with what it shows cut short; with a number, an equation."""
    display = ' display="true"' if number else ""
    shown = f'<mjx-mtd id="mjx-eqn:{number}">{number}</mjx-mtd>' if number else ""
    if number and "tag" not in tex:
        tex = rf"\begin{{equation}}{tex}\end{{equation}}"
    return (
        f'<mjx-container class="MathJax" jax="CHTML"{display}><mjx-math data-latex="{tex}">{shown}'
        "</mjx-math></mjx-container>"
    )


def write(folder: Path, body: str, head: str = "", name: str = "a.html") -> str:
    page = PAGE.format(head, body)
    (folder / name).write_text(page, "utf-8")
    return page


def test_what_is_rendered_is_told_once_with_a_count_and_the_flag(
    prerender: Run, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    pages = {
        "a.html": f"<p>{mathjax('x')}, {mathjax('y')}</p>{INLINE}",
        "b.html": f"{DISPLAY}{katex('x')}{mathjax('z')}",
        "c.html": "<p>x",
    }
    sources = {name: write(site, body, name=name) for name, body in pages.items()}
    report = tmp_path / "report.html"
    for _ in range(2):  # what is known from before is told, too
        done = prerender("build", "site", "--json", "-", "--report", report)
        assert done.returncode == 0
        notes = {one["message"]: one for one in json.loads(done.stdout)["notes"]}
        counts = {message: (one["count"], one["pages"]) for message, one in notes.items()}
        assert counts == {
            STAY.format("MathJax"): (3, 2),
            BARE.format("MathJax"): (2, 2),
            STAY.format("KaTeX"): (1, 1),
        }
        assert done.stderr.count("(--rerender typesets them anew)\n") == 2
        assert "3 times on 2 pages" in done.stderr
        told = re.escape(STAY.format("MathJax"))
        assert re.search(rf"{told}.*?3 times on 2 pages", report.read_text("utf-8"), re.DOTALL)
        report.unlink()
    assert {name: (site / name).read_text("utf-8") for name in pages} == sources


def test_list_shows_them_with_the_flag(prerender: Run, tmp_path: Path) -> None:
    source = write(tmp_path, f"<p>{katex('x')} and {INLINE}")
    done = prerender("list", "a.html")
    assert (done.returncode, done.stdout) == (0, "")
    assert STAY.format("KaTeX") in done.stderr
    done = prerender("list", "a.html", "--rerender")
    [line] = map(json.loads, done.stdout.splitlines())
    assert (line["line"], line["column"]) == (1, source.index("<p>") + 4)
    assert (line["display"], line["input"], line["tex"]) == (False, "tex", "x")
    assert STAY.format("KaTeX") not in done.stderr
    assert BARE.format("MathJax") in done.stderr


def test_what_is_not_defined_leaves_its_formula_as_it_was(prerender: Run, tmp_path: Path) -> None:
    unknown = [katex(r"\RR^n"), mathjax(r"\RR")]
    source = write(tmp_path, f"<p>{unknown[0]}, {katex('x')}, {unknown[1]}, {mathjax('y')}")
    done = prerender("build", "a.html", "--rerender", "-o", "out")
    assert done.returncode == 1
    column = source.index(unknown[0]) + 1
    told = r"error: \RR is not defined on this page any more: the formula stays as it is"
    assert f"a.html:1:{column}: {told}" in done.stderr
    assert "2 times on 1 page" in done.stderr
    assert r"define \RR in prerender.toml, under [mathjax.tex.macros]" in done.stderr
    built = (tmp_path / "out" / "a.html").read_text("utf-8")
    assert all(one in built for one in unknown)
    assert built.count("data-tex=") == 2
    (tmp_path / "prerender.toml").write_text('mathjax.tex.macros.RR = "\\\\mathbb{R}"')
    assert prerender("build", "a.html", "--rerender", "-o", "out").returncode == 0
    assert (tmp_path / "out" / "a.html").read_text("utf-8").count("data-tex=") == 4


def test_macros_that_are_still_on_the_page_are_known(prerender: Run, tmp_path: Path) -> None:
    macros = r'<script>MathJax = {tex: {macros: {RR: "\\mathbb{R}"}}};</script>'
    loader = '<script async src="https://cdn.jsdelivr.net/npm/mathjax@4/tex-chtml.js"></script>'
    source = write(tmp_path, mathjax(r"\RR"), macros + loader)
    assert prerender("build", "a.html", "--rerender").returncode == 0
    built = (tmp_path / "a.html").read_text("utf-8")
    assert built.count("data-tex=") == 1
    assert "prerender" in built.partition("tex-chtml.js")[0].rpartition("<!--")[2]
    assert prerender("restore", "a.html").returncode == 0
    assert (tmp_path / "a.html").read_text("utf-8") == source


def test_errors_stay_and_are_told_with_their_places(prerender: Run, tmp_path: Path) -> None:
    failed = '<span class="katex-error" title="ParseError">\\foo{</span>'
    source = write(tmp_path, f"<p>{failed} {katex('x')}")
    done = prerender("build", "a.html", "--rerender")
    assert done.returncode == 0
    place = f"a.html:1:{source.index(failed) + 1}"
    told = "KaTeX shows an error in place of a formula here: it stays as it is"
    assert f"{place}: note: {told}" in done.stderr
    built = (tmp_path / "a.html").read_text("utf-8")
    assert failed in built
    assert built.count("data-tex=") == 1


def test_a_number_that_would_change_leaves_its_formula(prerender: Run, tmp_path: Path) -> None:
    write(tmp_path, mathjax("x", "(1)") + mathjax("y", "(A)") + mathjax(r"z\tag{8}", "(8)"))
    done = prerender("build", "a.html", "--rerender")
    assert done.returncode == 1
    assert "the number of this formula is (A), and would be (2): it stays as it is" in done.stderr
    built = (tmp_path / "a.html").read_text("utf-8")
    assert built.count("data-tex=") == 2
    assert mathjax("y", "(A)") in built


def test_numbers_begin_again_where_they_did(prerender: Run, tmp_path: Path) -> None:
    """A page of many articles, each rendered by itself."""
    article = mathjax("x", "(1)") + mathjax("y", "(2)")
    write(tmp_path, f"<article>{article}</article><article>{article}</article>")
    assert prerender("build", "a.html", "--rerender").returncode == 0
    built = (tmp_path / "a.html").read_text("utf-8")
    assert built.count("data-tex=") == 4


def test_displays_without_an_environment_may_have_numbers(prerender: Run, tmp_path: Path) -> None:
    bare = mathjax("x", "(1)").replace(r"\begin{equation}", "").replace(r"\end{equation}", "")
    write(tmp_path, bare + mathjax("y", "(2)"))
    assert prerender("build", "a.html", "--rerender").returncode == 0


def test_equations_that_a_style_sheet_counts_stay_together(prerender: Run, tmp_path: Path) -> None:
    write(tmp_path, katex_equation("x") + katex_equation("y"), name="a.html")
    write(tmp_path, katex_equation("x") + katex_equation(r"\RR") + katex("z"), name="b.html")
    assert prerender("build", "a.html", "--rerender").returncode == 0
    assert (tmp_path / "a.html").read_text("utf-8").count("data-tex=") == 2
    done = prerender("build", "b.html", "--rerender")
    assert done.returncode == 1
    assert "KaTeX's style sheet counts the equations of this page" in done.stderr
    built = (tmp_path / "b.html").read_text("utf-8")
    assert built.count("data-tex=") == 1
    assert katex_equation("x") in built


def test_displays_stand_where_they_stood(prerender: Run, tmp_path: Path) -> None:
    display = '<span class="katex-display fleqn leqno">'
    write(tmp_path, display + katex(r"x \tag{1}") + "</span>")
    assert prerender("build", "a.html", "--rerender").returncode == 0
    assert 'justify="left"' in (tmp_path / "a.html").read_text("utf-8")


def test_style_sheets_stay(prerender: Run, tmp_path: Path) -> None:
    sheet = '<link rel="stylesheet" href="katex.min.css"><style>mjx-container {margin: 0}</style>'
    write(tmp_path, katex("x") + mathjax("y"), sheet)
    assert prerender("build", "a.html", "--rerender").returncode == 0
    assert sheet in (tmp_path / "a.html").read_text("utf-8")


def test_the_page_s_own_engine_renders_the_rest(prerender: Run, tmp_path: Path) -> None:
    loader = '<script async src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-svg.js"></script>'
    before = katex(r"\htmlClass{a}{x}"), mathjax("z")
    write(tmp_path, rf"<p>{before[0]} and \(y\) and {before[1]}", loader)
    done = prerender("list", "a.html", "--rerender")
    tex = [json.loads(line)["tex"] for line in done.stdout.splitlines()]
    assert tex == [r"\htmlClass{a}{x}", "y", "z"]
    assert prerender("build", "a.html", "--rerender", "--markup", "html").returncode == 0
    assert (tmp_path / "a.html").read_text("utf-8").count("data-tex=") == 3


def test_what_is_copied_is_the_source(prerender: Run, tmp_path: Path) -> None:
    write(tmp_path, f"<p>{katex('a&lt;b')}")
    assert prerender("build", "a.html", "--rerender", "--markup", "html").returncode == 0
    built = (tmp_path / "a.html").read_text("utf-8")
    copied = built.rpartition("<prm-tex")[2].partition(">")[2].partition("</prm-tex>")[0]
    assert re.sub("<[^>]*>", "", copied) == r"\(a&lt;b\)"


def test_pages_whose_set_up_is_not_known_have_their_rendered_formulas(
    prerender: Run, tmp_path: Path
) -> None:
    lost = '<script src="https://example.com/mathjax-config.js"></script>'
    loader = '<script async src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-svg.js"></script>'
    write(tmp_path, f"<p>{katex('x')}", lost + loader)
    assert prerender("build", "a.html", "--rerender").returncode == 0
    built = (tmp_path / "a.html").read_text("utf-8")
    assert built.count("data-tex=") == 1
    assert lost + loader in built
