"""The MathJax that is in the package: its version out."""

from __future__ import annotations

import json
from pathlib import Path

from prerender.errors import EngineError

_PACKAGE_JSON = Path(__file__).with_name("mathjax") / "package.json"


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
