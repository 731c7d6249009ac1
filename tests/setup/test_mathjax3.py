"""Set-ups for MathJax 3 and 4, as pages have them."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from prerender.setup import Pair, Setup

pytestmark = pytest.mark.quick

INLINE, DOLLAR = Pair("\\(", "\\)", False), Pair("$", "$", False)
DISPLAY = (Pair("$$", "$$", True), Pair("\\[", "\\]", True))
V3 = "https://cdn.example/npm/mathjax@3/es5/{}.js"
V4 = "https://cdn.example/npm/mathjax@4/{}.js"
BASE_3 = ["base", "ams", "newcommand", "noundefined", "require", "autoload", "configmacros"]
BASE_4 = ["base", "ams", "newcommand", "textmacros", "noundefined", "require", "autoload",
          "configmacros"]  # fmt: skip


class Evaluates(Protocol):
    def setup(
        self, html: str, files: dict[str, str] | None = None, user: dict[str, Any] | None = None
    ) -> Setup: ...


def loader(src: str = V3, name: str = "tex-mml-chtml", attrs: str = "async") -> str:
    return f'<script src="{src.format(name)}" {attrs}></script>'


def page(config: str, src: str = V3, name: str = "tex-mml-chtml") -> str:
    return f"<script>MathJax = {config};</script>{loader(src, name)}"


@pytest.mark.parametrize(
    ("src", "name", "mathml", "tex", "packages"),
    [
        (V3, "tex-mml-chtml", True, True, BASE_3),
        (V3, "tex-svg", False, True, BASE_3),
        (V3, "mml-chtml", True, False, ["base"]),
        (V4, "tex-mml-chtml", True, True, BASE_4),
        (V4, "tex-chtml-nofont", False, True, BASE_4),
        (V4, "mml-svg", True, False, ["base"]),
    ],
)
def test_components(
    evaluator: Evaluates, src: str, name: str, mathml: bool, tex: bool, packages: list[str]
) -> None:
    setup = evaluator.setup(loader(src, name))
    rules = setup.rules
    assert rules.version == ("mathjax3" if src == V3 else "mathjax4")
    assert (rules.mathml, bool(rules.pairs), rules.scripts) == (mathml, tex, False)
    assert (rules.environments, rules.escapes, rules.refs) == (tex, tex, tex)
    assert setup.tex["packages"] == packages
    assert setup.load == ()


def test_defaults_differ_in_skipped_tags(evaluator: Evaluates) -> None:
    assert "annotation" in evaluator.setup(loader(V3)).rules.switch.skip_tags
    assert "mjx-container" in evaluator.setup(loader(V4)).rules.switch.skip_tags


def test_no_mathjax_at_all(evaluator: Evaluates) -> None:
    setup = evaluator.setup("<script>search()</script>")
    assert setup.rules.version == "mathjax4"
    assert setup.rules.pairs == (INLINE, *DISPLAY)
    assert setup.rules.scripts
    assert setup.tex == {"packages": BASE_4}


def test_a_full_component_has_all_packages(evaluator: Evaluates) -> None:
    setup = evaluator.setup(page("{tex: {packages: {'[+]': ['physics']}}}", V3, "tex-svg-full"))
    packages = setup.tex["packages"]
    assert {"mathtools", "mhchem", "upgreek", "textmacros", "physics"} <= set(packages)
    assert not {"autoload", "noerrors"} & set(packages)
    assert "[tex]/mathtools" in setup.load
    assert setup.warnings == ()


def test_where(evaluator: Evaluates) -> None:
    rules = evaluator.setup(
        page(
            "{tex: {inlineMath: [['$', '$'], ['\\\\(', '\\\\)']], displayMath: [['$$', '$$']],"
            " processEscapes: false, processRefs: false, processEnvironments: false},"
            " options: {skipHtmlTags: {'[-]': ['code'], '[+]': ['h1']}, ignoreHtmlClass: '.*|',"
            " processHtmlClass: 'arithmatex', includeHtmlTags: {br: ' ', span: 'x'}},"
            " startup: {elements: ['#content', '.math']}}"
        )
    ).rules
    assert rules.pairs == (DISPLAY[0], DOLLAR, INLINE)
    assert (rules.environments, rules.escapes, rules.refs) == (False, False, False)
    assert "code" not in rules.switch.skip_tags
    assert rules.switch.skip_tags[-1] == "h1"
    assert rules.switch[1:] == (".*|", "arithmatex")
    assert rules.include == (("br", " "), ("wbr", ""), ("#comment", ""))
    assert rules.scope == ("#content", ".math")


def test_classes_in_arrays_and_odd_patterns(evaluator: Evaluates) -> None:
    options = "{ignoreHtmlClass: ['a', 'b.*'], processHtmlClass: '(?<x>y)'}"
    switch = evaluator.setup(page(f"{{options: {options}}}", V4)).rules.switch
    assert switch[1:] == ("a|b.*", "mathjax_process")


def test_tags_that_version_4_takes(evaluator: Evaluates) -> None:
    config = "{options: {includeHtmlTags: {'span': 'x', br: ' ', b: () => 1}}}"
    include = dict(evaluator.setup(page(config, V4)).rules.include)
    assert include == {"br": " ", "wbr": "", "#comment": "", "span": "x"}


def test_tex_options(evaluator: Evaluates) -> None:
    setup = evaluator.setup(
        page(
            "{loader: {load: ['[tex]/mathtools', '[tex]/physics']},"
            " tex: {tags: 'ams', tagSide: 'left',"
            " macros: {R: '\\\\mathbb{R}', p: ['(#1)', 1]}, environments: {e: ['<', '>']},"
            " packages: {'[+]': ['mathtools', 'physics'], '[-]': ['noundefined']},"
            " physics: {italicdiff: true}, multlineWidth: '80%', digits: /^\\d+/,"
            " formatError: (jax, error) => jax.formatError(error), hooks: {a() {}}}}"
        )
    )
    tex = setup.tex
    assert tex["packages"] == [
        *(name for name in BASE_3 if name != "noundefined"), "mathtools", "physics",
    ]  # fmt: skip
    assert setup.load == ("[tex]/mathtools", "[tex]/physics")
    assert tex["macros"] == {"R": "\\mathbb{R}", "p": ["(#1)", 1]}
    assert (tex["tags"], tex["tagSide"]) == ("ams", "left")
    assert tex["environments"] == {"e": ["<", ">"]}
    assert tex["physics"] == {"italicdiff": True}
    assert tex["ams"] == {"multlineWidth": "80%"}
    assert tex["digits"] == {"$regexp": "/^\\d+/"}
    assert "formatError" not in tex
    assert [(one.formulas, "tex.hooks" in one.why) for one in setup.lacks] == [("all", True)]


def test_arrays_of_packages(evaluator: Evaluates) -> None:
    """Version 3 replaces its list, version 4 appends."""
    config = "{loader: {load: ['[tex]/color']}, tex: {packages: ['base', 'color']}}"
    assert evaluator.setup(page(config, V3)).tex["packages"] == ["base", "color"]
    assert evaluator.setup(page(config, V4)).tex["packages"] == [*BASE_4, "color"]


def test_packages_must_be_loaded(evaluator: Evaluates) -> None:
    setup = evaluator.setup(page("{tex: {packages: {'[+]': ['physics', 'nonesuch']}}}"))
    assert setup.tex["packages"] == BASE_3
    assert len(setup.warnings) == 1
    assert [one.formulas for one in setup.lacks] == ["undefined"]
    loaded = evaluator.setup(page("{loader: {load: ['[tex]/physics']}}"))
    assert "physics" not in loaded.tex["packages"]


def test_tagformat(evaluator: Evaluates) -> None:
    """It needs its package, which must be loaded; what its functions use must be their own."""
    tagformat = "tagformat: {number: (n) => 'A.' + n, tag(t) { return '[' + t + ']' }, id: outside}"
    asks = "loader: {load: ['[tex]/tagformat']}, tex: {packages: {'[+]': ['tagformat']}, "
    html = page(f"{{{asks}{tagformat}}}}}")
    html = html.replace("MathJax =", "function outside(n) { return x }\nMathJax =")
    setup = evaluator.setup(html)
    assert set(setup.tex["tagformat"]) == {"number", "tag"}
    added = ["binary", "+", ["value", "A."], ["name", "n"]]
    number = {"$computes": {"parameters": ["n"], "body": ["return", added]}}
    assert setup.tex["tagformat"]["number"] == number
    assert setup.load == ("[tex]/tagformat",)
    assert [(one.formulas, "(id)" in one.why) for one in setup.lacks] == [("numbered", True)]
    without = evaluator.setup(page("{tex: {tagformat: {number: (n) => 'A.' + n}}}"))
    assert "tagformat" not in without.tex


def test_inputs(evaluator: Evaluates) -> None:
    load = "{loader: {load: ['input/asciimath']}, asciimath: {delimiters: {'[+]': [['@', '@']]}}}"
    rules = evaluator.setup(page(load)).rules
    assert rules.asciimath == (Pair("`", "`", False), Pair("@", "@", False))
    assert rules.asciimath_switch == rules.switch
    startup = "{loader: {load: ['input/tex-base', 'input/mml', 'output/svg']}, svg: {scale: 2}}"
    setup = evaluator.setup(page(startup, V3, "startup"))
    assert setup.rules.pairs
    assert setup.rules.mathml
    assert setup.tex["packages"] == ["base"]
    assert setup.output == {"scale": 2}
    only = evaluator.setup(page("{startup: {input: ['mml']}}"))
    assert (only.rules.pairs, only.rules.mathml) == ((), True)


def test_output(evaluator: Evaluates) -> None:
    config = (
        "{chtml: {displayAlign: 'left', displayIndent: '2em', scale: 1.1, mtextInheritFont: true,"
        " fontURL: 'x'}, svg: {displayAlign: 'right'}}"
    )
    setup = evaluator.setup(page(config))
    assert setup.output == {
        "displayAlign": "left", "displayIndent": "2em", "scale": 1.1, "mtextInheritFont": True,
    }  # fmt: skip
    assert evaluator.setup(page(config, V3, "tex-svg")).output == {"displayAlign": "right"}
    common = evaluator.setup(page("{output: {displayAlign: 'left'}}", V4))
    assert common.output == {"displayAlign": "left"}


DOLLARS = "{tex: {inlineMath: [['$', '$']]}}"


@pytest.mark.parametrize(
    "html",
    [
        page(DOLLARS),
        page(DOLLARS, V4),
        loader(attrs="async") + f"<script>window.MathJax = {DOLLARS}</script>",
        loader(attrs="defer") + f"<script>window.MathJax = {DOLLARS}</script>",
        f"<script>if (true) {{ window.MathJax = {DOLLARS} }}</script>" + loader(attrs=""),
        "<script>MathJax = {tex: {tags: 'x'}}</script>" + page(DOLLARS),
        f"<script>var options = {DOLLARS}</script>"
        f"<script>window.MathJax = options</script>{loader()}",
        "<script src=/mathjax-config.js></script>" + loader(attrs=""),
        "<script defer src=/mathjax-config.js></script>" + loader(attrs="defer"),
        f"<script type=module>export default 1; window.MathJax = {DOLLARS}</script>" + loader(),
        f"""<script>window.MathJax = {DOLLARS};
        (function () {{
          var script = document.createElement('script');
          script.src = '{V3.format("tex-svg")}';
          script.async = true;
          document.head.appendChild(script);
        }})();</script>""",
        f"""<script>document.addEventListener('DOMContentLoaded', () => {{
          window.MathJax = {DOLLARS};
          setTimeout(() => {{
            const script = document.createElement('script');
            script.setAttribute('src', '{V4.format("tex-svg")}');
            document.body.append(script);
          }}, 10);
        }});</script>""",
        page(DOLLARS.replace("{tex", "{startup: {ready() { MathJax.startup.defaultReady();"
             " const {x} = MathJax._.a.b; new x.Y(); MathJax.startup.promise.then(() => 1) },"
             " pageReady: async () => { await MathJax.startup.defaultPageReady() }}, tex")),
    ],
)  # fmt: skip
def test_ways_to_configure(evaluator: Evaluates, html: str) -> None:
    files = {"/mathjax-config.js": f"window.MathJax = {DOLLARS};\ndocument$.subscribe(() => 1)"}
    setup = evaluator.setup(html, files)
    assert setup.rules.pairs == (*DISPLAY, DOLLAR)
    assert setup.warnings == ()


def test_too_late(evaluator: Evaluates) -> None:
    """What comes after a loader that blocks is in vain, as in the browser."""
    html = loader(attrs="") + f"<script>window.MathJax = {DOLLARS}</script>"
    assert evaluator.setup(html).rules.pairs == (INLINE, *DISPLAY)


def test_not_taken(evaluator: Evaluates) -> None:
    html = f"<script>if (!window.document) MathJax = {DOLLARS}</script>" + loader()
    assert evaluator.setup(html).rules.pairs == (INLINE, *DISPLAY)


def test_two_versions(evaluator: Evaluates) -> None:
    """The one that blocks is there first."""
    old = '<script src="https://cdn.example/MathJax.js?config=TeX-AMS_HTML"></script>'
    assert evaluator.setup(loader() + old).rules.version == "mathjax2"
    late = old.replace("<script", "<script async")
    assert evaluator.setup(late + loader(attrs="")).rules.version == "mathjax3"


FIND_SCRIPTS = """[10, function (doc) {
  for (const node of document.querySelectorAll('script[type^="math/tex"]')) {
    const display = !!node.type.match(/; *mode=display/);
    const math = new doc.options.MathItem(node.textContent, doc.inputJax[0], display);
    const text = document.createTextNode('');
    node.parentNode.replaceChild(text, node);
    math.start = {node: text, delim: '', n: 0};
    math.end = {node: text, delim: '', n: 0};
    doc.math.push(math);
  }
}, '']"""


@pytest.mark.parametrize("src", [V3, V4])
def test_the_find_script_recipe(evaluator: Evaluates, src: str) -> None:
    config = f"{{options: {{renderActions: {{findScript: {FIND_SCRIPTS}}}}}}}"
    rules = evaluator.setup(page(config, src)).rules
    assert rules.scripts
    assert rules.pairs
    assert rules.elements == ()
    instead = config.replace("findScript", "find")
    rules = evaluator.setup(page(instead, src)).rules
    assert rules.scripts
    assert not rules.pairs
    assert not rules.mathml


def test_render_actions_that_find_elements(evaluator: Evaluates) -> None:
    action = (
        "find: [10, (doc) => { for (const node of document.querySelectorAll('span.math')) {"
        " const display = node.classList.contains('display');"
        " doc.math.push(new doc.options.MathItem(node.textContent, doc.inputJax[0], display)) } }]"
    )
    rules = evaluator.setup(page(f"{{options: {{renderActions: {{{action}}}}}}}")).rules
    assert rules.elements == (("span.math", None),)
    assert not rules.scripts


def test_other_render_actions_find_nothing(evaluator: Evaluates) -> None:
    action = "addCopy: [156, (doc) => { for (const m of doc.math) MathJax.config.f(m) }, (m) => 1]"
    rules = evaluator.setup(page(f"{{options: {{renderActions: {{{action}}}}}}}")).rules
    assert (rules.scripts, rules.elements) == (False, ())


def test_filters_in_hooks_are_told(evaluator: Evaluates) -> None:
    hook = "ready() { MathJax.startup.defaultReady(); MathJax.startup.input[0].preFilters.add(f) }"
    setup = evaluator.setup(
        page(f"{{f: 1, startup: {{{hook.replace('add(f)', 'add(() => 1)')}}}}}")
    )
    assert [one.formulas for one in setup.lacks] == ["all"]
    assert "preFilters.add" in setup.lacks[0].why


def test_a_configuration_without_a_loader(evaluator: Evaluates) -> None:
    setup = evaluator.setup(f"<script>MathJax = {DOLLARS}</script>")
    assert setup.rules.version == "mathjax4"
    assert DOLLAR in setup.rules.pairs


def test_the_user_has_the_last_word(evaluator: Evaluates) -> None:
    user: dict[str, Any] = {
        "tex": {
            "packages": {"[+]": ["physics"]},
            "macros": {"R": "r"},
            "displayMath": [["[[", "]]"]],
        },
        "options": {"skipHtmlTags": {"[+]": ["aside"]}},
        "svg": {"scale": 1.5},
    }
    setup = evaluator.setup(page("{tex: {macros: {R: 'x', S: 's'}}}"), user=user)
    assert setup.tex["macros"] == {"R": "r", "S": "s"}
    assert setup.tex["packages"] == [*BASE_3, "physics"]
    assert setup.load == ("[tex]/physics",)
    assert setup.rules.pairs == (Pair("[[", "]]", True), INLINE)
    assert setup.rules.switch.skip_tags[-1] == "aside"
    assert setup.output == {"scale": 1.5}
    assert setup.rules.version == "mathjax3"


OFF = "startup: {typeset: false}"


@pytest.mark.parametrize(
    ("config", "more", "scope"),
    [
        (OFF, "", None),
        (OFF, "MathJax.startup.promise.then(() => MathJax.typesetPromise())", ()),
        (OFF, "MathJax.startup.promise.then(() => MathJax.typeset(['a p', '#b']))", ("a p", "#b")),
        (OFF, "MathJax.typesetPromise([document.getElementById('b')])", ("#b",)),
        (OFF, "MathJax.typesetPromise(document.querySelectorAll('article'))", ("article",)),
        (OFF, "(async () => { await MathJax.startup.promise; MathJax.typeset() })()", ()),
        ("", "MathJax.typesetPromise(['.a'])", ()),
        ("startup: {elements: ['main']}", "", ("main",)),
        ("startup: {pageReady() { return MathJax.startup.defaultPageReady().then(f) }}", "", ()),
        ("startup: {pageReady() { return MathJax.typesetPromise(['main']) }}", "", ("main",)),
        ("startup: {pageReady() { }}", "", None),
        ("startup: {pageReady() { undefined.x }}", "", ()),
        ("startup: {ready() { undefined.x }}", "", ()),
        ("startup: {ready() { setTimeout(() => MathJax.startup.defaultReady(), 9) }}", "", ()),
    ],
)  # fmt: skip
def test_only_what_the_page_asks_for(
    evaluator: Evaluates, config: str, more: str, scope: tuple[str, ...] | None
) -> None:
    later = f"<script>addEventListener('load', () => {{ {more} }}) // MathJax</script>"
    setup = evaluator.setup(page(f"{{{config}}}") + later)
    assert setup.rules.scope == scope
    assert any("keeps MathJax from typesetting" in told for told in setup.warnings) == (
        scope is None
    )


def test_the_user_can_have_it_typeset(evaluator: Evaluates) -> None:
    for startup, scope in (({"typeset": True}, ()), ({"elements": ["main"]}, ("main",))):
        setup = evaluator.setup(page(f"{{{OFF}}}"), user={"startup": startup})
        assert setup.rules.scope == scope


def test_pairs_of_delimiters_cannot_be_taken_out(evaluator: Evaluates) -> None:
    changes = "{tex: {inlineMath: {'[-]': [['\\\\(', '\\\\)']], '[+]': [['$', '$']]}}}"
    assert {INLINE, DOLLAR} <= set(evaluator.setup(page(changes)).rules.pairs)


def test_the_user_can_supply_all_of_it(evaluator: Evaluates) -> None:
    user = {"loader": {"load": ["input/mml", "input/asciimath"]}, "tex": {"tags": "all"}}
    rules = evaluator.setup("<p>no MathJax here", user=user).rules
    assert rules.mathml
    assert rules.asciimath == (Pair("`", "`", False),)
    assert rules.asciimath_switch == rules.switch
    assert not evaluator.setup("<p>nor here").rules.mathml
