"""The files of the font that a site's pages share."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path, PurePosixPath

import pytest
from fontTools.ttLib import TTFont
from playwright.async_api import Browser

from prerender.markup import CORE
from tests.conftest import Run
from tests.support.browser import SessionBrowser

_PAGE = r"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title>
<script src="https://cdn.jsdelivr.net/npm/mathjax@4/tex-svg.js"></script></head>
<body><p id="p">On \(x_i^2\) and \(\frac ab\) off</p><p>\[\sum_{i=0}^9 x_i \tag{1}\]</p>%s</body>
</html>
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "below").mkdir(parents=True)
    (folder / "index.html").write_text(_PAGE % "", "utf-8")
    (folder / "below" / "page.html").write_text(_PAGE % r"\(\mathfrak A\)", "utf-8")
    return folder


def _characters(file: Path) -> set[str]:
    with TTFont(file) as font:
        return set(map(chr, font.getBestCmap()))


def test_the_fonts_of_a_page_have_all_its_characters(prerender: Run, site: Path) -> None:
    assert prerender("build", site, "--markup", "html").returncode == 0
    for page in (site / "index.html", site / "below" / "page.html"):
        text = page.read_text("utf-8")
        drawn = "".join(re.findall(r"<prm-text[^>]*>(.*?)</prm-text>", text))
        names = re.findall(r'href="(?:\.\./)?(prerender-math-\w+\.woff2)"', text)
        has = set[str]().union(*(_characters(site / name) for name in names))
        assert set(unescape(re.sub("<[^>]*>", "", drawn))) <= has
        assert set(CORE) <= has


def _fonts(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("prerender-math-*.*")}


@pytest.mark.parametrize("css", ["inline", "external"])
def test_pages_share_fonts_and_come_back(prerender: Run, site: Path, css: str) -> None:
    before = {file: file.read_bytes() for file in site.rglob("*.html")}
    flags = ["--markup", "html", "--css", css]
    done = prerender("build", site, *flags)
    assert done.returncode == 0, done.stderr
    fonts = _fonts(site)
    index = (site / "index.html").read_text("utf-8")
    below = (site / "below" / "page.html").read_text("utf-8")
    asked = {name for name in fonts if f'href="{name}"' in index}
    asked_below = {name for name in fonts if f'href="../{name}"' in below}
    assert asked | asked_below == fonts
    assert len(asked & asked_below) == 1, "both have the font of what most pages need"
    assert 'jax="SVG"' not in index + below
    built = {file: file.read_bytes() for file in site.rglob("*.html")}
    assert " typeset" not in prerender("build", site, *flags).stderr
    assert built == {file: file.read_bytes() for file in site.rglob("*.html")}
    assert prerender("restore", site).returncode == 0
    assert before == {file: file.read_bytes() for file in site.rglob("*.html")}
    assert _fonts(site) == set()


def test_a_font_that_is_gone_is_made_again_and_one_too_many_goes(
    prerender: Run, site: Path
) -> None:
    flags = ["--markup", "html", "-o", "out"]
    assert prerender("build", site, *flags).returncode == 0
    out = site.parent / "out"
    fonts = _fonts(out)
    (out / sorted(fonts)[0]).unlink()
    assert prerender("build", site, *flags).returncode == 0
    assert _fonts(out) == fonts
    (site / "below" / "page.html").unlink()
    assert prerender("build", site, *flags).returncode == 0
    assert _fonts(out) < fonts


def test_batch_and_build_write_the_same(prerender: Run, site: Path) -> None:
    flags = ["--markup", "html"]
    assert prerender("build", site, *flags, "-o", "built").returncode == 0
    words = ["--journal", "journal.db", "-o", "batched"]
    done = prerender("batch", site, *flags, *words)
    assert done.returncode == 0, done.stderr
    built, batched = (
        {file.relative_to(root): file.read_bytes() for file in root.rglob("*") if file.is_file()}
        for root in (site.parent / "built", site.parent / "batched")
    )
    assert built.keys() == batched.keys()
    assert built == batched


_DRAWN = """() => document.fonts.ready.then(() => [...document.fonts].map((one) => one.status))"""


@pytest.mark.parametrize("css", ["inline", "external"])
def test_a_page_loads_all_the_fonts_that_it_names_and_no_other(
    prerender: Run, site: Path, session_browser: SessionBrowser, css: str
) -> None:
    (site / "more.html").write_text(_PAGE % r"\(\mathfrak{AB}\otimes\mathbb Q\)", "utf-8")
    assert prerender("build", site, "--markup", "html", "--css", css).returncode == 0

    async def loaded(browser: Browser) -> None:
        for name in ("index.html", "below/page.html", "more.html"):
            page = await browser.new_page()
            asked: set[str] = set()
            page.on("request", lambda request: asked.add(PurePosixPath(request.url).name))  # noqa: B023
            await page.goto((site / name).as_uri())
            assert await page.evaluate(_DRAWN) == ["loaded", "loaded"]
            text = (site / name).read_text("utf-8")
            assert {one for one in asked if one.endswith(".woff2")} == set(
                re.findall(r'href="[./]*(prerender-math-\w+\.woff2)"', text)
            )

    session_browser.run(loaded)
