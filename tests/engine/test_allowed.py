"""What a tab answers, or the cache gives, is believed only as far as a formula may have it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from prerender.engine import (
    EquationNumber,
    Layout,
    Markup,
    Piece,
    SentAnswer,
    Typeset,
    is_outline,
    open_answer,
    refused,
)
from prerender.engine.protocol import decode_typeset

pytestmark = pytest.mark.quick

SVG = [
    '<g transform="translate(220 -552)scale(.707)"><use href="#U6C74ZOqL" x="5" y="-3"/></g>',
    '<a xlink:href="https://a.example/?b=1&#38;c" class="x" id="y" transform="scale(1)"></a>',
    '<a xlink:href="page.html#a"></a><a xlink:href="#mjx-eqn%3Aa"></a>',
    '<a xlink:href="mailto:a@b"></a>',
    '<g style="color:red;font-family:&#34;A&#34;;transform:rotate(45deg) scale(2)"></g>',
    '<g fill="rgb(1 2 3 / 50%)" stroke="hsl(calc(1deg + (2deg)) 5% 5%)"></g>',
    '<text font-size="1000px" font-family="serif" direction="ltr">中 &#60; a</text>',
    '<svg viewBox="0 0 9 9" preserveAspectRatio="xMinYMin"><title>a</title></svg>',
    '<path d="M1 2L3-4e1z" stroke-linecap="round" fill="none" stroke-width="67"/>',
]
HTML = [
    '<m-0 style="top:-.3em">𝑥</m-0><e- style="transform:scaleY(2)">|</e-><l-left>a</l-left>',
    '<x-d10 style="background:blue;width:.4em;margin:-.7em -.4em 0 0"></x-d10>',
    '<a href="https://a.example/?b=&#34;" style="color:red">z</a>',
]
MATHML = [
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mi mathvariant="bold">x</mi>'
    '<mo fence="false">&#x2223;</mo><mspace width="0.167em"></mspace></math>',
    '<math><mrow style="margin-left: -1.679em" class="MathJax_ref" href="#a"><mtext>(1)</mtext>'
    "</mrow></math>",
]
#: what must not get into a page, in any form
EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<g onclick="alert(1)"></g>',
    '<g id="a"onclick="alert(1)"></g>',
    "<g id=a></g>",
    "<g id='a'></g>",
    '<a xlink:href="javascript:alert(1)"></a>',
    '<a href=" javascript:alert(1)"></a>',
    '<a href="java\tscript:alert(1)"></a>',
    '<a href="&#106;avascript:alert(1)"></a>',
    '<a href="javascript&#58;alert(1)"></a>',
    '<a href="data:text/html,x"></a>',
    '<use href="https://a.example/x.svg#a"/>',
    '<image href="https://a.example/x.png"/>',
    '<g fill="url(https://a.example/)"></g>',
    '<g style="background:url(//a.example)"></g>',
    '<g style="background:image-set(&#34;a.png&#34;)"></g>',
    '<g style="mask-image:none"></g>',
    '<g style="position:fixed"></g>',
    '<g style="color:red;position:fixed"></g>',
    '<g style="color:\\72 ed"></g>',
    '<g style="color:red}*{display:none"></g>',
    '<g style="--x:u/**/rl(a)"></g>',
    '<g class="a<b"></g>',
    "<foreignObject></foreignObject>",
    '<animate attributeName="href" values="javascript:alert(1)"/>',
    '<set attributeName="onclick" to="alert(1)"/>',
    "<style>*{display:none}</style>",
    "<iframe></iframe>",
    "<!-- a -->",
    "<![CDATA[a]]>",
    "<g",
    "<g>",
    "</g>",
    "</svg></mjx-container>",
    "<mtext><img></mtext>",
    '<maction actiontype="statusline#https://a.example"><mi></mi></maction><mglyph src="x"/>',
]


def typeset(markup: Markup, body: str) -> Typeset:
    return Typeset((Layout(1, 1, 1, (body,)),), ("g",), markup=markup)


@pytest.mark.parametrize("body", SVG)
def test_pictures(body: str) -> None:
    assert refused(typeset("svg", body)) is None
    assert refused(typeset("html", body)) is None


@pytest.mark.parametrize("body", HTML)
def test_text(body: str) -> None:
    assert refused(typeset("html", body)) is None


@pytest.mark.parametrize("body", ["<a/>", '<a href="b/"/>', "<v-1/>"])
def test_what_html_does_not_end_so(body: str) -> None:
    assert refused(typeset("html", body)) is not None


@pytest.mark.parametrize("body", MATHML)
def test_mathml(body: str) -> None:
    assert refused(Typeset(mathml=body)) is None


@pytest.mark.parametrize("body", EVIL)
def test_nothing_else(body: str) -> None:
    """Wherever it stands."""
    for markup in ("svg", "html"):
        assert refused(typeset(markup, body)) is not None
    assert refused(Typeset(mathml=f"<math>{body}</math>")) is not None
    tag = EquationNumber(1, (body,), 1, "right")
    assert refused(Typeset((Layout(1, 1, 1, (), tag),))) is not None
    assert refused(Typeset((Layout(1, 1, 1, (Piece("a", body),)),))) is not None


@pytest.mark.parametrize("name", ['a"onclick="alert(1)', "a b", "a>"])
def test_names(name: str) -> None:
    assert refused(Typeset((Layout(1, 1, 1, (Piece(name, ""),)),))) is not None
    assert refused(Typeset((), (name,))) is not None


def test_outlines() -> None:
    assert is_outline("m527-373c0-46-45-69-95-69z")
    assert is_outline("500 m1 2z")
    assert is_outline("")
    assert not is_outline('m0 0"/><script>')


def test_what_a_tab_answers_is_checked() -> None:
    layout = {"width": 1, "height": 1, "depth": 1, "body": ["<script>alert(1)</script>"]}
    fine = layout | {"body": ['<use href="#g"/>'], "glyphs": ["g"]}
    typesets = [{"layouts": [layout]}, {"layouts": [fine], "glyphs": ["g"]}, {"glyphs": ["h"]}]
    outlines = {"g": "m0 0z", "h": "<script>"}
    answer = open_answer(SentAnswer(json.dumps(typesets), json.dumps(outlines)), 3)
    evil, right, lacking = answer.typesets
    assert lacking.error is not None
    assert evil.error is not None
    assert "<script>" in evil.error
    assert evil.layouts == ()
    assert right.error is None
    assert answer.outlines == {"g": "m0 0z"}


_GOOD = {"width": 1, "height": 1.5, "depth": 0, "body": ["<g></g>"]}
_TAG = {"width": 1, "gap": 1, "side": "left", "body": ["<g></g>"], "row": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"layouts": [_GOOD | {"width": '1"><script>'}]},
        {"layouts": [_GOOD | {"depth": float("nan")}]},
        {"layouts": [_GOOD | {"indent": True}]},
        {"layouts": [_GOOD | {"break_before": '"'}]},
        {"layouts": [_GOOD | {"body": [["a", 1]]}]},
        {"layouts": [_GOOD | {"tag": _TAG | {"side": '"'}}]},
        {"layouts": [_GOOD | {"tag": _TAG | {"gap": "1;x"}}]},
        {"markup": "js"},
        {"speech": ["x"]},
        {"tags": [["1", {"a": 1}]]},
    ],
)
def test_values_of_other_types_are_refused(wrong: dict[str, Any]) -> None:
    whole = {"layouts": [_GOOD | {"tag": _TAG, "break_before": "newline"}], "tags": [["1", "a"]]}
    assert refused(decode_typeset(whole)) is None
    assert refused(decode_typeset(whole | wrong)) is not None
