"""Rendered markup says what it stands for, to browsers and to `restore`."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prerender.find import Formula
from prerender.markup import DamagedError, carry_formula, carry_hidden, restore, style_mark
from prerender.source import Span, Text, parse
from tests.support.strategies import REFERENCES, TEX, formulas, raw_texts
from tests.support.strategies import texts as some

pytestmark = pytest.mark.quick


def style(carriers: int) -> str:
    return f'<style data-prerender="{style_mark("1.0", carriers)}">a{{}}</style>'


def element(attributes: str) -> str:
    return f'<mjx-container class="MathJax" jax="SVG" {attributes}><svg></svg></mjx-container>'


def formula_of(source: str, before: str, after: str, *, display: bool = False) -> Formula:
    """The formula that is all of a source, between its delimiters."""
    inner = Span(len(before), len(source) - len(after))
    [node] = [one for one in parse(f"<p>{source}").walk() if one.tag == "p"]
    [text] = node.children
    assert isinstance(text, Text)
    return Formula(
        Span(0, len(source)), inner, text.data[len(before) : len(text.data) - len(after)], display
    )


@given(some(TEX + REFERENCES, 6).filter(lambda tex: "<" not in tex), st.booleans())
@example("&quot;", False)
@example("a&ltb", False)
@example("%", True)
def test_data_tex_is_the_formula_as_mathjax_receives_it(tex: str, display: bool) -> None:
    before, after = ("$", "$") if display else (r"\(", r"\)")
    formula = formula_of(f"{before}{tex}{after}", before, after, display=display)
    page = style(1) + element(carry_formula(f"{before}{tex}{after}", formula, xml=False))
    [container] = [one for one in parse(page).walk() if one.tag == "mjx-container"]
    assert container.attrs["data-tex"] == formula.math
    assert restore(page) == f"{before}{tex}{after}"


@given(some([*TEX, "&lt;", "&amp;", "&quot;", "&#65;", "&#x1D400;"], 6))
def test_attributes_are_xml_where_the_page_is(tex: str) -> None:
    escaped = re.sub("<", "&lt;", re.sub("&(?!lt;|amp;|quot;|#)", "&amp;", tex))
    source = rf"\[{escaped}\]"
    page = style(1) + element(carry_formula(source, formula_of(source, r"\[", r"\]"), xml=True))
    ElementTree.fromstring(f"<p>{page}</p>")
    assert restore(page) == source


@pytest.mark.parametrize(
    ("source", "display", "attributes"),
    [
        (r"\(x^2\)", False, 'data-tex="x^2"'),
        (r"\[x^2\]", True, 'data-tex="x^2"'),
        (r"\[x^2\]", False, r'data-tex="x^2" data-source="\[%\]"'),
        ("$a<b$", False, 'data-tex="a<b" data-source="$%$"'),
        ('$"$', False, 'data-tex="&quot;" data-source="$%$"'),
        ("$&quot;$", False, 'data-tex="&quot;" data-original="$&amp;quot;$"'),
        ("$a&lt;b$", False, 'data-tex="a&lt;b" data-source="$%$"'),
        ("$a&ltb$", False, 'data-tex="a&lt;b" data-original="$a&amp;ltb$"'),
        ("$a%b$", False, 'data-tex="a%b" data-source="$%$"'),
        ("$a\r\nb$", False, 'data-tex="a\r\nb" data-source="$%$"'),
    ],
)
def test_carriers(source: str, display: bool, attributes: str) -> None:
    size = 1 if source.startswith("$") else 2
    if attributes.startswith('data-tex="a<b'):
        formula = Formula(Span(0, 5), Span(1, 4), "a<b", display)
    else:
        formula = formula_of(source, source[:size], source[-size:], display=display)
    assert carry_formula(source, formula, xml=False) == attributes


def test_a_percent_in_the_delimiters_is_carried() -> None:
    carried = carry_formula("%x%", Formula(Span(0, 3), Span(1, 2), "x", False), xml=False)
    assert carried == 'data-tex="x" data-original="%x%"'


@settings(max_examples=300)
@given(raw_texts(12) | formulas(), st.sampled_from(["", "$", r"\$", "--"]))
@example("-->", "")
@example("--!>", "")
@example("a-", "")
@example("<!--", "$")
def test_hidden_source_is_a_comment_and_comes_back(source: str, shown: str) -> None:
    hidden = carry_hidden(source, shown)
    assert restore(style(1) + hidden + "after") == source + "after"
    assert hidden.index("-->") == hidden.rindex("-->", 0, len(hidden) - len(shown))
    assert "--" not in hidden[4 : len(hidden) - len(shown) - 3]
    body = parse(f"<body>{hidden}").first("body")
    assert body is not None
    assert body.text() == shown


def test_pages_that_are_not_rendered_stay() -> None:
    page = '<p>$x$ <!--prerender 1:\\$-->$ <mjx-container class="MathJax" jax="SVG" data-tex="x">'
    assert restore(page) == page


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (("</mjx-container>", ""), "has lost its end tag"),
        (('data-source="$%$"', 'data-source="$$"'), "has lost its %"),
        ((' jax="SVG"', ' jax="X"'), "2 pieces were put in its place, 1 are there"),
        ((r"<!--prerender 1:\$-->", ""), "2 pieces were put in its place, 1 are there"),
        (('class="MathJax"', "class=MathJax"), "2 pieces were put in its place, 1 are there"),
    ],
)
def test_damage_is_noticed(damage: tuple[str, str], said: str) -> None:
    page = style(2) + element('data-tex="x" data-source="$%$"') + carry_hidden(r"\$", "$")
    assert restore(page) == r"$x$\$"
    with pytest.raises(DamagedError, match=said):
        restore(page.replace(*damage))
