"""Finds out how a page configures its math: takes the page's scripts, returns a `Setup`.

There are three steps, so that the result of the second can be cached: `collect` and `interpret` are
pure, `evaluate` (a module) runs the scripts in a browser. Its answer depends on `Request.key` only;
what the scripts request from the page (`asked`) becomes part of another request.
"""

from prerender.setup.interpret import for_rendered, interpret
from prerender.setup.katex import FOR_OTHERS, UNUSED
from prerender.setup.mathjax3 import defaults
from prerender.setup.model import (
    ElementFilter,
    Lack,
    Pair,
    Scope,
    SearchRules,
    Setup,
    SetupError,
    SetupLostError,
    Version,
)
from prerender.setup.probes import out_of_reach
from prerender.setup.roles import Role, roles
from prerender.setup.scripts import (
    LIBRARIES,
    Loader,
    Request,
    Script,
    collect,
    loaded,
    loader_of,
)
from prerender.setup.sheets import lost_numbers

__all__ = [
    "FOR_OTHERS",
    "LIBRARIES",
    "UNUSED",
    "ElementFilter",
    "Lack",
    "Loader",
    "Pair",
    "Request",
    "Role",
    "Scope",
    "Script",
    "SearchRules",
    "Setup",
    "SetupError",
    "SetupLostError",
    "Version",
    "collect",
    "defaults",
    "for_rendered",
    "interpret",
    "loaded",
    "loader_of",
    "lost_numbers",
    "out_of_reach",
    "roles",
]
