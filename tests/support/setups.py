"""Set-ups of the engine (prerender.engine.engine_setup) for tests that need no page."""

from __future__ import annotations

from typing import Any

#: MathJax 4's defaults
PLAIN: dict[str, Any] = {
    "version": "mathjax4",
    "tex": {},
    "scopes": [],
    "load": [],
    "mathml": None,
    "asciimath": None,
    "output": {},
}
