"""Style sheets that stand around formulas: whole ones of themes, and rules that themes have."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_MODULES = Path(__file__).parents[2] / "node_modules"

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
    # MkDocs Material, _arithmatex.scss and after
    "Material, narrow": """
        .md-typeset div.arithmatex > * { width: min-content }
        .md-typeset mjx-container, .md-typeset p > * { width: min-content !important }
        .md-typeset .arithmatex > * { margin: 1em auto !important; touch-action: auto }""",
    "min-content": "p > * { width: min-content }",
    "fit-content": "p > * { width: fit-content !important; margin-inline: auto }",
    "max-content": "p > * { width: max-content !important; max-width: none !important }",
    "inline blocks": "p > * { display: inline-block !important }",
    "flex items": ".MathJax { display: flex !important; flex-wrap: wrap; gap: 1em }",
    "grid items": "mjx-container { display: inline-grid !important; overflow: hidden !important }",
    "tables": ".MathJax, .MathJax * { display: table }",
    "floats": "mjx-container, mjx-container svg { float: right; clear: both }",
    "centred": "mjx-container { position: relative; left: 10px; top: 4px !important }",
    "sticky": "mjx-container svg { position: absolute; inset: 0 }",
    "gone": "mjx-container { display: none !important } .MathJax { visibility: hidden }",
    "until loaded": ".MathJax { opacity: 0; visibility: hidden !important } svg { opacity: 0 }",
    # Furo's page navigation; icons that turn
    "Furo, turned": "a.prev-page svg, p svg { transform: rotate(180deg) }",
    "mirrored": "p svg { transform: scaleX(-1) !important; scale: -1 1; translate: 9px }",
    "turned": "svg { rotate: 90deg !important } svg * { transform: rotate(5deg) !important }",
    # Bootstrap, Tailwind's preflight
    "middle": "img, svg { vertical-align: middle } svg { display: block }",
    "middle!": "img, svg { vertical-align: middle !important; display: inline-block !important }",
    "text-top": ".content svg { vertical-align: text-top !important }",
    "icons of 1em": "svg { width: 1em; height: 1em } .post svg { width: 24px !important }",
    "wide pictures": "svg { width: 100% !important; height: auto !important }",
    "high pictures": "svg { height: 100% !important; min-height: 48px !important }",
    "small pictures": "svg { max-height: 1em !important; max-width: 2em !important }",
    "by id": "#main svg, main#main svg { width: 9px !important }",
    "framed": "svg { border: 1px solid red; padding: 5px; margin: 1em; box-sizing: border-box }",
    "framed!": "svg { border: 2px solid !important; padding: 5px !important; margin: 1em }",
    "filled": "svg * { fill: red } path { fill: none }",
    "filled!": "svg * { fill: red !important; stroke: red !important; stroke-width: 9 !important }",
    "outlined": "svg path, svg g, svg use, svg rect { stroke: red; stroke-width: 40; fill: none }",
    "classes": "[class] { fill: red; stroke: blue } [class*=MathJax] { padding: 9px }",
    "colours": "svg, svg * { color: red !important }",
    "faint": "svg { opacity: .3 !important } svg path, svg use { opacity: .5 !important }",
    "filters": "svg { filter: invert(1) !important } @media all { svg { mix-blend-mode: screen } }",
    "clipped": "svg { clip-path: circle(5px) } svg use { clip-path: circle(5px) !important }",
    "masked": "svg, svg * { mask-image: linear-gradient(#0000, #0000) !important }",
    "origins": "svg * { transform-origin: center !important; transform-box: fill-box }",
    "invisible": "svg path { visibility: hidden !important } svg use { visibility: hidden }",
    "zoomed": "svg { zoom: 2 } mjx-container { zoom: 1.5 !important }",
    "larger": "mjx-container { font-size: 150% !important } svg { font-size: 30px !important }",
    "fonts": "mjx-container, svg { font-family: monospace !important; font-weight: bold }",
    "all fonts": "* { font-family: monospace; line-height: 3 }",
    "not": ":not(p) { margin-left: 3px } *:not(svg):not(path) { padding: 1px }",
    "not!": "p :not(a):not(b) { margin: 2px !important; padding: 2px !important }",
    "children": "p > * { margin-left: 1em !important; max-width: 9em !important }",
    "descendants": "p * { line-height: 3; letter-spacing: 1px; word-spacing: 9px }",
    "sides": "p * { text-align: right !important; direction: rtl !important }",
    "vertical": "mjx-container { writing-mode: vertical-rl !important }",
    "wrapped": "mjx-container { white-space: normal !important; overflow-wrap: anywhere }",
    "preformatted": "mjx-container, mjx-container * { white-space: pre !important }",
    "contained": "mjx-container { contain: size !important } svg { contain: strict }",
    "queried": "mjx-container, p > * { container-type: size }",
    "moving": "@keyframes a { to { rotate: 9deg } } svg { animation: a 1ms both !important }",
    "columns": "mjx-container { columns: 3 !important }",
    "ordered": "mjx-container * { order: 3; flex: 1; align-self: end; justify-self: end }",
    "spans": "mjx-container * { grid-column: 1 / -1; grid-row: 2 }",
    "arrows": "mjx-container::before, mjx-container::after { content: '>' !important }",
    # MathJax's own sheets, where its client still runs
    "MathJax 3, SVG": """
        mjx-container[jax=SVG] { direction: ltr } mjx-container[jax=SVG] > svg { overflow: visible;
        min-height: 1px; min-width: 1px } mjx-container[jax=SVG] > svg a { fill: blue }
        mjx-container[jax=SVG][display=true] { display: block; text-align: center; margin: 1em 0 }
        mjx-container[jax=SVG][display=true][width=full] { display: flex }
        g[data-mml-node=merror] > g { fill: red } rect[data-background] { stroke: none }""",
    "MathJax 2": """
        .MathJax { display: inline; font-style: normal; line-height: normal; font-size: 100%;
        text-indent: 0; text-align: left; white-space: nowrap; float: none; direction: ltr;
        min-width: 0; max-width: none; padding: 0; margin: 0 } .MathJax span { transition: none }
        .MathJax:focus, body :focus .MathJax { display: inline-table }""",
}

# The notes on an article of Pelican's notmyidea: what floats reaches down to the formulas
FLOAT = """p { font: 16px/1.5 serif; clear: both } p::before {
content: ''; float: right; width: 200px; height: 100px }"""


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
