"""Firefox shows the same layouts, where it is installed."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page

from tests.support.layout.contexts import CONTEXTS
from tests.support.layout.formulas import Rendered, page_of
from tests.tools.firefox import differences, firefox, program


@pytest.mark.skipif(
    program() is None or "PRERENDER_FIREFOX" not in os.environ,
    reason="set PRERENDER_FIREFOX=1, with Firefox installed, to compare with it",
)
def test_firefox_shows_the_same_layouts(page: Page, usual: Rendered) -> None:
    pages = {name: page_of(usual, context) for name, context in CONTEXTS.items()}
    with firefox() as fox:
        assert list(differences(fox, page, pages, (320, 820))) == []
