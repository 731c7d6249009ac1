"""Rendered pages in, where Firefox shows them otherwise than Chromium out.

    python -m tests.tools.firefox [FOLDER]

looks at the pages of a folder, or at the formulas of the tests in all their places. Firefox is
driven by Marionette (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html),
which needs nothing but a socket. Its windows cannot be as narrow as a phone: pages are in a frame.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page

from tests.layout.conftest import render_all
from tests.layout.test_contexts import ASKED, SCREENS
from tests.support.browser import blocking_chromium
from tests.support.layout.contexts import CONTEXTS
from tests.support.layout.formulas import page_of

WIDTHS = (280, 320, 360, 390, 412, 768, 1024, 1440)
#: scripts would change the page, and what they load would not come; of two types the first counts
_SCRIPTS = ("<script", '<script type="text/plain"')
#: of each display: which layout is shown, by its place in the formula, and the room there is (ex)
SHOWN = """() => [...document.querySelectorAll('prm-box')].map((box) => {
    const probe = document.createElement('span');
    probe.style.cssText = 'position:absolute;width:100ex';
    box.after(probe);
    const ex = probe.getBoundingClientRect().width / 100;
    probe.remove();
    return {
        layout: [...box.children].findIndex((layout) => layout.getClientRects().length > 0),
        room: box.getBoundingClientRect().width / ex,
    };
})"""
#: ex: each browser rounds the font in its own way
_ROUNDED = 0.1
_BARE = "<style>html{scrollbar-width:none}</style>"
_START = 60.0


def program() -> str | None:
    """Firefox, if it is there."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Framed(Protocol):
    """A browser that runs: a page in a frame of a width, and functions of JavaScript in it."""

    def show(self, html: str, width: int) -> None:
        """Show a page on a screen of a width."""
        self.run(
            """const [html, width, done] = arguments;
            document.body.style.margin = 0;
            const frame = document.createElement('iframe');
            frame.style.cssText = `border:0;height:900px;width:${width}px`;
            frame.srcdoc = html;
            frame.onload = () => done();
            document.body.replaceChildren(frame);""",
            html,
            width,
        )

    def resize(self, width: int) -> None:
        """Show the same page on another screen."""
        self.run(
            "document.querySelector('iframe').style.width = arguments[0] + 'px'; arguments[1]()",
            width,
        )

    def evaluate(self, function: str, *arguments: object) -> Any:
        """What a function answers in the page."""
        script = """const [code, args, done] = arguments;
            done(document.querySelector('iframe').contentWindow.eval(code)(...args));"""
        return self.run(script, f"({function.rstrip().rstrip(';')})", list(arguments))

    def run(self, script: str, *arguments: object) -> Any:
        """What a script answers, by calling its last argument."""


class Firefox(Framed):
    """Firefox, by its socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rwb")
        self._read()
        self._call("WebDriver:NewSession", {})
        self._call("WebDriver:SetWindowRect", {"width": 1600, "height": 1200})
        self._call("WebDriver:Navigate", {"url": "about:blank"})

    def quit(self) -> None:
        self._call("Marionette:Quit", {})

    def run(self, script: str, *arguments: object) -> Any:
        parameters = {
            "script": script,
            "args": list(arguments),
            "newSandbox": True,
            "sandbox": None,
        }
        return self._call("WebDriver:ExecuteAsyncScript", parameters)["value"]

    def _call(self, command: str, parameters: dict[str, object]) -> Any:
        data = json.dumps([0, 1, command, parameters]).encode()
        self._file.write(b"%d:%s" % (len(data), data))
        self._file.flush()
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(error)
        return result

    def _read(self) -> Any:
        length = b""
        while (byte := self._file.read(1)) != b":":
            if not byte:
                raise ConnectionError("Firefox has gone")
            length += byte
        return json.loads(self._file.read(int(length)))


@contextmanager
def firefox(environment: Mapping[str, str] | None = None) -> Iterator[Firefox]:
    """Start Firefox, and end it; with the environment of a desktop on its screen."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        Path(profile, "user.js").write_text(f'user_pref("marionette.port", {port});', "utf-8")
        words = [program() or "firefox", "--marionette", "--no-remote", "--profile", profile]
        process = subprocess.Popen(
            words if environment else [*words, "--headless"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with _connected(port, process) as connection:
                browser = Firefox(connection)
                yield browser
                browser.quit()
            process.wait(20)
        finally:
            process.kill()
            process.wait()


def _connected(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    end = time.monotonic() + _START
    while time.monotonic() < end and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        except OSError:
            time.sleep(0.2)
    raise ConnectionError("Firefox does not answer")


def still(html: str) -> str:
    """A page whose scripts do not run, and whose scroll bar takes no room in either browser."""
    return html.replace(*_SCRIPTS).replace("</head>", f"{_BARE}</head>", 1)


def differences(
    other: Framed, page: Page, pages: Mapping[str, str], widths: tuple[int, ...] = WIDTHS
) -> Iterator[str]:
    """Where the two show other layouts for the same room, or a formula is wrong in the other.

    An ex of the same font may be some tenths of a pixel more in one of them: the room is in ex.
    """
    for name, html in pages.items():
        page.set_content(still(html))
        other.show(still(html), widths[0])
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            other.resize(width)
            shown = zip(page.evaluate(SHOWN), other.evaluate(SHOWN), strict=True)
            for index, (a, b) in enumerate(shown):
                if _contradict(a, b) or _contradict(b, a):
                    yield f"{name}, {width} px: display {index}: {a}, {b} in the other"
            for offence in other.evaluate(SCREENS, ASKED)["violations"]:
                yield f"{name}, {width} px, in the other: {offence['index']}: {offence['reason']}"


def _contradict(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether a browser with less room than another shows a wider layout."""
    return one["room"] < other["room"] - _ROUNDED and one["layout"] < other["layout"]


def pages_of(folder: Path | None) -> dict[str, str]:
    """The rendered pages of a folder; without one, the tests' formulas in all their places."""
    if folder is None:
        with tempfile.TemporaryDirectory() as temporary:
            usual = render_all(Path(temporary))["usual"]
        return {name: page_of(usual, context) for name, context in CONTEXTS.items()}
    texts = {str(file): file.read_text("utf-8") for file in sorted(folder.rglob("*.html"))}
    return {name: text for name, text in texts.items() if "<prm-box" in text}


def compare(start: Callable[[], AbstractContextManager[Framed]], folder: Path | None) -> int:
    """Print where a browser differs from Chromium; an exit code."""
    pages = pages_of(folder)
    with blocking_chromium() as chromium, start() as other:
        page = chromium.new_page()
        page.route("**/*", lambda route: route.abort())
        found = 0
        for difference in differences(other, page, pages):
            print(difference, flush=True)
            found += 1
    displays = sum(text.count("<prm-box") for text in pages.values())
    print(f"{displays} displays, {len(pages)} pages, {len(WIDTHS)} widths: {found} differences")
    return bool(found)


if __name__ == "__main__":
    sys.exit(compare(firefox, Path(sys.argv[1]) if len(sys.argv) > 1 else None))
