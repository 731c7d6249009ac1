"""Pages with TeX in them go in; the same pages rendered by KaTeX or MathJax come out.

Some are made in Node, as generators do it, some are what a browser has when a page's scripts are
done, as tools save it that open pages of a site in one.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.oracle.oracle import in_pages

_MAKE = Path(__file__).with_name("make.js")
_CDN = "https://cdn.jsdelivr.net/npm"
_NUMBERED_2 = (
    '<script type="text/x-mathjax-config">MathJax.Hub.Config({TeX: {equationNumbers: '
    '{autoNumber: "AMS"}}});</script>'
)
_NUMBERED = '<script>MathJax = {tex: {tags: "ams"}};</script>'
_KATEX = f'<script defer src="{_CDN}/katex@0.16/dist/katex.min.js"></script>'
_AUTO = (
    f'<script defer src="{_CDN}/katex@0.16/dist/contrib/auto-render.min.js" '
    'onload="renderMathInElement(document.body)"></script>'
)

#: what stands in the head of a page whose math is rendered in the browser, by engine and output
CLIENTS = {
    "katex": _KATEX + _AUTO,
    **{
        f"mathjax2-{output}": f'{_NUMBERED_2}<script src="{_CDN}/mathjax@2.7.9/MathJax.js?config='
        f'{config}"></script>'
        for output, config in (("chtml", "TeX-AMS_CHTML"), ("html", "TeX-AMS_HTML"),
                               ("svg", "TeX-AMS_SVG"))
    },
    **{
        f"mathjax3-{output}": f'{_NUMBERED}<script src="{_CDN}/mathjax@3/es5/tex-{output}.js">'
        "</script>"
        for output in ("chtml", "svg")
    },
    **{
        f"mathjax4-{output}": f'{_NUMBERED}<script src="{_CDN}/mathjax@4/tex-{output}.js"></script>'
        for output in ("chtml", "svg")
    },
}  # fmt: skip
#: what renders pages in Node: the words for make.js, by the engine of the page that has the same
NODE = {
    "katex-0.12": ("katex", ["katex", "katex-0.12"]),
    "katex-0.16": ("katex", ["katex", "katex-0.16"]),
    "katex-0.19": ("katex", ["katex", "katex"]),
    "mathjax-node-page-html": ("mathjax2-chtml", ["page", "html"]),
    "mathjax-node-page-svg": ("mathjax2-svg", ["page", "svg"]),
    "mathjax3-node-chtml": ("mathjax3-chtml", ["mathjax", "mathjax3", "chtml"]),
    "mathjax3-node-svg": ("mathjax3-svg", ["mathjax", "mathjax3", "svg"]),
    "mathjax4-node-chtml": ("mathjax4-chtml", ["mathjax", "mathjax", "chtml"]),
    "mathjax4-node-svg": ("mathjax4-svg", ["mathjax", "mathjax", "svg"]),
}


def page_of(body: str, head: str = "") -> str:
    """A page with this body, which loads an engine in its head."""
    title = '<meta charset="utf-8"><title>Formulas</title>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{title}{head}</head><body>{body}</body></html>'


def in_node(name: str, page: str) -> str:
    """A page rendered in Node, by one of `NODE`."""
    command = ["node", "--no-deprecation", str(_MAKE), *NODE[name][1]]
    done = subprocess.run(command, input=page, capture_output=True, encoding="utf-8", check=True)
    return done.stdout


def in_browser(pages: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Pages as a browser has them when their scripts are done; `folder` is for the pages."""
    files = {name: folder / f"{name}.html" for name in pages}
    for name, file in files.items():
        file.write_text(pages[name], "utf-8")
    answers = asyncio.run(in_pages(files.values(), folder, "document.documentElement.outerHTML"))
    return {name: f"<!DOCTYPE html>\n{answer}" for name, answer in zip(files, answers, strict=True)}
