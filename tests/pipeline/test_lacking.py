r"""Pages with code that only they have in; what needs it must be left to it, and be right there.

The truth is the page's own engine, before and after: in the built page it typesets what was left,
and does so as in the source.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from prerender.errors import Exit
from tests.conftest import Run
from tests.support.oracle.oracle import Seen, pages_of, typeset_by_site

MATHJAX_2 = (
    "<script src='https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.9/MathJax.js"
    "?config=TeX-AMS_CHTML'></script>"
)
MATHJAX_3 = "<script src='https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js'></script>"
READY = "startup: {ready() { %s MathJax.startup.defaultReady(); %s }}"
DOUBLE = (
    "const {Configuration} = MathJax._.input.tex.Configuration;"
    "const {CommandMap} = MathJax._.input.tex.SymbolMap;"
    "new CommandMap('own', {%s: 'Twice'}, {Twice(parser) {"
    "const a = parser.GetArgument(); parser.string = a + a + parser.string.slice(parser.i);"
    "parser.i = 0 }});"
    "Configuration.create('own', {handler: {macro: ['own']}});"
)
OWN = "tex: {packages: {'[+]': ['own']}}, "


class Case(NamedTuple):
    """A page: its head, its formulas, and which of these cannot be rendered."""

    head: str
    formulas: tuple[str, ...]
    left: tuple[str, ...]


def _three(config: str) -> str:
    return f"<script>MathJax = {{{config}}}</script>{MATHJAX_3}"


def _two(hook: str) -> str:
    ready = f"MathJax.Hub.Register.StartupHook('TeX Jax Ready', function () {{{hook}}})"
    return f"<script type='text/x-mathjax-config'>{ready}</script>{MATHJAX_2}"


CASES = {
    # the functions of a package of the page's own
    "package": Case(
        _three(OWN + READY % (DOUBLE % "twice", "")),
        (r"\(\twice{x}\)", r"\(a+\frac12\)", r"\(\text{\(\twice{y}\)}\)"),
        (r"\twice{x}", r"\text{\(\twice{y}\)}"),
    ),
    # one that MathJax has otherwise, through a macro of the set-up
    "redefined": Case(
        _three(
            "tex: {packages: {'[+]': ['own']}, macros: {v: '\\\\vec{u}'}}, "
            + READY % (DOUBLE % "vec", "")
        ),
        (r"\(\v\)", r"\(\vec{x}\)", r"\(\hat{x}\)"),
        (r"\v", r"\vec{x}"),
    ),
    # what changes every formula
    "filter": Case(
        _three(READY % ("", "MathJax.startup.input[0].preFilters.add(({math}) => "
                            "{math.math = math.math.replace(/X/g, 'Y')});")),
        (r"\(X\)", r"\(x\)"),
        ("Y", "x"),
    ),
    # numbers by code that reaches for what is not there
    "numbers": Case(
        _three("loader: {load: ['[tex]/tagformat']}, tex: {tags: 'ams', packages: {'[+]': "
               "['tagformat']}, tagformat: {number: n => document.title + n}}"),
        (r"\[x\tag{a}\]", r"\begin{equation}y\end{equation}", r"\(z\)"),
        (r"x\tag{a}", r"\begin{equation}y\end{equation}"),
    ),
    # MathJax 2: a new method of the parser, and a name for it
    "augment": Case(
        _two("var TeX = MathJax.InputJax.TeX; TeX.Definitions.Add({macros: {twice: 'Twice'}});"
             "TeX.Parse.Augment({Twice: function (name) { var a = this.GetArgument(name);"
             "this.string = a + a + this.string.slice(this.i); this.i = 0 }})"),
        (r"\(\twice{x}\)", r"\(y\)"),
        (r"\twice{x}",),
    ),
    # MathJax 2: tables of symbols
    "table": Case(
        _two("MathJax.InputJax.TeX.Definitions.Add({mathchar0mi: {omen: '03C9'}})"),
        (r"\(\omen\)", r"\(y\)"),
        (r"\omen",),
    ),
    # MathJax 2: a filter
    "prefilter": Case(
        _two("MathJax.InputJax.TeX.prefilterHooks.Add(function (data) "
             "{data.math = data.math.replace(/X/g, 'Y')})"),
        (r"\(X\)", r"\(x\)"),
        ("X", "x"),
    ),
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    for name, (head, formulas, _) in CASES.items():
        body = "".join(f"<p>{one}</p>\n" for one in formulas)
        start = "<!doctype html><html lang=en><meta charset=utf-8><title>t</title>"
        (folder / f"{name}.html").write_text(f"{start}{head}<body>{body}")
    return folder


@pytest.mark.slow
def test_what_needs_the_page_own_code_is_left_to_it(
    prerender: Run, site: Path, tmp_path: Path
) -> None:
    before = asyncio.run(typeset_by_site(pages_of(site), site))
    done = prerender("build", "site", "-o", "out", "--json", "report.json")
    assert done.returncode == Exit.SOME_FAILED
    assert "no package own" not in done.stderr
    assert f"because the set-up is not known: {len(CASES)} pages" in done.stderr
    after = asyncio.run(typeset_by_site(pages_of(tmp_path / "out"), tmp_path / "out"))
    told = json.loads((tmp_path / "report.json").read_text())
    for page in told["pages"]:
        name = page["path"].removesuffix(".html")
        left = CASES[name].left
        shown = [one for one in before[site / page["path"]] if one.tex in left]
        assert after[tmp_path / "out" / page["path"]] == shown, name
        assert all(one.error is None for one in shown), name
        assert [one.tex for one in shown] == list(left), name
        assert all("prerender.toml" in one["cure"] for one in page["errors"]), name
        if len(left) == len(CASES[name].formulas):
            assert (tmp_path / "out" / page["path"]).read_bytes() == (
                site / page["path"]
            ).read_bytes()


@pytest.mark.slow
def test_what_the_user_says_takes_its_place(prerender: Run, site: Path, tmp_path: Path) -> None:
    for name in CASES.keys() - {"package", "augment"}:
        (site / f"{name}.html").unlink()
    (tmp_path / "prerender.toml").write_text('[mathjax.tex.macros]\ntwice = ["{#1}{#1}", 1]\n')
    done = prerender("build", "site")
    assert (done.returncode, "error:" in done.stderr) == (Exit.DONE, False), done.stderr
    seen: dict[Path, list[Seen]] = asyncio.run(typeset_by_site(pages_of(site), site))
    assert set(map(len, seen.values())) == {0}


def test_a_script_that_cannot_be_read_may_say_anything(prerender: Run, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    source = f"<!doctype html><script src=https://a.example/mathjax-config.js></script>{MATHJAX_3}"
    (site / "a.html").write_text(f"{source}<p>$x$")
    (site / "b.html").write_text(f"{source}<p>$x$ and $y$")
    (site / "plain.html").write_text(f"{source}<p>x")
    done = prerender("build", "site")
    assert done.returncode == Exit.SOME_FAILED
    told = "its script https://a.example/mathjax-config.js is not part of this site"
    assert done.stderr.count(f"error: the page is left as it is: {told}") == 1
    assert f"site/plain.html: note: MathJax or KaTeX may still be loaded: {told}" in done.stderr
    assert "2 times on 2 pages, also site/b.html; describe the page's math set-up" in done.stderr
    assert (site / "a.html").read_text() == f"{source}<p>$x$"
    (tmp_path / "prerender.toml").write_text('[mathjax.tex]\ninlineMath = [["$", "$"]]\n')
    assert prerender("build", "site").returncode == Exit.DONE
    assert "<mjx-container" in (site / "a.html").read_text()


def test_a_set_up_that_never_ends_can_be_said_by_the_user(prerender: Run, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    source = f"<!doctype html><script>MathJax = {{}}; for (;;);</script>{MATHJAX_3}<p>$x$"
    (site / "a.html").write_text(source)
    done = prerender("build", "site")
    assert done.returncode == Exit.SOME_FAILED
    assert "runs for more than" in done.stderr
    assert "describe the page's math set-up in prerender.toml, under [mathjax]" in done.stderr
    assert (site / "a.html").read_text() == source
    (tmp_path / "prerender.toml").write_text('[mathjax.tex]\ninlineMath = [["$", "$"]]\n')
    assert prerender("build", "site").returncode == Exit.DONE
    assert "<mjx-container" in (site / "a.html").read_text()
