"""Markup that a tab, or a cache, might give in: what is let through does nothing but look.

It is read by a parser as a browser would, beside what follows it in a page.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args

import turbohtml

from prerender.engine import Layout, Markup, Typeset, refused
from tests.tools.fuzz.model import Check

_NAMES = [
    *(
        "g",
        "use",
        "path",
        "a",
        "svg",
        "text",
        "title",
        "m-0",
        "e-",
        "x-d10",
        "l-left",
        "math",
        "mi",
    ),
    *("mtext", "mrow", "maction", "annotation", "semantics", "mspace", "script", "style", "img"),
    *("foreignObject", "iframe", "animate", "set", "image", "annotation-xml", "p", "table", "b"),
    *("mglyph", "malignmark", "textarea", "noscript", "template", "object", "G", "font", "desc"),
]
_ATTRIBUTES = [
    *("href", "xlink:href", "style", "id", "class", "fill", "transform", "d", "onclick", "ONLOAD"),
    *("src", "title", "data-x", "aria-label", "xmlns", "xmlns:xlink", "width", "actiontype"),
    *("selection", "mathcolor", "clip-path", "viewBox", "begin", "to", "formaction", "font-size"),
]
_VALUES = [
    *(
        "#a",
        "javascript:alert(1)",
        "https://a.example/",
        "mailto:a",
        "data:text/html,x",
        "/a",
        "a b",
    ),
    *("&#106;avascript:alert(1)", "java&#10;script:alert(1)", "url(x)", "u\\72l(x)", "red", "1 2"),
    *("translate(1 2)", "image-set('a')", "color:red", "background:url(x)", "position:fixed", ";"),
    *("--a:url(x)", "--a:u/**/rl(x)", "a:b", "x}*{a:b", "rgb(1,2,3)", "&quot;", "&quot; onload=a"),
    *("M0 0", "-", "", "1.5", "//a.example", "var(--a)", "expression(1)", "env(x)", "src(x)", "@a"),
    *(
        "http://www.w3.org/1999/xhtml",
        "\x00",
        "\n",
        "é",
        "&colon;",
        "&Tab;",
        "element(#a)",
        "http:x",
    ),
]
_LOOSE = [
    *(
        "<",
        ">",
        '"',
        "'",
        "=",
        "/",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "</",
        "/>",
        "&lt;",
        "&",
        " ",
    ),
    *("</mjx-container>", "</svg>", "</math>", "<svg", "x", "</title>", "<?a?>", "\x00", "\n"),
]
_ALLOWED = re.compile(
    r"svg|g|use|path|a|text|title|tspan|rect|circle|ellipse|line|polygon|polyline|[mhvex]-[a-z\d-]*"
    r"|l-(left|center|right)|math|annotation|semantics|none|m[a-z]+"
)
_SCHEME = re.compile(r"[\x00-\x20]*(?:https?|mailto|tel):", re.IGNORECASE)
#: what asks a server for something, or lies over what is not a formula
_LOADS = re.compile(
    r"url\s*\(|image-set|src\s*\(|@import|element\s*\(|expression|position|z-index|content\s*:"
    r"|behavior|binding|filter|mask|cursor\s*:\s*url|attr\s*\(|var\s*\(|env\s*\(|animation|\\",
    re.IGNORECASE,
)
_END = '<b id="prerender-end">'


@contextmanager
def answer() -> Iterator[Check]:
    """What is allowed has no script, no request, and ends where it should."""
    yield _check


def _check(chance: random.Random) -> None:
    body = "".join(_part(chance, 0) for _ in range(chance.randint(1, 4)))
    kind: Markup = chance.choice(get_args(Markup))
    mathml = body if chance.random() < 0.3 else ""
    layouts = () if mathml else (Layout(1, 1, 1, (body,)),)
    if refused(Typeset(layouts, markup=kind, mathml=mathml)) is None:
        _judge(body, "mathml" if mathml else kind)


def _part(chance: random.Random, depth: int) -> str:
    if depth > 3 or chance.random() < 0.25:
        return (
            "".join(chance.choices(_LOOSE, k=chance.randint(0, 2)))
            if chance.random() < 0.2
            else "x"
        )
    name = chance.choice(_NAMES if chance.random() < 0.3 else _NAMES[:18])
    attributes = "".join(_attribute(chance) for _ in range(chance.randint(0, 2)))
    inner = "".join(_part(chance, depth + 1) for _ in range(chance.randint(0, 2)))
    match chance.randrange(12):
        case 0:
            return f"<{name}{attributes}/>"
        case 1:
            return f"<{name}{attributes}>{inner}"
        case 2:
            return f"{inner}</{name}>"
        case _:
            return f"<{name}{attributes}>{inner}</{name}>"


def _attribute(chance: random.Random) -> str:
    value = "".join(chance.choices(_VALUES, k=chance.choice([1, 1, 1, 2])))
    name = chance.choice(_ATTRIBUTES)
    if chance.random() < 0.9:
        return f' {name}="{value}"'
    return chance.choice(
        [f" {name}={value}", f" {name}='{value}'", f' {name}="{value}', f" {name}"]
    )


def _judge(body: str, kind: str) -> None:
    around = {"svg": ("<svg>", "</svg>"), "html": ("", ""), "mathml": ("", "")}[kind]
    page = f"<!doctype html><body><div><mjx-container>{around[0]}{body}{around[1]}</mjx-container>"
    root = turbohtml.parse(f"{page}{_END}</b></div>", scripting=True)
    end = root.find(attrs={"id": "prerender-end"})
    inside = root.find("mjx-container")
    assert end is not None, f"what follows is swallowed: {body!r}"
    assert inside is not None
    assert end.parent == inside.parent, f"what follows is elsewhere: {body!r}"
    for one in inside.find_all():
        assert _ALLOWED.fullmatch(one.tag), f"<{one.tag}>: {body!r}"
        for name, value in one.attrs.items():
            text = " ".join(value) if isinstance(value, list) else value or ""
            assert not name.lower().startswith("on"), f"{name}: {body!r}"
            assert name not in ("src", "formaction", "begin", "to"), f"{name}: {body!r}"
            if name in ("href", "xlink:href") and ":" in re.split("[/?#]", text)[0]:
                assert _SCHEME.match(text), f"{text!r}: {body!r}"
            if name == "style" or name in ("fill", "clip-path", "transform", "mathcolor"):
                assert not _LOADS.search(text), f"{text!r}: {body!r}"
