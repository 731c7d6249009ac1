"""Typesets in, HTML out; and from that HTML the source again."""

from prerender.markup.carry import (
    DamagedError,
    carry_formula,
    carry_hidden,
    is_like_ours,
    restore,
    style_mark,
)
from prerender.markup.drawing import drawings
from prerender.markup.formula import Sheet, render
from prerender.markup.style import style_element

__all__ = [
    "DamagedError",
    "Sheet",
    "carry_formula",
    "carry_hidden",
    "drawings",
    "is_like_ours",
    "render",
    "restore",
    "style_element",
    "style_mark",
]
