"""Checks the installation; returns lines: what is installed, what is missing, what to do."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from prerender import __version__

_PACKAGES = ("playwright", "turbohtml", "diskcache", "jinja2", "typer", "pathspec", "brotli")


def examine(browser: str | None, cache: Path | None) -> tuple[list[str], bool]:
    """Return the lines, and whether everything that is needed is installed."""
    lines = [
        f"prerender  {__version__}, Python {platform.python_version()} on {platform.platform()}"
    ]
    lines += [f"{name:<10} {_version(name)}" for name in _PACKAGES]
    if not all(map(find_spec, _PACKAGES)):  # the other checks need them
        return lines, False
    mathjax, has_mathjax = _mathjax()
    driver, has_driver = _driver()
    chromium, has_chromium = _chromium(browser)
    has_all = has_mathjax and has_driver and has_chromium
    return [*lines, *mathjax, *driver, *chromium, _cache(cache)], has_all


def _version(package: str) -> str:
    try:
        found = version(package)
    except PackageNotFoundError:
        found = ""
    return found if found and find_spec(package) else f"missing: pip install {package}"


def _mathjax() -> tuple[list[str], bool]:
    from prerender.engine.bundle import MathJaxMissingError, mathjax_version

    try:
        return [f"mathjax    {mathjax_version()} (in the package)"], True
    except MathJaxMissingError:
        return ["mathjax    missing: pip install --force-reinstall prerender-math"], False


def _driver() -> tuple[list[str], bool]:
    """Whether Playwright's driver starts, a Node of its own that drives the browser."""
    words = [sys.executable, "-m", "playwright", "--version"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return [f"driver     {_NO_DRIVER}: {error}"], False
    if done.returncode:
        said = done.stderr.strip().splitlines()
        why = said[-1] if said else f"exit code {done.returncode}"
        return [f"driver     {_NO_DRIVER}: {why}"], False
    return ["driver     starts"], True


_NO_DRIVER = "Playwright does not start"


def _cache(folder: Path | None) -> str:
    from prerender.cache.disk import cache_folder

    folder = cache_folder(folder)
    return f"cache      {folder}{'' if folder.exists() else ' (not created yet)'}"


def _chromium(explicit: str | None) -> tuple[list[str], bool]:
    from prerender.browser.discover import BrowserNotFound, find_browser, sandbox

    try:
        found = find_browser(explicit)
    except BrowserNotFound as error:
        return [f"chromium   {line}" for line in str(error).splitlines()], False
    try:
        answer = subprocess.run(
            [found.path, "--version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return [f"chromium   {found.path} does not start: {error}"], False
    state = sandbox(found.path)
    protection = "on" if state.on else f"off: {state.why_off}"
    return [
        f"chromium   {answer.stdout.strip()}, {found.path} ({found.found})",
        f"sandbox    {protection}",
    ], True
