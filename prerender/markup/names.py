"""Names of the elements that the engine writes text with in, the rules that they stand for out.

A name says all of its rule (engine/worker/text/write.js): `m-u363s` stands .363 em higher, in the
size of scripts. So a page's rules depend on nothing but its formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


def rules(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The rule of each of these elements, by its name alone."""
    for name in sorted(names):
        if declarations := ";".join(_declarations(name)):
            yield name, declarations


_RULE = re.compile(
    r"(?P<kind>[mhvex])-(?:(?P<way>[ud])(?P<rise>\d+))?(?:(?P<size>[st]|f\d+))?(?P<aside>z)?"
    r"(?:-(?P<thick>\d+)|0)?"
)
#: the sizes of scripts, in percent
_SIZES = {"s": 70.7, "t": 50}


def _declarations(name: str) -> Iterator[str]:
    match = _RULE.fullmatch(name)
    if match is None:
        return
    rise = float(match["rise"] or 0) * (-1 if match["way"] == "d" else 1)
    if rise and match["kind"] != "x":
        yield f"top:{_em(-rise)}"
    if size := match["size"]:
        yield f"font-size:{_SIZES.get(size) or int(size[1:]) / 10:g}%"
    if match["aside"]:
        yield "display:inline-block;width:0"
    match match["kind"]:
        case "e" if not match["aside"]:
            yield "display:inline-block;transform-origin:0 .5em"
        case "e":
            yield "transform-origin:0 .5em"
        case "x":
            # Painted before the text that follows it, as what has no place of its own is
            yield f"position:static;display:inline-block;vertical-align:{_em(rise)}"
            yield "box-sizing:border-box;border:0 solid"
        case "h" | "v" as way:
            yield "display:inline-block"
            # A whole pixel where a picture's line is hardly less
            thick = f"calc({_em(int(match['thick']))} + .25px)"
            yield f"border-{'top' if way == 'h' else 'left'}:{thick} solid"


def _em(thousandths: float) -> str:
    return f"{thousandths / 1000:g}em" if thousandths else "0"
