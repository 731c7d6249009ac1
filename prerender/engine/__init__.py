"""Formulas in, typesets out: MathJax 4 in headless Chromium; only here the browser is touched."""

from prerender.engine.model import (
    EquationNumber,
    FormulaInput,
    Job,
    JobResult,
    Layout,
    Piece,
    Typeset,
    engine_setup,
)
from prerender.engine.pool import Engine
from prerender.engine.tab import TabLostError

__all__ = [
    "Engine",
    "EquationNumber",
    "FormulaInput",
    "Job",
    "JobResult",
    "Layout",
    "Piece",
    "TabLostError",
    "Typeset",
    "engine_setup",
]
