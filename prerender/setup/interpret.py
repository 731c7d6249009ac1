"""Makes a page's Setup from its request and the evaluation's answer, by the engine it loads."""

from __future__ import annotations

from dataclasses import replace

from prerender.setup import katex, mathjax2, mathjax3
from prerender.setup.lacks import lacks, made
from prerender.setup.model import Json, Lack, Setup, SetupError, Version
from prerender.setup.probes import found, replacing
from prerender.setup.scripts import Loader, Request, loader_of
from prerender.setup.values import section


def interpret(request: Request, data: Json, user: Json | None = None) -> Setup:
    """Return the Setup of a page from the answer of `evaluate`; `user`: MathJax 4 options over it.

    If a page loads both MathJax and KaTeX, MathJax counts; if it loads neither, MathJax 4's
    defaults with the configuration that there is. Raises SetupError where a script of the page has
    put something into the answer that nobody expects.
    """
    try:
        return _interpreted(request, data, user)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise SetupError(f"the page's configuration cannot be understood: {error}") from error


def _interpreted(request: Request, data: Json, user: Json | None) -> Setup:
    loader = _loader(request, data)
    kind = loader.version if loader else _kind(request, data)
    if kind == "mathjax2":
        setup = mathjax2.interpret(loader, data)
    elif kind == "katex":
        sources = [str(section(item).get("src")) for item in _list(data, "katexLoaded")]
        added = [loader for source in sources if (loader := loader_of(source))]
        loaders = [loader for _, loader in request.loaders] + added
        names = [name for loader in loaders for name in loader.components]
        setup = katex.interpret(names, data)
    else:
        setup = mathjax3.interpret(loader, data)
    setup = replace(setup, rules=replacing(setup.rules, found(data)))
    setup = _with_lacks(setup, request, data)
    if _loads_none(request, data):
        setup = replace(setup, rules=replace(setup.rules, scope=None), idle=_IDLE)
    return mathjax3.supply(setup, user) if user else setup


_MATHJAX_2 = Loader("mathjax2", ("TeX-MML-AM_CHTML",))


def for_rendered(engine: Version, own: Setup, shown: Json, user: Json | None = None) -> Setup:
    """Return the Setup of formulas that `engine` has rendered into a page before.

    It is the page's own if that is for the same engine, else the engine's defaults. `shown` are
    options of MathJax 4 that can be told from the result, `user` those of the user. What version 3
    has rendered is MathML.
    """
    whole = any(lack.formulas in ("all", "unplaced") for lack in own.lacks)
    if own.rules.version == engine and not whole:
        setup = own
    elif engine == "mathjax2":
        setup = mathjax2.interpret(_MATHJAX_2, {})
    elif engine == "katex":
        setup = replace(katex.interpret(["mhchem"], {}), lacks=())
    else:
        setup = mathjax3.defaults()
    if engine == "mathjax3":
        setup = replace(setup, rules=replace(setup.rules, mathml=True))
    setup = mathjax3.override(setup, shown) if any(shown.values()) else setup
    return mathjax3.supply(setup, user) if user else setup


def _list(data: Json, name: str) -> list[object]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _loader(request: Request, data: Json) -> Loader | None:
    """Return the first loader of MathJax."""
    loaded = data.get("loaded")
    first = loaded[0] if isinstance(loaded, list) and loaded else {}
    src = section(first).get("src")
    if isinstance(src, str):
        return loader_of(src)
    return dict(request.loaders).get(section(first).get("script", -1))


def _kind(request: Request, data: Json) -> str:
    """Return the engine that the configuration is for, if nothing loads MathJax."""
    if section(data, "hub"):
        return "mathjax2"
    called = data.get("found") or data.get("searched")
    loads = any(loader.version == "katex" for _, loader in request.loaders)
    return "katex" if called or loads else "mathjax4"


_IDLE = (
    "the page's scripts load neither MathJax nor KaTeX when it is visited: its formulas stay as "
    "they are"
)


def _loads_none(request: Request, data: Json) -> bool:
    """Whether scripts that mention an engine have run to their end, and loaded none."""
    uses = ("loaded", "katexLoaded", "found", "searched", "typesets", "mathjax", "hub", "errors")
    has_use = any(data.get(name) not in (None, []) for name in uses)
    return request.runs and not (request.amd or request.loaders or request.unread or has_use)


def _with_lacks(setup: Setup, request: Request, data: Json) -> Setup:
    """Add what the set-up lacks, and the errors of scripts that are configurations.

    A syntax error is a warning, because no browser runs such a script; another error may not occur
    in a browser.
    """
    ours = {step.script for step in request.steps if step.type == "config"}
    warnings, reasons = [], [f"its script {src} is not part of this site" for src in request.unread]
    for error in _list(data, "errors"):
        message = str(section(error).get("message"))
        if _does_not_parse(message):
            warnings.append(f"the page's configuration is not valid JavaScript: {message}")
        elif section(error).get("script") in ours:
            reasons.append(f"the page's configuration fails: {message}")
    if any(probe.whole and not probe.open for probe in found(data)):
        reasons.append(_CHANGED)
    missing = (
        *(Lack(reason, "all") for reason in reasons),
        *lacks(data),
        *(lack for lack in setup.lacks if made(data).isdisjoint(lack.names)),
    )
    return replace(setup.with_warnings(*warnings), lacks=missing)


_CHANGED = "a script of the page changes formulas before it passes them to KaTeX"


def _does_not_parse(message: str) -> bool:
    """Whether an error is a script's syntax error; errors of JSON.parse may have other causes."""
    return "SyntaxError" in message and "JSON" not in message
