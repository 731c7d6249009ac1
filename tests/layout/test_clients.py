"""MathJax and KaTeX that run on a page beside rendered formulas: neither changes the other's."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, Route

from tests.layout.conftest import render
from tests.support.layout.formulas import Rendered, rendered
from tests.support.oracle.cdn import answer

_MODULES = Path(__file__).parents[1] / "node_modules"
_CDN = "https://cdn.jsdelivr.net/npm"
_DOLLARS = "inlineMath: [['$', '$'], ['\\\\(', '\\\\)']]"
_NO_CHOICE = "options: {enableMenu: false, enableAssistiveMml: false}"


def _loader(url: str, options: str = "") -> str:
    return f"<script>MathJax = {{{options}}}</script><script src='{_CDN}/{url}'></script>"


#: by name, what loads each client, with delimiters that may be anywhere in a text
CLIENTS = {
    "MathJax 2, CommonHTML": f"""<script type="text/x-mathjax-config">MathJax.Hub.Config({{
        tex2jax: {{{_DOLLARS}, skipTags: ['script']}}, messageStyle: 'none', showMathMenu: false}})
        </script><script src="{_CDN}/mathjax@2/MathJax.js?config=TeX-AMS_CHTML"></script>""",
    "MathJax 2, SVG": f"""<script type="text/x-mathjax-config">MathJax.Hub.Config({{
        tex2jax: {{{_DOLLARS}}}, messageStyle: 'none', showMathMenu: false}})</script>
        <script src="{_CDN}/mathjax@2/MathJax.js?config=TeX-AMS_SVG"></script>""",
    **{
        f"MathJax {version}, {output}": _loader(
            f"mathjax@{version}/{folder}tex-{output.lower()}.js",
            f"tex: {{{_DOLLARS}}}, {_NO_CHOICE}",
        )
        for version, folder in ((3, "es5/"), (4, ""))
        for output in ("CHTML", "SVG")
    },
    "MathJax 3, skips nothing": _loader(
        "mathjax@3/es5/tex-chtml.js",
        f"tex: {{{_DOLLARS}}}, options: {{enableMenu: false, skipHtmlTags: {{'[-]': "
        "['code', 'pre']}, ignoreHtmlClass: 'nothing'}",
    ),
    "KaTeX": f"""<link rel="stylesheet" href="{_CDN}/katex@0/dist/katex.min.css">
        <script defer src="{_CDN}/katex@0/dist/katex.min.js"></script>
        <script defer src="{_CDN}/katex@0/dist/contrib/auto-render.min.js"
        onload="renderMathInElement(document.body, {{ignoredTags: [],
        delimiters: [{{left: '$', right: '$', display: false}},
        {{left: '\\\\(', right: '\\\\)', display: false}},
        {{left: '\\\\begin{{align}}', right: '\\\\end{{align}}', display: true}}]}})"></script>""",
}
#: formulas in whose words clients may find others
_HARD = r"""<p>\(\text{from \$5 to \$6, `漢字` and `字`}\) and \(\text{價 \$5 或 \$6 \(x\)}\)</p>
    \begin{align}a&=b+\sqrt{c+d}\\ \boxed{e}&=f\label{k}\end{align} <p>\eqref{k}, \ref{k}</p>
    <p>\[a_1+a_2+a_3+a_4+a_5+a_6+a_7+a_8+a_9+a_{10}+a_{11}+a_{12}+a_{13}\tag{*}\]</p>"""
#: what clients typeset themselves
_THEIRS = (
    r"<p>\(\sqrt{a+b}\)</p><p>\(\boxed{x}\)</p><p>\(\begin{pmatrix}1&2\\3&4\end{pmatrix}\)</p>"
    r"<p>\(\left\{\frac{a}{b}\right\}\)</p>"
)
_PAGE = (
    "<!doctype html><html><head><meta charset='utf-8'>{}<style>body{{font:16px serif;width:600px}}"
    "</style></head><body><section id='ours'>{}</section><section id='theirs' style='position:"
    "absolute;left:0;top:1500px;width:600px'>{}</section></body></html>"
)
#: resolves when a client has typeset its formulas
_DONE = """async () => {
    const theirs = document.querySelector('#theirs');
    const isDone = () => theirs.querySelectorAll(
        'mjx-container, .katex, .MathJax_SVG svg, .MathJax_CHTML .mjx-math').length >= 4
        && !/\\\\sqrt/.test(theirs.innerText);
    for (let waited = 0; !isDone() && waited < 20000; waited += 50) {
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await window.MathJax?.startup?.promise;
    await document.fonts.ready;
    await new Promise((resolve) => setTimeout(resolve, 300));
    document.querySelectorAll('#MathJax_Message, mjx-assistive-mml').forEach((one) => one.remove());
    return isDone();
}"""


#: looks for math where others do not: a page is rendered for it
_STRICT = "MathJax 3, skips nothing"


@pytest.fixture(scope="module")
def all_hard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rendered]:
    """Formulas in whose words clients may find others, rendered, by the client of their page."""
    made = {}
    for client in ("", _STRICT):
        folder = tmp_path_factory.mktemp("clients")
        file = folder / "index.html"
        head = f"<meta charset='utf-8'>{CLIENTS.get(client, '')}"
        file.write_text(f"<!doctype html>{head}<body>{_HARD}", "utf-8")
        render(folder, "--keep-loaders")
        made[client] = rendered(file, "abcdef")
    return made


@pytest.fixture
def open_page(browser: Browser) -> Callable[[str], Page]:
    """Opens a page whose libraries come from npm's packages."""

    def opened(html: str) -> Page:
        page = browser.new_page(viewport={"width": 700, "height": 2600})
        page.route("**/*", lambda route: _serve(route, html))
        page.goto("https://site.test/")
        return page

    return opened


def _serve(route: Route, html: str) -> None:
    if route.request.url == "https://site.test/":
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
    elif file := answer(route.request.url, _MODULES):
        route.fulfill(path=file)
    else:
        route.abort()


@pytest.mark.parametrize(
    ("kind", "client"),
    [
        *(("hard", client) for client in CLIENTS),
        *(
            pytest.param("usual", client, marks=pytest.mark.slow)
            for client in CLIENTS
            if client != _STRICT
        ),
    ],
)
def test_a_client_and_rendered_formulas_leave_each_other_alone(
    open_page: Callable[[str], Page],
    usual: Rendered,
    all_hard: dict[str, Rendered],
    client: str,
    kind: str,
) -> None:
    ours = usual if kind == "usual" else all_hard.get(client, all_hard[""])
    formulas = "".join(f"<p>{one}</p>" for one in ours.formulas.values())
    loader = CLIENTS[client]
    alone = open_page(_PAGE.format(ours.style, formulas, ""))
    both = open_page(_PAGE.format(ours.style + loader, formulas, _THEIRS))
    theirs = open_page(_PAGE.format(loader, "", _THEIRS))
    assert both.evaluate(_DONE)
    assert theirs.evaluate(_DONE)
    inner = "() => [...document.querySelectorAll('#ours > p')].map((one) => one.innerHTML)"
    assert both.evaluate(inner) == alone.evaluate(inner)
    assert _looks_alike(both, alone, "#ours")
    assert _looks_alike(both, theirs, "#theirs")


def _looks_alike(one: Page, other: Page, selector: str) -> bool:
    pictures = [
        Image.open(BytesIO(page.locator(selector).screenshot())).convert("RGB")
        for page in (one, other)
    ]
    return ImageChops.difference(*pictures).getbbox() is None
