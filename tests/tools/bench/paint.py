"""Pages that `tests.tools.bench.weight` has left in; when their math is painted on a phone out.

`python -m tests.tools.bench.paint [PAGE...]`: Chromium with a CPU four times as slow, 1.6 Mbit/s
and 150 ms; medians of five visits, one variant after the other, in seconds from the start of the
navigation. Nothing is cached, but for client MathJax's scripts where it says so: browsers keep
these for each site apart, so that a first visit has to load them.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import mimetypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import getloadavg
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, unquote

from playwright.async_api import Browser

from tests.support.browser import chromium
from tests.tools.bench.material import FOLDER
from tests.tools.bench.variants import MODULES

PAGES = FOLDER / "pages"
#: the page with the most layouts, that with the most formulas, one in the middle, and the seed's
_NAMES = (
    "sites/distributions-jl/dev/univariate/index.html",
    "sites/cp-algorithms/combinatorics/inclusion-exclusion.html",
    "sites/cp-algorithms/algebra/sieve-of-eratosthenes.html",
    "seed/front-page.html",
)
_TEXT, _OURS, _CLIENT = "text", "ours, all layouts", "client MathJax 4"
_CACHED = f"{_CLIENT}, cached"
_VARIANTS = (_TEXT, _OURS, "KaTeX", "MathJax, DOM saved", _CLIENT, _CACHED)
_TIMES = 5
_NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
#: runs in a page from its start; ends two frames after all is there that its math needs
_PAINTED = """async (client) => {
  const later = () => new Promise((done) => setTimeout(done, 20));
  while (client && !window.MathJax?.startup?.promise) await later();
  await window.MathJax?.startup?.promise;
  await document.fonts.ready;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  return performance.now() / 1000;
}"""


def main() -> None:
    """Measure and print."""
    names = sys.argv[1:] or [name for name in _NAMES if (PAGES / "text" / name).is_file()]
    result = asyncio.run(_measure(names))
    (FOLDER / "paint.json").write_text(json.dumps(result, indent=1), "utf-8")
    print("seconds until all math is painted, median of five; load", *getloadavg())
    print("".join(f"{variant:>26}" for variant in _VARIANTS))
    for name, times in result.items():
        seconds = {variant: median(times[variant]) for variant in _VARIANTS}
        print("".join(f"{seconds[variant]:26.2f}" for variant in _VARIANTS) + f"  {name}")
        print(
            f"  ours {seconds[_OURS] / seconds[_TEXT]:.2f} times as late as without math "
            f"(at most 1.5), {seconds[_CLIENT] / seconds[_OURS]:.1f} times sooner than the client "
            f"(at least 10), {seconds[_CACHED] / seconds[_OURS]:.1f} times with its scripts cached"
        )


async def _measure(names: list[str]) -> dict[str, dict[str, list[float]]]:
    result: dict[str, dict[str, list[float]]] = {}
    async with chromium("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1") as browser:
        with _server() as origin:
            for name in names:
                result[name] = {variant: [] for variant in _VARIANTS}
                for variant in _VARIANTS * _TIMES:
                    url = f"{origin}/{quote(variant.removesuffix(', cached'))}/{quote(name)}"
                    seconds = await _visit(browser, url, again=variant == _CACHED)
                    result[name][variant].append(seconds)
    return result


async def _visit(browser: Browser, url: str, *, again: bool) -> float:
    """The seconds of a first visit, or of another."""
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    try:
        page = await context.new_page()
        if again:
            await page.goto(url)
            await page.evaluate(_PAINTED, True)
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", _NETWORK)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        await page.goto(url, wait_until="domcontentloaded", timeout=180_000)
        seconds: float = await page.evaluate(_PAINTED, "/client" in url)
        return seconds
    finally:
        await context.close()


class _Handler(BaseHTTPRequestHandler):
    """Pages and packages, compressed as servers do."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file, or with 404."""
        data, kind = _answer(unquote(self.path).partition("?")[0].lstrip("/"))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        if self.path.startswith("/packages/"):
            self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    """A visit may end before all is loaded, which is no error."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


@cache
def _answer(path: str) -> tuple[bytes, str]:
    file = _file(path)
    if file is None:
        return gzip.compress(b""), ""
    data = file.read_bytes()
    return gzip.compress(data, 9), mimetypes.guess_type(file.name)[0] or "font/woff2"


def _file(path: str) -> Path | None:
    """The file that a URL means; KaTeX's style sheet and fonts stand beside each page."""
    if path.startswith("packages/"):
        file = MODULES / path.removeprefix("packages/")
    elif "/fonts/" in path or path.endswith("/katex.min.css"):
        name = path.rpartition("/")[2]
        dist = MODULES / "katex" / "dist"
        file = dist / name if name.endswith(".css") else dist / "fonts" / name
    else:
        file = PAGES / path
    return file if file.is_file() else None


@contextmanager
def _server() -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
