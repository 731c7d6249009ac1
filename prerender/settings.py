"""Configuration files in, defaults for the command line out.

The command line wins over PRERENDER_* variables, those over the file, the file over our defaults.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

#: what a file may say: the long flags with "_" for "-", and `mathjax`, a configuration for MathJax 4
#: (the object that a page would call `window.MathJax`) that is laid over what pages say themselves
KNOWN = frozenset(
    "output include exclude jobs cache_dir no_cache browser time_limit quiet verbose mathjax".split()
)


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
        data = data.get("tool", {}).get("prerender", {})
    settings = {key.replace("-", "_"): value for key, value in data.items()}
    unknown = sorted(settings.keys() - KNOWN)
    if unknown:
        raise SettingsError(f"{file}: unknown setting {unknown[0]}; known: {', '.join(sorted(KNOWN))}")
    if not isinstance(settings.get("mathjax", {}), dict):
        raise SettingsError(f"{file}: mathjax is a table, like the object window.MathJax of a page")
    return settings


def _usual() -> list[Path]:
    return [Path("prerender.toml"), Path("pyproject.toml")]
