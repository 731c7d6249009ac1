"""A page's request and what its evaluation answered in; its Setup, engine by engine, out."""

from __future__ import annotations

from dataclasses import replace

from prerender.setup import katex, mathjax2, mathjax3
from prerender.setup.lacks import lacks, made
from prerender.setup.model import Json, Lack, Setup
from prerender.setup.probes import found, replacing
from prerender.setup.scripts import Loader, Request, loader_of
from prerender.setup.values import section


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
        brought = [loader_of(str(section(one).get("src"))) for one in _list(data, "katexLoaded")]
        ours = [one for _, one in request.loaders] + [one for one in brought if one]
        names = [name for one in ours for name in one.components]
        setup = katex.interpret(names, data)
    else:
        setup = mathjax3.interpret(loader, data)
    setup = replace(setup, rules=replacing(setup.rules, found(data)))
    setup = _judged(setup, request, data)
    if _loads_none(request, data):
        setup = replace(setup, rules=replace(setup.rules, scope=None), idle=_IDLE)
    return mathjax3.supply(setup, user) if user else setup


def _list(data: Json, name: str) -> list[object]:
    value = data.get(name)
    return value if isinstance(value, list) else []


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


_IDLE = (
    "the page's scripts load neither MathJax nor KaTeX when it is visited: its formulas stay as "
    "they are"
)


def _loads_none(request: Request, data: Json) -> bool:
    """Whether scripts that name an engine have run to their end, and loaded none."""
    asked = ("loaded", "katexLoaded", "found", "searched", "typesets", "mathjax", "hub", "errors")
    has_some = any(data.get(name) not in (None, []) for name in asked)
    return request.runs and not (request.amd or request.loaders or request.unread or has_some)


def _judged(setup: Setup, request: Request, data: Json) -> Setup:
    """With what it lacks, and the errors of scripts that are configurations.

    What is no JavaScript, no browser reads; what fails otherwise may not fail there.
    """
    ours = {step.script for step in request.steps if step.type == "config"}
    told, lost = [], [f"its script {src} is not part of this site" for src in request.unread]
    for error in _list(data, "errors"):
        message = str(section(error).get("message"))
        if _does_not_parse(message):
            told.append(f"the page's configuration is no JavaScript: {message}")
        elif section(error).get("script") in ours:
            lost.append(f"the page's configuration fails: {message}")
    if any(probe.whole and not probe.open for probe in found(data)):
        lost.append(_CHANGED)
    missing = (
        *(Lack(one, "all") for one in lost),
        *lacks(data),
        *(one for one in setup.lacks if made(data).isdisjoint(one.names)),
    )
    return replace(setup.with_warnings(*told), lacks=missing)


_CHANGED = "a script of the page changes formulas before it hands them to KaTeX"


def _does_not_parse(message: str) -> bool:
    """Whether a script is no JavaScript; JSON that is none may be anything's."""
    return "SyntaxError" in message and "JSON" not in message
