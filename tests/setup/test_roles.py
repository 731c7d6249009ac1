"""Which scripts may go: statement by statement, and never in doubt."""

from __future__ import annotations

import pytest

from prerender.setup import Role, Script, roles

pytestmark = pytest.mark.quick

PANDOC = """
document.addEventListener("DOMContentLoaded", function () {
 var mathElements = document.getElementsByClassName("math");
 var macros = [];
 for (var i = 0; i < mathElements.length; i++) {
  var texText = mathElements[i].firstChild;
  if (mathElements[i].tagName == "SPAN") {
   katex.render(texText.data, mathElements[i], {
    displayMode: mathElements[i].classList.contains('display'),
    throwOnError: false,
    macros: macros,
    fleqn: false
   });
}}});
"""
MATERIAL = """
window.MathJax = {
  tex: { inlineMath: [["\\\\(", "\\\\)"]] },
  options: { ignoreHtmlClass: ".*|", processHtmlClass: "arithmatex" }
}

document$.subscribe(() => {
  MathJax.startup.output.clearCache()
  MathJax.typesetClear()
  MathJax.texReset()
  MathJax.typesetPromise()
})
"""
INJECTS = """
window.MathJax = { tex: {} };
(function () {
  var script = document.createElement('script');
  script.src = 'https://cdn.example/mathjax@3/es5/tex-svg.js';
  script.async = true;
  document.getElementsByTagName('head')[0].appendChild(script);
})();
"""
READY = "document.addEventListener('DOMContentLoaded', {});"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("MathJax = {startup: {ready() { MathJax.startup.defaultReady(); other() }}};",
         "configuration"),
        ("window.MathJax = window.MathJax || {};\nwindow.MathJax.tex = {x: /[;}]/}\n",
         "configuration"),
        ("/* ; */ if (!window.MathJax) { window.MathJax = {tex: {}} } // done", "configuration"),
        ("MathJax.Hub.Config({TeX: {Macros: {R: `{${1}`}}})", "configuration"),
        ("const macros = {R: 'x'};\nMathJax = {tex: {macros}};", "configuration"),
        (PANDOC, "configuration"),
        (MATERIAL, "configuration"),
        (READY.format("() => renderMathInElement(document.body, {})"), "configuration"),
        ("$(document).ready(function () { MathJax.Hub.Config({}); });", "configuration"),
        (INJECTS, "loader"),
        ("MathJax = {}; trackPage();", "client"),
        ("MathJax = {}, trackPage()", "client"),
        ("MathJax = (trackPage(), {})", "client"),
        ("MathJax = {}\nconst a = document.querySelector('x')\na.remove()", "client"),
        ("if (dark) { setTheme(); } else { window.MathJax = {} }", "client"),
        (READY.format("() => { renderMathInElement(document.body); initSearch(); }"), "client"),
        ("MathJax.Hub.Queue(function () { document.body.className = 'done'; });", "client"),
        ("MathJax = {", "client"),
        ("MathJax =", "client"),
        ("MathJax || ", "client"),
        ("var", "other"),
        ("var MathJax, ", "configuration"),
        ("search()", "other"),
    ],
)  # fmt: skip
def test_inline_scripts(text: str, role: Role) -> None:
    assert roles([Script(text=text)], lambda src: None) == [role]


def test_kinds_of_elements() -> None:
    files = {"config.js": "MathJax = {}", "theme.js": "MathJax = {}; theme()", "x.js": "x()"}
    scripts = [
        Script(type="text/x-mathjax-config", text="anything()"),
        Script(type="math/tex", text="MathJax"),
        Script(src="https://cdn.example/mathjax@4/tex-svg.js"),
        *(Script(src=src) for src in files),
        Script(src="https://elsewhere.example/theme.js"),
        Script(src="require.js", attrs={"data-main": "theme"}),
    ]
    assert roles(scripts, files.get) == [
        "configuration", "other", "loader", "configuration", "client", "other", "other", "client",
    ]  # fmt: skip


def test_names_that_another_script_uses() -> None:
    config = Script(text="var macros = {R: 'x'};\nMathJax = {tex: {macros: macros}};")
    assert roles([config, Script(text="show(macros)")], lambda src: None)[0] == "client"
    assert roles([config, Script(text="show('a')")], lambda src: None)[0] == "configuration"
