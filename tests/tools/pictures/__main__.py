"""`python -m tests.tools.pictures`: the example site in, the README's pictures out, beside this.

The seed's page is another's: a picture of it goes to cache/, to be looked at.

A picture is a row of screens of one page: before its scripts come, with them (npm packages stand
in for CDNs), or rendered, with scripts switched off. A row of more widths is one more `Picture`.
"""

from __future__ import annotations

import io
import mimetypes
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.support.browser import blocking_chromium
from tests.support.oracle.cdn import answer
from tests.support.oracle.oracle import MODULES

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[2]
EXAMPLE = HERE.parents[1] / "example"
SEED = CHECKOUT.parent / "shared" / "seed"
ORIGIN = "https://site.test/"
SCALE = 2  #: device pixels to a CSS pixel
COLOURS = 24
LARGEST = 150_000  #: bytes of a picture

#: runs in a page; it ends when MathJax 2, 3 or 4, KaTeX and the fonts are ready
_READY = """async () => {
  const mathjax = window.MathJax;
  if (mathjax?.Hub) await new Promise((done) => mathjax.Hub.Queue(done));
  else await mathjax?.startup?.promise;
  await document.fonts.ready;
}"""
#: runs in a page: how far an element is below the top
_TOP = "(element) => element.getBoundingClientRect().top + scrollY"
_ROW = """<!DOCTYPE html><style>
body { margin: 0; padding: 16px; width: max-content; background: #fff; font: 15px/1.3 sans-serif; }
main { display: flex; gap: 24px; }
figure { margin: 0; }
figcaption { margin-bottom: 8px; color: #333; }
img { display: block; border: 1px solid #999; border-radius: 8px; }
</style><main>%s</main>"""
_SCREEN = """<figure><figcaption>%s</figcaption>
<img width="%d" src="data:image/png;base64,%s"></figure>"""


State = Literal["loading", "scripts", "rendered"]


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: what stands over it, how wide it is (CSS pixels), and of what."""

    caption: str
    width: int
    state: State


@dataclass(frozen=True, slots=True)
class Picture:
    """A row of screens of a page of the example, each from the element `top` (a selector) on."""

    name: str
    page: str
    screens: tuple[Screen, ...]
    height: int
    top: str = "body"
    site: Path = EXAMPLE
    folder: Path = HERE


def _widths(name: str, page: str, height: int = 640, top: str = "body") -> Picture:
    """A rendered page on three screens."""
    screens = tuple(Screen(f"{width} px", width, "rendered") for width in (320, 390, 820))
    return Picture(name, page, screens, height, top)


PICTURES = (
    Picture(
        "phone",
        "bound.html",
        (
            Screen("Before, until MathJax 3 has loaded", 390, "loading"),
            Screen("Before, when MathJax 3 has run", 390, "scripts"),
            Screen("After prerender build, at once", 390, "rendered"),
        ),
        height=640,
    ),
    _widths("bound", "bound.html"),
    _widths("series", "series.html"),
    _widths("gauss", "2013/gauss.html"),
    replace(
        _widths("seed", "front-page.html", 900, "mjx-container[display]"),
        site=SEED,
        folder=CHECKOUT / "cache",
    ),
)


def main() -> None:
    """Render the example and make every picture."""
    with tempfile.TemporaryDirectory() as folder, blocking_chromium() as browser:
        for picture in PICTURES:
            if not picture.site.is_dir():
                continue
            rendered = Path(folder, picture.site.name)
            words = ("build", str(picture.site), "-o", str(rendered), "--quiet")
            subprocess.run([sys.executable, "-m", "prerender", *words], check=True)
            data = _palette(_row(browser, picture, rendered))
            if picture.folder == HERE and len(data) > LARGEST:
                raise ValueError(f"{picture.name}.png has {len(data)} bytes, more than {LARGEST}")
            file = picture.folder / f"{picture.name}.png"
            file.write_bytes(data)
            print(f"{file.relative_to(CHECKOUT)}: {len(data)} bytes")


def _row(browser: Browser, picture: Picture, rendered: Path) -> bytes:
    """The PNG of a picture."""
    figures = []
    for screen in picture.screens:
        site = rendered if screen.state == "rendered" else picture.site
        shown = b64encode(_screen(browser, picture, screen, site)).decode()
        figures.append(_SCREEN % (screen.caption, screen.width, shown))
    page = browser.new_page(device_scale_factor=SCALE, viewport={"width": 100, "height": 100})
    page.set_content(_ROW % "".join(figures), wait_until="load")
    data = page.locator("body").screenshot()
    page.close()
    return data


def _screen(browser: Browser, picture: Picture, screen: Screen, site: Path) -> bytes:
    """The PNG of one screen."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": picture.height},
        device_scale_factor=SCALE,
        java_script_enabled=screen.state == "scripts",
    )
    page = context.new_page()
    page.route("**/*", _server(site, cdn=screen.state == "scripts"))
    page.goto(ORIGIN + picture.page, wait_until="networkidle")
    if screen.state == "scripts":
        page.evaluate(_READY)
    data = _from(page, picture)
    context.close()
    return data


def _from(page: Page, picture: Picture) -> bytes:
    """What the screen shows when the page is scrolled to where the picture begins."""
    top = page.locator(picture.top).first.evaluate(_TOP)
    page.mouse.wheel(0, top)
    page.wait_for_timeout(300)
    return page.screenshot(animations="disabled")


def _server(site: Path, *, cdn: bool) -> Callable[[Route], None]:
    """What answers a page: the files of its site, npm packages for CDNs; all else is refused."""

    def serve(route: Route) -> None:
        url = route.request.url
        if url.startswith(ORIGIN):
            file: Path | None = site / unquote(urlsplit(url).path).lstrip("/")
        else:
            file = answer(url, MODULES) if cdn else None
        if file is None or not file.is_file():
            route.abort()
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": kind}
        route.fulfill(body=file.read_bytes(), headers=headers)

    return serve


def _palette(data: bytes) -> bytes:
    """A PNG with few colours, which is what pages of text have."""
    with Image.open(io.BytesIO(data)) as image:
        small = image.convert("RGB").quantize(
            COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    result = io.BytesIO()
    small.save(result, "PNG", optimize=True)
    return result.getvalue()


if __name__ == "__main__":
    main()
