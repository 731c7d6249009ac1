r"""Nothing in; for each recipe of the documentation a small site of its generator out.

What a page of the documentation shows of a file is added to what the site has of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recipe:
    """A site, the page of the documentation that says what to do, and what comes of it.

    `made` are the pages that are rendered then, with the TeX of their formulas.
    """

    name: str
    page: str
    files: Mapping[str, str]
    made: Mapping[str, Sequence[str]]
    #: the headings below which the page shows files, and what is typed; "" for all of it
    files_below: str = ""
    typed_below: str = ""
    #: npm packages that the site's own package.json names
    packages: tuple[str, ...] = field(default=())
    #: whether the page says that a loader of MathJax stays
    keeps_loader: bool = False


#: with what Markdown may change: emphasis, backslashes, the signs of HTML
_TEX = (
    "a_1 * b_2 * c_1",
    r"\sum_{k=1}^n a_k < \frac{1}{2}",
    r"\begin{pmatrix} a_1 & b_1 \\ a_2 & b_2 \end{pmatrix}",
)


def recipes() -> Iterable[Recipe]:
    """All of them."""
    yield _hugo()
    yield _jekyll()
    yield _hexo("hexo", "With markdown-it", "hexo-renderer-markdown-it", "markdown-it-mathjax")
    yield _hexo("hexo-pandoc", "With pandoc", "hexo-renderer-pandoc")
    yield _eleventy()
    yield _astro()
    yield _nikola()
    yield _mkdocs()
    yield _sphinx()
    yield _pelican()
    yield _jupyter_book()
    yield _nbconvert()
    yield _pandoc()
    yield _doxygen()
    yield _pdoc()
    yield _order("minifier", "Minifiers", "site")
    yield _order("pagefind", "Pagefind", "public")


def _math(begin: str, end: str) -> str:
    """Three formulas in Markdown: in a line, between these delimiters, and two displays."""
    line, *displays = _TEX
    return f"Let {begin}{line}{end} be.\n\n" + "\nand\n\n".join(
        f"$$\n{tex}\n$$\n" for tex in displays
    )


def _front(**values: str) -> str:
    return "".join(["---\n", *(f"{name}: {value}\n" for name, value in values.items()), "---\n\n"])


def _page(title: str, content: str) -> str:
    """A page of HTML with what a template language puts there."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"</head><body>{content}</body></html>\n"
    )


def _hugo() -> Recipe:
    files = {
        "hugo.toml": 'baseURL = "https://example.org/"\ntitle = "t"\n',
        "layouts/single.html": _page("{{ .Title }}", "{{ .Content }}"),
        "layouts/list.html": _page("{{ .Title }}", "{{ range .Pages }}{{ .Content }}{{ end }}"),
        "content/posts/a.md": _front(title="a") + _math(r"\(", r"\)"),
    }
    return Recipe("hugo", "generators/hugo.md", files, {"public/posts/a/index.html": _TEX})


def _jekyll() -> Recipe:
    files = {
        "_config.yml": "title: t\n",
        "_layouts/default.html": _page("{{ page.title }}", "{{ content }}"),
        "a.md": _front(title="a", layout="default") + _math("$$", "$$"),
    }
    return Recipe("jekyll", "generators/jekyll.md", files, {"_site/a.html": _TEX})


def _hexo(name: str, section: str, *renderer: str) -> Recipe:
    files = {
        "_config.yml": "title: t\nurl: https://example.org\npermalink: :title.html\ntheme: t\n",
        "themes/t/layout/post.ejs": _page("<%= page.title %>", "<%- page.content %>"),
        "themes/t/layout/index.ejs": _page("<%= config.title %>", ""),
        "source/_posts/a.md": _front(title="a", date="2020-01-01 00:00:00") + _math("$", "$"),
    }
    more = ("hexo", "hexo-renderer-ejs", "hexo-generator-index", *renderer)
    return Recipe(
        name,
        "generators/hexo.md",
        files,
        {"public/a.html": _TEX},
        files_below=section,
        typed_below="Build",
        packages=more,
    )


def _eleventy() -> Recipe:
    files = {
        "_includes/base.njk": _page("{{ title }}", "{{ content | safe }}"),
        "a.md": _front(title="a", layout="base.njk") + _math("$", "$"),
    }
    return Recipe(
        "eleventy",
        "generators/eleventy.md",
        files,
        {"_site/a/index.html": _TEX},
        typed_below="Build",
        packages=("@11ty/eleventy", "markdown-it-mathjax"),
    )


def _astro() -> Recipe:
    files = {"src/pages/a.md": _front(title="a") + _math("$", "$")}
    more = ("astro", "@astrojs/markdown-remark", "remark-math", "rehype-katex")
    return Recipe("astro", "generators/astro.md", files, {"dist/a/index.html": _TEX}, packages=more)


def _nikola() -> Recipe:
    conf = (
        'BLOG_AUTHOR = BLOG_TITLE = "t"\nSITE_URL = "https://example.org/"\n'
        'BLOG_EMAIL = "t@example.org"\nBLOG_DESCRIPTION = "t"\nDEFAULT_LANG = "en"\n'
        'THEME = "base"\nPOSTS = (("posts/*.md", "posts", "post.tmpl"),)\nPAGES = ()\n'
    )
    head = ".. title: a\n.. slug: a\n.. date: 2020-01-01 00:00:00 UTC\n.. has_math: true\n\n"
    files = {"conf.py": conf, "posts/a.md": head + _math("$", "$")}
    return Recipe("nikola", "generators/nikola.md", files, {"output/posts/a/index.html": _TEX})


def _mkdocs() -> Recipe:
    files = {
        "mkdocs.yml": "site_name: t\ntheme: {name: material, font: false}\n",
        "docs/index.md": "# t\n\n" + _math("$", "$"),
        "docs/a.md": "# a\n\n" + _math(r"\(", r"\)"),
    }
    return Recipe(
        "mkdocs",
        "generators/mkdocs.md",
        files,
        {"site/index.html": _TEX, "site/a/index.html": _TEX},
    )


def _sphinx() -> Recipe:
    math = ":math:`a_1 b_2`\n\n.. math:: \\sum_{k=1}^n a_k\n"
    files = {"conf.py": 'project = "t"\n', "index.rst": f"t\n=\n\n{math}"}
    return Recipe(
        "sphinx",
        "generators/sphinx.md",
        files,
        {"_build/html/index.html": ("a_1 b_2", r"\sum_{k=1}^n a_k")},
    )


def _pelican() -> Recipe:
    conf = 'SITENAME = AUTHOR = "t"\nSITEURL = ""\nTIMEZONE = "UTC"\n'
    head = "Title: a\nDate: 2020-01-01\nSlug: a\n\n"
    files = {"pelicanconf.py": conf, "content/a.md": head + _math("$", "$")}
    return Recipe("pelican", "generators/pelican.md", files, {"output/a.html": _TEX})


def _jupyter_book() -> Recipe:
    files = {
        "_config.yml": "title: t\nexecute: {execute_notebooks: 'off'}\n",
        "_toc.yml": "format: jb-book\nroot: index\nchapters: [{file: a}]\n",
        "index.md": "# t\n",
        "a.md": "# a\n\n" + _math("$", "$"),
    }
    # Sphinx puts lines into an environment of their own
    line, display, lines = _TEX
    made = (line, display, rf"\begin{{split}} {lines} \end{{split}}")
    return Recipe("jupyter-book", "generators/jupyter-book.md", files, {"_build/html/a.html": made})


def _nbconvert() -> Recipe:
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": _math("$", "$")}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    files = {"a.ipynb": json.dumps(notebook)}
    return Recipe("nbconvert", "generators/nbconvert.md", files, {"a.html": _TEX})


def _pandoc() -> Recipe:
    files = {"a.md": _front(title="a") + _math("$", "$")}
    return Recipe("pandoc", "generators/pandoc.md", files, {"a.html": _TEX})


def _doxygen() -> Recipe:
    settings = "QUIET = YES\nGENERATE_LATEX = NO\nHAVE_DOT = NO\nINPUT = a.h\nPROJECT_NAME = t\n"
    header = "/** @file\n A sum \\f$a_1 + b_2\\f$ and\n \\f[\\sum_{k=1}^n a_k\\f]\n*/\nint a;\n"
    return Recipe(
        "doxygen",
        "generators/doxygen.md",
        {"Doxyfile": settings, "a.h": header},
        {"html/a_8h.html": ("a_1 + b_2", r"\sum_{k=1}^n a_k")},
    )


def _pdoc() -> Recipe:
    # its Markdown takes one of two backslashes
    math = _math("$", "$").replace("\\\\", "\\\\\\\\")
    made = {"out/module.html": _TEX}
    files = {"module.py": f'r"""\n{math}"""\n'}
    return Recipe("pdoc", "generators/pdoc.md", files, made, keeps_loader=True)


def _order(name: str, heading: str, folder: str) -> Recipe:
    """What else is done to a site that is generated."""
    math = r"<p>Let \(a_1 * b_2 * c_1\)\nbe.</p>\n<!-- so --><p>\[\sum_{k=1}^n a_k\]</p>"
    made = {"public/a.html": ("a_1 * b_2 * c_1", r"\sum_{k=1}^n a_k")}
    more = ("html-minifier-terser", "pagefind")
    files = {f"{folder}/a.html": _page("a", math.replace(r"\n", "\n"))}
    return Recipe(name, "order.md", files, made, packages=more, typed_below=heading)
