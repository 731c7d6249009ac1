"""Pages for KaTeX go in; we must typeset what KaTeX itself makes of them in the browser."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from prerender.cache.disk import Cache
from prerender.engine import FormulaInput, Job, JobResult, Typeset
from prerender.pipeline.page import Plan
from prerender.pipeline.render import RenderSession, plans
from prerender.site.files import open_site
from tests.conftest import Run
from tests.support.browser import new_engine
from tests.support.oracle.oracle import MODULES, in_page

PAGES = Path(__file__).parent / "pages"
DIST = MODULES / "katex" / "dist"
MATHML = "mathml"
SETUPS: dict[str, Any] = {
    MATHML: {"version": "mathjax4", "tex": {}, "load": [], "mathml": {}, "asciimath": None,
             "output": {}, "scopes": []},
}  # fmt: skip
#: what KaTeX has made, in document order: its TeX, whether it is a display, its MathML
RENDERED = """() => [...document.querySelectorAll('.katex')].map((element) => [
  element.querySelector('annotation').textContent,
  Boolean(element.closest('.katex-display')),
  `<math>${element.querySelector('semantics').firstElementChild.outerHTML}</math>`,
])"""

Seen = list[tuple[str, bool, str]]


def rendered(page: Path) -> Seen:
    """What KaTeX makes of a page in the browser."""
    return [tuple(one) for one in asyncio.run(in_page(page, page.parent, RENDERED))]


def typeset(page: Path, cache: Path) -> tuple[Plan, list[Typeset]]:
    """What we make of it."""
    [(plan, typesets)] = asyncio.run(_typeset(page, cache))
    return plan, typesets


async def _typeset(page: Path, folder: Path) -> list[tuple[Plan, list[Typeset]]]:
    result = []
    cache = Cache(folder)
    async with new_engine(tabs=1) as engine:
        work = RenderSession(engine, cache)
        async for _, plan in plans(open_site(page, None), work):
            assert isinstance(plan, Plan), plan
            answers = [await engine.typeset(one.job, work.setups) for one in plan.jobs]
            both = zip(plan.jobs, answers, strict=True)
            found = dict(one for job, answer in both for one in _numbered(job.indexes, answer))
            result.append((plan, [found[index] for index in sorted(found)]))
    cache.close()
    return result


def _numbered(indexes: Sequence[int], answer: JobResult) -> Iterator[tuple[int, Typeset]]:
    return zip(indexes, answer.typesets, strict=True)


async def _from_mathml(formulas: Sequence[str]) -> list[Typeset]:
    async with new_engine(tabs=1) as engine:
        jobs = [Job(MATHML, (FormulaInput(one, False, "mathml"),)) for one in formulas]
        return [(await engine.typeset(job, SETUPS)).typesets[0] for job in jobs]


@pytest.mark.parametrize(
    "name", ["katex-definitions.html", "katex-two-calls.html", "katex-shared-macros.html"]
)
def test_each_formula_has_the_glyphs_of_what_katex_makes_of_it(
    name: str, session_cache: Path
) -> None:
    seen = rendered(PAGES / name)
    plan, typesets = typeset(PAGES / name, session_cache)
    assert [(one.math.strip(), one.display) for one in plan.formulas] == [
        (tex.strip(), display) for tex, display, _ in seen
    ]
    theirs = asyncio.run(_from_mathml([mathml for _, _, mathml in seen]))
    wrong = [
        f"{one.math}: {mathml}, not {our.glyphs} {our.error}"
        for one, (_, _, mathml), our, their in zip(
            plan.formulas, seen, typesets, theirs, strict=True
        )
        if set(our.glyphs) != set(their.glyphs)
    ]
    assert not wrong, "\n".join(wrong)


USE = """document.addEventListener("DOMContentLoaded", function () {
  renderMathInElement(document.body, {delimiters: [{left: "$", right: "$", display: false}],
    macros: {"\\\\half": "\\\\frac{1}{2}"}});
});"""
BODY = "<p>$\\half$, $5$, \\(no\\)</p>"


def page_of(*scripts: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title>'
        f"{''.join(scripts)}</head><body>{BODY}</body></html>"
    )


def file(name: str) -> str:
    return f'<script src="{name}"></script>'


def minified(name: str) -> str:
    return (DIST / name).read_text("utf-8")


def hosted(site: Path, way: str) -> list[str]:
    """Puts KaTeX into a site; the script elements that a page has for it."""
    core, auto = minified("katex.min.js"), minified("contrib/auto-render.min.js")
    use = f"<script>{USE}</script>"
    if way == "in the page":
        return [f"<script>{core}</script><script>{auto}</script>", use]
    if way == "bundled":
        inside = USE.replace("  renderMath", "  self.renderMath")
        text = "\n".join(["(function () {", "const self = {};", core, auto, inside, "})();"])
        (site / "main.0a1b2c.js").write_text(text, "utf-8")
        return [file("main.0a1b2c.js")]
    if way == "joined with its use":
        (site / "app.js").write_text("\n".join([core, auto, USE]), "utf-8")
        return [file("app.js")]
    name = "auto-render.min.js" if way == "by its name" else "e3b0c442.js"
    (site / "k-1f2e3d.js").write_text(core, "utf-8")
    (site / name).write_text(auto, "utf-8")
    return [file("k-1f2e3d.js"), file(name), use]


@pytest.mark.parametrize(
    "way", ["by its name", "with a hash", "joined with its use", "bundled", "in the page"]
)
def test_katex_of_the_site_itself(tmp_path: Path, session_cache: Path, way: str) -> None:
    page = tmp_path / "index.html"
    page.write_text(page_of(*hosted(tmp_path, way)), "utf-8")
    seen = rendered(page)
    assert len(seen) == 2
    plan, typesets = typeset(page, session_cache)
    assert [(one.math, one.display) for one in plan.formulas] == [one[:2] for one in seen]
    assert not any(one.error or one.undefined for one in typesets)
    assert bool(plan.loading.spans) is (way not in ("joined with its use", "bundled"))
    assert plan.setup.warnings == ()


CONF = r"""extensions = ["sphinxcontrib.katex"]
katex_options = r'''macros: {"\\i": "\\mathrm{i}", "\\vc": "\\mathbf{#1}"}'''
"""
INDEX = r"""Title
=====
Inline :math:`\vc{x} = \i` and :math:`a<b`, see :eq:`one`.

.. math:: \begin{pmatrix} a & b \\ c & d \end{pmatrix}
   :label: one
"""


def test_sphinxcontrib_katex(tmp_path: Path, session_cache: Path) -> None:
    pytest.importorskip("sphinxcontrib.katex")
    (tmp_path / "conf.py").write_text(CONF, "utf-8")
    (tmp_path / "index.rst").write_text(INDEX, "utf-8")
    command: list[str | Path] = [sys.executable, "-m", "sphinx", "-q", "-b", "html"]
    subprocess.run([*command, tmp_path, tmp_path / "out"], check=True)
    page = tmp_path / "out" / "index.html"
    seen = rendered(page)
    assert len(seen) == 3
    plan, typesets = typeset(page, session_cache)
    assert [(one.math.strip(), one.display) for one in plan.formulas] == [
        (tex.strip(), display) for tex, display, _ in seen
    ]
    assert not any(one.error or one.undefined for one in typesets)
    assert len(plan.loading.spans) == 4


KATEX = (
    '<script src="https://cdn.jsdelivr.net/npm/katex@0.16.21/dist/katex.min.js"></script>'
    '<script src="https://cdn.jsdelivr.net/npm/katex@0.16.21/dist/contrib/auto-render.min.js">'
    "</script>"
)


def with_options(options: str, body: str, head: str = "") -> str:
    script = f"<script>renderMathInElement(document.body, {options})</script>"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title>'
        f"{head}{KATEX}</head><body>{body}{script}</body></html>"
    )


@pytest.mark.parametrize(
    ("options", "body", "stays", "told"),
    [
        (r"{macros: {'\\foo': () => 'x', '\\bar': '\\foo y'}}",
         r"<p>\(\foo\) \(\bar\) \(z\)</p>", [r"\(\foo\)", r"\(\bar\)"],
         "cannot be typeset here: a function of the page"),
        (r"{macros: {'\\foo': {tokens: [], numArgs: 0}}}", r"<p>\(\foo\)</p>", [r"\(\foo\)"],
         r"\foo cannot be typeset here: a function of the page"),
        ("{preProcess: (math) => math + 'x'}", r"<p>\(a\)</p>", [r"\(a\)"],
         "(preProcess of auto-render)"),
    ],
    ids=["function", "tokens", "preProcess"],
)  # fmt: skip
def test_what_only_the_page_can_have_stays_with_its_scripts(
    prerender: Run, tmp_path: Path, options: str, body: str, stays: list[str], told: str
) -> None:
    page = tmp_path / "index.html"
    page.write_text(with_options(options, body), "utf-8")
    done = prerender("build", page)
    built = page.read_text("utf-8")
    assert done.returncode == 1
    assert done.stderr.count(told) == len(stays)
    assert all(f"{one} " in built or f"{one}<" in built for one in stays)
    assert KATEX in built
    assert "mathcolor" not in built
    assert 'fill="red"' not in built


def test_a_macro_of_a_character_is_one(tmp_path: Path, session_cache: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(with_options(r"{macros: {'∇': '\\alpha #1'}}", r"<p>\(∇x\)</p>"), "utf-8")
    [(_, _, mathml)] = rendered(page)
    _, [ours] = typeset(page, session_cache)
    [theirs] = asyncio.run(_from_mathml([mathml]))
    assert ours.glyphs == theirs.glyphs


@pytest.mark.parametrize("place", ["style", "file"])
def test_numbers_by_a_counter_are_told(prerender: Run, tmp_path: Path, place: str) -> None:
    css = '.katex-display::after { counter-increment: n; content: "(" counter(n) ")" }'
    (tmp_path / "main.css").write_text(css, "utf-8")
    head = f"<style>{css}</style>" if place == "style" else "<link rel=stylesheet href=main.css>"
    page = tmp_path / "index.html"
    page.write_text(with_options("{}", "<p>$$a$$</p>", head), "utf-8")
    assert "numbers KaTeX's displays (.katex-display::after)" in prerender("build", page).stderr
    page.write_text(with_options("{}", "<p>$$a$$</p>"), "utf-8")
    assert "warning" not in prerender("build", page).stderr


@pytest.mark.parametrize("scripts", ["", KATEX, KATEX.replace("auto-render", "copy-tex")])
def test_what_katex_has_rendered_before_is_known(
    prerender: Run, tmp_path: Path, scripts: str
) -> None:
    page = tmp_path / "index.html"
    page.write_text(with_options("{}", r"<p>\(a\) $$b$$</p>"), "utf-8")
    script = "() => document.querySelector('p').outerHTML"
    before = (
        f"<!DOCTYPE html><title>t</title>{scripts}{asyncio.run(in_page(page, tmp_path, script))}"
    )
    page.write_text(before, "utf-8")
    done = prerender("build", page)
    assert done.returncode == 0
    assert "KaTeX has rendered formulas of this page before" in done.stderr
    assert "2 times on 1 page" in done.stderr
    assert "warning" not in done.stderr
    assert page.read_text("utf-8") == before


def test_attributes_of_html_are_kept(prerender: Run, tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    body = r"<p>\(\htmlData{foo=a, bar-b=c}{x}\htmlId{one}{y}\htmlClass{two}{z}\)</p>"
    page.write_text(with_options("{trust: true}", body), "utf-8")
    marks = ["[data-foo=a][data-bar-b=c]", "#one", ".two"]
    count = f"() => {marks}.map((one) => document.querySelectorAll(one).length > 0)"
    assert asyncio.run(in_page(page, tmp_path, count)) == [True] * 3
    prerender("build", page, "--trust", "site")
    assert asyncio.run(in_page(page, tmp_path, count)) == [True] * 3
    assert "data-mml" not in page.read_text("utf-8")
