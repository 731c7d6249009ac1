"""Pages with formulas counted by hand go in; the oracle must see just these."""

from __future__ import annotations

import asyncio
from functools import cache, partial
from pathlib import Path

import pytest

from tests.support.browser import SessionBrowser
from tests.support.oracle.cdn import answer
from tests.support.oracle.compare import Difference, Formula, differences, parse_list
from tests.support.oracle.oracle import Mark, Seen, typeset_by_page, typeset_by_site

PAGES = Path(__file__).parent / "pages"


def tex(math: str, **more: object) -> Seen:
    return Seen(math, **{"display": False, "input": "tex", **more})  # type: ignore[arg-type]


EXPECTED = {
    "config-v2-twice.html": [tex("b"), tex(r"\half")],
    "config-v3-find-script.html": [
        tex("a < b"),
        tex("c"),
        tex(
            r"\begin{equation} d \label{d} \end{equation}",
            display=True,
            tags=(Mark("(2)", "mjx-eqn:d"),),
        ),
        tex(
            r"\begin{equation} e \label{e} \end{equation}",
            display=True,
            tags=(Mark("(1)", "mjx-eqn:e"),),
        ),
        tex(r"\ref{d}", refs=(Mark("2", "#mjx-eqn%3Ad"),)),
        tex(r"\eqref{e}", refs=(Mark("(1)", "#mjx-eqn%3Ae"),)),
    ],
    "config-v3-typeset-twice.html": [
        tex("a"),
        tex("<math><mi>b</mi></math>", input="mathml"),
        tex(
            r"\begin{equation} c \label{c} \end{equation}",
            display=True,
            tags=(Mark("(1)", "mjx-eqn:c"),),
        ),
        tex(r"\eqref{c}", refs=(Mark("(1)", "#mjx-eqn%3Ac"),)),
    ],
    "input-asciimath-v4.html": [
        tex("a/b", input="asciimath"),
        tex("c"),
        tex("<math><mi>d</mi></math>", input="mathml"),
        tex("e \n f", input="asciimath"),
    ],
    "katex-auto-local-script.html": [tex("a"), tex("b")],
    "katex-numbering.html": [
        tex(r"\begin{equation} a \end{equation}", display=True, tags=(Mark("(1)", None),)),
        tex(
            r"\begin{align} b &= c \\ d &= e \nonumber \\ f &= g \end{align}",
            display=True,
            tags=(Mark("(2)", None), Mark("(3)", None)),
        ),
        tex(r" h \tag{H} ", display=True, tags=(Mark("(H)", None),)),
        tex(r" i \tag*{I} ", display=True, tags=(Mark("I", None),)),
        tex(
            r"\begin{gather} j \\ k \tag{K} \end{gather}",
            display=True,
            tags=(Mark("(4)", None), Mark("(K)", None)),
        ),
    ],
    "leave-no-engine.html": [],
    "leave-refresh.html": [tex("a")],
    "number-format-v2.html": [
        tex(
            r"\begin{equation} a \label{a} \end{equation}",
            display=True,
            tags=(Mark("[7.1]", "mjx-eqn-7.1"),),
        ),
        tex(r"b \tag{B} \label{b b}", display=True, tags=(Mark("[B]", "mjx-eqn-B"),)),
        tex(r"\eqref{a}", refs=(Mark("[7.1]", "#mjx-eqn-7.1"),)),
        tex(r"\ref{b b}", refs=(Mark("B", "#mjx-eqn-B"),)),
    ],
}


@cache
def seen() -> dict[Path, list[Seen]]:
    return asyncio.run(typeset_by_site([PAGES / name for name in EXPECTED], PAGES))


@pytest.mark.parametrize("name", EXPECTED)
def test_sees_what_was_counted_by_hand(name: str) -> None:
    assert seen()[PAGES / name] == EXPECTED[name]


def test_an_error_is_told(session_browser: SessionBrowser) -> None:
    for name in ("text-braces-v2.html", "text-braces-v3.html", "text-braces-v4.html"):
        page = PAGES / name
        found = session_browser.run(partial(typeset_by_page, page_path=page, site_root=PAGES))
        errors = [formula.error for formula in found if formula.tex == r"\frac"]
        assert errors == [r"Missing argument for \frac"]


@pytest.mark.parametrize(
    ("script", "page_answers"),
    [
        ("for (;;);", False),
        ("MathJax = {startup: {promise: new Promise(() => null)}};", True),
    ],
)
def test_a_page_that_never_ends_does_not_hang(
    session_browser: SessionBrowser, tmp_path: Path, script: str, page_answers: bool
) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<p>\\(a\\)<script>{script}</script>")

    look = partial(typeset_by_page, page_path=page, site_root=tmp_path, limit=1)
    if page_answers:
        assert session_browser.run(look) == []
    else:
        with pytest.raises(TimeoutError):
            session_browser.run(look)


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-svg.js", "mathjax3/es5/tex-svg.js"),
        ("https://unpkg.com/mathjax@4.0.0/tex-chtml.js", "mathjax/tex-chtml.js"),
        ("https://cdn.mathjax.org/mathjax/latest/MathJax.js?config=default", "mathjax2/MathJax.js"),
        (
            "https://cdnjs.cloudflare.com/ajax/libs/KaTeX/0.16.8/katex.min.js",
            "katex/dist/katex.min.js",
        ),
        ("https://www.google-analytics.com/analytics.js", None),
    ],
)
def test_cdns_are_answered_from_packages(tmp_path: Path, url: str, file: str | None) -> None:
    expected = tmp_path / file if file else None
    if expected:
        expected.parent.mkdir(parents=True)
        expected.touch()
    assert answer(url, tmp_path) == expected


def test_one_missing_formula_is_one_difference() -> None:
    lines = ['{"path": "p", "line": 1, "column": 1, "display": false, "input": "tex", "tex": "b"}']
    missing = Difference("p", 0, None, Formula("a", False, "tex"))
    found = list(differences("p", parse_list(lines)["p"], [tex("a"), tex(" b ")]))
    assert found == [missing]
    assert str(missing) == "p, formula 0:\n  ours:   nothing\n  theirs: inline tex 'a'"


def test_mathml_is_compared_by_what_it_says() -> None:
    ours = [Formula('<math display="inline"><mi>&#x3b1;</mi></math>', False, "mathml")]
    assert not list(differences("p", ours, [tex("<math><mi>α</mi></math>", input="mathml")]))
    assert list(differences("p", ours, [tex("<math><mn>α</mn></math>", input="mathml")]))
