"""What a page says about its own math: scripts of the page go in, a `Setup` comes out.

In three steps, so that what the middle one finds can be kept: `collect` and `interpret` are pure,
`evaluate` runs the scripts in a browser. Its answer depends on `Request.key` only.
"""

from __future__ import annotations

from prerender.setup import katex, mathjax2, mathjax3
from prerender.setup.evaluate import SetupError, SetupLostError, evaluate
from prerender.setup.katex import UNUSED
from prerender.setup.mathjax3 import defaults
from prerender.setup.model import Json, Pair, Rules, Scope, Setup, Switch
from prerender.setup.roles import Role, roles
from prerender.setup.scripts import Loader, Request, Script, collect, loader_of
from prerender.setup.sheets import lost_numbers
from prerender.setup.values import section

__all__ = [
    "UNUSED",
    "Loader",
    "Pair",
    "Request",
    "Role",
    "Rules",
    "Scope",
    "Script",
    "Setup",
    "SetupError",
    "SetupLostError",
    "Switch",
    "collect",
    "defaults",
    "evaluate",
    "interpret",
    "loader_of",
    "lost_numbers",
    "roles",
]


def interpret(request: Request, data: Json, user: Json | None = None) -> Setup:
    """The Setup of a page, from what `evaluate` answered; `user`: MathJax 4 options over it.

    Where a page loads MathJax and KaTeX, MathJax counts; where it loads none, MathJax 4's defaults
    with what configuration there is.
    """
    loader = _loader(request, data)
    kind = loader.version if loader else _kind(request, data)
    if kind == "mathjax2":
        setup = mathjax2.interpret(loader, data)
    elif kind == "katex":
        names = [name for _, one in request.loaders for name in one.components]
        setup = katex.interpret(names, data)
    else:
        setup = mathjax3.interpret(loader, data)
    setup = _warned(setup, request, data)
    return mathjax3.supply(setup, user) if user else setup


def _loader(request: Request, data: Json) -> Loader | None:
    """The loader of MathJax that came first."""
    loaded = data.get("loaded")
    first = loaded[0] if isinstance(loaded, list) and loaded else {}
    src = section(first).get("src")
    if isinstance(src, str):
        return loader_of(src)
    return dict(request.loaders).get(section(first).get("script", -1))


def _kind(request: Request, data: Json) -> str:
    """What the configuration is for where nothing loads MathJax."""
    if section(data, "hub"):
        return "mathjax2"
    asked = data.get("found") or data.get("searched")
    loads = any(loader.version == "katex" for _, loader in request.loaders)
    return "katex" if asked or loads else "mathjax4"


def _warned(setup: Setup, request: Request, data: Json) -> Setup:
    """With the errors of scripts that are configurations."""
    ours = {step.script for step in request.steps if step.type == "config"}
    errors = data.get("errors")
    told = [
        f"the page's configuration fails: {error.get('message')}"
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
        and (error.get("script") in ours or "SyntaxError" in str(error.get("message")))
    ]
    return setup.with_warnings(*told)
