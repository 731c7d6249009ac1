"""A built site in; out: what is in it, as lines, and a commented prerender.toml for it."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path

from prerender import aio
from prerender.cli.options import CommandSettings, default_text
from prerender.errors import UsageError
from prerender.report.diagnostics import Topic, pluralize, topics
from prerender.settings import default_of, option_of, types_of
from prerender.site.project import Project, built_by, find_project

FILE = Path("prerender.toml")
#: names of the engines, by what a set-up calls them
_ENGINES = {"mathjax2": "MathJax 2", "mathjax3": "MathJax 3", "mathjax4": "MathJax 4"}
_ENGINES |= {"katex": "KaTeX", "": "no engine (read with MathJax 4's defaults)"}
_TOPICS = 10


@dataclass(slots=True)
class Survey:
    """What is in a site: formulas by engine, pages with formulas by engine, what is odd."""

    folder: Path
    project: Project | None
    made_by: str
    pages: int = 0
    failed: int = 0
    formulas: Counter[str] = field(default_factory=Counter)
    with_math: Counter[str] = field(default_factory=Counter)
    odd: list[Topic] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return it as lines to print."""
        said = [f"site       {self.folder}, {pluralize(self.pages, 'page')}"]
        if self.project:
            theme = f", theme {self.project.theme}" if self.project.theme else ""
            said.append(f"generator  {self.project.generator.name} ({self.project.file}){theme}")
        if self.made_by:
            said.append(f"made by    {self.made_by}")
        for engine, count in self.formulas.most_common():
            pages = pluralize(self.with_math[engine], "page")
            said.append(f"formulas   {count:,} on {pages}: {_ENGINES.get(engine, engine)}")
        if not self.formulas:
            said.append("formulas   none were found")
        if self.failed:
            said.append(f"unread     {pluralize(self.failed, 'page')} cannot be read (see below)")
        return said


def choose_folder(site: Path | None) -> tuple[Path, Project | None]:
    """Return the folder that is meant, and its project. Raises UsageError."""
    if site is not None:
        return site, find_project(Path()) or find_project(site.parent)
    project = find_project(Path())
    if project is None:
        raise UsageError("no generator's configuration is here; name the folder that it builds")
    folder = Path(project.output)
    if not folder.is_dir():
        name = project.generator.name
        raise UsageError(f"{folder} is not there yet: let {name} build it (from {project.file})")
    return folder, project


async def survey(folder: Path, project: Project | None, settings: CommandSettings) -> Survey:
    """Read a site, and say what is in it. Raises PrerenderError."""
    found = Survey(folder, project, built_by(folder))
    excerpts = []
    async for page in aio.find_formulas(folder, settings):
        found.pages += 1
        found.failed += page.failed
        if page.formulas:
            found.formulas[page.engine] += len(page.formulas)
            found.with_math[page.engine] += 1
        path = str(folder / page.path)
        excerpts += [(path, one.excerpt._replace(severity="warning")) for one in page.diagnostics]
    found.odd = topics(excerpts)[:_TOPICS]
    return found


def configuration(found: Survey) -> str:
    """Return a prerender.toml in which every setting is explained, and none is set."""
    parts = [_comment("Settings of prerender. Each is what it would be without this file.")]
    parts.append(_comment("\n".join(found.lines())))
    for setting in fields(CommandSettings):
        known = option_of(setting)
        if setting.name in ("mathjax", "yes"):
            continue
        default = default_text(setting)
        more = f" Default: {default}." if default and known.default_text is not None else ""
        parts.append(f"{_comment(known.help + more)}\n# {setting.name} = {_example(setting.name)}")
    parts.append(_comment(_MATHJAX) + "\n# [mathjax.tex.macros]\n" + r'# RR = "\\mathbb{R}"')
    return "\n\n".join(parts) + "\n"


_MATHJAX = (
    "A MathJax 4 configuration, laid over what the pages say themselves: macros that a page's own "
    "scripts define in a way that cannot be read, for example."
)


def _comment(text: str) -> str:
    lines = [
        part
        for line in text.splitlines()
        for part in textwrap.wrap(line, 76, break_on_hyphens=False)
    ]
    return "\n".join(f"# {line}" for line in lines)


def _example(name: str) -> str:
    """Return the default of a setting in TOML, or a value of its kind."""
    setting = next(one for one in fields(CommandSettings) if one.name == name)
    value, kind = default_of(setting), types_of(CommandSettings)[name]
    if value not in (None, ()):
        return json.dumps(value)
    if kind in (int, float):
        return "2"
    if kind == tuple[int, ...]:
        return "[320, 390, 820]"
    if kind == tuple[str, ...]:
        return '["drafts/"]' if name == "exclude" else '["*.html"]'
    return json.dumps((option_of(setting).word or "path").lower())
