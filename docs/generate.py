"""A hook of MkDocs: adds to pages what is made of the program itself, and the pictures."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import fields
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import prerender
from prerender.cli import commands
from prerender.cli.options import COMMANDS, CommandSettings, settings_table
from prerender.settings import flag, option_of, variables

_TROUBLE = Path(prerender.__file__).parent / "report" / "troubleshooting.md"
_SPEED = Path(__file__).with_name("speed.json")
_PICTURES = Path(__file__).parents[1] / "tests" / "tools" / "pictures"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pictures, and the page that `prerender explain` prints, too."""
    others = {f"pictures/{picture.name}": picture for picture in sorted(_PICTURES.glob("*.png"))}
    for name, file in {_TROUBLE.name: _TROUBLE, **others}.items():
        files.append(File.generated(config, name, abs_src_path=str(file)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return a page with what the program says of itself at its end."""
    made = {
        "settings.md": settings,
        "commands.md": command_line,
        "python.md": api,
        "compare.md": speed,
    }
    more = made.get(page.file.src_uri)
    return f"{markdown}\n{more()}" if more else markdown


def settings() -> str:
    """Return the settings: each with its flag, key, variable and meaning."""
    parts = []
    for setting in fields(CommandSettings):
        used = [f"`{name}`" for name, names in COMMANDS.items() if setting.name in names]
        names = ", ".join(f"`{name}`" for name in variables(setting))
        parts.append(f"## `{setting.name}` {{: #{setting.name} }}\n\n{option_of(setting).help}\n")
        parts.append(f"Flag `{flag(setting.name)}` of {', '.join(used)}; variable {names}.\n")
    return "\n".join(parts) + f"\n## All flags in a table\n\n{settings_table()}\n"


def command_line() -> str:
    """Return the commands, from what they say of themselves."""
    parts = []
    for command in commands.app.registered_commands:
        said = inspect.getdoc(command.callback) or ""
        parts.append(f"## prerender {command.name}\n\n{_escaped(said)}\n")
        if command.epilog:
            lines = [line for line in command.epilog.splitlines()[1:] if line]
            parts.append("\n".join(["```sh", *lines, "```\n"]))
        if names := COMMANDS.get(command.name or ""):
            links = ", ".join(f"[`{flag(name)}`](settings.md#{name})" for name in names)
            parts.append(f"Flags: {links}; more of its own: `prerender {command.name} -h`.\n")
    return "\n".join(parts)


#: what the bench compares, as the page names it
_WAYS = {
    "prerender": "prerender",
    "prerender, mute": "prerender with `--speech none`: nothing is said in words",
    "MathJax in Node": "MathJax 4 in Node, page by page: no words, one layout",
    "rehype-katex": "rehype-katex: KaTeX, no words, one layout",
    "author's script": "a script that opens each page in Chromium, waits for MathJax and saves it",
}


def speed() -> str:
    """Return how long first builds take, as the bench has measured it (`bench.publish`)."""
    measured = json.loads(_SPEED.read_text("utf-8"))
    rows = [f"| {way} | {measured['seconds'][name]:.1f} |" for name, way in _WAYS.items()]
    told = (
        f"The first build of a site of {measured['pages']} pages, with an empty cache, in seconds."
        f" Measured on {measured['date']}, on {measured['machine']}."
    )
    return "\n".join(["## Speed", "", told, "", "| | seconds |", "|---|---|", *rows, "", _NEXT])


_NEXT = "Later builds typeset only formulas that are new; the rest comes from the cache."


def _escaped(text: str) -> str:
    return re.sub(r"\b([A-Z]{3,})\b", r"`\1`", text)


def api() -> str:
    """Return the Python API, from its docstrings."""
    parts = []
    for name in prerender.__all__:
        item = getattr(prerender, name)
        if inspect.isfunction(item):
            given = re.sub(
                r"<prerender\.\w[^>]*>|prerender\.[\w.]*\.", "", str(inspect.signature(item))
            )
            given = re.sub(r"= Settings\(.*?\)(?=[,)])", "= Settings()", given)
            shown = f"def {name}{given}"
        else:
            shown = f"class {name}"
        parts.append(f"## `{name}`\n\n```python\n{shown}\n```\n\n{inspect.getdoc(item) or ''}\n")
        for method, function in inspect.getmembers(item, inspect.isfunction):
            if inspect.isclass(item) and not method.startswith("_") and function.__doc__:
                parts.append(f"`{method}`: {inspect.getdoc(function)}\n")
    return "\n".join(parts)
