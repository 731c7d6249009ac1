"""What an author would write himself: each page opened in Chromium with its own scripts, MathJax's
and KaTeX's from npm; when they are done, the DOM is saved. In: pages. Out: seconds.
"""

from __future__ import annotations

import mimetypes
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Route

from tests.support.browser import chromium

ORIGIN = "https://bench.invalid"
MODULES = Path(__file__).parents[2] / "node_modules"
#: behind the page's own configuration
_CLIENT = (
    "<script>MathJax = { ...window.MathJax, loader: { paths: { fonts: '/@mathjax' } } };</script>"
    "<script src=/mathjax/tex-mml-chtml.js></script>"
)
#: seconds after which a page is saved as it is
_PATIENCE = 30
_DONE = """async (patience) => {
  const over = new Promise((resolve) => setTimeout(resolve, 1000 * patience));
  await Promise.race([MathJax.startup.promise, over]);
  return document.documentElement.outerHTML;
}"""


async def save_doms(root: Path, pages: Sequence[Path]) -> float:
    """The seconds that pages of a site take, one after the other in one browser.

    Loaders of other places are refused; MathJax 4 is put in their place, as its guide says.
    """

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix(f"{ORIGIN}/").partition("?")[0]
        packages = ("mathjax/", "@mathjax/")
        file = (MODULES if path.startswith(packages) else root) / path
        if not route.request.url.startswith(ORIGIN) or not file.is_file():
            await route.abort()
            return
        body = file.read_bytes()
        if file.suffix == ".html":
            body = body.replace(b"</body>", f"{_CLIENT}</body>".encode())
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        await route.fulfill(body=body, content_type=kind)

    started = time.monotonic()
    async with chromium() as browser:
        context = await browser.new_context()
        await context.route("**/*", answer)
        for page in pages:
            tab = await context.new_page()
            await tab.goto(f"{ORIGIN}/{page.relative_to(root)}", wait_until="load")
            await tab.evaluate(_DONE, _PATIENCE)
            await tab.close()
        return time.monotonic() - started
