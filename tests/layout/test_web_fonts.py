"""The font of a page that comes late: layouts are chosen by its ex, not by that of the fallback.

Chromium asks a container query in ex again where the container's size changes, not where its font
does (seen in version 156); so a box is as wide as its font makes it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.layout.formulas import Rendered, page_of

_FONT = (
    Path(__file__).parents[1]
    / "node_modules"
    / "katex"
    / "dist"
    / "fonts"
    / "KaTeX_Main-Regular.woff2"
)
_STYLE = (
    "<style>@font-face {{ font-family: late; src: url(/late.woff2); font-display: swap;"
    " size-adjust: {} }} body {{ font: 16px late, serif }}</style>"
)
#: which of its layouts each display shows
_SHOWN = """() => [...document.querySelectorAll('prm-box')].map((box) =>
    [...box.children].findIndex((layout) => layout.getClientRects().length > 0))"""


@pytest.mark.parametrize("size", ["70%", "140%"])
def test_layouts_fit_a_font_that_comes_late(browser: Browser, usual: Rendered, size: str) -> None:
    html = page_of(usual, head=_STYLE.format(size))
    different = 0
    for width in (390, 520, 600, 700, 820):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.route("**/late.woff2", lambda route: route.abort())
        page.goto("https://site.test/")
        before = page.evaluate(_SHOWN)
        page.unroute("**/late.woff2")
        page.route("**/late.woff2", lambda route: route.fulfill(path=_FONT))
        page.goto("https://site.test/")
        page.evaluate("() => document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        shown = page.evaluate(_SHOWN)
        page.set_viewport_size({"width": width + 5, "height": 900})
        page.set_viewport_size({"width": width, "height": 900})
        assert shown == page.evaluate(_SHOWN), width
        different += shown != before
        page.close()
    assert different > 0
