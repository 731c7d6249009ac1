"""Configuration files in, defaults for the command line out.

The command line wins over PRERENDER_* variables, those over the file, the file over our defaults.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from prerender.setup.own import mistakes

#: what a file may say: the long flags with "_" for "-"; what has no flag (`Own`), among that
#: `mathjax`, a configuration for MathJax 4 (the object that a page would call `window.MathJax`)
#: that is laid over what pages say
KNOWN: dict[str, type] = {
    "output": str,
    "include": list,
    "exclude": list,
    "jobs": int,
    "cache_dir": str,
    "no_cache": bool,
    "browser": str,
    "time_limit": float,
    "hydrated": bool,
    "css": str,
    "markup": str,
    "fonts": str,
    "glyphs": str,
    "shrink": int,
    "libraries": str,
    "report": str,
    "quiet": bool,
    "verbose": bool,
    "keep_loaders": bool,
    "strict": bool,
    "mathjax": dict,
    "base_path": str,
}
#: the settings that are one of some words
CHOICES = {
    "css": ("inline", "external"),
    "glyphs": ("inline", "shared"),
    "markup": ("svg", "html"),
    "fonts": ("file", "inline"),
}
_IN_WORDS = {
    str: "a string",
    list: "a list of strings",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a table, like the object window.MathJax of a page",
}


class Own(NamedTuple):
    """The settings that have no flag."""

    mathjax: dict[str, Any]
    #: where the site will be on its host: "/blog"; "": that is found out
    base_path: str = ""
    keep_loaders: bool = False
    strict: bool = False


def own(settings: dict[str, Any]) -> Own:
    """Take those that have no flag out of settings."""
    given = {name: settings.pop(name) for name in Own._fields if name in settings}
    return Own(**{"mathjax": {}} | given)


class SettingsError(ValueError):
    """A configuration file that cannot be used; the message begins with its name."""


def load(explicit: Path | None) -> dict[str, Any]:
    """The settings in `explicit`, or in prerender.toml or pyproject.toml here; {} without any.

    Raises SettingsError.
    """
    file = explicit or next((file for file in _usual() if file.is_file()), None)
    if file is None:
        return {}
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error
    if file.name == "pyproject.toml":
        tools = data.get("tool")
        data = tools.get("prerender", {}) if isinstance(tools, dict) else {}
    if not isinstance(data, dict):
        raise SettingsError(f"{file}: tool.prerender is not a table")
    settings = {key.replace("-", "_"): value for key, value in data.items()}
    for key, value in settings.items():
        _check(file, key, value)
    return settings


def _check(file: Path, key: str, value: object) -> None:
    """Raise SettingsError where a setting is none, or not of its type."""
    if key not in KNOWN:
        known = ", ".join(sorted(KNOWN))
        raise SettingsError(f"{file}: unknown setting {key}; known: {known}")
    wanted = KNOWN[key]
    fits = type(value) is wanted or (wanted is float and type(value) is int)
    if isinstance(value, list):
        fits = fits and all(isinstance(one, str) for one in value)
    if key in CHOICES and value not in CHOICES[key]:
        raise SettingsError(f"{file}: {key} is {' or '.join(CHOICES[key])}")
    if not fits:
        raise SettingsError(f"{file}: {key} is {_IN_WORDS[wanted]}")
    if isinstance(value, dict):
        for mistake in mistakes(value):
            raise SettingsError(f"{file}: {mistake}")


def _usual() -> list[Path]:
    return [Path("prerender.toml"), Path("pyproject.toml")]
