r"""The articles of `content` in; what to write and to type for each generator and theme out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.tools.living.content import ARTICLES, Article, html, markdown, restructured

#: where the sites say that they are published
ORIGIN = "https://living.test/"

Tools = Literal["test", "python", "node"]
Math = Literal["mathjax", "katex"]


@dataclass(frozen=True)
class Recipe:
    """How a theme's site is made.

    `files` are written, `command` is run in their folder, and leaves its pages in `output`.
    `tools` says where its programs come from: the test environment, or one of the bench's own.
    """

    name: str
    tools: Tools
    files: Mapping[str, str]
    command: tuple[str, ...]
    output: str
    #: the page of an article, in `output`
    page: str = "{}.html"
    #: whether a click on a link swaps parts of the page
    swaps: bool = False
    #: what the documentation says that such a site needs
    flags: tuple[str, ...] = ()
    #: whether prerender leaves its pages to the framework that takes them over
    left: bool = False
    #: what npm packages the site's own package.json names
    packages: tuple[str, ...] = field(default=())

    def pages(self) -> dict[str, str]:
        """The file of each article's page, in `output`."""
        return {article.name: self.page.format(article.name) for article in ARTICLES}


def recipes() -> dict[str, Recipe]:
    """All of them, by name; those first that are made quickly."""
    return {recipe.name: recipe for recipe in _all()}


#: made with what the tests have installed anyway: one for each generator, and what is like it
QUICK, MORE = ("material-instant", "furo"), ("rtd",)


def _all() -> Iterable[Recipe]:
    yield _mkdocs("material", "material")
    yield _mkdocs("material-instant", "material", instant=True)
    yield _mkdocs("material-instant-katex", "material", instant=True, math="katex")
    yield _mkdocs("mkdocs", "mkdocs")
    yield _mkdocs("mkdocs-rtd", "readthedocs")
    yield _sphinx("furo", "furo", "test")
    yield _sphinx("rtd", "sphinx_rtd_theme", "test")
    yield _sphinx("pydata", "pydata_sphinx_theme", "python")
    yield _sphinx("sphinx-book", "sphinx_book_theme", "python")
    yield _sphinx("sphinx-katex", "alabaster", "python", "sphinxcontrib.katex")
    yield _jupyter_book()
    yield _pelican()
    yield _nbconvert()
    yield _pdoc()
    yield _next()
    yield _butterfly()
    yield _fluid()
    yield _hugo()
    yield _eleventy()
    yield _vitepress("vitepress")
    yield _vitepress("vitepress-mathjax", client=True)
    yield _docusaurus()


def _yaml(settings: object) -> str:
    """JSON is YAML."""
    return json.dumps(settings, indent=1, ensure_ascii=False)


def _front(article: Article, **more: object) -> str:
    return f"---\n{_yaml({'title': article.title, **more})}\n---\n"


# -- MkDocs: the set-up of Material's documentation -------------------------------------------

_MATHJAX = r"""window.MathJax = {
  tex: {
    inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"]],
    processEscapes: true, processEnvironments: true, tags: "ams"
  },
  options: {ignoreHtmlClass: ".*|", processHtmlClass: "arithmatex"}
};
"""
_MATHJAX_AGAIN = """document$.subscribe(() => {
  MathJax.startup.output.clearCache()
  MathJax.typesetClear()
  MathJax.texReset()
  MathJax.typesetPromise()
})
"""
_KATEX_AGAIN = r"""document$.subscribe(({ body }) => {
  renderMathInElement(body, {
    delimiters: [
      { left: "$$", right: "$$", display: true }, { left: "$", right: "$", display: false },
      { left: "\\(", right: "\\)", display: false }, { left: "\\[", right: "\\]", display: true }
    ],
  })
})
"""


def _mkdocs(name: str, theme: str, *, instant: bool = False, math: Math = "mathjax") -> Recipe:
    features = ["navigation.footer", *(["navigation.instant"] if instant else [])]
    material = theme == "material"
    katex = "https://unpkg.com/katex@0/dist/"
    scripts = ["math.js", "https://unpkg.com/mathjax@3/es5/tex-mml-chtml.js"]
    script = _MATHJAX + (_MATHJAX_AGAIN if material else "")
    if math == "katex":
        scripts = ["math.js", f"{katex}katex.min.js", f"{katex}contrib/auto-render.min.js"]
        script = _KATEX_AGAIN
    settings = {
        "site_name": "Living",
        "site_url": ORIGIN,
        "theme": {"name": theme, **({"features": features, "font": False} if material else {})},
        "markdown_extensions": [{"pymdownx.arithmatex": {"generic": True}}, "tables"],
        "extra_javascript": scripts,
        "extra_css": [f"{katex}katex.min.css"] if math == "katex" else [],
        "nav": ["index.md", *(f"{article.name}.md" for article in ARTICLES)],
    }
    return Recipe(
        name,
        "test",
        {
            "mkdocs.yml": _yaml(settings),
            "docs/index.md": "# Start\n\nSee [the first page](first.md).\n",
            "docs/math.js": script,
            **_each("docs/{}.md", lambda article: markdown(article, "{}.md".format)),
        },
        ("mkdocs", "build", "-q"),
        "site",
        page="{}/index.html",
        swaps=instant,
    )


def _each(path: str, text: Callable[[Article], str]) -> dict[str, str]:
    """A file for each article."""
    return {path.format(article.name): text(article) for article in ARTICLES}


# -- Sphinx and Jupyter Book ------------------------------------------------------------------


def _sphinx(name: str, theme: str, tools: Tools, extension: str = "sphinx.ext.mathjax") -> Recipe:
    conf = f'project = "Living"\nextensions = ["{extension}"]\nhtml_theme = "{theme}"\n'
    contents = "\n   ".join(article.name for article in ARTICLES)
    return Recipe(
        name,
        tools,
        {
            "conf.py": conf,
            "index.rst": f"Start\n=====\n\n.. toctree::\n\n   {contents}\n",
            **_each("{}.rst", restructured),
        },
        ("sphinx-build", "-q", "-b", "html", ".", "_build"),
        "_build",
    )


def _jupyter_book() -> Recipe:
    contents = {
        "format": "jb-book",
        "root": "index",
        "chapters": [{"file": article.name} for article in ARTICLES],
    }
    return Recipe(
        "jupyter-book",
        "python",
        {
            "_config.yml": _yaml({"title": "Living", "execute": {"execute_notebooks": "off"}}),
            "_toc.yml": _yaml(contents),
            "index.md": "# Start\n\nSee [the first page](first.md).\n",
            **_each("{}.md", lambda article: markdown(article, "{}.md".format)),
        },
        ("jupyter-book", "build", "-q", "."),
        "_build/html",
    )


# -- others in Python -------------------------------------------------------------------------


def _pelican() -> Recipe:
    conf = (
        'SITENAME = AUTHOR = "Living"\nSITEURL = ""\nTIMEZONE = "UTC"\nRELATIVE_URLS = True\n'
        'PLUGINS = ["pelican.plugins.render_math"]\nPATH = "content"\n'
        'MATH_JAX = {"tex_extensions": [], "auto_insert": True}\n'
    )

    def text(article: Article) -> str:
        head = f"Title: {article.title}\nDate: 2020-01-01\nSlug: {article.name}\n\n"
        return head + markdown(article, "{{filename}}/{}.md".format, title=False)

    return Recipe(
        "pelican",
        "python",
        {"pelicanconf.py": conf, **_each("content/{}.md", text)},
        ("pelican", "-q", "-s", "pelicanconf.py", "-o", "output"),
        "output",
    )


def _nbconvert() -> Recipe:
    def notebook(article: Article) -> str:
        source = markdown(article, "{}.html".format)
        cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": source}]
        return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

    files = _each("{}.ipynb", notebook)
    command = ("jupyter-nbconvert", "--log-level=ERROR", "--to=html", "--output-dir=out", *files)
    return Recipe("nbconvert", "python", files, command, "out")


def _pdoc() -> Recipe:
    def module(article: Article) -> str:
        return f'r"""\n{markdown(article, "{}.html".format)}"""\n'

    files = _each("{}.py", module)
    command = ("pdoc", "--math", "-o", "out", *(f"./{name}" for name in files))
    return Recipe("pdoc", "python", files, command, "out")


# -- Hexo -------------------------------------------------------------------------------------

_HEXO = ("hexo", "hexo-renderer-marked", "hexo-renderer-pug", "hexo-renderer-ejs")
_HEXO_MORE = ("hexo-renderer-stylus", "hexo-generator-index", "hexo-generator-archive")


def _hexo(theme: str, settings: object, *, swaps: bool) -> Recipe:
    def post(article: Article) -> str:
        body = html(article, "{}.html".format, dollars=True)
        front = _front(article, date="2020-01-01 00:00:00", mathjax=True)
        return f"{front}\n{{% raw %}}\n{body}{{% endraw %}}\n"

    names = {"title": "Living", "url": ORIGIN.rstrip("/"), "permalink": ":title.html"}
    return Recipe(
        f"hexo-{theme}",
        "node",
        {
            "_config.yml": _yaml({**names, "theme": theme}),
            f"_config.{theme}.yml": _yaml(settings),
            **_each("source/_posts/{}.md", post),
        },
        ("hexo", "generate", "--silent", "--force"),
        "public",
        swaps=swaps,
        flags=("--css", "external") if swaps else (),
        packages=(*_HEXO, *_HEXO_MORE, f"hexo-theme-{theme}"),
    )


def _next() -> Recipe:
    math = {"every_page": True, "mathjax": {"enable": True, "tags": "ams"}}
    return _hexo("next", {"pjax": True, "math": math}, swaps=True)


def _butterfly() -> Recipe:
    math = {"use": "mathjax", "per_page": True}
    return _hexo("butterfly", {"pjax": {"enable": True, "exclude": None}, "math": math}, swaps=True)


def _fluid() -> Recipe:
    math = {"enable": True, "specific": False, "engine": "mathjax"}
    return _hexo("fluid", {"post": {"math": math}}, swaps=False)


# -- generators without a theme of their own --------------------------------------------------

_CSS = "body{max-width:44em;margin:1em auto;padding:0 1em;font:16px/1.5 serif}svg{max-width:100%}"


def _hugo() -> Recipe:
    """The layouts of Hugo's documentation on mathematics, with MathJax 4."""
    head = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_CSS}</style>"
        "<script>window.MathJax = {tex: {tags: 'ams', "
        r"displayMath: [['\\[', '\\]'], ['$$', '$$']], inlineMath: [['\\(', '\\)'], ['$', '$']]}};"
        '</script><script defer src="https://cdn.jsdelivr.net/npm/mathjax@4/tex-chtml.js"></script>'
        "</head><body>"
    )
    nav = (
        "<nav>{{ with .PrevInSection }}<a href={{ .RelPermalink }}>{{ .Title }}</a>{{ end }} "
        "{{ with .NextInSection }}<a href={{ .RelPermalink }}>{{ .Title }}</a>{{ end }}</nav>"
    )
    settings = """baseURL = "https://living.test/"
title = "Living"
uglyURLs = true
disableKinds = ["taxonomy", "term", "RSS"]
[markup.goldmark.extensions.passthrough]
enable = true
[markup.goldmark.extensions.passthrough.delimiters]
block = [['\\[', '\\]'], ['$$', '$$']]
inline = [['\\(', '\\)'], ['$', '$']]
""".replace("\\\\", "\\")
    return Recipe(
        "hugo",
        "python",
        {
            "hugo.toml": settings,
            "layouts/single.html": f"{head}<h1>{{{{ .Title }}}}</h1>{{{{ .Content }}}}{nav}</body>",
            "layouts/list.html": f"{head}{{{{ range .Pages }}}}<p>{{{{ .Title }}}}{{{{ end }}}}",
            **_each(
                "content/posts/{}.md",
                lambda article: (
                    _front(article, date="2020-01-01")
                    + markdown(article, "{}.html".format, title=False)
                ),
            ),
        },
        ("hugo", "--quiet"),
        "public",
        page="posts/{}.html",
    )


def _eleventy() -> Recipe:
    """KaTeX's auto-render, as its documentation has it."""
    katex = "https://cdn.jsdelivr.net/npm/katex@0.16.22/dist/"
    layout = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<style>{_CSS}</style><link rel="stylesheet" href="{katex}katex.min.css">'
        f'<script defer src="{katex}katex.min.js"></script>'
        f'<script defer src="{katex}contrib/auto-render.min.js"'
        ' onload="renderMathInElement(document.body);"></script>'
        "</head><body><h1>{{ title }}</h1>{{ content | safe }}</body></html>"
    )
    return Recipe(
        "eleventy",
        "node",
        {
            "_includes/base.njk": layout,
            **_each(
                "{}.html",
                lambda article: (
                    _front(article, layout="base.njk", permalink=f"{article.name}.html")
                    + "{% raw %}"
                    + html(article, "{}.html".format)
                    + "{% endraw %}"
                ),
            ),
        },
        ("eleventy", "--quiet"),
        "_site",
        packages=("@11ty/eleventy",),
    )


# -- frameworks that take their pages over ----------------------------------------------------


def _vitepress(name: str, *, client: bool = False) -> Recipe:
    """With formulas drawn by markdown-it-mathjax3, or for MathJax 3 in the reader's browser."""
    loader = [["script", {"src": "https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js"}]]
    settings = {"title": "Living", "markdown": {"math": not client}}
    config = {**settings, "head": loader if client else []}

    def page(article: Article) -> str:
        if not client:
            return markdown(article, "./{}".format)
        return f"# A page\n\n<div v-pre>\n{html(article, './{}'.format)}</div>\n"

    return Recipe(
        name,
        "node",
        {
            ".vitepress/config.mjs": f"export default {_yaml(config)};\n",
            "index.md": "# Start\n",
            **_each("{}.md", page),
        },
        ("vitepress", "build"),
        ".vitepress/dist",
        left=True,
        packages=("vitepress", "markdown-it-mathjax3"),
    )


def _docusaurus() -> Recipe:
    config = """import math from 'remark-math';
import katex from 'rehype-katex';
const docs = {routeBasePath: '/', remarkPlugins: [math], rehypePlugins: [katex]};
export default {
  title: 'Living', url: 'https://living.test', baseUrl: '/', onBrokenLinks: 'ignore',
  presets: [['classic', {docs, blog: false}]],
};
"""
    return Recipe(
        "docusaurus",
        "node",
        {
            "docusaurus.config.mjs": config,
            **_each("docs/{}.md", lambda article: markdown(article, "./{}.md".format)),
        },
        ("docusaurus", "build"),
        "build",
        page="{}/index.html",
        left=True,
        packages=("@docusaurus/core", "@docusaurus/preset-classic", "remark-math", "rehype-katex"),
    )
