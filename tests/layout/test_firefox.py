"""Firefox shows the same layouts, where it is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.layout.contexts import CONTEXTS
from tests.support.layout.formulas import Rendered, page_of
from tests.tools.firefox import differences, firefox, program
from tests.tools.widths import formulas_in, wider, widths

pytestmark = pytest.mark.skipif(
    program() is None or "PRERENDER_FIREFOX" not in os.environ,
    reason="set PRERENDER_FIREFOX=1, with Firefox installed, to compare with it",
)


def test_firefox_shows_the_same_layouts(page: Page, usual: Rendered) -> None:
    pages = {name: page_of(usual, context) for name, context in CONTEXTS.items()}
    with firefox() as fox:
        assert list(differences(fox, page, pages, (320, 820))) == []


@pytest.mark.slow
def test_mathml_has_the_room_that_its_queries_say(shared: Path) -> None:
    measured = widths(formulas_in(shared / "formulas" / "enwiki-sample.jsonl")[:1500])
    assert len(measured) > 2000
    assert list(wider(measured)) == []
