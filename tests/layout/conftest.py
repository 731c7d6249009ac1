"""One browser for all tests of layouts, and the formulas they show in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from prerender.engine.browser import find_browser, sandbox

from .formulas import Rendered, rendered, source

Render = Callable[..., Rendered]
WIDTHS = (280, 320, 390, 820)


@pytest.fixture(scope="package")
def render(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Renders the formulas as the command line does, each set-up once."""
    folder = tmp_path_factory.mktemp("layout")
    done: dict[str, Rendered] = {}

    def render(options: str = "") -> Rendered:
        if options not in done:
            file = folder / f"{len(done)}.html"
            file.write_text(source(options), "utf-8")
            words = [
                sys.executable,
                "-m",
                "prerender",
                "build",
                file,
                "--cache-dir",
                folder / "cache",
            ]
            command = [str(word) for word in words]
            subprocess.run(command, check=True, capture_output=True, timeout=120)
            done[options] = rendered(file)
        return done[options]

    return render


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find_browser(os.environ.get("PRERENDER_BROWSER")).path
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, chromium_sandbox=sandbox(path).on
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 820, "height": 900})
    yield page
    page.close()
