"""One browser for all tests of layouts, and the formulas they show in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import blocking_chromium
from tests.support.layout.formulas import SETUPS, Rendered, rendered, source


@pytest.fixture(scope="package")
def all_rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rendered]:
    """The formulas as the command line renders them, under each set-up."""
    return render_all(tmp_path_factory.mktemp("layout"))


@pytest.fixture(scope="package")
def usual(all_rendered: dict[str, Rendered]) -> Rendered:
    """The formulas as they mostly are."""
    return all_rendered["usual"]


@pytest.fixture(scope="package")
def usual_text(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The same as text in our font, which stands in the page."""
    folder = tmp_path_factory.mktemp("text")
    return render_all(folder, "--markup", "html", "--fonts", "inline")["usual"]


@pytest.fixture(params=["svg", "html"])
def either(request: pytest.FixtureRequest) -> Rendered:
    """The formulas as they mostly are, in either form."""
    made: Rendered = request.getfixturevalue("usual" if request.param == "svg" else "usual_text")
    return made


def render_all(folder: Path, *flags: str) -> dict[str, Rendered]:
    """Render a page for each set-up."""
    pages = {name: folder / f"{number}.html" for number, name in enumerate(SETUPS)}
    for name, file in pages.items():
        file.write_text(source(SETUPS[name]), "utf-8")
    render(folder, *flags)
    return {name: rendered(file) for name, file in pages.items()}


def render(folder: Path, *flags: str) -> None:
    """Render the pages of a folder in place, as the command line does."""
    words: list[str | Path] = [sys.executable, "-m", "prerender", "build", folder, *flags]
    words += ["--cache-dir", folder / ".cache"]
    subprocess.run(words, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with blocking_chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 820, "height": 900})
    yield page
    page.close()
