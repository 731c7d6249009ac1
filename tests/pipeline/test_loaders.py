"""Built pages in, what a browser requests for them out: no engine, or it is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.async_api import Browser, Request

from prerender.errors import Exit
from tests.conftest import Run
from tests.support.browser import SessionBrowser
from tests.support.oracle.oracle import MODULES, ORIGIN, _Server, pages_of

KATEX = "https://cdn.jsdelivr.net/npm/katex@0.16.11/dist"
SHEET = f"<link rel=stylesheet href={KATEX}/katex.min.css>"
AUTO = (
    f"<script src={KATEX}/katex.min.js></script><script src={KATEX}/contrib/auto-render.min.js>"
    "</script><script>addEventListener('load', () => renderMathInElement(document.body))</script>"
)
MATHJAX = "https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js"
LOADER = f"<script>MathJax = {{tex: {{tags: 'ams'}}}}</script><script defer src={MATHJAX}></script>"
#: what the plug-in render_math of Pelican puts at the end of articles, in its shape
PELICAN = """<script>if (!document.getElementById('math_loader_#%@')) {
    var align = "center", indent = "0em", linebreak = "false";
    if (false) {
        align = (screen.width < 768) ? "left" : align;
    }
    var mathloader = document.createElement('script');
    mathloader.id = 'math_loader_#%@';
    mathloader.type = 'text/javascript';
    mathloader.src = 'https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.9/MathJax.js?config=TeX-AMS';
    var mathconfig = document.createElement('script');
    mathconfig.type = 'text/x-mathjax-config';
    mathconfig[(window.opera ? "innerHTML" : "text")] =
        "MathJax.Hub.Config({ displayAlign: '" + align + "', displayIndent: '" + indent + "' });";
    (document.body || document.getElementsByTagName('head')[0]).appendChild(mathconfig);
    (document.body || document.getElementsByTagName('head')[0]).appendChild(mathloader);
}
</script>"""
#: a theme's script that shows formulas, and does other things as well
THEME = f"""document.documentElement.classList.add('js');
const script = document.createElement('script');
script.src = '{MATHJAX}';
if (document.querySelector('.has-math')) document.head.append(script);
"""
HINTS = (
    f"<link rel=preload as=script href={MATHJAX}>"
    f"<link rel=preload as=font crossorigin href={KATEX}/fonts/KaTeX_Main-Regular.woff2>"
)


class Case(NamedTuple):
    """A page: its head and body; what of it still asks for an engine, once it is built."""

    head: str
    body: str
    left: str = ""


CASES = {
    "mathjax": Case(LOADER, r"<p>\(x\)"),
    "mathjax-plain": Case(LOADER, "<p>no formula"),
    "mathjax-escape": Case(LOADER, r"<p>costs \$5"),
    "pelican": Case("", rf"<p>\(x\){PELICAN}"),
    "pelican-plain": Case("", f"<p>no formula{PELICAN}"),
    "katex": Case(SHEET + AUTO, r"<p>\(x\)"),
    "katex-plain": Case(SHEET + AUTO, "<p>no formula"),
    "katex-sheet": Case(SHEET, "<p>no formula"),
    "katex-server": Case(
        SHEET, "<p><span class=katex><span class=katex-html>x</span></span>", "katex"
    ),
    "hints": Case(HINTS + LOADER, r"<p>\(x\)"),
    "theme": Case("<script defer src=theme.js></script>", r"<p class=has-math>\(x\)", "mathjax"),
    # what stands right in a table is moved before it, and is a formula there
    "moved": Case(LOADER, r"<p>\(y\)<table>\(x<tr><td>z</td></tr>\)</table>", "mathjax"),
    "wrong": Case(LOADER, r"<p>\(\frac\) \(y\)", "mathjax"),
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "theme.js").write_text(THEME)
    for name, (head, body, _) in CASES.items():
        start = "<!doctype html><html lang=en><head><meta charset=utf-8><title>t</title>"
        (folder / f"{name}.html").write_text(f"{start}{head}</head><body>{body}</body></html>\r\n")
    return folder


def _noting(urls: list[str]) -> Callable[[Request], None]:
    return lambda request: urls.append(request.url)


async def _requests(browser: Browser, site: Path) -> dict[str, str]:
    """By page: the addresses that a browser asks for, in one text, without the page's own."""
    asked = {}
    for path in pages_of(site):
        context = await browser.new_context()
        await context.route("**/*", _Server(site.resolve(), MODULES).handle)
        page = await context.new_page()
        urls: list[str] = []
        page.on("request", _noting(urls))
        await page.goto(ORIGIN + path.name, wait_until="load")
        asked[path.stem] = " ".join(url for url in urls if not url.startswith(ORIGIN))
        await context.close()
    return asked


def test_no_static_page_asks_for_an_engine(
    session_browser: SessionBrowser, prerender: Run, site: Path, tmp_path: Path
) -> None:
    before = session_browser.run(lambda browser: _requests(browser, site))
    assert [name for name, urls in before.items() if not urls] == []
    done = prerender("build", "site", "-o", "out")
    assert done.returncode == Exit.SOME_FAILED  # `wrong`
    after = session_browser.run(lambda browser: _requests(browser, tmp_path / "out"))
    for name, case in CASES.items():
        found = re.findall("mathjax|katex", after[name])
        assert bool(found) == bool(case.left), (name, after[name])
        assert case.left in after[name]
    told = "note: MathJax or KaTeX may still be loaded: "
    assert f"site/theme.html: {told}the script theme.js uses it, and does other" in done.stderr
    assert f"site/wrong.html: {told}formulas of the page are not rendered" in done.stderr
    assert f"site/moved.html: {told}tags stand in a formula of the page" in done.stderr
    assert "site/moved.html:1:" in done.stderr
    assert done.stderr.count(told) == 3


def test_pages_come_back_and_stay(prerender: Run, site: Path, tmp_path: Path) -> None:
    sources = {file.name: file.read_bytes() for file in site.iterdir()}
    prerender("build", "site")
    built = {file.name: file.read_bytes() for file in site.iterdir()}
    same = {"katex-server.html", "theme.js"}
    assert {name for name, data in built.items() if data == sources[name]} == same
    prerender("build", "site", "--no-cache")
    assert built == {file.name: file.read_bytes() for file in site.iterdir()}
    assert prerender("restore", "site").returncode == Exit.DONE
    assert sources == {file.name: file.read_bytes() for file in site.iterdir()}


def test_a_page_without_math_changes_nowhere_else(prerender: Run, site: Path) -> None:
    sources = {file.stem: file.read_text() for file in site.glob("*-plain.html")}
    prerender("build", "site")
    for name, source in sources.items():
        built = re.sub("<!--prerender .*?-->", "", (site / f"{name}.html").read_text(), flags=re.S)
        case = CASES[name]
        assert built == source.replace(case.head, "").replace(PELICAN, ""), name


def test_loaders_are_kept_where_the_user_wants_them(
    prerender: Run, site: Path, tmp_path: Path
) -> None:
    (tmp_path / "prerender.toml").write_text("keep_loaders = true\n")
    sources = {file.name: file.read_bytes() for file in site.glob("*-plain.html")}
    prerender("build", "site")
    assert sources == {file.name: file.read_bytes() for file in site.glob("*-plain.html")}
    page = (site / "mathjax.html").read_text()
    assert "<mjx-container" in page
    assert LOADER in page


def test_a_page_that_a_framework_builds_keeps_its_scripts(prerender: Run, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    source = f"<!doctype html><script src=/app.js></script>{LOADER}<div id=__nuxt>no formula</div>"
    (site / "index.html").write_text(source)
    assert prerender("build", "site").returncode == Exit.DONE
    assert (site / "index.html").read_text() == source
