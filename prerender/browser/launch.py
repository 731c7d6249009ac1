"""A program's name in, a running Chromium out: started on demand, and again when it died."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from playwright.async_api import Browser, Error, Playwright, async_playwright

from prerender.browser.discover import find_browser, sandbox
from prerender.browser.pages import NOWHERE, STARTUP_TIMEOUT
from prerender.errors import EngineError

ARGUMENTS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    # nothing leaves, whatever a page's scripts try: no name has an address, what would go out goes
    # to a proxy that is not there, and calls between browsers (WebRTC) go by proxies only
    "--host-resolver-rules=MAP * ~NOTFOUND",
    f"--proxy-server={NOWHERE}",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # else it tells the size of its heap once in twenty minutes
    "--enable-precise-memory-info",
    # V8's last compiler takes a sixth of a build's time, and MathJax runs no faster for it, not
    # even after 20,000 formulas: the one before it, Maglev, does as well
    "--js-flags=--no-turbofan",
)


class Chromium:
    """One browser process, which belongs to whoever closes it.

    `program` is its path, or None for one that is found; `notice` is told, once, what the user
    should know of it. Making a Chromium starts nothing and raises nothing.
    """

    def __init__(
        self, program: str | None = None, notice: Callable[[str], None] = lambda _: None
    ) -> None:
        self._program = program
        self._notice = notice
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    @property
    def started(self) -> bool:
        """Whether a process was started."""
        return self._browser is not None

    async def running(self) -> Browser:
        """The browser, started if need be. Raises EngineError."""
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                self._browser = await self._start()
            return self._browser

    async def close(self) -> None:
        """End the process, if there is one."""
        if self._browser is not None:
            with suppress(Error):
                await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()

    async def _start(self) -> Browser:
        program = find_browser(self._program)
        protection = sandbox(program.path)
        if not protection.on and self._browser is None:
            self._notice(f"Chromium runs without its sandbox: {protection.why_off}")
        try:
            if self._playwright is None:
                self._playwright = await async_playwright().start()
            return await self._playwright.chromium.launch(
                executable_path=program.path,
                chromium_sandbox=protection.on,
                args=list(ARGUMENTS),
                timeout=STARTUP_TIMEOUT * 1000,
                handle_sigint=False,
                handle_sigterm=False,
            )
        except Error as error:
            raise EngineError(f"{program.path} does not start: {error.message}") from error
