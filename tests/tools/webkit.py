"""Rendered pages in, where WebKit shows them otherwise than Chromium out.

    python -m tests.tools.webkit [FOLDER]

WebKit is WebKitGTK's small browser, driven by WebDriver on a screen that is not there: Debian's
packages webkit2gtk-driver and xvfb.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.tools.firefox import Framed, compare

_START, _ANSWER = 30.0, 120.0
_OPTIONS = {"webkitgtk:browserOptions": {"args": ["--automation"]}}
#: it draws without a graphics card, and as root there is no sandbox
_ENVIRONMENT = {
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
}


def is_there() -> bool:
    """Whether WebKitGTK and what it needs here is installed."""
    return bool(shutil.which("WebKitWebDriver") and shutil.which("xvfb-run"))


class WebKit(Framed):
    """WebKitGTK, by WebDriver."""

    def __init__(self, address: str) -> None:
        self._address = f"{address}/session"
        session = self._post("", {"capabilities": {"alwaysMatch": _OPTIONS}})
        self._address += f"/{session['sessionId']}"
        self._post("/timeouts", {"script": 1000 * _ANSWER})
        self._post("/window/rect", {"width": 1600, "height": 1200})
        self._post("/url", {"url": "about:blank"})

    def run(self, script: str, *arguments: object) -> Any:
        return self._post("/execute/async", {"script": script, "args": arguments})

    def _post(self, path: str, data: object) -> Any:
        request = Request(self._address + path, json.dumps(data).encode())
        with urlopen(request, timeout=_ANSWER) as answer:
            return json.load(answer)["value"]


@contextmanager
def webkit() -> Iterator[WebKit]:
    """Start WebKit, and end it with its screen."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1700x1300x24"]
    process = subprocess.Popen(
        [*screen, "WebKitWebDriver", f"--port={port}"],
        env=os.environ | _ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield _connected(f"http://127.0.0.1:{port}", process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _connected(address: str, process: subprocess.Popen[bytes]) -> WebKit:
    end = time.monotonic() + _START
    while time.monotonic() < end and process.poll() is None:
        try:
            urlopen(f"{address}/status", timeout=_ANSWER).close()
        except URLError:
            time.sleep(0.2)
        else:
            return WebKit(address)
    raise ConnectionError("WebKit does not answer")


if __name__ == "__main__":
    sys.exit(compare(webkit, Path(sys.argv[1]) if len(sys.argv) > 1 else None))
