"""The MathJax and the font in the package: versions, languages that it speaks, the font, out."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from prerender.errors import EngineError

_MATHJAX = Path(__file__).with_name("mathjax")
_SPEECH = _MATHJAX / "sre"
_FONT = _MATHJAX / "fonts/stix-two-math/files/stix-two-math-latin-400-normal.woff"
_MISSING = "MathJax is missing from this installation; `prerender doctor` says more"
#: files of rules that are no language's: what all share, and braille
_NO_LANGUAGES = {"base", "nemeth"}


class MathJaxMissingError(EngineError):
    """MathJax is not in the package: what is installed is not whole."""


def mathjax_version() -> str:
    """The version of the MathJax that is bundled. Raises MathJaxMissingError."""
    try:
        return str(json.loads((_MATHJAX / "package.json").read_bytes())["version"])
    except FileNotFoundError:
        raise MathJaxMissingError(_MISSING) from None


def bundle_version() -> str:
    """A hash of all that is bundled, and of how it was changed. Raises MathJaxMissingError."""
    try:
        return (_MATHJAX / "made-from.sha256").read_text("ascii")
    except FileNotFoundError:
        raise MathJaxMissingError(_MISSING) from None


def math_font() -> bytes:
    """The font of formulas as MathML (WOFF), with a MATH table. Raises MathJaxMissingError."""
    try:
        return _FONT.read_bytes()
    except FileNotFoundError:
        raise MathJaxMissingError(_MISSING) from None


@cache
def speech_languages() -> frozenset[str]:
    """The languages that formulas can be said in (ISO 639-1): those that have a file of rules."""
    rules = {file.stem for file in (_SPEECH / "mathmaps").glob("*.json")}
    return frozenset(rules - _NO_LANGUAGES)
