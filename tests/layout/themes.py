"""Style sheets that stand around formulas: whole ones of themes, and rules that themes have."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_MODULES = Path(__file__).parents[1] / "node_modules"

#: of packages: npm's by path, PyPI's by module and pattern
_NPM = {
    "Tailwind": "tailwindcss/preflight.css",
    "Bootstrap": "bootstrap-reboot/dist/reboot.css",
    "normalize": "normalize.css/normalize.css",
    "Pico": "@picocss/pico/css/pico.css",
    "Water": "water.css/out/water.css",
}
_PYPI = {
    "MkDocs Material": ("material", "templates/assets/stylesheets/*.css"),
    "Furo": ("furo", "theme/furo/static/styles/*.css"),
    "Read the Docs": ("sphinx_rtd_theme", "static/css/theme.css"),
}

#: what such a page has around its text
AROUND = (
    '<body class="wy-body-for-nav" data-md-color-scheme="default"><main class="container">'
    '<div class="content post"><article role="main" class="md-content__inner md-typeset '
    'rst-content post-body post-content page-content markdown-body prose">{}</article>'
)

RULES = {
    # MathJax's own page on styling, and themes after it
    "client MathJax": """
        mjx-container { overflow-x: auto; overflow-y: hidden; max-width: 100% }
        .MathJax { outline: 0; font-size: 110% }
        .MathJax:focus { outline: 0 } .mjx-chtml { outline: 0 }""",
    "client MathJax, display": """
        mjx-container[display=true] { margin: 0 !important; padding: 6px 0; overflow: auto hidden }
        mjx-container { display: inline-grid }""",
    "client MathJax, scrolls": """
        .MathJax { overflow: auto hidden; scrollbar-width: none; vertical-align: middle }
        .md-typeset mjx-container { overflow-x: auto; padding: 2px 0 }""",
    # Hexo NexT
    "NexT": "mjx-container[display='true'] + br { display: none }",
    "pictures fit": "mjx-container svg { max-width: 100%; height: auto }",
    "pictures are blocks": ".content .post svg { display: block; margin: auto; max-width: 100% }",
    # Hugo PaperMod, css/core/reset.css
    "PaperMod": """
        *, ::after, ::before { box-sizing: border-box }
        html { -webkit-tap-highlight-color: transparent; overflow-y: scroll }
        .post-content img, .post-content svg { border-radius: 8px; margin: 1rem 0 }""",
    # Jekyll's minima, _base.scss
    "minima": """
        blockquote, dl, figure, ol, p, pre, ul { margin-bottom: 15px }
        img, svg { max-width: 100%; vertical-align: middle } svg.svg-icon { fill: #828282 }""",
    # Typecho's default, and sites that wrap their pictures
    "Typecho": ".post-content img, .post-content svg, .post-content video { max-width: 100% }",
    "icons": "svg { fill: none; stroke: red; stroke-width: 2; overflow: hidden; flex-shrink: 0 }",
    "transitions": "* { transition: all .3s } svg * { transition: all .2s }",
    "stacked": "* + * { margin-top: 1.5em }",
    "boxes": "* { box-sizing: border-box; margin: 0; padding: 0; min-width: 0 }",
    "no overflow": "* { max-width: 100% } svg:not(:root) { overflow: hidden }",
    "line-height: 0": "p { line-height: 0 !important }",
    "line-height: 3": "p { line-height: 3 !important }",
    "letter-spacing": "p { letter-spacing: .2em }",
    "word-spacing": "p { word-spacing: 1em }",
    # (Chromium 156 adjusts words in a font of the reader's twice, and spaces in text)
    "font-size-adjust": "p:has([display]) { font-size-adjust: .6 }",
    "text-indent": "p { text-indent: 2em }",
    "hyphens": "p { hyphens: auto; overflow-wrap: anywhere; word-break: break-all }",
    "right to left": "p { direction: rtl; text-align: right }",
    # (spaces between the parts of an inline formula are spaces of the text)
    "justified": "p:has([display]) { text-align: justify; text-align-last: justify }",
    "capitals": "p { text-transform: uppercase; font-variant: small-caps }",
    "balanced": "p { text-wrap: balance }",
    "white-space": "p { white-space: pre-wrap }",
    "shadow": "p { text-shadow: 1px 1px red }",
}


def style_sheets() -> dict[str, str | None]:
    """Each theme's rules by its name; None where its package is not installed."""
    sheets: dict[str, str | None] = dict(RULES)
    sheets |= {name: _read([_MODULES / path]) for name, path in _NPM.items()}
    for name, (module, pattern) in _PYPI.items():
        spec = find_spec(module)
        folders = spec.submodule_search_locations if spec else None
        sheets[name] = _read(sorted(Path(folders[0]).glob(pattern))) if folders else None
    return sheets


def _read(files: list[Path]) -> str | None:
    there = [file.read_text("utf-8") for file in files if file.is_file()]
    return "".join(there) or None
