"""Formulas in, and what differs between our pictures and MathJax's out.

Both stand in cells of one size on pages that are alike, at 2 device pixels a CSS pixel. A pixel
differs where a colour channel does by three eighths: less is how an edge between two pixels
falls when a coordinate is rounded to a thousandth of an em.
"""

from __future__ import annotations

import io
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from playwright.async_api import Browser, Page, Route

from prerender.engine import Engine, FormulaInput, Job, Typeset
from prerender.find import Formula
from prerender.markup import RenderState, drawings, render, style_element
from prerender.source import Span

ORIGIN = "https://fidelity.invalid"
MODULES = Path(__file__).parents[2] / "node_modules"
CELL = 260
WIDTH = 1240
AT_ONCE = 30
AGAIN = 3
DIFFERS = 96
WHITE = 255
FEW = 4

Options = dict[str, Any]


class Sample(NamedTuple):
    """A formula to compare."""

    tex: str
    display: bool


class Compared(NamedTuple):
    """What came of it: the share of pixels that differ, or the errors of either side."""

    sample: Sample
    share: float | None
    ours: str | None = None
    theirs: str | None = None


class Picture(NamedTuple):
    """A page of formulas, each in its cell, and for each the error in its place."""

    image: Image.Image
    errors: list[str | None]


async def compare(
    browser: Browser,
    engine: Engine,
    samples: Sequence[Sample],
    options: Options,
    load: Sequence[str] = (),
) -> list[Compared]:
    """Compare samples under one set of options for TeX; `load`: packages to load first.

    Chromium paints tall pages in tiles, and on a busy machine some of them a pixel off: what
    differs is looked at again, alone on its page.
    """
    result: list[Compared] = []
    for start in range(0, len(samples), AT_ONCE):
        result += await _compare(browser, engine, samples[start : start + AT_ONCE], options, load)
    for at, one in enumerate(result):
        for _ in range(AGAIN):
            if result[at].share:
                [result[at]] = await _compare(browser, engine, [one.sample], options, load)
    return result


async def _compare(
    browser: Browser,
    engine: Engine,
    samples: Sequence[Sample],
    options: Options,
    load: Sequence[str],
) -> list[Compared]:
    """The same for as many as stand on a page."""
    ours = await our_picture(browser, engine, samples, options, load)
    theirs = await their_picture(browser, samples, options, load)
    errors = zip(ours.errors, theirs.errors, strict=True)
    return [
        Compared(sample, None if our or their else share(ours, theirs, index), our, their)
        for index, (sample, (our, their)) in enumerate(zip(samples, errors, strict=True))
    ]


def share(ours: Picture, theirs: Picture, index: int) -> float:
    """The share of pixels of a formula that differ, of the box that holds all that is drawn.

    In the box of a letter a few device pixels are a large share; so few do not count.
    """
    box = (0, 2 * CELL * index, 2 * WIDTH, 2 * CELL * (index + 1))
    one, other = (np.asarray(image.crop(box), dtype=int) for image in (ours.image, theirs.image))
    rows, columns = np.nonzero((np.minimum(one, other) < WHITE).any(axis=2))
    if not len(rows):
        return 0.0
    area = int((np.ptp(rows) + 1) * (np.ptp(columns) + 1))
    count = int((np.abs(one - other).max(axis=2) > DIFFERS).sum())
    return 0.0 if count <= FEW else count / area


async def _typeset(
    engine: Engine, samples: Sequence[Sample], options: Options, load: Sequence[str]
) -> tuple[list[Typeset], Mapping[str, str]]:
    setup: dict[str, Any] = {"version": "mathjax4", "tex": options, "load": list(load)}
    setup |= {"mathml": None, "asciimath": None, "output": {}}
    typesets: list[Typeset] = []
    outlines: dict[str, str] = {}
    for sample in samples:
        job = Job(f"{options}{load}", (FormulaInput(sample.tex, sample.display, "tex"),))
        answer = await engine.typeset(job, {job.setup: setup})
        typesets += answer.typesets
        outlines |= answer.outlines
    return typesets, outlines


async def our_picture(
    browser: Browser,
    engine: Engine,
    samples: Sequence[Sample],
    options: Options,
    load: Sequence[str],
) -> Picture:
    """What prerender makes of samples."""
    typesets, outlines = await _typeset(engine, samples, options, load)
    page = await browser.new_page(device_scale_factor=2)
    try:
        await page.set_content(_our_page(samples, typesets, outlines))
        return Picture(await _shoot(page), [typeset.error for typeset in typesets])
    finally:
        await page.close()


def _our_page(
    samples: Sequence[Sample], typesets: Sequence[Typeset], outlines: Mapping[str, str]
) -> str:
    sheet = RenderState(drawings(typesets, outlines))
    cells = []
    for sample, typeset in zip(samples, typesets, strict=True):
        formula = Formula(Span(0, 0), None, sample.tex, sample.display)
        element = "" if typeset.error else render(formula, typeset, 'data-tex=""', {}, sheet)
        cells.append(element if sample.display else f"| {element} |")
    return _page(cells, style_element("test", sheet.needs))


def _page(cells: Sequence[str], head: str) -> str:
    body = "".join(f'<div id="f{i}">{cell}</div>' for i, cell in enumerate(cells))
    # Letters of the browser's fonts are not fitted to pixels, which makes them wider or narrower
    style = (
        f"body{{margin:0;font:16px serif;width:{WIDTH}px;text-rendering:geometricPrecision}}"
        f"div{{height:{CELL}px;overflow:hidden}}"
    )
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>{head}<body>{body}"


async def their_picture(
    browser: Browser, samples: Sequence[Sample], options: Options, load: Sequence[str]
) -> Picture:
    """What MathJax makes of samples in the browser."""
    config = (
        "<script>MathJax = {loader: {paths: {fonts: '/@mathjax'}, load: ['core', 'input/tex', "
        f"'output/svg', {', '.join(map(repr, load))}]}}, startup: {{typeset: false}}}};</script>"
        "<script src=/mathjax/startup.js></script>"
    )
    html = _page([""] * len(samples), config)

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix(f"{ORIGIN}/")
        file = Path(__file__).with_name(path) if path == "reference.js" else MODULES / path
        if path == "":
            await route.fulfill(body=html, content_type="text/html")
        elif file.is_file():
            kind = mimetypes.guess_type(path)[0] or "text/plain"
            await route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            await route.abort()

    page = await browser.new_page(device_scale_factor=2)
    try:
        await page.route("**/*", answer)
        await page.goto(f"{ORIGIN}/")
        await page.evaluate("MathJax.startup.promise")
        told = [sample._asdict() for sample in samples]
        shown = "async ([f, o]) => (await import('/reference.js')).show(f, o)"
        errors: list[str | None] = await page.evaluate(shown, [told, options])
        return Picture(await _shoot(page), errors)
    finally:
        await page.close()


async def _shoot(page: Page) -> Image.Image:
    await page.set_viewport_size({"width": WIDTH, "height": CELL * AT_ONCE})
    return Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
