"""Finds the formulas in a page's tree by the rules of its set-up; returns them with exact spans."""

from prerender.find.model import (
    NAME,
    Broken,
    Escape,
    Formula,
    Found,
    Input,
    Rendering,
    Stray,
    Unclosed,
)
from prerender.find.rendered import Rendered, find_rendered
from prerender.find.search import find

__all__ = [
    "NAME",
    "Broken",
    "Escape",
    "Formula",
    "Found",
    "Input",
    "Rendered",
    "Rendering",
    "Stray",
    "Unclosed",
    "find",
    "find_rendered",
]
