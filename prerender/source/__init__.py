"""Parses a page's text into a tree of nodes with exact source offsets, and applies edits to text.

This is the only package that uses the HTML parser, and `xhtml` the only module that uses an XML
parser. The tree is the one a browser builds (implied tags, foster parenting, the adoption agency:
https://html.spec.whatwg.org/multipage/parsing.html). `Element` is a lazy view of it, because most
of a page is never looked at.
"""

from prerender.source.edits import Edit, prolog_end, splice
from prerender.source.html import parse
from prerender.source.nodes import (
    Comment,
    Element,
    Node,
    Piece,
    Span,
    Tags,
    Text,
    UnlocatedError,
    joined,
)
from prerender.source.offsets import without_foreign

__all__ = [
    "Comment",
    "Edit",
    "Element",
    "Node",
    "Piece",
    "Span",
    "Tags",
    "Text",
    "UnlocatedError",
    "joined",
    "parse",
    "prolog_end",
    "splice",
    "without_foreign",
]
