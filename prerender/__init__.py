"""Typeset the formulas of a built static site with MathJax 4, and write them into its pages."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prerender.api import (
        FoundFormula,
        PageFormulas,
        PrerenderError,
        Renderer,
        Report,
        Result,
        Settings,
        build,
        check,
        find_formulas,
        render_html,
        restore,
    )

__version__ = "0.1.0"

#: text in the first line of each file that a site's pages share
SIGNATURE = "written by prerender"

__all__ = [
    "FoundFormula",
    "PageFormulas",
    "PrerenderError",
    "Renderer",
    "Report",
    "Result",
    "Settings",
    "build",
    "check",
    "find_formulas",
    "render_html",
    "restore",
]


def __getattr__(name: str) -> Any:
    """Import the API when it is first used, so that the command line starts faster."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from prerender import api

    return getattr(api, name)
