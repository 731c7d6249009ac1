"""Set-ups for KaTeX, as pages have them."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from prerender.setup import Pair, Setup

pytestmark = pytest.mark.quick

DIST = "https://cdn.example/npm/katex@0.16.9/dist"
LOADERS = f"""<script defer src="{DIST}/katex.min.js"></script>
<script defer src="{DIST}/contrib/auto-render.min.js"></script>"""
DOLLARS = (Pair("$$", "$$", True), Pair("$", "$", False))
DELIMITERS = (
    "{delimiters: [{left: '$$', right: '$$', display: true},"
    " {left: '$', right: '$', display: false}]}"
)


class Evaluates(Protocol):
    def setup(
        self, html: str, files: dict[str, str] | None = None, user: dict[str, Any] | None = None
    ) -> Setup: ...


def ready(body: str) -> str:
    return (
        f"<script>document.addEventListener('DOMContentLoaded', function () {{ {body} }})</script>"
    )


def test_defaults(evaluator: Evaluates) -> None:
    setup = evaluator.setup(LOADERS + ready("renderMathInElement(document.body)"))
    rules = setup.rules
    assert rules.version == "katex"
    assert [pair.open for pair in rules.pairs] == [
        "$$", "\\(", "\\begin{equation}", "\\begin{align}", "\\begin{alignat}", "\\begin{gather}",
        "\\begin{CD}", "\\[",
    ]  # fmt: skip
    assert "option" in rules.switch.skip_tags
    assert rules.switch[1:] == ("", "")
    assert not any((rules.environments, rules.escapes, rules.refs, rules.scripts, rules.mathml))
    assert rules.include == ()
    assert setup.tex["tags"] == "ams"
    assert setup.warnings == ()


def test_options(evaluator: Evaluates) -> None:
    options = (
        "{delimiters: [{left: '$', right: '$', display: false}, {left: '$$', right: '$$',"
        " display: true}], ignoredTags: ['pre'], ignoredClasses: ['no', 'nope'], fleqn: true,"
        " leqno: true,"
        " macros: {'\\\\R': '\\\\mathbb{R}', '\\\\p': '(#1,#2)', '∇': 'x', '\\\\q': f}}"
    )
    setup = evaluator.setup(
        LOADERS + ready(f"f = () => 1; renderMathInElement(document.body, {options})")
    )
    assert setup.rules.pairs == DOLLARS[::-1]
    assert setup.rules.switch == (("pre",), "no nope", "")
    macros = setup.tex["macros"]
    assert (macros["R"], macros["p"]) == ("\\mathbb{R}", ["(#1,#2)", 2])
    assert macros["tg"] == "\\operatorname{tg}"
    assert "q" not in macros
    assert [(one.formulas, one.names) for one in setup.lacks] == [("named", ("q",))]
    assert setup.tex["active"] == {"∇": "x"}
    assert setup.warnings == ()
    assert setup.tex["tagSide"] == "left"
    assert setup.output == {"displayAlign": "left"}


@pytest.mark.parametrize(
    "html",
    [
        LOADERS + ready(f"renderMathInElement(document.body, {DELIMITERS})"),
        f'<script src="{DIST}/katex.js"></script><script src="{DIST}/contrib/auto-render.js"'
        f' onload="renderMathInElement(document.body, {DELIMITERS});"></script>',
        LOADERS + f"<script>katex_options = {DELIMITERS}</script><script src=/katex.js></script>",
        LOADERS + "<script>document$.subscribe(({body}) =>"
        f" renderMathInElement(body, {DELIMITERS}))</script>",
        LOADERS + "<script>$(function () {"
        f" renderMathInElement(document.body, {DELIMITERS}) }})</script>",
        LOADERS + "<script>window.onload = () =>"
        f" renderMathInElement(document.body, {DELIMITERS})</script>",
        f"""<script type="module">
          import renderMathInElement from "{DIST}/contrib/auto-render.mjs";
          import katex from '{DIST}/katex.mjs';
          renderMathInElement(document.body, {DELIMITERS});
        </script>""",
        "<script src=/require.js data-main=/main.js></script>",
        f"""<script>
          const loader = document.createElement('script');
          loader.src = '{DIST}/katex.min.js';
          loader.onload = () => {{
            const auto = document.createElement('script');
            auto.src = '{DIST}/contrib/auto-render.min.js';
            auto.addEventListener('load', () => renderMathInElement(document.body, {DELIMITERS}));
            document.head.append(auto);
          }};
          document.head.append(loader);
        </script>""",
    ],
)  # fmt: skip
def test_ways_to_render(evaluator: Evaluates, html: str) -> None:
    files = {
        "/katex.js": "addEventListener('load',"
        " () => renderMathInElement(document.body, katex_options))",
        "/main.js": "requirejs.config({paths: {k: 'https://cdn.example/katex/katex.min',"
        " a: 'https://cdn.example/katex/contrib/auto-render.min'}});"
        " require(['jquery', 'k', 'a'], ($, katex, render) => {"
        f" $(document).ready(() => render(document.body, {DELIMITERS})) }})",
    }  # fmt: skip
    setup = evaluator.setup(html, files)
    assert setup.rules.version == "katex"
    assert setup.rules.pairs == DOLLARS
    assert setup.rules.scope == ()


def test_only_parts_of_the_page(evaluator: Evaluates) -> None:
    one = ready("renderMathInElement(document.getElementById('content'))")
    assert evaluator.setup(LOADERS + one).rules.scope == ("#content",)
    many = ready("document.querySelectorAll('article .post').forEach(p => renderMathInElement(p))")
    assert evaluator.setup(LOADERS + many).rules.scope == ("article .post",)


PANDOC = """
var mathElements = document.getElementsByClassName("math");
var macros = {"\\\\R": "r"};
for (var i = 0; i < mathElements.length; i++) {
  var texText = mathElements[i].firstChild;
  if (mathElements[i].tagName == "SPAN") {
    katex.render(texText.data, mathElements[i], {
      displayMode: mathElements[i].classList.contains('display'),
      throwOnError: false, macros: macros, fleqn: false
    });
  }
}"""


def test_pandoc_and_quarto(evaluator: Evaluates) -> None:
    setup = evaluator.setup(LOADERS + ready(PANDOC))
    assert setup.rules.elements == (("span.math", None),)
    assert setup.rules.pairs == ()
    assert setup.tex["macros"]["R"] == "r"
    assert setup.warnings == ()


def test_arithmatex(evaluator: Evaluates) -> None:
    body = """document.querySelectorAll('.arithmatex').forEach((el) => {
      const tex = el.textContent;
      if (tex.startsWith('\\\\(') && tex.endsWith('\\\\)')) {
        katex.render(tex.slice(2, -2), el, {displayMode: false});
      } else if (tex.startsWith('\\\\[') && tex.endsWith('\\\\]')) {
        katex.render(tex.slice(2, -2), el, {displayMode: true});
      }
    });"""
    rules = evaluator.setup(LOADERS + ready(body)).rules
    assert rules.elements == ()
    assert rules.pairs == (Pair("\\(", "\\)", False), Pair("\\[", "\\]", True))
    assert rules.scope == (".arithmatex",)


def test_jquery_over_elements(evaluator: Evaluates) -> None:
    body = "$('.eq').each(function () { katex.render($(this).text(), this, {displayMode: true}) })"
    assert evaluator.setup(LOADERS + ready(body)).rules.elements == ((".eq", True),)


def test_scripts(evaluator: Evaluates) -> None:
    src = f'<script defer src="{DIST}/contrib/mathtex-script-type.min.js"></script>'
    rules = evaluator.setup(LOADERS + src).rules
    assert (rules.scripts, rules.pairs) == (True, ())


def test_mhchem_and_color(evaluator: Evaluates) -> None:
    src = f'<script defer src="{DIST}/contrib/mhchem.min.js"></script>'
    options = "{colorIsTextColor: true, preProcess: (math) => math}"
    setup = evaluator.setup(LOADERS + src + ready(f"renderMathInElement(document.body, {options})"))
    assert "[tex]/mhchem" in setup.load
    assert setup.tex["macros"]["color"] == ["\\textcolor{#1}{#2}", 2]
    assert [one.formulas for one in setup.lacks] == ["all"]
    assert "preProcess" in setup.lacks[0].why


def test_macros_defined_for_all(evaluator: Evaluates) -> None:
    body = "katex.__defineMacro('\\\\Q', 'q'); renderMathInElement(document.body)"
    assert evaluator.setup(LOADERS + ready(body)).tex["macros"]["Q"] == "q"


def test_loaded_and_not_used(evaluator: Evaluates) -> None:
    setup = evaluator.setup(LOADERS)
    assert setup.rules.pairs == ()
    assert [(one.formulas, "no script" in one.why) for one in setup.lacks] == [("unplaced", True)]


def test_the_user_has_the_last_word(evaluator: Evaluates) -> None:
    html = LOADERS + ready(f"renderMathInElement(document.body, {DELIMITERS})")
    user = {"tex": {"inlineMath": [["@", "@"]], "tags": "none"}}
    setup = evaluator.setup(html, user=user)
    assert setup.rules.pairs == (DOLLARS[0], Pair("@", "@", False))
    assert setup.tex["tags"] == "none"


def test_the_page_has_the_last_word_on_what_braket_defines(evaluator: Evaluates) -> None:
    body = r"renderMathInElement(document.body, {macros: {'\\set': '\\{#1\\mid #2\\}'}})"
    tex = evaluator.setup(LOADERS + ready(body)).tex
    assert "braket" not in tex["packages"]
    assert tex["macros"]["set"] == [r"\{#1\mid #2\}", 2]
    assert tex["macros"]["bra"] == [r"\mathinner{\langle{#1}|}", 1]


def test_each_call_has_its_own_rules_and_macros(evaluator: Evaluates) -> None:
    body = (
        r"renderMathInElement(document.getElementById('a'), {macros: {'\\M': 'a', '\\N': 'n'},"
        " ignoredClasses: ['no'], delimiters: [{left: '$', right: '$', display: false}]});"
        r"renderMathInElement(document.body, {macros: {'\\M': 'b', '\\N': 'n'}});"
    )
    setup = evaluator.setup(LOADERS + ready(body))
    first, [second] = setup.rules, setup.rules.later
    assert (first.scope, first.pairs, first.switch.ignore_class) == (("#a",), DOLLARS[1:], "no")
    assert (second.scope, second.switch.ignore_class) == ((), "")
    assert [scope.macros for scope in setup.scopes] == [{"M": "a"}, {"M": "b"}]
    assert (first.macros, second.macros) == (0, 1)
    assert setup.tex["macros"]["N"] == "n"
    mine = evaluator.setup(LOADERS + ready(body), user={"tex": {"macros": {"M": "c"}}})
    assert [scope.macros for scope in mine.scopes] == [{}, {}]
    assert mine.tex["macros"]["M"] == "c"


def test_how_far_definitions_reach(evaluator: Evaluates) -> None:
    body = (
        "const shared = {};"
        "const render = (e, options) => katex.render(e.textContent, e, options);"
        "document.querySelectorAll('.a').forEach((e) => render(e, {macros: shared}));"
        "document.querySelectorAll('.b').forEach((e) => render(e));"
        "document.querySelectorAll('.c').forEach((e) => renderMathInElement(e));"
        "renderMathInElement(document.body, {globalGroup: true});"
    )
    setup = evaluator.setup(LOADERS + ready(body))
    assert [(scope.lasts, scope.open) for scope in setup.scopes] == [
        (True, False),
        (False, False),
        (True, False),
        (True, True),
    ]
    rules = (setup.rules, *setup.rules.later)
    assert [one.macros for one in rules] == [0, 1, 2, 3]
    assert [one.apart for one in rules if one.pairs] == [4, 0]


def test_what_a_function_changes_is_lacking_where_it_does(evaluator: Evaluates) -> None:
    calls = (
        "renderMathInElement(document.getElementById('a'), {preProcess: (math) => math + 'x'});"
        "renderMathInElement(document.body)"
    )
    setup = evaluator.setup(LOADERS + ready(calls))
    assert [(one.formulas, one.scope) for one in setup.lacks] == [("all", setup.rules.macros)]
    mine = evaluator.setup(LOADERS + ready(calls), user={"tex": {"macros": {"M": "c"}}})
    assert mine.lacks == ()


@pytest.mark.parametrize(
    ("text", "formulas"),
    [("e.textContent", []), ("e.textContent.trim()", []), (r"'\\small ' + e.textContent", ["all"])],
)
def test_what_a_script_changes_before_katex_gets_it(
    evaluator: Evaluates, text: str, formulas: list[str]
) -> None:
    each = f"document.querySelectorAll('.m').forEach((e) => katex.render({text}, e))"
    setup = evaluator.setup(f"<p class=m>a</p>{LOADERS}{ready(each)}")
    assert [one.formulas for one in setup.lacks] == formulas
