r"""Ids and classes that formulas give (`\cssId`, `\class`): none of the page, and none of ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prerender.errors import Exit
from prerender.source import parse
from tests.conftest import Run

PAGE = r"""<!doctype html><html lang=en><meta charset=utf-8><title>t</title>
<script src=https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-svg.js></script><body>
<form id=comment-form></form><p id=top>a</p>
<p>\(\cssId{comment-form}{x}\) \(\cssId{a}{y}\class{hide prm-box}{z}\)
<p>\(\href{#a}{b}\) \(\href{#top}{c}\) \(\href{#none}{d}\) \(\href{https://a.example/#a}{e}\)
<p>\(\cssId{_a}{=}\cssId{prm-room}{=}\cssId{a_}{=}\) \[1 = 1\]
"""


@pytest.mark.parametrize("markup", ["svg", "html"])
def test_they_have_a_prefix(prerender: Run, tmp_path: Path, markup: str) -> None:
    (tmp_path / "a.html").write_text(PAGE)
    done = prerender("build", "a.html", "--markup", markup, "-o", "out")
    assert done.returncode == Exit.DONE
    assert "have a prefix" in done.stderr
    assert "--trust site" in done.stderr
    text = (tmp_path / "out" / "a.html").read_text()
    root = parse(text)
    ids = [one.attrs["id"] for one in root.having("id")]
    assert len(set(ids)) == len(ids)
    own = [one for one in ids if one.startswith("mjx-id:")]
    assert sorted(own) == [
        "mjx-id:_a",
        "mjx-id:a",
        "mjx-id:a_",
        "mjx-id:comment-form",
        "mjx-id:prm-room",
    ]
    [form] = [one for one in root.having("id") if one.attrs["id"] == "comment-form"]
    assert form.tag == "form"
    classes = {name for one in root.having("class") for name in one.classes}
    assert {"mjx-class-hide", "mjx-class-prm-box"} < classes
    assert "hide" not in classes
    links = re.findall(r'href="((?:#(?!.{5}")|https)[^"]*)"', text)
    wanted = ["#mjx-id:a", "#top", "#none", "https://a.example/#a"]
    assert [one for one in links if one in wanted] == wanted


def test_a_site_that_is_trusted_keeps_them(prerender: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE.replace(r"\cssId{comment-form}{x}", ""))
    done = prerender("build", "a.html", "--trust", "site", "-o", "out")
    assert "have a prefix" not in done.stderr
    text = (tmp_path / "out" / "a.html").read_text()
    assert ' id="a"' in text
    assert ' class="hide prm-box"' in text
    assert 'href="#a"' in text


def test_anchors_of_equations_stay(prerender: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        PAGE.partition("<form")[0]
        + r"\begin{equation}x\tag{1}\label{q}\end{equation} \(\eqref{q}\)"
    )
    done = prerender("build", "a.html", "-o", "out")
    assert "have a prefix" not in done.stderr
    text = (tmp_path / "out" / "a.html").read_text()
    assert ' id="mjx-eqn:q"' in text
    assert 'href="#mjx-eqn%3Aq"' in text


def test_data_of_katex(prerender: Run, tmp_path: Path) -> None:
    """Their names are names, and none that scripts of the page look for."""
    (tmp_path / "a.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>t</title>"
        "<script src=https://cdn.jsdelivr.net/npm/katex/dist/katex.min.js></script>"
        "<script src=https://cdn.jsdelivr.net/npm/katex/dist/contrib/auto-render.min.js></script>"
        "<script>renderMathInElement(document.body)</script><body>"
        r"\(\htmlData{hx-get=/x, a onclick=alert(1)}{x}\) \(\htmlId{q}{y}\htmlClass{r}{z}\)"
    )
    prerender("build", "a.html", "-o", "out")
    text = (tmp_path / "out" / "a.html").read_text()
    assert "<mjx-container" in text
    body = parse(re.sub(r' data-(?:tex|source|original)="[^"]*"', "", text)).all("mjx-container")
    names = {name for one in body for inner in one.walk() for name in inner.attrs}
    assert not [name for name in names if name.startswith("on")]
    assert {name for name in names if "hx-get" in name} <= {"data-mjx-hx-get"}
    assert ' id="q"' not in text
