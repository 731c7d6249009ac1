"""Chance in, a page out: what people, generators and those who mean harm put into files."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.support import strategies as parts

#: what is ours in a rendered page, whole and in halves, and what is like it
_OURS = [
    '<style data-prerender="1.0 test 1">a{}</style>', '<style data-prerender="1.0 test 2">',
    "<!--prerender by 1.0 test 1-->", "<!--prerender 0:$x$-->", "<!--prerender 3:", "<!--prerender",
    '<mjx-container class="MathJax" jax="SVG" data-tex="x">', "</mjx-container>",
    '<mjx-container class="MathJax" jax="SVG" data-tex="a" data-source="$%$"><svg></svg>'
    "</mjx-container>", "-->", '" data-original="',
    '<link data-prerender="1.0 test 1" rel="stylesheet" href="x.css"/>',
    "&lt;img src=x>", "-&#45;", "<head>", "</head>", "<title>", "<body>", "<textarea>", "<!--",
]  # fmt: skip
_LOADED = [
    "<script>MathJax={tex:{inlineMath:[['$','$']]}}</script>", '<span class="katex">',
    '<span class="katex-display"><span class="katex"><math><annotation encoding='
    '"application/x-tex">x</annotation></math></span></span>',
    '<span class="MathJax"></span><script type="math/tex">x</script>',
    r"\begin{a}", r"\end{a}", r"\begin{", r"\ref{", r"\(", r"\)", r"\[", r"\]", "$", "$$", "{", "}",
    "`", "<br>", "<b>", "<p>", "<td>", "<svg>", "<math>", "\r\n", "<div class=a>",
]  # fmt: skip
_TEX = [*parts.TEX, *parts.REFERENCES, *parts.LETTERS]
_CODECS = ["utf-8", "utf-8", "utf-8", "utf-8", "utf-16-le", "latin-1", "shift_jis", "gb18030"]


def page(chance: random.Random) -> bytes:
    """A page: pieces in any order, or a few of them by the hundred; in some encoding."""
    if chance.random() < 0.02:
        few = [piece(chance) for _ in range(chance.randint(1, 3))]
        body = "".join(few) * (chance.randint(100, 2000) // len("".join(few) or "a") + 1)
    else:
        body = "".join(piece(chance) for _ in range(chance.randint(0, 12)))
    text = chance.choice(parts.HEADS) + body
    codec = chance.choice(_CODECS)
    if codec == "utf-8":
        return text.encode("utf-8", "surrogateescape")
    head = f"<!doctype html><meta charset={codec}>" if codec != "utf-16-le" else "\ufeff"
    return (head + text).encode(codec, "xmlcharrefreplace" if codec != "utf-16-le" else "replace")


def piece(chance: random.Random) -> str:
    """A piece of a page: text, a formula, a tag, something that is easily got wrong."""
    match chance.randrange(6):
        case 0:
            return "".join(chance.choices(parts.LETTERS + parts.REFERENCES, k=chance.randint(1, 8)))
        case 1:
            return formula(chance)
        case 2:
            return chance.choice(_LOADED)
        case 3:
            return tag(chance)
        case 4:
            return chance.choice(_OURS)
        case _:
            return chance.choice(parts.PIECES)


def formula(chance: random.Random) -> str:
    """Delimiters with something between them."""
    tex = "".join(chance.choices(_TEX, k=chance.randint(0, 5)))
    if chance.random() < 0.2:
        name = chance.choice(parts.ENVIRONMENTS)
        return rf"\begin{{{name}}}{tex}\end{{{name}}}"
    start, end = chance.choice(parts.PAIRS)
    return start + tex + end


def tag(chance: random.Random) -> str:
    """A start tag, an end tag, or half of one."""
    name = chance.choice(parts.TAGS)
    if chance.random() < 0.4:
        return f"</{name}>"
    return f"<{name}{chance.choice(parts.ATTRIBUTES)}{chance.choice(['', '/'])}>"


def mutated(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Some bytes with a few of them changed, lost, doubled, or taken from others."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice([0, 1, 1, 4, 20, 200]))
        part = data[start:end]
        match chance.randrange(5):
            case 0:
                part = b""
            case 1:
                part += part
            case 2:
                part = piece(chance).encode("utf-8", "surrogateescape")
            case 3:
                other = chance.choice(others)
                at = chance.randrange(len(other) + 1)
                part = other[at : at + chance.choice([1, 10, 100])]
            case _:
                part = bytes([*part[:-1], part[-1] ^ 1 << chance.randrange(8)]) if part else b"<"
        data = data[:start] + part + data[end:]
    return data
