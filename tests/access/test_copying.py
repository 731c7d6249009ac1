r"""What is copied and found of rendered pages, against their sources."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.access.conftest import SOURCE, RealPages, build
from tests.support.access import SELECTED

Open = Callable[..., Page]
_MODULES = Path(__file__).parents[1] / "node_modules"
_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL | re.IGNORECASE)
_TEX = re.compile(r"<script type=.math/tex(; mode=display)?.>(.*?)</script>", re.DOTALL)
_FOUND = """(text) => {
    getSelection().removeAllRanges();
    let count = 0;
    while (count < 2000 && window.find(text, true)) count += 1;
    return count;
}"""


def _visible(source: str) -> str:
    r"""A source whose scripts of TeX are text in `\(…\)` and `\[…\]`, and that has no others."""

    def text(script: re.Match[str]) -> str:
        before, after = (r" \[", r"\] ") if script[1] else (r"\(", r"\)")
        return before + script[2].strip().replace("&", "&amp;").replace("<", "&lt;") + after

    return _SCRIPT.sub("", _TEX.sub(text, source))


def _words(text: str) -> list[str]:
    return text.split()


def _selected(page: Page, selector: str = "body") -> str:
    return str(page.evaluate(SELECTED, selector))


def test_a_whole_page_is_copied_as_its_source(
    open_page: Open, real_pages: RealPages, form: str
) -> None:
    for name, source, page in real_pages(form):
        before = _selected(open_page(_visible(source)))
        after = _selected(open_page(_SCRIPT.sub("", page)))
        # A display that a source has within a line stands on one of its own
        assert "".join(_words(after)) == "".join(_words(before)), name
        if "math/tex" not in source:
            assert _words(after) == _words(before), name


def test_a_paragraph_and_a_display_are_copied_as_their_source(open_page: Open, places: str) -> None:
    source, page = open_page(SOURCE), open_page(places)
    for selector in ("#one", "#wide", "h1", "table", "body"):
        assert _words(_selected(page, selector)) == _words(_selected(source, selector))
    assert "\n" not in _selected(page, "#one")


@pytest.mark.parametrize("width", [320, 820])
def test_the_clipboard_has_the_text_and_something_to_paste(
    open_page: Open, places: str, width: int
) -> None:
    page = open_page(places, width, permissions=["clipboard-read", "clipboard-write"])
    page.evaluate(SELECTED, "#one")
    page.keyboard.press("Control+C")
    text = page.evaluate("navigator.clipboard.readText()")
    assert _words(text) == _words(_selected(open_page(SOURCE), "#one"))
    page.set_content("<div id=into contenteditable></div>")
    page.focus("#into")
    page.keyboard.press("Control+V")
    assert _words(page.inner_text("#into")) == _words(text)
    sizes = """() => [...document.querySelectorAll('#into prm-tex')].map((one) => {
        const range = document.createRange();
        range.selectNodeContents(one);
        const {width, height} = range.getBoundingClientRect();
        return Math.min(width, height);
    })"""
    assert min(page.evaluate(sizes)) > 8


def test_what_is_looked_for_is_found_as_often_as_in_the_source(
    open_page: Open, real_pages: RealPages, form: str
) -> None:
    for name, source, page in real_pages(form):
        before, after = open_page(_visible(source)), open_page(_SCRIPT.sub("", page))
        texts = [r"\cup", r"\frac", r"\theta", "x", "_i", r"\begin", r"\mathbf{x}", "sum", "the "]
        counts = {text: before.evaluate(_FOUND, text) for text in texts}
        assert {text: after.evaluate(_FOUND, text) for text in texts} == counts, name


def test_a_search_index_has_the_text_of_the_source(shared: Path, tmp_path: Path, form: str) -> None:
    name = "combinatorics/inclusion-exclusion.html"
    source = (shared / "sites" / "cp-algorithms" / name).read_text("utf-8")
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.html").write_text(_visible(source), "utf-8")
    build(tmp_path / "after", form)
    indexed = [_indexed(tmp_path / folder) for folder in ("before", "after")]
    assert r"\cup" in indexed[0]
    assert _words(indexed[1]) == _words(indexed[0])


def _indexed(folder: Path) -> str:
    """The content of a page as Pagefind's index has it."""
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or "node"
    script = """
        import { createIndex } from 'pagefind';
        import { readFileSync } from 'node:fs';
        const { index } = await createIndex({});
        await index.addHTMLFile({ url: '/', content: readFileSync(process.argv[1], 'utf8') });
        const { files } = await index.getFiles();
        const { gunzipSync } = await import('node:zlib');
        for (const { path, content } of files) {
            if (!path.includes('fragment')) continue;
            const data = gunzipSync(content).toString();
            console.log(JSON.parse(data.slice(data.indexOf('{'))).content);
        }
        process.exit(0);
    """
    words = [node, "--input-type=module", "-e", script, str(folder / "page.html")]
    done = subprocess.run(words, cwd=_MODULES.parent, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_reader_mode_keeps_each_picture_and_shows_no_tex_twice(
    open_page: Open, real_pages: RealPages, form: str
) -> None:
    for name, _, page in real_pages(form):
        opened = open_page(_SCRIPT.sub("", page))
        opened.add_script_tag(path=_MODULES / "@mozilla" / "readability" / "Readability.js")
        kept = opened.evaluate(
            """() => {
                const {content} = new Readability(document.cloneNode(true)).parse();
                const page = new DOMParser().parseFromString(content, 'text/html');
                return [...page.querySelectorAll('mjx-container')].map((formula) => [
                    formula.dataset.tex.trim(),
                    formula.textContent.trim(),
                    formula.querySelectorAll('svg').length,
                ]);
            }"""
        )
        assert len(kept) > 20, name
        for tex, text, pictures in kept:
            twice = tex[:20] * 2 if len(tex) > 10 else None
            assert tex == "" or text.count(tex) == 1 or len(tex) < 8, name
            assert twice is None or twice not in text
            assert pictures or form == "html", name
