"""Finds the formulas in a page's tree by the rules of its set-up; returns them with exact spans."""

from prerender.find.model import Broken, Escape, Formula, Found, Input, Unclosed
from prerender.find.search import find

__all__ = ["Broken", "Escape", "Formula", "Found", "Input", "Unclosed", "find"]
