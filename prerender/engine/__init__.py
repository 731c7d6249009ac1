"""Formulas in, typesets out: MathJax 4 in headless Chromium."""

from prerender.engine.allowed import is_outline, refused
from prerender.engine.bundle import math_font, speech_languages
from prerender.engine.model import (
    Budget,
    EquationNumber,
    FormulaInput,
    Job,
    JobResult,
    Layout,
    Markup,
    Piece,
    Typeset,
    engine_setup,
)
from prerender.engine.pool import Engine
from prerender.engine.protocol import (
    GIVEN_CLASS,
    GIVEN_ID,
    MATH_X_HEIGHT,
    NARROWEST,
    X_HEIGHT,
    decode_typeset,
)

__all__ = [
    "GIVEN_CLASS",
    "GIVEN_ID",
    "MATH_X_HEIGHT",
    "NARROWEST",
    "X_HEIGHT",
    "Budget",
    "Engine",
    "EquationNumber",
    "FormulaInput",
    "Job",
    "JobResult",
    "Layout",
    "Markup",
    "Piece",
    "Typeset",
    "decode_typeset",
    "engine_setup",
    "is_outline",
    "math_font",
    "refused",
    "speech_languages",
]
