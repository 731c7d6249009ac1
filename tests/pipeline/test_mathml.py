"""Pages with formulas as MathML: what is in them, when they stay as they are, and back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from prerender import Renderer, Settings
from prerender.cache.disk import Cache
from prerender.engine import Markup
from prerender.markup.faces import FontFile, font_file
from prerender.markup.mathfont import math_codes, math_file
from prerender.pipeline import fonts
from prerender.pipeline.page import restored

_LOADER = '<script src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/{}.js"></script>'
_PAGE = "<!doctype html><html><head>{}<title>x</title></head><body><p>{}</body></html>"


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    settings = Settings(markup="mathml", fonts="inline", no_cache=True, jobs=1)
    with Renderer(settings) as opened:
        yield opened


def test_a_formula_is_a_math_and_its_source(renderer: Renderer) -> None:
    page = _PAGE.format("", r"\(x^2\) <b>and</b> \[\sqrt{y}\]")
    html = renderer.render_html(page).html
    assert re.findall(r"<math.*?</math>", html) == [
        "<math><msup><mi>x</mi><mn>2</mn></msup></math>",
        '<math display="block"><msqrt><mi>y</mi></msqrt></math>',
    ]
    assert html.count("@font-face{font-family:prm-mathml;src:url(data:font/woff2") == 1
    assert "aria-label" not in html
    assert "svg" not in html.partition("<body>")[2]
    assert restored(html.encode(), xml=False).decode() == page
    assert renderer.render_html(html).html == html
    assert renderer.render_html(page).html == html


def test_in_xhtml_it_has_namespaces(renderer: Renderer) -> None:
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
        r"<body><p>\(\href{https://a.org}{\text{a}}\)</p></body></html>"
    )
    html = renderer.render_html(page, path="x.xhtml").html
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML">' in html
    assert '<a xmlns="http://www.w3.org/1999/xhtml" href="https://a.org">' in html


def test_a_page_whose_mathjax_reads_mathml_stays(renderer: Renderer) -> None:
    """Where its scripts go there is nothing to fear."""
    for name, formulas, stays in (
        ("tex-mml-chtml", r"\(x\) \(\frac\)", True),
        ("tex-chtml", r"\(x\) \(\frac\)", False),
        ("tex-mml-chtml", r"\(x\)", False),
    ):
        page = _PAGE.format(_LOADER.format(name), formulas)
        result = renderer.render_html(page)
        assert (result.html == page) is stays, name
        told = [one for one in result.diagnostics if "would typeset MathML again" in one.message]
        assert len(told) == stays


def test_fonts_depend_on_what_is_in_them_alone() -> None:
    """Characters of the same alphabets make the same font."""
    assert math_codes("x") == math_codes("y∑")
    assert math_codes("𝒜") == math_codes("𝒵x") != math_codes("x")


def test_a_font_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For all pages of a run, and for those of other runs."""
    made: list[set[int]] = []

    def make(codes: frozenset[int]) -> FontFile:
        made.append(set(codes))
        return font_file(bytes(codes))

    async def run() -> list[bytes]:
        cache, kept = Cache(tmp_path), fonts.MathFonts()
        found = await asyncio.gather(
            *(
                kept.file(frozenset({one}), lambda codes: fonts.made_math_file(codes, cache))
                for one in (1, 1, 2)
            )
        )
        cache.close()
        return [one.data for one in found]

    monkeypatch.setattr(fonts, "math_file", make)
    assert asyncio.run(run()) == asyncio.run(run()) == [b"\1", b"\1", b"\2"]
    assert made == [{1}, {2}]


def test_letters_have_the_room_that_they_lean_into() -> None:
    """But before subscripts."""
    font = TTFont(BytesIO(math_file(math_codes("x")).data))
    name = font.getBestCmap()[ord("𝑉")]
    glyph, (advance, _) = font["glyf"][name], font["hmtx"][name]
    assert 0 <= glyph.xMin < glyph.xMax <= advance
    tables = font["GPOS"].table.LookupList.Lookup[0].SubTable
    assert any(name in table.Coverage.glyphs for table in tables)
    [feature] = font["GPOS"].table.FeatureList.FeatureRecord
    assert feature.FeatureTag == "tuck"


def test_forms_have_no_outlines_of_each_other(tmp_path: Path) -> None:
    """In one cache: a character of our font is drawn, one of MathML's is not."""

    def rendered(markup: Markup, words: str) -> str:
        settings = Settings(markup=markup, fonts="inline", cache_dir=tmp_path, jobs=1)
        with Renderer(settings) as opened:
            result = opened.render_html(_PAGE.format("", rf"{words} \(x^9\)"))
            assert result.diagnostics == []
            return result.html

    first = rendered("html", "Castor")
    rendered("mathml", "Castor")
    assert rendered("html", "Pollux") == first.replace("Castor", "Pollux")


def test_a_reference_is_a_link_and_text(renderer: Renderer) -> None:
    """Checkers let no link into a `math`."""
    formulas = r"\begin{equation}x\tag{1}\label{a}\end{equation} \((\ref{a})\) \(y=\ref{a}\)"
    html = renderer.render_html(_PAGE.format("", formulas)).html
    assert '<prm-mml>(<a href="#mjx-eqn%3Aa">1</a>)</prm-mml>' in html
    assert html.count("<math") == 3


def test_an_inline_formula_is_one_math_though_its_parts_are_long(renderer: Renderer) -> None:
    html = renderer.render_html(_PAGE.format("", r"\(X=\mathrm{Kumaraswamy}(a, b, c)\)")).html
    assert html.count("<math") == 1
    assert html.count("<mrow>") == 2
