"""A rendered page in, what is wrong with its formulas on screens of some widths out, with pictures.

The page comes from memory, what it loads from its site; nothing else is answered. Its scripts do
not run: what is looked at is what the markup and the style sheets do alone.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

from playwright.async_api import Browser, FloatRect, Page, Route

from prerender.engine.tab import ORIGIN, PATIENCE, guard, quietly

_HEIGHT = 800
#: CSS pixels of its page that a picture shows above and below an offender
_AROUND = 24
_SCRIPT = Path(__file__).with_name("screens.js").read_text("utf-8")
#: frames a formula and tells where it is
_FRAME = """(index) => {
  const formula = document.querySelectorAll('mjx-container[data-tex]')[index];
  formula.style.outline = '2px dashed #d00';
  window.prerenderScrolled = [];
  for (let one = formula.parentElement; one; one = one.parentElement) {
    window.prerenderScrolled.push([one, one.scrollLeft, one.scrollTop]);
  }
  formula.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
  const {top, bottom} = formula.getBoundingClientRect();
  return [top, bottom];
}"""
_UNFRAME = """(index) => {
  document.querySelectorAll('mjx-container[data-tex]')[index].style.outline = '';
  for (const [one, left, top] of window.prerenderScrolled) {
    one.scrollTo({left, top, behavior: 'instant'});
  }
}"""


@dataclass(frozen=True, slots=True)
class Screens:
    """Screens to look at a page on: widths in pixels, the page's zoom, the size of its text.

    A zoom of 4 makes a screen of 1280 pixels one of 320 CSS pixels, with four times as many dots.
    """

    widths: Sequence[int]
    zoom: float = 1.0
    text: float = 1.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A rendered page: its name in the site, its bytes, and the files that its site's URLs mean."""

    name: PurePosixPath
    data: bytes
    file: Callable[[str], Path | None]


@dataclass(frozen=True, slots=True)
class Offence:
    """A formula (by its index in the page) that is not as it should be, and a PNG of it."""

    index: int
    reason: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class Compromise:
    """A display that had to be shrunk, or scrolls: pixels that it needs, pixels that there are."""

    index: int
    how: Literal["shrinks", "scrolls"]
    layouts: int
    needed: float
    room: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a page on a screen."""

    width: int
    formulas: int
    displays: int
    offences: Sequence[Offence]
    compromises: Sequence[Compromise]


async def look(browser: Browser, shown: Shown, screens: Screens) -> list[Seen]:
    """Look at a page on each screen in turn. Raises TabLostError."""
    options: dict[str, Any] = {"java_script_enabled": False, "service_workers": "block"}
    context = await guard(
        browser.new_context(**options, device_scale_factor=screens.zoom), PATIENCE
    )
    try:
        await context.route("**/*", _server(shown))
        page = await guard(context.new_page(), PATIENCE)
        await guard(page.goto(ORIGIN + quote(f"/{shown.name}")), PATIENCE)
        await guard(page.evaluate("() => document.fonts.ready.then(() => null)"), PATIENCE)
        seen = []
        for at, width in enumerate(screens.widths):
            if at > 0 and screens.text != 1:  # its text is enlarged already
                await guard(page.reload(), PATIENCE)
            seen.append(await _look_at(page, width, screens))
        return seen
    finally:
        await quietly(context.close())


async def _look_at(page: Page, width: int, screens: Screens) -> Seen:
    narrowed = max(1, round(width / screens.zoom))
    await guard(page.set_viewport_size({"width": narrowed, "height": _HEIGHT}), PATIENCE)
    told = await guard(page.evaluate(_SCRIPT, screens.text), PATIENCE)
    return Seen(
        width,
        told["formulas"],
        told["displays"],
        [
            Offence(one["index"], one["reason"], await _picture(page, one["index"]))
            for one in told["offences"]
        ],
        [Compromise(**one) for one in told["compromises"]],
    )


async def _picture(page: Page, index: int) -> bytes:
    """A PNG of a formula, framed, and of what is beside it on the screen."""
    top, bottom = await guard(page.evaluate(_FRAME, index), PATIENCE)
    size = page.viewport_size or {"width": 1, "height": _HEIGHT}
    above = min(max(0, top - _AROUND), size["height"] - 1)
    below = max(min(size["height"], bottom + _AROUND), above + 1)
    clip: FloatRect = {"x": 0, "y": above, "width": size["width"], "height": below - above}
    data = await guard(page.screenshot(clip=clip), PATIENCE)
    await guard(page.evaluate(_UNFRAME, index), PATIENCE)
    return data


def _server(shown: Shown) -> Callable[[Route], Any]:
    """What answers a page."""
    name = f"/{shown.name}"

    async def serve(route: Route) -> None:
        url = urlsplit(route.request.url)
        ours = f"{url.scheme}://{url.netloc}" == ORIGIN
        if ours and unquote(url.path) == name:
            await route.fulfill(body=shown.data, content_type=_kind(name))
        elif ours and not _leaves(route) and (file := shown.file(url.path)):
            await route.fulfill(path=file, content_type=_kind(file.name))
        else:
            # "aborted" leaves a page as it is that would go elsewhere (meta refresh)
            await route.abort("aborted")

    return serve


def _leaves(route: Route) -> bool:
    """Whether the page itself would be replaced."""
    request = route.request
    return request.is_navigation_request() and request.frame.parent_frame is None


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
