"""Firefox copies and finds the same, where it is installed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest

from tests.access.conftest import FORMS, SOURCE
from tests.support.access import SELECTED
from tests.tools.firefox import firefox, program, still

_FOUND = """(text) => {
    getSelection().removeAllRanges();
    let count = 0;
    while (count < 200 && window.find(text, true)) count += 1;
    return count;
}"""


@pytest.mark.skipif(
    program() is None or "PRERENDER_FIREFOX" not in os.environ,
    reason="set PRERENDER_FIREFOX=1, with Firefox installed, to compare with it",
)
def test_firefox_copies_and_finds_the_source(all_places: Callable[[str], str]) -> None:
    source = re.sub(r"<script.*?</script>", "", SOURCE, flags=re.DOTALL)
    asked = [(SELECTED, one) for one in ("#one", "#wide", "h1", "body")]
    asked += [(_FOUND, one) for one in ("frac", r"a_1", r"\eqref", "the")]
    with firefox() as fox:
        fox.show(source, 820)
        wanted = [fox.evaluate(*one) for one in asked]
        for page in map(all_places, FORMS):
            for width in (320, 820):
                fox.show(still(page), width)
                for one, before in zip(asked, wanted, strict=True):
                    after = fox.evaluate(*one)
                    if isinstance(after, str):
                        before, after = before.split(), after.split()
                    assert after == before, one
                assert "\n" not in fox.evaluate(SELECTED, "#one")
