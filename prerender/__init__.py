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

#: in the first line of each file that a site's pages share
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
    """The names of the API, imported when first asked for: the command line starts sooner."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from prerender import api

    return getattr(api, name)
