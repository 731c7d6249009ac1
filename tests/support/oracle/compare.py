"""What `prerender list` and the oracle say of a page goes in; the differences come out."""

from __future__ import annotations

import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from tests.support.oracle.oracle import Seen


class Formula(NamedTuple):
    """What both sides say of a formula."""

    tex: str
    display: bool
    input: str

    @property
    def same(self) -> Formula:
        """The formula without what makes no difference: space around TeX, MathML's attributes."""
        tex = _mathml_shape(self.tex) if self.input == "mathml" else self.tex.strip()
        return self._replace(tex=tex)

    def __str__(self) -> str:
        return f"{'display' if self.display else 'inline'} {self.input} {self.tex!r}"


@dataclass(frozen=True, slots=True)
class Difference:
    """The place on a page (its `index`th formula for the oracle) where the two part."""

    page: str
    index: int
    ours: Formula | None
    theirs: Formula | None

    def __str__(self) -> str:
        ours, theirs = self.ours or "nothing", self.theirs or "nothing"
        return f"{self.page}, formula {self.index}:\n  ours:   {ours}\n  theirs: {theirs}"


def parse_list(lines: Iterable[str]) -> dict[str, list[Formula]]:
    """The JSON lines of `prerender list`, by page."""
    pages: dict[str, list[Formula]] = defaultdict(list)
    for line in lines:
        found = json.loads(line)
        pages[found["path"]].append(Formula(found["tex"], found["display"], found["input"]))
    return pages


def differences(page: str, ours: Sequence[Formula], seen: Iterable[Seen]) -> Iterator[Difference]:
    """Where a page's list and what its scripts typeset differ, the least that explains it."""
    theirs = [Formula(formula.tex, formula.display, formula.input) for formula in seen]
    matcher = SequenceMatcher(
        None, [f.same for f in ours], [f.same for f in theirs], autojunk=False
    )
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            for index, (our, their) in enumerate(zip_longest(ours[a:b], theirs[c:d]), c):
                yield Difference(page, index, our, their)


def _mathml_shape(markup: str) -> str:
    """The elements and the text of some MathML, however its attributes and entities are written."""
    parts = re.findall(r"<(/?)(?:[\w-]+:)?([\w-]+)[^>]*>|([^<]+)", markup)
    return " ".join(
        end + tag.lower() if tag else html.unescape(text).strip() for end, tag, text in parts
    )
