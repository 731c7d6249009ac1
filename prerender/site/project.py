"""A folder in; out: whether it is a generator's project, or its templates, rather than its output.

What is built in place would be written into an author's own files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple


class Generator(NamedTuple):
    """A generator: files of its configuration, of which one is in a project's root; its output.

    `beside`: folders of which one is there, too, where the file's name alone says too little.
    """

    name: str
    files: tuple[str, ...]
    output: str
    beside: tuple[str, ...] = ()


def _scripts(name: str) -> tuple[str, ...]:
    """Return the names that a configuration in JavaScript may have."""
    return tuple(f"{name}.{end}" for end in ("js", "mjs", "cjs", "ts"))


GENERATORS = (
    Generator("MkDocs", ("mkdocs.yml", "mkdocs.yaml"), "site"),
    Generator("Zensical", ("zensical.toml",), "site"),
    Generator("Zola", ("config.toml",), "public", ("templates", "sass")),
    Generator("Hugo", ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"), "public"),
    Generator(
        "Hugo", ("config.toml", "config.yaml"), "public", ("content", "layouts", "archetypes")
    ),
    Generator("Hexo", ("_config.yml",), "public", ("scaffolds", "source")),
    Generator("Jekyll", ("_config.yml", "_config.yaml", "_config.toml"), "_site"),
    Generator("Jupyter Book", ("myst.yml", "_toc.yml"), "_build/html"),
    Generator("Sphinx", ("conf.py",), "_build/html"),
    Generator("Sphinx", ("source/conf.py",), "build/html"),
    Generator("Pelican", ("pelicanconf.py",), "output"),
    Generator("Nikola", ("conf.py",), "output", ("posts", "pages")),
    Generator("Quarto", ("_quarto.yml", "_quarto.yaml"), "_site"),
    Generator("mdBook", ("book.toml",), "book"),
    Generator("Eleventy", (".eleventy.js", *_scripts("eleventy.config")), "_site"),
    Generator("Astro", _scripts("astro.config"), "dist"),
    Generator("Docusaurus", _scripts("docusaurus.config"), "build"),
    Generator("VitePress", ("docs/.vitepress", ".vitepress"), ".vitepress/dist"),
    Generator("Doxygen", ("Doxyfile",), "html"),
)


class Project(NamedTuple):
    """A generator's project: the file that tells it, the folder it builds (both in its own), theme.

    The theme is "" where the configuration names none.
    """

    generator: Generator
    file: str
    output: str
    theme: str


def find_project(folder: Path) -> Project | None:
    """Return the project whose root a folder is: those that need more to be known come first."""
    for generator in sorted(GENERATORS, key=lambda one: not one.beside):
        file = next((name for name in generator.files if (folder / name).exists()), None)
        beside = not generator.beside or any((folder / name).is_dir() for name in generator.beside)
        if file is not None and beside:
            text = _text(folder / file)
            output = _first(_OUTPUT, text) or generator.output
            return Project(generator, file, output, _first(_THEME, text))
    return None


#: how configurations name the folder that is built, and the theme; in TOML, YAML and code
_OUTPUT = re.compile(
    r"^\s*(?:site_dir|publishdir|destination|public_dir|output_path|output_folder|output_dir|"
    r"output-dir|outdir)\s*[:=]\s*[\"']?([^\"'#\s,]+)",
    re.MULTILINE | re.IGNORECASE,
)
_THEME = re.compile(
    r"^\s*(?:html_)?theme\s*[:=]\s*(?:\{?\s*name:\s*)?\[?\s*[\"']?([\w./-]+)",
    re.MULTILINE | re.IGNORECASE,
)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace") if file.is_file() else ""
    except OSError:
        return ""


_MADE_BY = re.compile(
    rb"<meta\b[^>]*\bname=[\"']?generator\b[^>]*\bcontent=(?:\"([^\"]*)|'([^']*)|([^\s>]*))",
    re.IGNORECASE,
)


def built_by(folder: Path) -> str:
    """Return what the first pages of a site say that they were made by; "" if nothing."""
    if not folder.is_dir():
        return ""
    for head in _heads(folder):
        if found := _MADE_BY.search(head):
            return next(filter(None, found.groups()), b"").decode("utf-8", "replace")[:200]
    return ""


def why_not_built(folder: Path) -> str:
    """Return why a folder seems to be sources, and what to name in its place; "" if it does not."""
    if not folder.is_dir():
        return ""
    if project := find_project(folder):
        name, output = project.generator.name, folder / project.output
        return (
            f"{folder} is the root of a project: {project.file} is {name}'s; "
            f"name the folder that it builds ({output})"
        )
    if (folder / "node_modules").is_dir():
        return f"{folder} is the root of a project (it has node_modules); name what it builds"
    if _has_templates(folder):
        return f"{folder} has templates ({{{{ … }}}} in its pages); name the folder that is built"
    return ""


#: pages and bytes of each that are looked at
_PAGES, _BYTES = 20, 1 << 16
#: words of Liquid, Jinja, Nunjucks, Go's templates and Handlebars in their brackets. TeX has {{ and
#: {%, too, and pages about templates have all of it, in code
_TEMPLATE = re.compile(
    rb"\{%-?\s*(?:extends|block|include|if|for|set|import|macro|load|assign|capture|end\w+)\b[^{}]*%\}|"
    rb"\{\{-?\s*(?:\.[A-Z$]|\$\.|(?:define|template|partial|block|range|with|if|end|super|content|page|"
    rb"site|layout|title|body)\b[^{}\\]*-?\}\}|[>#/]\s*\w+\s*\}\})"
)
_CODE = re.compile(rb"<(pre|code|script|style|textarea)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)


def _has_templates(folder: Path) -> bool:
    """Whether more than half of the first pages of a folder are templates."""
    found = [bool(_TEMPLATE.search(_CODE.sub(b"", head))) for head in _heads(folder)]
    return sum(found) * 2 > len(found)


def _heads(folder: Path) -> Iterator[bytes]:
    """Yield the beginnings of the first pages; those that cannot be read are told elsewhere."""
    for page in islice(folder.rglob("*.htm*"), _PAGES):
        try:
            with page.open("rb") as opened:
                yield opened.read(_BYTES)
        except OSError:
            continue
