"""Typesets in, HTML out; and from that HTML the source again."""

from prerender.markup.copied import COMMENT, ELEMENT, is_ignored
from prerender.markup.drawing import drawings, outline_frame, outline_lines
from prerender.markup.formula import render
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
from prerender.markup.sheet import RenderState
from prerender.markup.slices import (
    FontFile,
    Slice,
    characters_of,
    face,
    face_inside,
    font_file,
    is_font_file,
    slices_of,
)
from prerender.markup.style import (
    StyleUse,
    preload,
    style_element,
    style_frame,
    style_lines,
    style_link,
)

__all__ = [
    "COMMENT",
    "ELEMENT",
    "DamagedError",
    "FontFile",
    "RenderState",
    "Slice",
    "StyleUse",
    "carry_formula",
    "carry_hidden",
    "characters_of",
    "drawings",
    "face",
    "face_inside",
    "find_lookalikes",
    "font_file",
    "is_font_file",
    "is_ignored",
    "outline_frame",
    "outline_lines",
    "plain_mark",
    "preload",
    "render",
    "rendered_by",
    "restore",
    "slices_of",
    "style_element",
    "style_frame",
    "style_lines",
    "style_link",
    "style_mark",
]
