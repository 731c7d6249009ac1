"""Set-ups for MathJax 2, as pages have them."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from prerender.setup import Pair, Setup

pytestmark = pytest.mark.quick

INLINE, DOLLAR = Pair("\\(", "\\)", False), Pair("$", "$", False)
DISPLAY = (Pair("$$", "$$", True), Pair("\\[", "\\]", True))


class Evaluates(Protocol):
    def setup(
        self, html: str, files: dict[str, str] | None = None, user: dict[str, Any] | None = None
    ) -> Setup: ...


def page(config: str = "", query: str = "?config=TeX-AMS_CHTML", more: str = "") -> str:
    block = f'<script type="text/x-mathjax-config">{config}</script>' if config else ""
    return f'{block}<script src="https://cdn.example/MathJax.js{query}" async></script>{more}'


def hub(options: str) -> str:
    return page(f"MathJax.Hub.Config({options});")


def test_defaults(evaluator: Evaluates) -> None:
    rules = evaluator.setup(page()).rules
    assert rules.version == "mathjax2"
    assert rules.pairs == (INLINE, *DISPLAY)
    assert (rules.environments, rules.escapes, rules.refs, rules.scripts) == (
        True,
        False,
        True,
        True,
    )
    assert rules.include == (("br", " "), ("wbr", ""), ("#comment", ""))
    assert rules.switch.skip_tags[-2:] == ("annotation", "annotation-xml")
    assert rules.switch.ignore_class.startswith("MathJax_Preview|tex2jax_ignore")
    assert rules.switch.process_class == "tex2jax_process"


@pytest.mark.parametrize(
    ("config", "tex", "mathml", "asciimath"),
    [
        ("TeX-AMS_CHTML", True, False, False),
        ("TeX-AMS_HTML-full", True, False, False),
        ("TeX-AMS-MML_HTMLorMML", True, True, False),
        ("TeX-AMS-MML_SVG", True, True, False),
        ("TeX-MML-AM_CHTML", True, True, True),
        ("MML_HTMLorMML", False, True, False),
        ("AM_HTMLorMML-full", False, False, True),
        ("Accessible", True, True, False),
        ("default", True, False, False),
        ("TeX-AMS_CHTML,Safe", True, False, False),
    ],
)
def test_combined_configurations(
    evaluator: Evaluates, config: str, tex: bool, mathml: bool, asciimath: bool
) -> None:
    rules = evaluator.setup(page(query=f"?config={config}")).rules
    assert (bool(rules.pairs), rules.mathml, bool(rules.asciimath)) == (tex, mathml, asciimath)
    assert (rules.asciimath_switch is not None) is asciimath


def test_inputs_that_the_page_names(evaluator: Evaluates) -> None:
    config = 'MathJax.Hub.Config({jax: ["input/AsciiMath"], extensions: ["asciimath2jax.js"]})'
    rules = evaluator.setup(page(config, query="")).rules
    assert not rules.pairs
    assert rules.asciimath == (Pair("`", "`", False),)


def test_tex2jax(evaluator: Evaluates) -> None:
    rules = evaluator.setup(
        hub(
            "{tex2jax: {inlineMath: [['$', '$'], ['\\\\(', '\\\\)']], processEscapes: true,"
            " processRefs: false, processEnvironments: false, skipTags: ['pre'],"
            " ignoreClass: 'no-math|.*post', processClass: 'math'}}"
        )
    ).rules
    assert rules.pairs == (DOLLAR, INLINE, *DISPLAY)
    assert (rules.environments, rules.escapes, rules.refs) == (False, True, False)
    assert rules.switch.skip_tags == ("pre",)
    assert rules.switch.ignore_class.startswith("MathJax_Preview|no-math|.*post|")
    assert rules.switch.process_class == "math"


def test_asciimath2jax(evaluator: Evaluates) -> None:
    config = "{asciimath2jax: {delimiters: [['@', '@']], ignoreClass: 'x'}}"
    rules = evaluator.setup(page(f"MathJax.Hub.Config({config})", "?config=AM_CHTML")).rules
    assert rules.asciimath == (Pair("@", "@", False),)
    assert rules.asciimath_switch is not None
    assert "|x|" in rules.asciimath_switch.ignore_class


def test_macros(evaluator: Evaluates) -> None:
    tex = evaluator.setup(hub("{TeX: {Macros: {R: '{\\\\bf R}', p: ['(#1)', 1], no: 3}}}")).tex
    assert tex["macros"] == {"R": "{\\bf R}", "p": ["(#1)", 1]}


@pytest.mark.parametrize(
    ("number", "tags"), [("'none'", "none"), ("'AMS'", "ams"), ("'all'", "all"), ("['AMS']", "ams")]
)
def test_numbers(evaluator: Evaluates, number: str, tags: str) -> None:
    setup = evaluator.setup(hub(f"{{TeX: {{equationNumbers: {{autoNumber: {number}}}}}}}"))
    assert setup.tex["tags"] == tags


def test_forms_of_numbers(evaluator: Evaluates) -> None:
    setup = evaluator.setup(
        hub(
            "{TeX: {TagSide: 'left', TagIndent: '1em', MultLineWidth: '90%', equationNumbers: {"
            "useLabelIds: false, formatNumber: function (n) {return 'A.' + n},"
            " formatTag(n) {return '[' + n + ']'}, formatURL: (id) => location.href}}}"
        )
    )
    tex = setup.tex
    assert tex["useLabelIds"] is False
    assert (tex["tagSide"], tex["tagIndent"], tex["ams"]) == (
        "left",
        "1em",
        {"multlineWidth": "90%"},
    )
    assert "'A.'" in str(tex["tagformat"]["number"]["$computes"])
    assert "'['" in str(tex["tagformat"]["tag"]["$computes"])
    assert "mjx-eqn-" in str(tex["tagformat"]["id"]["$computes"])
    assert "url" not in tex["tagformat"]
    assert [(one.formulas, "(url)" in one.why) for one in setup.lacks] == [("numbered", True)]
    assert "tagformat" in tex["packages"]
    assert "[tex]/tagformat" in setup.load


@pytest.mark.parametrize(
    ("extension", "package"),
    [
        ("AMScd.js", "amscd"),
        ("HTML.js", "html"),
        ("mhchem.js", "mhchem"),
        ("[mhchem]/mhchem.js", "mhchem"),
        ("cancel", "cancel"),
        ("boldsymbol.js", "boldsymbol"),
        ("text-macros.js", "textmacros"),
        ("[Contrib]/physics/physics.js", "physics"),
    ],
)
def test_extensions(evaluator: Evaluates, extension: str, package: str) -> None:
    setup = evaluator.setup(hub(f"{{TeX: {{extensions: ['AMSmath.js', '{extension}']}}}}"))
    assert package in setup.tex["packages"]
    assert setup.warnings == ()
    same = evaluator.setup(hub(f"{{extensions: ['TeX/{extension.rpartition('/')[2]}']}}"))
    assert package in same.tex["packages"]


def test_extensions_that_are_gone(evaluator: Evaluates) -> None:
    setup = evaluator.setup(hub("{TeX: {extensions: ['autobold.js', '[Contrib]/xyjax/xypic.js']}}"))
    assert [one.formulas for one in setup.lacks] == ["undefined", "undefined"]
    assert "tex/autobold" not in setup.lacks[1].why


def test_color_means_what_it_meant(evaluator: Evaluates) -> None:
    autoload = evaluator.setup(page()).tex["autoload"]
    assert (autoload["color"], autoload["colorv2"]) == ([], ["color"])
    tex = evaluator.setup(hub("{TeX: {extensions: ['color.js']}}")).tex
    assert "color" in tex["packages"]
    assert tex["autoload"]["colorv2"] == []


def test_undefined_commands_are_shown_where_the_extension_is(evaluator: Evaluates) -> None:
    assert "noundefined" in evaluator.setup(page()).tex["packages"]
    assert "noundefined" not in evaluator.setup(page(query="?config=default")).tex["packages"]


def test_output(evaluator: Evaluates) -> None:
    setup = evaluator.setup(
        hub(
            "{displayAlign: 'left', displayIndent: '2em', CommonHTML: {scale: 120,"
            " mtextFontInherit: true}, 'HTML-CSS': {scale: 90}}"
        )
    )
    assert setup.output == {
        "displayAlign": "left", "displayIndent": "2em", "scale": 1.2, "mtextInheritFont": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "html",
    [
        page("MathJax.Hub.Config({delayStartupUntil: 'configured',"
             " tex2jax: {inlineMath: [['$', '$']]}});"
             "MathJax.Hub.Configured();"),
        page(more="<script type='text/x-mathjax-config'>MathJax.Hub.Config({tex2jax:"
             " {inlineMath: [['$', '$']]}})</script>"),
        "<script>window.MathJax = {tex2jax: {inlineMath: [['$', '$']]}}</script>" + page(),
        "<script>MathJax = {AuthorInit() {"
        " MathJax.Hub.Config({tex2jax: {inlineMath: [['$', '$']]}}) }}</script>" + page(),
        "<script src='/MathJax.js?config=TeX-AMS_HTML'>MathJax.Hub.Config({tex2jax: {inlineMath:"
        " [['$', '$']]}});</script>",
        page("MathJax.Hub.Queue(['Config', MathJax.Hub, {tex2jax: {inlineMath: [['$', '$']]}}])"),
        page("MathJax.Hub.Register.StartupHook('End Config', () => MathJax.Hub.Config("
             "{tex2jax: {inlineMath: [['$', '$']]}}))"),
        """<script>(function () {
            var config = document.createElement('script');
            config.type = 'text/x-mathjax-config';
            config[(window.opera ? 'innerHTML' : 'text')] =
              "MathJax.Hub.Config({tex2jax: {inlineMath: [['$', '$']]}});";
            var script = document.createElement('script');
            script.src = 'https://cdn.example/MathJax.js?config=TeX-AMS_HTML';
            document.getElementsByTagName('head')[0].appendChild(config);
            document.getElementsByTagName('head')[0].appendChild(script);
        })()</script>""",
        "<script>document.write(\"<script src='/MathJax.js?config=TeX-AMS_HTML'></scr\" + 'ipt>');"
        "addEventListener('load', () => MathJax.Hub.Config({tex2jax: {inlineMath: [['$', '$']]}}))"
        "</script>",
        """<script src="/require.js" data-main="/main.js"></script>""",
    ],
)  # fmt: skip
def test_ways_to_configure(evaluator: Evaluates, html: str) -> None:
    main = """requirejs.config({paths: {mathjax: 'https://cdn.example/MathJax.js?config=TeX-AMS_HTML'}});
        require(['mathjax'], (M) => M.Hub.Config({tex2jax: {inlineMath: [['$', '$']]}}))"""
    setup = evaluator.setup(html, {"/main.js": main})
    assert setup.rules.version == "mathjax2"
    assert setup.rules.pairs == (DOLLAR, *DISPLAY)


def test_configuration_files_of_the_site(evaluator: Evaluates) -> None:
    files = {"/js/local.js": "MathJax.Hub.Config({TeX: {Macros: {R: 'r'}}});"}
    setup = evaluator.setup(page(query="?config=TeX-AMS_HTML,/js/local.js"), files)
    assert setup.tex["macros"] == {"R": "r"}


def test_objects_merge_and_arrays_are_replaced(evaluator: Evaluates) -> None:
    first = "MathJax.Hub.Config({TeX: {Macros: {A: 'a'}}, tex2jax: {inlineMath: [['@', '@']]}});"
    second = "MathJax.Hub.Config({TeX: {Macros: {B: 'b'}}, tex2jax: {inlineMath: [['$', '$']]}});"
    setup = evaluator.setup(page(first + second))
    assert setup.tex["macros"] == {"A": "a", "B": "b"}
    assert setup.rules.pairs[:1] == (DOLLAR,)


def test_macros_from_start_up_hooks(evaluator: Evaluates) -> None:
    setup = evaluator.setup(
        page(
            "MathJax.Hub.Register.StartupHook('TeX Jax Ready', function () {"
            " var TEX = MathJax.InputJax.TeX;"
            " TEX.Macro('R', '{\\\\bf R}'); TEX.Macro('p', '(#1)', 1);"
            " TEX.Definitions.Add({macros: {q: ['Macro', 'q'], z: 'Else'}});"
            " TEX.prefilterHooks.Add(() => 1) })"
        )
    )
    assert setup.tex["macros"] == {"R": "{\\bf R}", "p": ["(#1)", 1], "q": "q"}


def test_an_error_in_the_configuration_is_told(evaluator: Evaluates) -> None:
    assert "SyntaxError" in evaluator.setup(page("MathJax.Hub.Config({,})")).warnings[0]


def test_the_user_has_the_last_word(evaluator: Evaluates) -> None:
    user = {"tex": {"inlineMath": {"[+]": [["$", "$"]]}, "macros": {"R": "r"}}}
    setup = evaluator.setup(hub("{TeX: {Macros: {R: 'x', S: 's'}}}"), user=user)
    assert setup.rules.pairs == (*DISPLAY, INLINE, DOLLAR)
    assert setup.tex["macros"] == {"R": "r", "S": "s"}
    assert setup.rules.version == "mathjax2"


PREPARES = "<script>function preMathJax() { gConfigObject.tex2jax = {ignoreClass: 'no'}; }</script>"
LOADER = "https://cdn.example/MathJax.js?config=TeX-AMS-MML_HTMLorMML"
INJECTS = (
    "var script = document.createElement('script'); script.type = 'text/javascript';"
    f" script.src = '{LOADER}';"
    " document.getElementsByTagName('head')[0].appendChild(script);"
)
CONFIGURES = (
    "var block = document.createElement('script'); block.type = 'text/x-mathjax-config';"
    " block.text = 'MathJax.Hub.Config(gConfigObject)'; document.head.appendChild(block);"
)


@pytest.mark.parametrize(
    "header",
    [
        f"addEventListener('DOMContentLoaded', () => {{ preMathJax(); {CONFIGURES} {INJECTS} }})",
        f"addEventListener('load', function () {{ preMathJax(); {CONFIGURES} {INJECTS} }})",
        f"onload = function () {{ window.preMathJax(); {INJECTS}"
        " script.text = 'MathJax.Hub.Config(gConfigObject);' }",
        f"preMathJax(); window.MathJax = gConfigObject; {INJECTS}",
        "if (typeof preMathJax === 'function') preMathJax();"
        " document.write('<script type=\"text/x-mathjax-config\">');"
        " document.write('MathJax.Hub.Config(gConfigObject)<' + '/script>');"
        f" document.writeln('<script src=\"{LOADER}\"></script>');",
        f"document.write(`<script>preMathJax()</script><script src={LOADER}></script>"
        "<script>MathJax.Hub.Config(gConfigObject)</script>`)",
        "window.MathJax = {AuthorInit() { preMathJax(); MathJax.Hub.Config(gConfigObject); }};"
        f" setTimeout(() => {{ {INJECTS} }}, 10)",
        f"MathJax = {{delayStartupUntil: 'configured'}}; {INJECTS}"
        " addEventListener('load', () => { preMathJax(); MathJax.Hub.Config(gConfigObject);"
        " MathJax.Hub.Configured(); })",
        f"{INJECTS} script.onload = () => {{ preMathJax(); MathJax.Hub.Config(gConfigObject) }}",
        "document.addEventListener('readystatechange', () => {"
        " if (document.readyState !== 'complete') return; Promise.resolve().then(() => {"
        f" preMathJax(); {CONFIGURES} {INJECTS} }}) }})",
    ],
)  # fmt: skip
def test_a_header_that_hands_over_what_the_page_prepares(evaluator: Evaluates, header: str) -> None:
    html = f"{PREPARES}<script src='../../header.js'></script>"
    rules = evaluator.setup(html, {"../../header.js": f"let gConfigObject = {{}}; {header}"}).rules
    assert rules.version == "mathjax2"
    assert rules.switch.ignore_class.startswith("MathJax_Preview|no|")


@pytest.mark.parametrize(
    ("more", "scope"),
    [
        ("", None),
        ("MathJax.Hub.Queue(['Typeset', MathJax.Hub, 'only'])", ("#only",)),
        ("MathJax.Hub.Typeset(document.getElementById('only'))", ("#only",)),
        ("MathJax.Hub.Queue(['Typeset', MathJax.Hub, 'only'], ['Typeset', MathJax.Hub])", ()),
        (
            "MathJax.Hub.Register.StartupHook('End', () => MathJax.Hub.Process("
            "[...document.querySelectorAll('main > p')]))",
            ("main > p",),
        ),
    ],
)
def test_only_what_the_page_asks_for(
    evaluator: Evaluates, more: str, scope: tuple[str, ...] | None
) -> None:
    options = "MathJax.Hub.Config({skipStartupTypeset: true});"
    later = f"<script>addEventListener('load', () => {{ {more} }})</script>"
    setup = evaluator.setup(page(options, more=later))
    assert setup.rules.scope == scope
    assert len(setup.warnings) == (scope is None)
