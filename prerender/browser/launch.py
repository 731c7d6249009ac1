"""Starts Chromium on demand, restarts it if it has died, and returns the running browser."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

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
    # else it updates the size of its heap only every twenty minutes
    "--enable-precise-memory-info",
)
#: megabytes that scripts of a page may hold, as V8 counts them
MEMORY = 1024
#: V8's last compiler takes a sixth of a build's time without making MathJax faster, even after
#: 20,000 formulas: the one before it, Maglev, is sufficient
_SCRIPTS = "--js-flags=--no-turbofan,--max-old-space-size={}"


class Chromium:
    """A browser process; the caller has to close it.

    `program` is its path, or None to find one; `notice` is called, once, with what the user should
    know about it. `memory`: what scripts of a page may hold, in megabytes; a page that needs more
    dies. The constructor starts nothing and raises nothing.
    """

    def __init__(
        self,
        program: str | None = None,
        notice: Callable[[str], None] = lambda _: None,
        memory: int = MEMORY,
    ) -> None:
        self._program = program
        self._memory = memory
        self._notice = notice
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    @property
    def started(self) -> bool:
        """Whether a process was started."""
        return self._browser is not None

    async def running(self) -> Browser:
        """Return the browser, started if needed. Raises EngineError."""
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                self._browser = await self._start()
            return self._browser

    async def close(self) -> None:
        """End the process, if it was started."""
        if self._browser is not None:
            with suppress(Error):
                await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()

    async def _start(self) -> Browser:
        program = find_browser(self._program)
        if self._program is not None and self._browser is None:
            await _refuse_other_programs(program.path)
        protection = sandbox(program.path)
        if not protection.on and self._browser is None:
            self._notice(f"Chromium runs without its sandbox: {protection.why_off}")
        try:
            if self._playwright is None:
                self._playwright = await _driver()
            return await self._playwright.chromium.launch(
                executable_path=program.path,
                chromium_sandbox=protection.on,
                args=[*ARGUMENTS, _SCRIPTS.format(self._memory)],
                timeout=STARTUP_TIMEOUT * 1000,
                handle_sigint=False,
                handle_sigterm=False,
            )
        except Error as error:
            raise EngineError(f"{program.path} does not start: {_why(error)}") from error


async def _driver() -> Playwright:
    """Start Playwright's driver, a Node of its own. Raises EngineError."""
    _tell_once(asyncio.get_running_loop())
    try:
        return await async_playwright().start()
    except Exception as error:  # it has no class for a driver that does not run
        raise EngineError(f"Playwright does not start: {error} {_LIBRARIES}") from error


def _tell_once(loop: asyncio.AbstractEventLoop) -> None:
    """Have a loop not tell of a driver that has died: the calls that wait for it raise that.

    Playwright notes it in a future, too, for which nobody waits.
    """
    before = loop.get_exception_handler()
    if isinstance(before, partial) and before.func is _unless_driver:
        return
    loop.set_exception_handler(partial(_unless_driver, before))


def _unless_driver(
    before: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object] | None,
    loop: asyncio.AbstractEventLoop,
    context: dict[str, Any],
) -> None:
    if str(context.get("exception")) != _DRIVER_DIED:
        (before or type(loop).default_exception_handler)(loop, context)


_DRIVER_DIED = "Connection closed while reading from the driver"
_LIBRARIES = "(a library of the system may be missing, as libatomic1 in Debian)"
#: seconds in which a program says its version
_VERSION_TIMEOUT = 10.0
#: Chromium's versions, and those of browsers made of it, have four parts
_VERSION = re.compile(rb"\d+\.\d+\.\d+\.\d+")


async def _refuse_other_programs(program: Path) -> None:
    """Check that a program is a Chromium, by the version that it says. Raises EngineError.

    On Windows, Chromium opens a window in place of that.
    """
    if sys.platform == "win32":
        return
    try:
        # in a thread: asyncio's own way warns of children that are killed
        said = await asyncio.to_thread(_version, program)
    except OSError as error:
        raise EngineError(f"{program} cannot be run: {error.strerror}") from error
    if not _VERSION.search(said):
        answer = said.decode(errors="replace").strip().partition("\n")[0][:80] or "nothing"
        raise EngineError(f"{program} is no Chromium: asked for its version, it says {answer}")


def _version(program: Path) -> bytes:
    """What a program says of its version; nothing if that takes too long. Raises OSError."""
    none = subprocess.DEVNULL
    words = [str(program), "--version"]
    try:
        done = subprocess.run(
            words, stdin=none, stdout=subprocess.PIPE, stderr=none, timeout=_VERSION_TIMEOUT
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout


def _why(error: Error) -> str:
    """What Playwright says of a browser that does not start, and what the browser itself says."""
    first, *rest = error.message.splitlines()
    said = [line.partition("[err] ")[2] for line in rest if "[err] " in line]
    return "; ".join([first, *said[:3]])
