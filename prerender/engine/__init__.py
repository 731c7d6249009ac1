"""Formulas in, typesets out: MathJax 4 in headless Chromium; only here the browser is touched."""

from prerender.browser.discover import BrowserNotFound, find_browser, sandbox
from prerender.engine.model import (
    EquationNumber,
    FormulaInput,
    Job,
    JobResult,
    Layout,
    Markup,
    Piece,
    Typeset,
    engine_setup,
    fingerprint,
)
from prerender.engine.pool import Engine, EngineError
from prerender.engine.tab import TabLostError

__all__ = [
    "BrowserNotFound",
    "Engine",
    "EngineError",
    "EquationNumber",
    "FormulaInput",
    "Job",
    "JobResult",
    "Layout",
    "Markup",
    "Piece",
    "TabLostError",
    "Typeset",
    "engine_setup",
    "find_browser",
    "fingerprint",
    "sandbox",
]
