"""Markup in which an author has coloured something in, the same for readers with other colours out.

What is black has the colour of the text around it: on a dark page nobody would see it. It stays
black on a ground that the author has coloured, and so do all other colours. In forced colours the
style sheet takes them all away; grounds are marked for it, which would hide what is on them.
"""

from __future__ import annotations

import re

from prerender.markup.style import StyleUse

_COLOURED = re.compile(r' (?:fill|stroke)="(?!none)| style="[^"]*(?:color|fill|stroke|background):')
_GROUND = re.compile(r'<rect(?=[^<>]* fill="(?!none))')
_BACKGROUND = re.compile(r' style="[^"]*background:')
_BLACK = re.compile(
    r'(?<=(?: fill|troke)=")(?:black|#000(?:000)?)(?=")'
    r'|(?<=[";]color:)(?:black|#000(?:000)?)(?=[";])'
)


def has_colours(markup: str) -> bool:
    """Whether anything in it is coloured."""
    return _COLOURED.search(markup) is not None


def coloured(markup: str, needs: StyleUse) -> str:
    """Markup with colours, as it should be."""
    needs.colours = True
    if _GROUND.search(markup):
        return _GROUND.sub('<rect data-prm=""', markup)
    return markup if _BACKGROUND.search(markup) else _BLACK.sub("currentColor", markup)
