"""A page's text in, a tree of its nodes with exact offsets out; edits in, the edited text out.

Only here the HTML parser is known, and only in `xhtml` that of XML. The tree is the one a browser
builds (implied tags, foster parenting, the adoption agency:
https://html.spec.whatwg.org/multipage/parsing.html). It is looked at through `Element`, which finds
out what it is asked for and no more: of most of a page nothing ever is.
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
    "parse",
    "prolog_end",
    "splice",
    "without_foreign",
]
