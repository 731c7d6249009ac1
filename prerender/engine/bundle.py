"""The MathJax that is in the package: its version, and the languages it speaks, out."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from prerender.errors import EngineError

_MATHJAX = Path(__file__).with_name("mathjax")
_PACKAGE_JSON = _MATHJAX / "package.json"
#: files of rules that are no language's: what all share, and two kinds of braille
_NO_LANGUAGES = {"base", "nemeth", "euro"}


class MathJaxMissingError(EngineError):
    """MathJax is not in the package: what is installed is not whole."""


def mathjax_version() -> str:
    """The version of the MathJax that is bundled. Raises MathJaxMissingError."""
    try:
        return str(json.loads(_PACKAGE_JSON.read_bytes())["version"])
    except FileNotFoundError:
        raise MathJaxMissingError(
            "MathJax is missing from this installation; `prerender doctor` says more"
        ) from None


@cache
def speech_languages() -> frozenset[str]:
    """The languages that formulas can be said in (ISO 639-1): those that have a file of rules."""
    rules = {file.stem for file in (_MATHJAX / "sre" / "mathmaps").glob("*.json")}
    return frozenset(rules - _NO_LANGUAGES)
