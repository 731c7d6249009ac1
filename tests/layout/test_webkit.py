"""WebKit shows the same layouts, where it is installed."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page

from tests.support.layout.contexts import CONTEXTS
from tests.support.layout.formulas import Rendered, page_of
from tests.tools.firefox import differences
from tests.tools.webkit import is_there, webkit


@pytest.mark.skipif(
    not is_there() or "PRERENDER_WEBKIT" not in os.environ,
    reason="set PRERENDER_WEBKIT=1, with WebKitGTK's driver installed, to compare with it",
)
def test_webkit_shows_the_same_layouts(page: Page, usual: Rendered) -> None:
    # WebKit measures a box that goes on in the next column as wide as both
    contexts = {name: context for name, context in CONTEXTS.items() if name != "columns"}
    pages = {name: page_of(usual, context) for name, context in contexts.items()}
    with webkit() as kit:
        assert list(differences(kit, page, pages, (320, 820))) == []
