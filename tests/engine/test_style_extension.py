r"""`\style` and `\class` look as in HTML output, where SVG output of MathJax would not."""

from __future__ import annotations

import io
import mimetypes
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.async_api import Browser, Route

from prerender.engine import FormulaInput, Job
from prerender.find import Formula
from prerender.markup import RenderState, drawings, render, style_element
from prerender.source import Span
from tests.support.browser import SessionBrowser, new_engine

MODULES = Path(__file__).parents[1] / "node_modules"
SETUP: dict[str, object] = {"version": "mathjax2", "tex": {}, "load": [], "output": {}}
SETUP |= {"mathml": None, "asciimath": None}
PAGE = "<!doctype html><meta charset=utf-8><style>body{margin:20px;font-size:80px}</style>"


async def _ours(browser: Browser, tex: str) -> Image.Image:
    async with new_engine(tabs=1) as engine:
        answer = await engine.typeset(Job("s", (FormulaInput(tex, True, "tex"),)), {"s": SETUP})
    sheet = RenderState(drawings(answer.typesets, answer.outlines))
    formula = Formula(Span(0, 0), None, tex, True)
    body = render(formula, answer.typesets[0], 'data-tex=""', {}, sheet)
    page = await browser.new_page()
    await page.set_content(f"{PAGE}{style_element('test', sheet.needs)}<body>{body}")
    return Image.open(io.BytesIO(await page.screenshot())).convert("RGB")


async def _chtml(browser: Browser, tex: str) -> Image.Image:
    origin = "https://chtml.invalid/"
    config = (
        "<script>MathJax = {loader: {paths: {fonts: '/@mathjax'}, load: ['core', 'input/tex', "
        "'output/chtml']}}</script><script src=/mathjax/startup.js></script>"
    )
    html = f"{PAGE}{config}<body>\\[{tex}\\]"

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix(origin)
        file = MODULES / path
        if path == "":
            await route.fulfill(body=html, content_type="text/html")
        elif file.is_file():
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            await route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            await route.abort()

    page = await browser.new_page()
    await page.route("**/*", answer)
    await page.goto(origin)
    await page.evaluate("MathJax.startup.promise")
    await page.evaluate("document.fonts.ready")
    return Image.open(io.BytesIO(await page.screenshot())).convert("RGB")


def _ink(image: Image.Image) -> Image.Image:
    """The part of a picture that is drawn on, at one size."""
    rows, columns = np.nonzero((np.asarray(image) < 128).any(axis=2))
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    return image.crop(box)


def _pictures(chromium: SessionBrowser, tex: str) -> tuple[Image.Image, Image.Image]:
    async def both(browser: Browser) -> tuple[Image.Image, Image.Image]:
        return await _ours(browser, tex), await _chtml(browser, tex)

    return chromium.run(both)


def _same(chromium: SessionBrowser, tex: str, tolerance: int = 2) -> bool:
    """Whether both draw the same: ink of one size (px), and few pixels that differ a lot."""
    ours, theirs = (_ink(image) for image in _pictures(chromium, tex))
    if max(abs(a - b) for a, b in zip(ours.size, theirs.size, strict=True)) > tolerance:
        return False
    one, other = (np.asarray(i.resize(ours.size).convert("L"), dtype=int) for i in (ours, theirs))
    return float((np.abs(one - other) > 128).mean()) < 0.05


def test_a_bar_leans_as_in_html_output(session_browser: SessionBrowser) -> None:
    assert _same(session_browser, r"\style{display: inline-block; transform: rotate(45deg)}{|}")


def test_a_bar_that_leans_the_other_way_is_not_the_same(session_browser: SessionBrowser) -> None:
    ours, theirs = _pictures(
        session_browser, r"\style{display: inline-block; transform: rotate(45deg)}{|}"
    )
    mirrored = np.asarray(_ink(ours).convert("L"), dtype=int)[:, ::-1]
    other = np.asarray(_ink(theirs).resize(_ink(ours).size).convert("L"), dtype=int)
    assert float((np.abs(mirrored - other) > 128).mean()) > 0.1


def test_moves_are_in_the_text_s_own_units(session_browser: SessionBrowser) -> None:
    assert _same(
        session_browser, r"a\style{display: inline-block; transform: translate(1em, 0.3em)}{b}c"
    )


def test_colour_and_opacity(session_browser: SessionBrowser) -> None:
    ours, theirs = _pictures(session_browser, r"\style{opacity:0.5}{\color{red}{\blacksquare}}")
    for image in (ours, theirs):
        colour = np.asarray(image)[_middle(image)]
        assert np.abs(colour.astype(int) - (255, 127, 127)).max() <= 1


def _middle(image: Image.Image) -> tuple[int, int]:
    rows, columns = np.nonzero((np.asarray(image) < 200).any(axis=2))
    return int((rows.min() + rows.max()) / 2), int((columns.min() + columns.max()) / 2)
