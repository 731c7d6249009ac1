"""Pages of client frameworks: which are known, and that they are rendered only when asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prerender.pipeline.frameworks import detect_framework
from prerender.source import parse
from tests.conftest import Run

pytestmark = pytest.mark.quick

APP = '<script type="module" src="/assets/app.js"></script>'


@pytest.mark.parametrize(
    ("page", "framework"),
    [
        (f'<script id="__NEXT_DATA__" type="application/json">{{}}</script>{APP}', "Next"),
        (f"<script>self.__next_f=self.__next_f||[]</script>{APP}", "Next"),
        (f'<div id="___gatsby"><div id="gatsby-focus-wrapper">a</div></div>{APP}', "Gatsby"),
        (f'<div id="__docusaurus">a</div>{APP}', "Docusaurus"),
        (f'<meta name="generator" content="Docusaurus v3.5.2"><div>a</div>{APP}', "Docusaurus"),
        (f'<div id="app">a</div><script>window.__VP_HASH_MAP__=JSON.parse("{{}}")</script>{APP}',
         "VitePress"),
        (f'<meta name="generator" content="VitePress v1.3"><div id="app">a</div>{APP}', "VitePress"),
        (f'<div id="__nuxt"><div>a</div></div>{APP}', "Nuxt"),
        (f"<div>a</div><script>window.__NUXT__={{}}</script>{APP}", "Nuxt"),
        (f"<script>__sveltekit_1x9k = {{base: ''}}</script>{APP}", "SvelteKit"),
        (f"<pre>window.__NUXT__ self.__next_f</pre><div id=app>a</div>{APP}", None),
        ('<meta name="generator" content="Jekyll v4"><script src="/a.js"></script>', None),
        ('<div id="__docusaurus">saved without its scripts</div>', None),
        # a few lines of the page's own do not build it anew; either of these may
        ('<div id="__docusaurus">saved</div><script>print()</script>', None),
        ('<script id="__NEXT_DATA__" type="application/json">{}</script>', None),
        ('<div id="__docusaurus">a</div><script defer src="/app.js"></script>', "Docusaurus"),
        ('<div id="__nuxt">a</div><script type="module">import("/a.js")</script>', "Nuxt"),
        ("", None),
    ],
)  # fmt: skip
def test_what_pages_are_known_by(page: str, framework: str | None) -> None:
    assert detect_framework(parse(f"<!DOCTYPE html><title>t</title>{page}")) == framework


PAGE = f'<!DOCTYPE html><title>t</title><div id="__docusaurus"><p>\\(a\\)</p></div>{APP}'


def test_they_are_left_alone_with_a_warning(prerender: Run, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "p.html").write_text(PAGE)
    (site / "q.html").write_text(PAGE.replace("\\(a\\)", "a"))
    done = prerender("build", "site", "--json", "-")
    assert done.returncode == 0
    assert (site / "p.html").read_text() == PAGE
    told = json.loads(done.stdout)
    assert [page["status"] for page in told["pages"]] == ["no-math", "no-math"]
    assert told["totals"]["formulas"] == 0
    assert done.stderr.count("warning: ") == 1
    assert "p.html: warning: Docusaurus builds this page anew" in done.stderr
    assert "--hydrated" in done.stderr
    listed = prerender("list", "site")
    assert (listed.returncode, listed.stdout) == (0, "")
    assert "Docusaurus" in listed.stderr


@pytest.mark.parametrize("setting", [None, "hydrated = true"])
def test_they_are_rendered_when_asked(prerender: Run, tmp_path: Path, setting: str | None) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "p.html").write_text(PAGE)
    if setting:
        (tmp_path / "prerender.toml").write_text(setting)
    flags = () if setting else ("--hydrated",)
    assert prerender("list", "site", *flags).stdout.count("\n") == 1
    done = prerender("build", "site", *flags)
    assert done.returncode == 0
    assert "Docusaurus" not in done.stderr
    assert "<mjx-container" in (site / "p.html").read_text()
