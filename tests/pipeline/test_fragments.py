r"""Fragments that a page loads later: each means what the set-up of that page makes of it.

The truth is the page's own engine, which is given what the page's script has loaded.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from prerender.errors import Exit
from tests.conftest import Run
from tests.support.oracle.oracle import pages_of, typeset_by_site

LOADS = """<script>addEventListener('load', async () => {
  await MathJax.startup.promise;
  for (const link of document.querySelectorAll('[data-knowl]')) {
    const text = await (await fetch(link.dataset.knowl)).text();
    const part = document.createElement('div');
    part.innerHTML = new DOMParser().parseFromString(text, 'text/html').body.innerHTML;
    link.after(part);
    await MathJax.typesetPromise([part]);
  }
})</script>"""
HOST = r"""<!doctype html><html lang=en><meta charset=utf-8><title>t</title>
<script>MathJax = {tex: {inlineMath: [['$', '$']], macros: {RR: '%s', two: ['#1#1', 1]}},
startup: {elements: ['main']}}</script>
<script src=https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js></script>"""
SET = r"\\mathbb{R}"
BODY = "<body><main>$a$ <a data-knowl='knowl/one.html'>one</a></main>"
FRAGMENT = r"<!doctype html><html lang=en><title>t</title><body><p>$\RR$ and $\two{x}$</p>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "knowl").mkdir(parents=True)
    (folder / "index.html").write_text(HOST % SET + LOADS + BODY)
    (folder / "knowl" / "one.html").write_text(FRAGMENT)
    (folder / "knowl" / "two.html").write_text(FRAGMENT + r"\(\RR\)")
    return folder


def test_a_fragment_has_the_set_up_of_the_page_that_loads_it(prerender: Run, site: Path) -> None:
    seen = asyncio.run(typeset_by_site(pages_of(site), site))
    theirs = [(one.tex, one.display, one.error) for one in seen[site / "index.html"]]
    listed = prerender("list", "site", "--exclude", "knowl/two.html")
    ours = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [(one["tex"], one["display"], None) for one in ours] == theirs
    done = prerender("build", "site")
    assert done.returncode == Exit.DONE
    assert done.stderr.count(r"\RR is not defined") == 1  # in the other
    assert "site/knowl/two.html: note: it names neither MathJax nor KaTeX" in done.stderr
    assert (site / "knowl" / "one.html").read_text().count("<mjx-container") == 2
    assert (site / "knowl" / "two.html").read_text().count("<mjx-container") == 1
    (site.parent / "prerender.toml").write_text('[mathjax.tex.macros]\nRR = "\\\\mathbb{R}"\n')
    assert "note: it names neither" not in prerender("check", "site").stderr


def test_a_fragment_changes_with_the_page_that_loads_it(prerender: Run, site: Path) -> None:
    prerender("build", "site", "-o", "out")
    out = site.parent / "out" / "knowl" / "one.html"
    before = out.read_bytes()
    prerender("build", "site", "-o", "out")
    assert out.read_bytes() == before
    (site / "index.html").write_text(HOST % r"\\mathbf{R}" + LOADS + BODY)
    prerender("build", "site", "-o", "out")
    changed = out.read_bytes()
    assert changed != before
    prerender("build", "site", "-o", "new", "--no-cache")
    assert (site.parent / "new" / "knowl" / "one.html").read_bytes() == changed


def test_it_is_the_same_in_place_in_batches_and_in_shards(prerender: Run, site: Path) -> None:
    prerender("build", "site", "-o", "out")
    wanted = {page.name: page.read_bytes() for page in pages_of(site.parent / "out")}
    for shard in ("1/3", "2/3", "3/3"):
        words = ["batch", "site", "-o", "parts", "--journal", f"{shard[0]}.db", "--shard", shard]
        prerender(*words, "--no-cache")
    assert {page.name: page.read_bytes() for page in pages_of(site.parent / "parts")} == wanted
    for _ in range(2):
        prerender("build", "site")
        assert {page.name: page.read_bytes() for page in pages_of(site)} == wanted
    prerender("restore", "site")
    prerender("batch", "site", "--journal", "all.db", "--dask", "local", "--jobs", "1")
    assert {page.name: page.read_bytes() for page in pages_of(site)} == wanted
