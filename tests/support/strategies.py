"""Hostile pages for property tests: what people, generators and minifiers have put into files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[str]], str]
T = TypeVar("T")

#: characters that mean something to somebody on the way, and some that mean nothing
LETTERS = [
    *"xy01 \t\n$\\%{}&#;\"'`<>=-_^~[]()/!?:.,*+|@",
    *("\r\n", "\r", "\x0c", "\xa0", "\x00", "é", "中", "数", "𝐀", "🙂", "\u202e", "\u0301"),
    *("\ufdd0", "\ufde1", "\ufeff", "\ufffd", "\udc81", "\udcff"),
]
REFERENCES = [
    *("&lt;", "&gt;", "&amp;", "&quot;", "&#39;", "&#x27;", "&nbsp;", "&hellip;", "&notin;"),
    *("&lt", "&amp", "&quot", "&not", "&notit;", "&ampx", "&copy=1", "&#65", "&#x1D400;", "&#128;"),
    *(
        "&#0;",
        "&#xD800;",
        "&#1114112;",
        "&",
        "&&",
        "&;",
        "&unknown;",
        "&#;",
        "&#x;",
        "&NotEqualTilde;",
    ),
]
TEX = [
    *(
        r"\frac{1}{2}",
        r"x^2",
        r"\text{a $b$ c}",
        r"a \\ b",
        r"\{",
        r"\}",
        r"\alpha",
        "a<b",
        "a < b",
    ),
    *("a&b", "a &amp; b", "x%y", "% comment\n", "{", "}", r"\begin{matrix}a&b\end{matrix}", "-->"),
    *("--", '"', "data-tex", "%", "]]>", "=", r"\label{a}", "</mjx-container>", "数学"),
]
PAIRS = [("$", "$"), ("$$", "$$"), (r"\(", r"\)"), (r"\[", r"\]"), ("%%", "%%"), ("[% ", " %]")]
ENVIRONMENTS = ["equation", "align*", "数"]
INLINE = ["b", "i", "a", "span", "code", "font", "nobr", "foo-bar", "mjx-container"]
BLOCKS = ["p", "div", "li", "ul", "td", "tr", "table", "h1", "pre", "form", "select", "button"]
BLOCKS += ["option", "caption", "colgroup", "blockquote", "details", "svg", "math", "template"]
TAGS = [*INLINE, *BLOCKS, "br", "wbr", "hr", "img", "html", "body", "head", "frameset", "mtext"]
TAGS += ["foreignObject", "annotation-xml", "noscript", "tbody", "th", "dd", "rt", "nosuch"]
ATTRIBUTES = [
    *("", " class=a", ' class="tex2jax_ignore mathjax_ignore"', " id='x>y'", " a=b/", " =", ' "'),
    *(
        ' title="$x$"',
        " title='&lt'",
        " data-tex=x",
        ' data-tex="x" data-source="$%$"',
        "\n",
        " hidden",
    ),
    *(
        ' jax="SVG"',
        " <b",
        ' style="a:b"',
        " a=\"1\" a='2'",
        " data-prerender=1",
        ' encoding="text/html"',
    ),
]
#: whole pieces that are easily got wrong
PIECES = [
    *("<!-- $x$ -->", "<!---->", "<!-->", "<!--->", "<!-- a -- b -->", "<!-- a --!>", "<!--$"),
    *("<!--[if lt IE 9]><p>$x$</p><![endif]-->", "<![if !IE]>$x$<![endif]>", "<?php $x$ ?>", "</>"),
    *("<script>if (a<b && c>d) { '$x$' }</script>", "<script>'<!--'</script>", "<script/>"),
    *(
        "<script>'<!-- <script>$x$</script> -->'</script>",
        "<script>a-->b--c</script>",
        "<style>a>b{}",
    ),
    *('<script type="math/tex">x<y&z</script>', '<script type="math/tex; mode=display"></script>'),
    *(
        '<span class="MathJax_Preview">x</span><script type="math/tex">x</script>',
        "<textarea>\n$x$",
    ),
    *("<svg><title/><path d='$x$'/></svg>", "<svg><style/><text>$x$</text></svg>", "<math/>"),
    *("<svg><![CDATA[a>b $x$ </svg>]]></svg>", "<svg><![CDATA[<title>]]></svg>", "<![CDATA[$x$]]>"),
    *("<svg><foreignObject><p>$x$</p></foreignObject></svg>", "<svg><script/>", "<svg><plaintext>"),
    *("<math><mi>x</mi></math>", "<math><annotation-xml encoding='text/html'><p>$x$</p>", "<svg/>"),
    *("<template><p>$x$</p></template>", "<title>$x$</title>", "<title>", "<xmp>$x$</xmp>", "<p"),
    *(
        "<plaintext>",
        "<noscript><p>$x$</noscript>",
        "<iframe>$x$</iframe>",
        "<a href='$x$'>",
        "<a <b>",
    ),
    *(
        "<table>a $x$<tr><td>$x$",
        "<table>$a<tr>b$</table>",
        "$a<table>b$</table>",
        "<table><td>$x$",
    ),
    *(
        "$a<b>b</b>$",
        "$a<br>b$",
        "$a<br/>b$",
        "$a<!-- c -->b$",
        "$a<wbr>b$",
        "$a</p>b$",
        "$a</x>b$",
    ),
    *("$a<html lang=x>b$", "$a<body class=x>b$", "$a</body>b$", "</body></html>$x$", "$a<head>b$"),
    *(
        r"\$5 and \$6",
        r"\\$x$",
        r"$\$$40,000",
        r"\(X_0=$100,000\)",
        r"\ref{a}",
        r"\eqref{式}",
        "\x00",
    ),
    *("$x$" * 3, "$$", "$ $", "$a$$b$", "$$a$ b$$", "$a$", "</script>", "]]>", "<!DOCTYPE html>"),
    *('<mjx-container class="MathJax" jax="SVG">$x$', "</mjx-container>", "<!--prerender-->"),
]
HEADS = [
    *(
        "",
        "<!doctype html>",
        "\ufeff<!doctype html>",
        '<?xml version="1.0"?>\n<!DOCTYPE html>',
        "\r\n",
    ),
    "<!doctype html><html><head><meta charset=utf-8><title>x</title></head><body>",
    "<!doctype html><html lang=en><meta charset=utf-8><title>$x$</title><link rel=x href=y>",
    "<html><head><script src=https://cdn.example/mathjax@4/tex-chtml.js></script><body class=a>",
    "<!-- a --><!doctype html><!-- b --><html>\r\n<head>\r\n</head>\r\n<body>\r\n",
    "<head><script>MathJax = {tex: {tags: 'ams'}}</script></head>",
    "<!doctype html><html><frameset><frame>",
]


def texts(alphabet: list[str], most: int) -> st.SearchStrategy[str]:
    """Some of these, in a row."""
    return st.lists(st.sampled_from(alphabet), max_size=most).map("".join)


def raw_texts(most: int = 8) -> st.SearchStrategy[str]:
    """Text as it may stand in a file."""
    return texts(LETTERS + REFERENCES, most)


def formulas() -> st.SearchStrategy[str]:
    """Delimiters with something between them."""
    inner = texts(TEX + REFERENCES + LETTERS, 5)
    delimited = st.builds(lambda pair, tex: pair[0] + tex + pair[1], st.sampled_from(PAIRS), inner)
    environment = st.builds(
        lambda name, tex: rf"\begin{{{name}}}{tex}\end{{{name}}}",
        st.sampled_from(ENVIRONMENTS),
        inner,
    )
    return delimited | environment


def tags() -> st.SearchStrategy[str]:
    """Start tags, end tags, and halves of them."""
    starts = st.builds("<{}{}{}>".format, *map(st.sampled_from, (TAGS, ATTRIBUTES, ["", "/"])))
    return starts | st.sampled_from(TAGS).map("</{}>".format)


def bodies() -> st.SearchStrategy[str]:
    """Anything, in any order, closed or not."""
    return st.lists(raw_texts() | formulas() | tags() | st.sampled_from(PIECES), max_size=12).map(
        "".join
    )


def pages() -> st.SearchStrategy[str]:
    """Whole pages, more or less."""
    return st.builds("".join, st.tuples(st.sampled_from(HEADS), bodies()))
