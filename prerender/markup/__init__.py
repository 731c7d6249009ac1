"""Typesets in, HTML out; and from that HTML the source again."""

from prerender.markup.copied import COMMENT, ELEMENT, Parting, is_ignored, parting
from prerender.markup.drawing import drawings, outline_frame, outline_lines
from prerender.markup.faces import (
    CORE,
    FontFile,
    core_file,
    face,
    face_inside,
    font_file,
    further_file,
    is_font_file,
    sheet_file,
)
from prerender.markup.feeds import FOLDER, Picture, as_mathml, images, is_picture_file
from prerender.markup.formula import render
from prerender.markup.kept import is_rendered_feed, rendered_feed, restored_feed
from prerender.markup.mathfont import math_codes, math_face, math_file, math_inside, math_key
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
from prerender.markup.style import (
    StyleUse,
    preload,
    style_element,
    style_frame,
    style_lines,
    style_link,
    stylesheet,
)

__all__ = [
    "COMMENT",
    "CORE",
    "ELEMENT",
    "FOLDER",
    "DamagedError",
    "FontFile",
    "Parting",
    "Picture",
    "RenderState",
    "StyleUse",
    "as_mathml",
    "carry_formula",
    "carry_hidden",
    "core_file",
    "drawings",
    "face",
    "face_inside",
    "find_lookalikes",
    "font_file",
    "further_file",
    "images",
    "is_font_file",
    "is_ignored",
    "is_picture_file",
    "is_rendered_feed",
    "math_codes",
    "math_face",
    "math_file",
    "math_inside",
    "math_key",
    "outline_frame",
    "outline_lines",
    "parting",
    "plain_mark",
    "preload",
    "render",
    "rendered_by",
    "rendered_feed",
    "restore",
    "restored_feed",
    "sheet_file",
    "style_element",
    "style_frame",
    "style_lines",
    "style_link",
    "style_mark",
    "stylesheet",
]
