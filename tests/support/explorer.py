"""TeX in, what MathJax 4's own explorer says in Chromium out: npm's MathJax, with its worker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser, Route

_MODULES = Path(__file__).parents[1] / "node_modules"
_ASK = Path(__file__).with_suffix(".js").read_text("utf-8").rstrip().removesuffix(";")
_ORIGIN = "http://explorer.test/"
_PAGE = """<!doctype html><meta charset=utf-8><title>x</title>
<script>MathJax = {}</script><script src=/mathjax/tex-svg.js></script><body>"""


async def explorer_says(
    browser: Browser, formulas: Sequence[str], locale: str, style: str
) -> list[tuple[str, str]]:
    """The words and the braille for each display, in a language and a style of rules."""
    setup = {
        "loader": {"paths": {"fonts": "/@mathjax"}},
        "startup": {"typeset": False},
        "options": {"sre": {"locale": locale, "domain": style, "style": "default"}},
    }

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix(_ORIGIN).partition("?")[0]
        if not path:
            page = _PAGE.replace("{}", json.dumps(setup))
            await route.fulfill(content_type="text/html", body=page)
        elif (file := _MODULES / path).is_file():
            await route.fulfill(path=file)
        else:
            await route.abort()

    page = await browser.new_page()
    await page.route("**", answer)
    await page.goto(_ORIGIN)
    said = await page.evaluate(_ASK, list(formulas))
    return [(" ".join(words.split()), braille) for words, braille in said]
