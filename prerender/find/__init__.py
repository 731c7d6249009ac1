"""A page's tree and the rules of its set-up in, its formulas with exact spans out."""

from prerender.find.model import Broken, Escape, Formula, Found, Input, Unclosed
from prerender.find.search import find

__all__ = ["Broken", "Escape", "Formula", "Found", "Input", "Unclosed", "find"]
