"""What visits to a page have seen in, offences out: each has a kind, a width, and the formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from tests.tools.living.look import Family, Visit

#: the readable limit, and what rounding of pixels may take from it
_SHRINK, _ROUNDING = 0.70, 0.02
_GONE = 0.1
_BASELINE = 0.05  #: em
_STRETCH = 1.06  #: as a share of its size
_SLACK = 3.0  #: em of margins and padding
_OUT = 1.5  #: pixels
_UNITS = 20  #: of 1000 in an em: a picture's cover is rounded

KINDS = (
    *("vanished", "doubled", "small", "baseline", "turned", "tall", "drawn", "colour"),
    *("out", "page", "swap", "other", "errors", "left", "failed"),
)


@dataclass(frozen=True)
class Offence:
    """What is wrong where: `kind` is one of KINDS, `tex` is empty where it is the whole page."""

    kind: str
    page: str
    width: int
    tex: str
    said: str


def judge(
    page: str, width: int, seen: Visit, still: Visit, known: Sequence[Family]
) -> Iterable[Offence]:
    """What is wrong with a page at a width.

    `still` is the same without scripts, `known` is how its formulas look with no theme.
    """

    def offence(kind: str, said: str, tex: str = "") -> Offence:
        return Offence(kind, page, width, tex, said)

    if not seen.arrived:
        yield offence("swap", "the click on a link did not lead to the page")
        return
    if seen.widened > 1:
        yield offence("page", f"formulas make the page {seen.widened:.0f} px wider than the screen")
    if [one["tex"] for one in seen.formulas] != [one["tex"] for one in still.formulas]:
        there, here = len(still.formulas), len(seen.formulas)
        yield offence("vanished", f"{here} formulas with scripts, {there} without")
        return
    for one, quiet, family in zip_longest(seen.formulas, still.formulas, known):
        if not one["hidden"]:
            for kind, said in _of_formula(one, quiet, family):
                yield offence(kind, said, " ".join(one["tex"].split()))


def _of_formula(
    one: dict[str, Any], still: dict[str, Any], family: Family
) -> Iterable[tuple[str, str]]:
    shown = one["shown"]
    if not shown:
        yield "vanished", "none of its pictures is shown"
        return
    if shown not in family.layouts:
        few = any(set(shown) < set(layout) for layout in family.layouts)
        yield "vanished" if few else "doubled", f"its pictures {shown} are shown"
    if one["scale"] < _GONE:
        yield "vanished", f"{one['scale']:.0%} of its size"
        return
    if one["scale"] < _SHRINK - _ROUNDING:
        yield "small", f"{one['scale']:.0%} of its size"
    if one["baseline"] > _BASELINE:
        yield "baseline", f"{one['baseline']:.2f} em off its line"
    if one["turned"]:
        yield "turned", "a transform changes its picture"
    if one["stretch"] > _STRETCH:
        yield "tall", f"{one['stretch']:.0%} of its size"
    if one["slack"] > _SLACK:
        yield "tall", f"{one['slack']:.1f} em higher than its layout"
    if one["unpainted"]:
        yield "colour", "not in the colour of the text"
    known = {at: cover for at, cover in one["drawn"].items() if at in family.drawn}
    if any(_apart(cover, family.drawn[at]) for at, cover in known.items()):
        yield "drawn", "its paths cover another area than they should"
    if one["out"] > _OUT:
        yield "out", f"{one['out']:.0f} px out of its block"
    alike = abs(one["room"] - still["room"]) < 1
    if alike and (shown != still["shown"] or abs(one["scale"] - still["scale"]) > _ROUNDING):
        yield "other", f"{shown} at {one['scale']:.0%}, without scripts {still['shown']}"


def _apart(cover: list[int], right: list[int]) -> bool:
    return any(abs(one - other) > _UNITS for one, other in zip(cover, right, strict=True))


def new_errors(page: str, width: int, seen: Visit, source: Visit) -> Iterable[Offence]:
    """The errors of a page that its source does not have."""
    for said in dict.fromkeys(seen.errors):
        if said not in source.errors:
            yield Offence("errors", page, width, "", said)
