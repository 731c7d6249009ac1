"""Sites with formulas that their generator has rendered go in; once for the site, it is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from prerender.pipeline.before import rendered_before
from prerender.source import parse
from tests.conftest import Run

pytestmark = pytest.mark.quick

#: as markdown-it-mathjax3 writes formulas
SVG = '<svg width="1.2ex" height="1ex" viewBox="0 -442 529 453"><path d="M33 157"></path></svg>'
INLINE = f'<mjx-container class="MathJax" jax="SVG" style="direction: ltr;">{SVG}</mjx-container>'
DISPLAY = INLINE.replace('jax="SVG"', 'jax="SVG" display="true"')
KATEX = '<span class="katex"><span class="katex-mathml"><math><mi>x</mi></math></span></span>'
PAGE = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title></head><body>{}'
MATHJAX = "MathJax has rendered formulas of this page before: they stay as they are"


def test_what_mathjax_has_rendered_is_told_once_with_a_count(
    prerender: Run, tmp_path: Path
) -> None:
    pages = {"a.html": f"<p>{INLINE}, {INLINE}</p>{DISPLAY}", "b.html": DISPLAY, "c.html": "<p>x"}
    for name, body in pages.items():
        (tmp_path / name).write_text(PAGE.format(body), "utf-8")
    report = tmp_path / "report.html"
    for _ in range(2):  # what is known from before is told, too
        done = prerender("build", tmp_path, "--json", "-", "--report", report)
        assert done.returncode == 0
        [note] = json.loads(done.stdout)["notes"]
        assert (note["message"], note["count"], note["pages"]) == (MATHJAX, 4, 2)
        assert [place["path"] for place in note["places"]] == ["a.html", "b.html"]
        assert done.stderr.count(MATHJAX) == 1
        assert "4 times on 2 pages" in done.stderr
        assert re.search(rf"{MATHJAX}.*?4 times on 2 pages", report.read_text("utf-8"), re.DOTALL)
        report.unlink()
    for name, body in pages.items():
        assert (tmp_path / name).read_text("utf-8") == PAGE.format(body)


@pytest.mark.parametrize(
    ("body", "counted"),
    [
        ("<p>about katex, and class=math", {}),
        (f"{KATEX} <span class=katex-display>{KATEX}</span>", {"KaTeX": 2}),
        (f"{KATEX}{INLINE}{DISPLAY}", {"KaTeX": 1, "MathJax": 2}),
        # what an engine makes stands within what it makes
        (
            '<span class="mjpage"><span class="mjx-chtml"></span></span>',
            {"MathJax": 1},
        ),
        ("<span class='mjx-chtml MJXc-display'></span>", {"MathJax": 1}),
        ("<span class=MathJax_CHTML></span> <span class='a MathJax_SVG'></span>", {"MathJax": 2}),
        (f"<mjx-container>{INLINE}</mjx-container>", {"MathJax": 1}),
        ("<pre>&lt;span class=katex></pre>", {}),
    ],
)
def test_formulas_are_counted(body: str, counted: dict[str, int]) -> None:
    source = PAGE.format(body)
    assert rendered_before(source, parse(source)) == counted
