"""Formulas in, typesets out: MathJax 4 in headless Chromium."""

from typing import TYPE_CHECKING, Any

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
    cores,
    engine_setup,
)
from prerender.engine.protocol import (
    GIVEN_CLASS,
    GIVEN_ID,
    MATH_X_HEIGHT,
    NARROWEST,
    X_HEIGHT,
    SentAnswer,
    SentJob,
    decode_typeset,
    encode_job,
    open_answer,
)

if TYPE_CHECKING:
    from prerender.engine.pool import Engine

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
    "SentAnswer",
    "SentJob",
    "Typeset",
    "cores",
    "decode_typeset",
    "encode_job",
    "engine_setup",
    "is_outline",
    "math_font",
    "open_answer",
    "refused",
    "speech_languages",
]


def __getattr__(name: str) -> Any:
    """Import the engine when it is first used: processes that only read pages have no browser."""
    if name != "Engine":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from prerender.engine.pool import Engine

    return Engine
