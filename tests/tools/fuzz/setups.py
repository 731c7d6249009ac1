"""What a page's scripts may ask for in, whatever its shape: a set-up, or an error of its page."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prerender.engine.model import engine_setup
from prerender.errors import PageError
from prerender.find import find
from prerender.setup import collect, interpret, roles
from prerender.setup.functions import translated
from prerender.setup.scripts import Script
from prerender.source import parse
from tests.tools.fuzz.model import Check

_LOADERS = [
    "https://cdn.example/npm/mathjax@4/tex-mml-chtml.js", "https://cdn.example/npm/mathjax@3/es5/tex-svg.js",
    "https://cdn.example/mathjax/2.7.9/MathJax.js?config=TeX-MML-AM_CHTML",
    "https://cdn.example/katex@0.16/dist/katex.min.js", "",
]  # fmt: skip
_KEYS = [
    *("tex", "options", "loader", "startup", "svg", "output", "mml", "asciimath", "chtml", "hub"),
    *(
        "TeX",
        "tex2jax",
        "extensions",
        "jax",
        "Macros",
        "macros",
        "inlineMath",
        "displayMath",
        "load",
    ),
    *("packages", "tags", "tagSide", "digits", "autoload", "require", "skipHtmlTags", "elements"),
    *("ignoreHtmlClass", "processHtmlClass", "includeHtmlTags", "ignoreClass", "processClass"),
    *(
        "delimiters",
        "left",
        "right",
        "display",
        "ignoredTags",
        "ignoredClasses",
        "searched",
        "found",
    ),
    *("loaded", "src", "script", "katexLoaded", "errors", "message", "mathjax", "typesets", "[+]"),
    *("config", "selector", "tagformat", "number", "$function", "$regexp", "__proto__", "ready"),
    *("renderActions", "find", "trust", "globalGroup", "throwOnError", "fleqn", "made", "lacks"),
]
_VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e300, "", "a", "$", "\\(", "(", "(?i)x", "(a|a)*b", "[", "*",
    "ams", "all", ["$", "$"], [["$", "$"]], [[]], [None], {}, [], "/x/", "n => n + 1",
    "constructor", "math/tex", "[+]", "\ud800", "𝐀", "a" * 300,
    {"left": "$", "right": "$", "display": False},
    {"$function": "n => n"}, {"$regexp": "/(/"}, "script", "br", "#comment", ["[tex]/ams"],
    "javascript:x", "a, b > c:not([d])", "a b c d e f g h i j",
]  # fmt: skip
_CODE = [
    *(
        "n",
        "=>",
        "+",
        "'a'",
        "(",
        ")",
        "{",
        "}",
        "return",
        "function",
        "`${n}`",
        "[",
        "]",
        ".",
        ",",
    ),
    *(
        "constructor",
        "?.",
        "//\u2028",
        "/x/",
        "1",
        ";",
        "this",
        "new",
        "=",
        "?",
        ":",
        "!",
        "&&",
        " ",
    ),
    *(
        "n.toString()",
        "String(n)",
        "\\u0061",
        "async",
        "yield",
        "let a = n",
        "if",
        "else",
        "switch",
    ),
]
_NAMES = [
    *("MathJax", "window", "window.MathJax", "MathJax.Hub.Config", "katex", "renderMathInElement"),
    *(
        "document.body",
        "Object.assign",
        "var",
        "const",
        "require",
        "'MathJax.js'",
        "||",
        "??",
        "if",
    ),
    *("document.createElement", "appendChild", "src", "onload", "load", "typeset", "Hub", "Queue"),
]
_PAGE = parse(r"<!doctype html><title>t</title><p class=aaac>$a$ \(b\) <i class=x>$c$</i>")
_SOURCE = r"<!doctype html><title>t</title><p class=aaac>$a$ \(b\) <i class=x>$c$</i>"


@contextmanager
def setup() -> Iterator[Check]:
    """Interpreted, searched by, and told the engine."""
    yield _check


def _check(chance: random.Random) -> None:
    src = chance.choice(_LOADERS)
    request = collect([Script("", src or None, "", {"src": src} if src else {})], lambda _: None)
    data = {chance.choice(_KEYS): _value(chance, 0) for _ in range(chance.randint(0, 5))}
    try:
        made = interpret(request, data)
        json.dumps(engine_setup(made))
        find(_PAGE, made.rules, _SOURCE)
    except PageError:
        pass
    computes = translated(" ".join(chance.choices(_CODE, k=chance.randint(0, 12))))
    json.dumps(computes)
    words = " ".join(chance.choices(_CODE + _NAMES, k=chance.randint(0, 16)))
    scripts = [Script("", None, words, {}), *([Script("", src, "", {"src": src})] if src else [])]
    collect(scripts, lambda _: words)
    roles(scripts, lambda _: words)


def _value(chance: random.Random, depth: int) -> Any:
    if depth > 3 or chance.random() < 0.4:
        return chance.choice(_VALUES)
    if chance.random() < 0.3:
        return [_value(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    return {chance.choice(_KEYS): _value(chance, depth + 1) for _ in range(chance.randint(0, 3))}
