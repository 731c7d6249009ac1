"""A page in, as its own scripts show it, or as the command line renders it, in a tab."""

from __future__ import annotations

import mimetypes
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page, Route

from tests.support.oracle.cdn import answer

_MODULES = Path(__file__).parents[2] / "node_modules"
_CDN = "https://cdn.jsdelivr.net/npm"
_INHERITS = "<script>MathJax={{{}: {{mtextInheritFont: true}}}}</script>"
_MATHJAX_3 = f'<script src="{_CDN}/mathjax@3/es5/tex-svg.js"></script>'
_MATHJAX_4 = f'<script src="{_CDN}/mathjax@4/tex-svg.js"></script>'
#: what stands in the head and at the end of the body of a page
ENGINES = {
    "MathJax 3": (_MATHJAX_3, ""),
    "MathJax 4": (_MATHJAX_4, ""),
    "MathJax 3, font of the page": (_INHERITS.format("svg") + _MATHJAX_3, ""),
    "MathJax 4, font of the page": (_INHERITS.format("output") + _MATHJAX_4, ""),
    "KaTeX": (
        f'<link rel="stylesheet" href="{_CDN}/katex@0.16/dist/katex.min.css">'
        f'<script src="{_CDN}/katex@0.16/dist/katex.min.js"></script>'
        f'<script src="{_CDN}/katex@0.16/dist/contrib/auto-render.min.js"></script>',
        "<script>renderMathInElement(document.body)</script>",
    ),
}


def page_for(engine: str, body: str, attributes: str = "") -> str:
    """A page with this body, and attributes of `body`, that an engine typesets."""
    head, end = ENGINES[engine]
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>x</title>{head}</head>'
        f"<body {attributes}>{body}{end}</body></html>"
    )


def show_typeset(page: Page, html: str) -> None:
    """Show it as its own scripts typeset it, npm packages answering for the CDN."""
    page.route(f"{_CDN}/**", _answer)
    page.set_content(html)
    page.evaluate(
        "async () => { await window.MathJax?.startup?.promise; await document.fonts.ready }"
    )


def show_rendered(page: Page, html: str, folder: Path, environment: Mapping[str, str]) -> None:
    """Show it as the command line renders it, as a file in a folder."""
    file = folder / "page.html"
    file.write_text(html, "utf-8")
    words = [sys.executable, "-m", "prerender", "build", str(file)]
    done = subprocess.run(words, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page.set_content(file.read_text("utf-8"))


def _answer(route: Route) -> None:
    file = answer(route.request.url, _MODULES)
    if file is None:
        route.abort()
    else:
        kind = mimetypes.guess_type(file.name)[0] or "text/plain"
        headers = {"access-control-allow-origin": "*"}
        route.fulfill(body=file.read_bytes(), content_type=kind, headers=headers)
