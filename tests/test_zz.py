"""Whatever a page is made of, only its formulas change, and its source can be had back."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prerender.encoding import EncodingLossError
from prerender.engine import Answer, Picture, Typeset
from prerender.page import Finished, Plan, finish, plan, read, restored
from prerender.setup import Pair, Role, Setup, defaults
from prerender.source import Edit, splice

from .strategies import pages

DRAWN = Typeset((Picture(500, 400, 0, ('<use href="#g"/>',)),), ("g",))
WRONG = Typeset(error="Missing close brace")
MARK = "1.0 test"
#: what stands in a rendered page only
OURS = re.compile(
    r'<mjx-container class="MathJax" jax="SVG" data-tex="[^"]*"[^>]*><svg.*?</svg></mjx-container>'
    r'|<style data-prerender="1.0 test \d+">[^<]*</style>',
    re.DOTALL,
)

_V4 = defaults()
DOLLARS = dataclasses.replace(
    _V4,
    rules=dataclasses.replace(
        _V4.rules,
        pairs=(
            *_V4.rules.pairs,
            Pair("$", "$", False),
            Pair("%%", "%%", True),
            Pair("[% ", " %]", False),
        ),
    ),
)
SETUPS = {
    "v4": DOLLARS,
    "everything": dataclasses.replace(
        DOLLARS,
        rules=dataclasses.replace(
            DOLLARS.rules,
            scripts=True,
            mathml=True,
            asciimath=(Pair("`", "`", False),),
            asciimath_switch=DOLLARS.rules.switch,
            elements=(("span.math", None),),
        ),
    ),
    "v2": dataclasses.replace(
        DOLLARS, rules=dataclasses.replace(DOLLARS.rules, version="mathjax2")
    ),
    "katex": dataclasses.replace(
        DOLLARS, rules=dataclasses.replace(DOLLARS.rules, version="katex")
    ),
}


def planned(
    data: bytes, setup: Setup = DOLLARS, *, xml: bool = False, role: Role = "other"
) -> Plan:
    page = read(data, xml=xml)
    roles = [role if script.executable else "other" for script, _ in page.scripts()]
    return plan(page, setup, "key", roles)


def finished(work: Plan, typesets: Sequence[Typeset] = (DRAWN,)) -> Finished:
    """The page with each formula answered by one of `typesets`, in turn."""
    turn = count()
    answers = [
        Answer(
            tuple(typesets[next(turn) % len(typesets)] for _ in one.job.items), {"g": "m0 0h1v1z"}
        )
        for one in work.jobs
    ]
    return finish(work, answers, MARK)


def rendered(source: str | bytes, setup: Setup = DOLLARS, *, xml: bool = False) -> str:
    data = source if isinstance(source, bytes) else source.encode()
    return finished(planned(data, setup, xml=xml)).data.decode()


def body(page: str) -> str:
    """A rendered page without what was added to its head."""
    before, _, after = page.partition("<style data-prerender")
    return before + after.partition("</style>")[2]


@settings(max_examples=150000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    source=pages(),
    name=st.sampled_from(sorted(SETUPS)),
    role=st.sampled_from(["other", "loader"]),
    typesets=st.sampled_from([[DRAWN], [DRAWN, WRONG], [WRONG]]),
)
def test_every_generated_page_comes_back(
    source: str, name: str, role: Role, typesets: list[Typeset]
) -> None:
    data = source.encode("utf-8", "surrogateescape")
    try:
        work = planned(data, SETUPS[name], role=role)
    except EncodingLossError:
        return
    result = finished(work, typesets).data
    assert restored(result, xml=False) == data
    again = finished(planned(result, SETUPS[name], role=role), typesets).data
    assert again == result
    if typesets == [DRAWN] and role == "other":
        cut = [Edit(*formula.span, "") for formula in work.formulas]
        text = result.decode(work.page.codec, "surrogateescape")
        assert OURS.sub("", text) == splice(work.page.text, cut)
