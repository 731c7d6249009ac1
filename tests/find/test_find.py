"""Where formulas are found, in pages that are a few words long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings

from prerender.find import Formula, Unclosed, find
from prerender.setup import ElementFilter, Pair, SearchRules, defaults
from prerender.source import Element, parse, xhtml
from tests.support.strategies import pages

pytestmark = pytest.mark.quick

VERSION_4 = replace(defaults().rules, mathml=True)
TICKS = (Pair("`", "`", False),)
AM_SWITCH = ElementFilter(("code",), "asciimath2jax_ignore", "asciimath2jax_process")
VERSION_2 = replace(
    VERSION_4,
    version="mathjax2",
    include=(("br", " "), ("wbr", ""), ("#comment", "")),
    asciimath=TICKS,
    asciimath_switch=AM_SWITCH,
)
KATEX = SearchRules(
    "katex", (Pair("\\(", "\\)", False),), ElementFilter(("code",), "", ""), False, False, False
)


def formulas(page: str, rules: SearchRules = VERSION_4) -> list[str]:
    found = find(parse(page), rules, page)
    return [one.math for one in found if isinstance(one, Formula)]


@pytest.mark.parametrize("rules", [VERSION_4, VERSION_2, KATEX])
@pytest.mark.parametrize(
    ("page", "unclosed"),
    [
        (r"<p>\(a\) and \(b<p>\(c\)", [(13, r"\(")]),
        (r"<p>\(a<p>b\)<p>\(c", [(3, r"\("), (15, r"\(")]),
        (r"<p>\(a \text{\(b\) c}\) d \) e", []),
        (r"<p>a <code>\(c</code> <i data-prerender-ignore>\(d</i>", []),
        (r"<p>\(a<!-- \) -->", [(3, r"\(")]),
    ],
)
def test_what_is_not_closed(rules: SearchRules, page: str, unclosed: list[tuple[int, str]]) -> None:
    found = find(parse(page), rules, page)
    assert [(one.span.start, one.text) for one in found if isinstance(one, Unclosed)] == unclosed


def test_katex_takes_any_backslash_for_a_beginning() -> None:
    page = r"<p>a \\(b and \(c\) d"
    found = find(parse(page), KATEX, page)
    assert [(one.span.start, type(one).__name__) for one in found] == [(6, "Formula")]
    page = r"<p>\(c\) a \\(b and"
    assert [one.text for one in find(parse(page), KATEX, page) if isinstance(one, Unclosed)] == [
        r"\("
    ]


def test_environments_that_are_not_closed_and_dollars_that_may_be_money() -> None:
    page = (
        r"<p>\begin{align} a <p>\begin {align} b \end{align*} <p>$5 and \$$, <p>$$ c, <p>\\begin{d}"
    )
    rules = replace(VERSION_4, pairs=(Pair("$", "$", False), Pair("$$", "$$", True)))
    found = find(parse(page), rules, page)
    assert [one.text for one in found if isinstance(one, Unclosed)] == [
        r"\begin{align}",
        r"\begin {align}",
        "$$",
    ]


@pytest.mark.parametrize("rules", [VERSION_4, VERSION_2, KATEX])
def test_authors_can_keep_elements_out(rules: SearchRules) -> None:
    page = r"""<p>\(a\)</p><p data-prerender-ignore>\(b\) <em>\(c\)</em></p>
      <div data-prerender-ignore=""><script type="math/tex">d</script><math><mi>e</mi></math>
      <span class="tex2jax_process mathjax_process">\(f\)</span></div><p>\(g\)</p>"""
    assert formulas(page, replace(rules, scripts=True)) == ["a", "g"]


def test_authors_can_keep_a_whole_page_out() -> None:
    assert formulas(r"<body data-prerender-ignore><p>\(a\)</p>") == []


@pytest.mark.parametrize("version", [VERSION_2, VERSION_4, KATEX])
def test_only_in_scope(version: SearchRules) -> None:
    page = r"<p>\(a\)</p><main><p>\(b\)</p><main>\(c\)</main></main><p id=x>\(d\)</p>"
    assert formulas(page, replace(version, scope=("main", "#x"))) == ["b", "c", "d"]
    assert formulas(page, replace(version, scope=("#none",))) == []
    assert formulas(page, replace(version, scope=None)) == []


def test_mathml_is_looked_for_in_scope_and_marked_elements_everywhere() -> None:
    page = "<math><mi>a</mi></math><main><math><mi>b</mi></math></main><i class=math>c</i>"
    rules = replace(VERSION_4, scope=("main",), elements=(("i.math", False),))
    assert formulas(page, rules) == ["<math><mi>b</mi></math>", "c"]


def test_scripts_are_looked_for_in_scope_by_version_2_only() -> None:
    page = '<p><script type="math/tex">a</script><main><script type="math/tex">b</script></main>'
    rules = replace(VERSION_2, scope=("main",), scripts=True)
    assert formulas(page, rules) == ["b"]
    assert formulas(page, replace(rules, version="mathjax4")) == ["a", "b"]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (r"`a` \(b\) `c`", ["a", "b", "c"]),
        (r"`a \(b\) c`", ["b"]),
        (r"`a \(b\) c` `d`", ["b", ""]),
        (r"\(a `b` c\)", ["a `b` c"]),
        (r"\`a\` `b`", ["a\\`"]),
        (r"`a\`b`", [r"a\`b"]),
        ("`a<br>b` `c", ["a b"]),
        ("`a<b>b</b>` c`", ["c"]),
        ("<p class=asciimath2jax_ignore>`a` \\(b\\)", ["b"]),
        ("<p class=mathjax_ignore>`a` \\(b\\)", ["a"]),
    ],
)
def test_asciimath_in_what_tex2jax_has_left(page: str, found: list[str]) -> None:
    assert formulas(page, VERSION_2) == found


def test_a_section_of_cdata_ends_a_run_and_holds_no_math() -> None:
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>\\(a\\)<![CDATA[\\(b\\)]]>'
        "\\(c<![CDATA[d]]>e\\)</p><template><p>\\(f\\)</p></template>"
        '<script type="math/tex"><![CDATA[g]]></script></body></html>'
    )
    found = find(xhtml.parse(page), VERSION_4, page)
    assert [one.math for one in found if isinstance(one, Formula)] == ["a", "g"]


def test_what_render_actions_find_is_late() -> None:
    page = '<p><script type="math/tex">a</script>\\(b\\)<i class=math>c</i><math><mi>d</mi></math>'
    rules = replace(VERSION_4, elements=(("i.math", False),), elements_late=True)
    found = [one for one in find(parse(page), rules, page) if isinstance(one, Formula)]
    assert [one.late for one in found] == [True, False, True, False]


def test_version_2_receives_no_white_space_around_math() -> None:
    page = "<p>\\( a\n\\) $$ $$<script type='math/tex'>\r\n b c\u3000</script>"
    rules = replace(VERSION_2, scripts=True)
    found = [one for one in find(parse(page), rules, page) if isinstance(one, Formula)]
    assert [one.math for one in found] == ["a", "", "b c"]
    assert [one.inner and page[slice(*one.inner)] for one in found] == ["a", None, "b c"]
    assert formulas(page, replace(rules, version="mathjax4"))[0] == " a\n"


DOLLARS = replace(VERSION_4, pairs=(*VERSION_4.pairs, Pair("$", "$", False)))
BRACKETS = (Pair("[% ", " %]", False), Pair("%%", "%%", True))


@pytest.mark.parametrize(
    "rules",
    [
        DOLLARS,
        replace(DOLLARS, pairs=BRACKETS, environments=False, escapes=False, refs=False),
        replace(DOLLARS, asciimath=TICKS, asciimath_switch=AM_SWITCH, scope=("p", ".a")),
        replace(DOLLARS, include=(("br", "$"), ("b", ""), ("span", "x"))),
        replace(VERSION_2, pairs=DOLLARS.pairs, scripts=True),
        replace(KATEX, pairs=DOLLARS.pairs),
    ],
)
@settings(max_examples=100)
@given(pages())
@example("$<!-- c -->x<!-- c -->y$<p>z")
@example("[% a<br>b %]")
@example("a\x00$x$")
def test_nothing_more_is_found_where_all_text_is_looked_at(rules: SearchRules, page: str) -> None:
    root = parse(page)
    holding = type(root).holding

    def everything(element: Element, _: frozenset[str] | None) -> Sequence[Element]:
        return holding(element, None)

    with patch.object(type(root), "holding", everything):
        expected = find(root, rules, page)
    assert find(root, rules, page) == expected
