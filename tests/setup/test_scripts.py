"""Which scripts concern math, and what loaders bring: by addresses as pages have them."""

from __future__ import annotations

import pytest

from prerender.setup import Loader, Script, collect, loader_of

pytestmark = pytest.mark.quick

CDN = "https://cdn.example/npm"


@pytest.mark.parametrize(
    ("src", "loader"),
    [
        ("//cdn.example/mathjax/latest/MathJax.js?config=TeX-AMS-MML_HTMLorMML",
         Loader("mathjax2", ("TeX-AMS-MML_HTMLorMML",))),
        ("/mathjax/2.7.7/latest.js?config=TeX-AMS_CHTML-full,Safe",
         Loader("mathjax2", ("TeX-AMS_CHTML-full", "Safe"))),
        ("MathJax/MathJax.js", Loader("mathjax2", ())),
        ("/MathJax.js?locale=de&config=AM_HTMLorMML", Loader("mathjax2", ("AM_HTMLorMML",))),
        (f"{CDN}/mathjax@3/es5/tex-mml-chtml.js", Loader("mathjax3", ("tex-mml-chtml",))),
        (f"{CDN}/mathjax@3.2.2/es5/tex-svg-full.js", Loader("mathjax3", ("tex-svg-full",))),
        ("/libs/mathjax/3.2.0/es5/tex-chtml.min.js", Loader("mathjax3", ("tex-chtml",))),
        (f"{CDN}/mathjax/es5/latest.js?tex-mml-chtml.js", Loader("mathjax3", ("tex-mml-chtml",))),
        (f"{CDN}/mathjax@3/es5/startup.js", Loader("mathjax3", ("startup",))),
        (f"{CDN}/mathjax@4/tex-mml-chtml.js", Loader("mathjax4", ("tex-mml-chtml",))),
        (f"{CDN}/mathjax@4.1.0/tex-svg-nofont.js", Loader("mathjax4", ("tex-svg-nofont",))),
        ("/assets/tex-svg.js", Loader("mathjax4", ("tex-svg",))),
        (f"{CDN}/katex@0.16.9/dist/katex.min.js", Loader("katex", ("katex",))),
        (f"{CDN}/katex/dist/contrib/auto-render.mjs", Loader("katex", ("auto-render",))),
        (f"{CDN}/KaTeX/0.16.8/contrib/mhchem.min.js", Loader("katex", ("mhchem",))),
        (f"{CDN}/polyfill.min.js?features=es6", None),
        ("/js/mathjax-config.js", None),
        ("/js/search.js", None),
    ],
)  # fmt: skip
def test_loaders(src: str, loader: Loader | None) -> None:
    assert loader_of(src) == loader


def test_version_from_the_file_itself() -> None:
    assert loader_of("/tex-svg.js", 'VERSION="3.2.2"' + " " * 30_000) == Loader(
        "mathjax3", ("tex-svg",)
    )


def test_a_sites_own_katex_js_is_no_library() -> None:
    text = "document$.subscribe(({ body }) => renderMathInElement(body))"
    request = collect([Script(src="javascripts/katex.js")], {"javascripts/katex.js": text}.get)
    assert [(step.does, step.what) for step in request.steps] == [("run", text)]


def test_what_is_collected() -> None:
    scripts = [
        Script(type="application/ld+json", text='{"about": "MathJax"}'),
        Script(type="math/tex", text="MathJax"),
        Script(text="search()"),
        Script(text="MathJax = {}"),
        Script(src="/config.js", attrs={"defer": ""}),
        Script(src="https://elsewhere.example/mathjax.js"),
        Script(type="text/x-mathjax-config;executed=no", text="1"),
        Script(src=f"{CDN}/mathjax@3/es5/tex-svg.js", attrs={"async": "", "onload": "later()"}),
    ]
    request = collect(scripts, {"/config.js": "window.MathJax.x = 1"}.get)
    assert [(step.script, step.does, step.deferred) for step in request.steps] == [
        (3, "run", False),
        (4, "run", True),
        (6, "run", False),
        (7, "load", True),
        (7, "run", True),
    ]


def test_scripts_that_others_take_names_from() -> None:
    scripts = [
        Script(text="const macros = {R: 'r'}"),
        Script(text="var track = 1"),
        Script(text="MathJax = {tex: {macros, x: 1}}"),
    ]
    steps = collect(scripts, lambda src: None).steps
    assert [(step.script, step.own) for step in steps] == [(0, False), (2, True)]


def test_require_js_names_its_main_script() -> None:
    script = Script(src=f"{CDN}/require.min.js", attrs={"data-main": "assets/main"})
    request = collect([script], {"assets/main.js": "require(['katex'])"}.get)
    assert request.amd
    assert request.steps[0].what == "require(['katex'])"


def test_the_key_is_of_what_is_evaluated() -> None:
    config, other = Script(text="MathJax = {}"), Script(text="title = 'a page'")
    key = collect([other, config], lambda src: None).key
    assert key == collect([Script(text="title = 'b'"), config], lambda src: None).key
    assert key != collect([other, Script(text="MathJax = {a: 1}")], lambda src: None).key
