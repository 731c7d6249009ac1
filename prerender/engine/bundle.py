"""The MathJax that is in the package: its version out."""

from __future__ import annotations

import json
from pathlib import Path

_PACKAGE_JSON = Path(__file__).with_name("mathjax") / "package.json"


def mathjax_version() -> str:
    """The version of the MathJax that is bundled. Raises FileNotFoundError where there is none."""
    return str(json.loads(_PACKAGE_JSON.read_bytes())["version"])
