"""Typesets in, HTML out; and from that HTML the source again."""

from prerender.markup.drawing import drawings, outline_frame, outline_lines
from prerender.markup.formula import RenderState, render
from prerender.markup.roundtrip import (
    DamagedError,
    carry_formula,
    carry_hidden,
    find_lookalikes,
    plain_mark,
    rendered_by,
    restore,
    style_mark,
)
from prerender.markup.style import StyleUse, style_element, style_frame, style_lines, style_link

__all__ = [
    "DamagedError",
    "RenderState",
    "StyleUse",
    "carry_formula",
    "carry_hidden",
    "drawings",
    "find_lookalikes",
    "outline_frame",
    "outline_lines",
    "plain_mark",
    "render",
    "rendered_by",
    "restore",
    "style_element",
    "style_frame",
    "style_lines",
    "style_link",
    "style_mark",
]
