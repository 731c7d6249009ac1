"""What the formulas of a page need in; their style sheet out, in the page or in a file.

The rules are MathJax 4's own (ts/output/common.ts, ts/output/svg.ts: commonStyles), those that the
page uses, with its attributes; ours for lines that end within inline formulas, and for layouts:
which of a formula's is shown at which width of its box
(https://www.w3.org/TR/css-conditional-5/#container-queries).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from prerender import SIGNATURE
from prerender.engine import X_HEIGHT
from prerender.hashing import fingerprint
from prerender.markup.names import rules

_TEMPLATES = Environment(
    loader=PackageLoader("prerender.markup", "."),
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Range(NamedTuple):
    """The widths of a box (ex) at which something holds: low <= width < high; None: no limit."""

    low: float | None = None
    high: float | None = None

    @property
    def condition(self) -> str:
        """As a container query says it (without "<", which XHTML has another use for)."""
        low = "" if self.low is None else f"(width>={self.low:g}ex)"
        high = "" if self.high is None else f"not (width>={self.high:g}ex)"
        return f"{low} and ({high})" if low and high else low or high


#: how it is shown, as `display` has it; or that its number goes below it; or that it scrolls, so
#: that its end fades
Kind = Literal["inline", "text", "block", "grid", "stacked", "fade"]


@dataclass(slots=True)
class StyleUse:
    """What the formulas of a page use of the style sheet; `external`: it stands in a file.

    Then no element has a style of its own, which a Content-Security-Policy may forbid. `shrink` is
    to what share of its size, in percent, text shrinks, 0: no text does.
    """

    external: bool = False
    display: bool = False
    fit: bool = False
    newlines: bool = False
    layouts: bool = False
    wide: bool = False
    text: bool = False
    core: bool = False
    parts: bool = False
    full: bool = False
    drawings: bool = False
    scroll: bool = False
    mathml: bool = False
    links: bool = False
    colours: bool = False
    shrink: int = 0
    sides: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    spaces: set[int] = field(default_factory=set)
    ranges: dict[tuple[Range, Kind], str] = field(default_factory=dict)

    styles: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    faces: list[str] = field(default_factory=list)

    def name(self, shown: Range, kind: Kind) -> str:
        """The class of what is shown (or stacked) at a range of widths."""
        low, high = ("" if one is None else f"{one * 10:.0f}" for one in shown)
        return self.ranges.setdefault((shown, kind), f"prm{low}-{high}{kind[0]}")

    def look(self, style: str, name: str = "") -> str:
        """The attributes that give an element a style and a class (either may be empty).

        The style counts more than any rule that a theme has.
        """
        style = important(style)
        if style and self.external:
            mine = self.styles.setdefault(style, f"prm-{fingerprint(style)[:6]}")
            name, style = f"{name} {mine}".strip(), ""
        return (f' class="{name}"' if name else "") + (f' style="{style}"' if style else "")


def important(declarations: str) -> str:
    """CSS declarations that count more than others; custom properties have no others."""
    both = (one.strip() for one in declarations.split(";"))
    return ";".join(
        one if one.startswith("--") or one.endswith("!important") else f"{one}!important"
        for one in both
        if one
    )


def _important_rules(css: str) -> str:
    """A style sheet of plain rules, all of whose declarations are important."""
    return _BLOCK.sub(lambda block: f"{{{important(block[1])}}}", css)


_BLOCK = re.compile(r"\{([^{}]*)\}")
_TEMPLATES.filters["important"] = _important_rules


def style_element(mark: str, needs: StyleUse) -> str:
    """The style element of a page, with the rules that it needs; `mark` tells what has made it."""
    css = _base(needs) + "".join(_own_rules(needs))
    return f'<style data-prerender="{mark}">{css.replace(_NEWLINE, "")}</style>'


def style_link(mark: str, url: str) -> str:
    """What stands in its place where the rules are in a file."""
    return f'<link data-prerender="{mark}" rel="stylesheet" href="{url}"/>'


def preload(url: str) -> str:
    """What has a browser ask for a font before it knows that it needs it."""
    kind = 'as="font" type="font/woff2" crossorigin=""'
    return f'<link data-prerender="" rel="preload" href="{url}" {kind}/>'


def stylesheet(url: str) -> str:
    """What links to one more style sheet of a page."""
    return f'<link data-prerender="" rel="stylesheet" href="{url}"/>'


def style_frame() -> tuple[str, str]:
    """What that file begins and ends with, on every site."""
    sides = {"left", "right"}
    everything = StyleUse(sides=sides, tags=sides)
    for one in fields(StyleUse):
        if one.type == "bool":
            setattr(everything, one.name, True)
    return f"/* {SIGNATURE} */\n{_base(everything)}", "/* */\n"


def style_lines(needs: StyleUse) -> list[str]:
    """The lines of that file that a page needs."""
    # More ids than the rules of the sheet's beginning have: a style in the page would count more
    styles = (f".{name}{_STRONGEST}{{{style}}}" for style, name in needs.styles.items())
    return [*_own_rules(needs), *styles]


def _base(needs: StyleUse) -> str:
    css = _TEMPLATES.get_template("style.css.jinja").render(needs=needs, sides=sorted(needs.sides))
    return css.rstrip() + _NEWLINE


_NEWLINE = "\n"


def _own_rules(needs: StyleUse) -> list[str]:
    """The rules that depend on lengths of the page's formulas."""
    spaces = sorted(needs.spaces)
    shrink = f"prm-box{_STRONG}{{--s:{needs.shrink / 100:g}}}"
    return [
        *needs.faces,
        *([shrink] if needs.shrink else []),
        *(
            f'[data-gap="{one}"]:is(mjx-container,prm-space){_STRONG}'
            f"{{word-spacing:{one / X_HEIGHT:.3f}ex!important}}"
            for one in spaces
        ),
        *(_rule(shown, kind, name) for (shown, kind), name in needs.ranges.items()),
        *(f"{name}{_STRONG}{{{important(said)}}}" for name, said in rules(needs.names)),
    ]


#: what makes a rule count more than one with an id, and than one of the sheet's beginning
_STRONG = ":not(#_#_#_)"
_STRONGEST = ":not(#_#_#_#_)"


def _rule(shown: Range, kind: Kind, name: str) -> str:
    """The widest layout is shown unless there is no room for it; the others where they fit best."""
    one = f".{name}{_STRONG}"
    if kind == "stacked":
        row = "grid-template-columns:minmax(0,1fr)!important;row-gap:.7ex!important"
        parts = "grid-area:auto!important;margin-top:0!important"
        return f"@container {shown.condition}{{{one}{{{row}}}{one}>*{{{parts}}}}}"
    if kind == "fade":
        fade = "mask-image:linear-gradient(90deg,#000 calc(100% - 2em),#0002)"
        view = f"display:block;overflow:auto hidden;padding:.3em 2em .3em 0;{fade}"
        both = f"prm-scroll{one}{{padding:0!important}}prm-view{one}{{{important(view)}}}"
        return f"@container {shown.condition}{{{both}}}"
    if shown.high is None:
        hidden = Range(None, shown.low)
        return f"@container {hidden.condition}{{{one}{{display:none!important}}}}"
    display = "inline-block" if kind == "text" else kind
    return f"@container {shown.condition}{{{one}{{display:{display}!important}}}}"
