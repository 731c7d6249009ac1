"""Typesets in, HTML out; and from that HTML the source again."""

from prerender.markup.drawing import drawings, outline_frame, outline_lines
from prerender.markup.feeds import FOLDER, Picture, images, is_picture_file, mathml
from prerender.markup.formula import render
from prerender.markup.kept import is_rendered_feed, rendered_feed, restored_feed
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
    "FOLDER",
    "DamagedError",
    "FontFile",
    "Picture",
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
    "images",
    "is_font_file",
    "is_picture_file",
    "is_rendered_feed",
    "mathml",
    "outline_frame",
    "outline_lines",
    "plain_mark",
    "preload",
    "render",
    "rendered_by",
    "rendered_feed",
    "restore",
    "restored_feed",
    "slices_of",
    "style_element",
    "style_frame",
    "style_lines",
    "style_link",
    "style_mark",
]
