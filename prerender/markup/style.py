"""What the formulas of a page need in, the style element of the page out.

The rules are MathJax 4's own (ts/output/common.ts, ts/output/svg.ts: commonStyles), those that the page
uses, with its attributes; and ours for lines that end within inline formulas.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=PackageLoader("prerender.markup", "."), undefined=StrictUndefined, autoescape=False
)


@dataclass(slots=True)
class Needs:
    """What the formulas of a page use of the style sheet."""

    display: bool = False
    full: bool = False
    links: bool = False
    newlines: bool = False
    sides: set[str] = field(default_factory=set)
    spaces: set[int] = field(default_factory=set)


def style_element(mark: str, needs: Needs) -> str:
    """The style element; `mark` tells what has made it."""
    css = _TEMPLATES.get_template("style.css.jinja").render(
        display=needs.display,
        full=needs.full,
        links=needs.links,
        newlines=needs.newlines,
        sides=sorted(needs.sides),
        spaces=sorted(needs.spaces),
    )
    return f'<style data-prerender="{mark}">{"".join(css.splitlines())}</style>'
