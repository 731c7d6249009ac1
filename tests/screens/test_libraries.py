"""The files of a folder of libraries that URLs of CDNs mean."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from prerender.screens.libraries import library_file
from tests.conftest import Run

pytestmark = pytest.mark.quick

JSDELIVR = "https://cdn.jsdelivr.net/npm"
CDNJS = "https://cdnjs.cloudflare.com/ajax/libs"
MODULES = Path(__file__).parents[1] / "node_modules"


def put(folder: Path, *names: str, version: str = "") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f'{{"version": "{version}"}}' if version else "")


@pytest.mark.parametrize(
    ("url", "file"),
    [
        (f"{JSDELIVR}/mathjax@3/es5/tex-chtml.js", "mathjax/es5/tex-chtml.js"),
        (f"{JSDELIVR}/mathjax@3.2.2/es5/tex-chtml.js", "mathjax/es5/tex-chtml.js"),
        (f"{JSDELIVR}/mathjax@3.2/es5/tex-chtml.js?v=1#a", "mathjax/es5/tex-chtml.js"),
        ("//unpkg.com/mathjax/es5/tex-chtml.js", "mathjax/es5/tex-chtml.js"),
        ("https://unpkg.com/mathjax@latest/es5/tex-chtml.js", "mathjax/es5/tex-chtml.js"),
        ("https://unpkg.com/mathjax@^3.0.1/es5/tex-chtml.js", "mathjax/es5/tex-chtml.js"),
        (f"{CDNJS}/mathjax/3.2.2/es5/tex-chtml.js", "mathjax/es5/tex-chtml.js"),
        (f"{CDNJS}/KaTeX/0.16.8/katex.min.js", "katex@0.16.8/dist/katex.min.js"),
        (f"{JSDELIVR}/katex@0.16/dist/katex.min.js", "katex@0.16.8/dist/katex.min.js"),
        ("https://unpkg.com/@scope/thing@1/a%20b.js", "@scope/thing/a b.js"),
        ("https://example.org/lib/own.js", "example.org/lib/own.js"),
        (f"{JSDELIVR}/mathjax@4/tex-chtml.js", None),
        (f"{JSDELIVR}/mathjax@3.1/es5/tex-chtml.js", None),
        (f"{JSDELIVR}/mathjax@3/es5", None),
        (f"{JSDELIVR}/katex@0.16.10/dist/katex.min.js", None),
        ("https://unpkg.com/..%2fsecret.js", None),
        ("https://example.org/..%2f..%2fsecret.js", None),
        ("https://[/npm/mathjax/", None),
    ],
)  # fmt: skip
def test_what_a_url_means(tmp_path: Path, url: str, file: str | None) -> None:
    folder = tmp_path / "libraries"
    put(folder, "mathjax/es5/tex-chtml.js", "example.org/lib/own.js", "../secret.js")
    put(folder, "katex@0.16.8/dist/katex.min.js", "@scope/thing/a b.js")
    put(folder, "mathjax/package.json", version="3.2.2")
    assert library_file(folder, url) == (None if file is None else folder / file)


def test_pages_run_with_libraries(prerender: Run, tmp_path: Path) -> None:
    """A page with an error keeps its scripts, and runs them once it has MathJax."""
    url = f"{JSDELIVR}/mathjax@3/es5/tex-chtml.js"
    site = tmp_path / "site"
    site.mkdir()
    then = "document.querySelector('[data-tex]').remove()"
    (site / "index.html").write_text(
        "<!DOCTYPE html>\n<script>MathJax = {startup: {pageReady: () => "
        f"MathJax.startup.defaultPageReady().then(() => {then})}}}};</script>"
        f'\n<script src="{url}"></script>\n'
        "<p>Words\n\\(a+b\\) and \\(\\begin{foo}1\\end{foo}\\) more.",
        "utf-8",
    )
    libraries = tmp_path / "libraries"
    put(libraries, "mathjax/es5/none")
    words = ("check", site, "--screens", "390", "--libraries", libraries)
    without = prerender(*words)
    assert f"prerender: not in {libraries}: {url}" in without.stderr
    told = "5:1: error: at 390 px: a script has taken it out of the page, with the page's scripts"
    assert told not in without.stderr
    for file in ("package.json", "es5/tex-chtml.js"):
        shutil.copyfile(MODULES / "mathjax3" / file, libraries / "mathjax" / file)
    having = prerender(*words)
    assert f"{url}\n" not in having.stderr
    assert told in having.stderr


def test_no_folder_of_libraries(prerender: Run, tmp_path: Path) -> None:
    done = prerender("check", tmp_path, "--screens", "390", "--libraries", tmp_path / "none")
    assert done.returncode == 2
    assert "none" in done.stderr
