"""What scripts ask of their page is given, and equal set-ups are evaluated once all the same."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from prerender.setup import Setup, SetupError

pytestmark = pytest.mark.quick

V3 = '<script src="https://cdn.example/npm/mathjax@3/es5/tex-chtml.js"></script>'
KATEX = '<script src="/katex.min.js"></script>'
RENDER = "katex.render(one.textContent, one, {displayMode: one.closest('pre') !== null})"
EACH = f"<script>for (const one of document.querySelectorAll('code.tex')) {RENDER}</script>"


class Evaluates(Protocol):
    def setup(
        self,
        html: str,
        files: dict[str, str] | None = None,
        user: dict[str, Any] | None = None,
    ) -> Setup: ...
    def rounds(self, *pages: str, files: dict[str, str] | None = None) -> list[dict[str, Any]]: ...


def tags_of(evaluator: Evaluates, script: str, page: str = "") -> object:
    html = f"{page}<script>{script}</script>{V3}"
    return evaluator.setup(html).tex["tags"]


@pytest.mark.parametrize(
    ("page", "script"),
    [
        (
            '<html data-tags="all">',
            "MathJax = {tex: {tags: document.documentElement.dataset.tags}}",
        ),
        ('<body data-tags="all">', "MathJax = {tex: document.body.dataset}"),
        (
            '<meta name="tags" content="all">',
            "MathJax = {tex: {tags: document.querySelector('meta[name=tags]').content}}",
        ),
        (
            '<script type="application/json" id="c">{"tags": "all"}</script>',
            "MathJax = {tex: JSON.parse(document.getElementById('c').textContent)}",
        ),
        (
            '<template class="c" data-tags="all"></template>',
            "MathJax = {tex: {tags: document.getElementsByClassName('c')[0].dataset.tags}}",
        ),
        (
            '<script>var given = {tags: "all"}</script>',
            "MathJax = {tex: given}",
        ),
        ("<p>all</p>", "MathJax = {tex: {tags: document.body.innerText.slice(0, 3)}}"),
    ],
)
def test_what_a_page_says(evaluator: Evaluates, page: str, script: str) -> None:
    assert tags_of(evaluator, script, page) == "all"


def test_a_page_that_says_nothing(evaluator: Evaluates) -> None:
    script = "const m = document.querySelector('meta[name=tags]');"
    script += "MathJax = {tex: {tags: m ? m.content : 'ams'}}"
    assert tags_of(evaluator, script) == "ams"
    assert tags_of(evaluator, script, '<meta name="tags" content="all">') == "all"


def test_equal_pages_are_evaluated_once(evaluator: Evaluates) -> None:
    """What a page says counts as far as its scripts read it, and no further."""
    page = '<html lang="{0}"><title>{0}</title><meta name="author" content="{0}">'
    page += '<meta name="tags" content="{1}"><p id="x{0}">{0}</p>'
    page += "<script>MathJax = {{tex: {{tags: document.querySelector('meta[name=tags]').content}}}}"
    page += f"</script>{V3}"
    once = evaluator.rounds(page.format("a", "all"))
    twice = evaluator.rounds(page.format("a", "all"), page.format("b", "all"))
    assert len(twice) == len(once)
    other = evaluator.rounds(page.format("a", "all"), page.format("b", "ams"))
    assert len(other) == len(once) + 1


def test_parents_are_read_from_the_page(evaluator: Evaluates) -> None:
    body = "<pre><code class='tex'>a</code></pre><p class='x'><code class='tex'>b</code></p>"
    rules = evaluator.setup(KATEX + body + EACH).rules
    assert dict(rules.elements) == {
        'body > pre:not([class]) > code[class="tex"]': True,
        'body > p[class="x"] > code[class="tex"]': False,
    }


def test_formulas_around_which_nothing_is_read_are_evaluated_once(evaluator: Evaluates) -> None:
    script = "for (const one of document.querySelectorAll('.tex')) katex.render(one.innerText, one)"
    pages = [
        f"{KATEX}<{tag}><span class='tex'>{tag}</span></{tag}><script>{script}</script>"
        for tag in ("p", "li", "td")
    ]
    assert len(evaluator.rounds(*pages)) == 1


LOADS = (
    "MathJax = {tex: {tags: 'all'}}; const s = document.createElement('script');"
    "s.src = 'mathjax@3/es5/tex-svg.js'; document.head.append(s)"
)


@pytest.mark.parametrize(
    "test",
    [
        "document.querySelector('.locked')",
        "document.getElementById('a').querySelector('.locked')",
        "document.getElementById('locked')",
        "document.getElementsByClassName('locked').length",
        "document.querySelectorAll('main > div.locked').length",
    ],
)
def test_what_is_not_there_stops_no_script(evaluator: Evaluates, test: str) -> None:
    script = f"<script>addEventListener('load', () => {{ if ({test}) return; {LOADS} }})</script>"
    setup = evaluator.setup(f"<main id='a'><p>x</p></main>{script}")
    assert (setup.rules.version, setup.tex["tags"], setup.rules.scope) == ("mathjax3", "all", ())


def test_pages_that_differ_in_what_makes_no_difference_are_evaluated_once(
    evaluator: Evaluates,
) -> None:
    script = f"<script>if (document.querySelector('.a')) {{ {LOADS} }}</script>"
    pages = [f"<p class='a{more}'>x</p>{script}" for more in ("", " b")]
    assert len(evaluator.rounds(*pages)) == len(evaluator.rounds(pages[0]))


def test_scripts_of_math_that_become_text_are_math(evaluator: Evaluates) -> None:
    become = (
        "document.querySelectorAll('script[type^=\"math/tex\"]').forEach((one) =>"
        " one.replaceWith(/display/.test(one.type) ? `$$${one.text}$$` : `$${one.text}$`));"
    )
    assert evaluator.setup(f"<script>{become} {LOADS}</script>").rules.scripts
    assert not evaluator.setup(f"<script>{LOADS}</script>").rules.scripts


FILES: dict[str, dict[str, str]] = {
    "put in": {"/a.js": "MathJax = {tex: {tags: 'all'}}"},
    "imported": {"/a.js": "import config from './b.js'; window.MathJax = config",
                 "/./b.js": "export default {tex: {tags: 'all'}} // MathJax"},
}  # fmt: skip


def test_files_that_scripts_put_in(evaluator: Evaluates) -> None:
    put = "const s = document.createElement('script'); s.src = '/a.js'; document.head.append(s)"
    put += "; s.onload = () => { s.onload = null; document.head.append(Object.assign("
    put += "document.createElement('script'), {src: 'mathjax@3/es5/tex-svg.js'})) }"
    assert evaluator.setup(f"<script>{put}</script>", FILES["put in"]).tex["tags"] == "all"


def test_files_that_modules_import(evaluator: Evaluates) -> None:
    html = f'<script type="module" src="/a.js"></script>{V3.replace("<script", "<script defer")}'
    assert evaluator.setup(html, FILES["imported"]).tex["tags"] == "all"


@pytest.mark.parametrize(
    "event",
    [
        "DOMContentLoaded", "readystatechange", "page:loaded", "pjax:complete", "pjax:success",
        "turbo:load", "swup:page:view", "swup:contentReplaced", "astro:page-load", "exdoc:loaded",
        "scroll",
    ],
)  # fmt: skip
def test_events_that_themes_fire(evaluator: Evaluates, event: str) -> None:
    load = "const s = document.createElement('script'); s.src = 'mathjax@3/es5/tex-svg.js'"
    script = f"MathJax = {{tex: {{tags: 'all'}}}}; {load}; document.head.append(s)"
    html = f"<script>document.addEventListener('{event}', () => {{ {script} }})</script>"
    setup = evaluator.setup(html)
    assert (setup.rules.version, setup.tex["tags"]) == ("mathjax3", "all")


@pytest.mark.parametrize(
    "script",
    [
        "new Function('for (;;);')()",
        "document.querySelectorAll('p').forEach(() => { for (;;); })",
        "Element.prototype.closest = () => { for (;;); }; document.querySelector('p').closest('x')",
    ],
)
def test_the_limit_holds_for_what_is_asked(evaluator: Evaluates, script: str) -> None:
    with pytest.raises(SetupError, match="runs for more than 2 s"):
        evaluator.setup(f"<p>a</p><script>MathJax = {{}}; {script}</script>")


@pytest.mark.parametrize(
    ("script", "idle"),
    [
        ("if (document.querySelector('.math')) load('MathJax.js')", True),
        ("const usesKatex = false", True),
        ("MathJax = {}", False),  # for what loads it elsewhere
        ("MathJax.typeset()", False),
    ],
)
def test_scripts_that_load_no_engine(evaluator: Evaluates, script: str, idle: bool) -> None:
    setup = evaluator.setup(f"<p>a</p><script>{script}</script>")
    assert (setup.rules.scope is None, bool(setup.idle)) == (idle, idle)
    user = {"tex": {"inlineMath": [["$", "$"]]}}
    assert evaluator.setup(f"<p>a</p><script>{script}</script>", user=user).rules.scope == ()
