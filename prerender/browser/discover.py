"""Finds the browser to start, and whether its sandbox can be used.

Nothing is started here, so that `prerender doctor` can quickly report what would be.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import playwright

from prerender.errors import EngineError

ON_PATH = ("chromium-headless-shell", "chromium", "google-chrome")
INSTALL = ("playwright install chromium", "apt-get install chromium-headless-shell")

# Where Playwright unpacks its own: playwright-core, server/registry/index.ts, EXECUTABLE_PATHS.
# The names of the inner folders change with versions and processors; the shapes have not.
SHAPES = {
    "chromium-headless-shell": ("*/chrome-headless-shell", "*/headless_shell", "*/*-shell.exe"),
    "chromium": ("chrome-linux*/chrome", "*/*.app/Contents/MacOS/*", "chrome-win*/chrome.exe"),
}

# Chromium's sandbox needs user namespaces open to everyone: docs/security/
# apparmor-userns-restrictions.md and sandbox/linux/services/credentials.cc in its source.
USER_NAMESPACES_SHUT = (
    ("kernel/unprivileged_userns_clone", "0"),  # a patch of Debian's and Arch's kernels
    ("kernel/apparmor_restrict_unprivileged_userns", "1"),  # Ubuntu from 23.10 on
    ("user/max_user_namespaces", "0"),  # user_namespaces(7); RHEL's old default
)


@dataclass(frozen=True)
class Browser:
    """A Chromium to start: its program, its name, and how it was found, as text."""

    path: Path
    name: str
    found: str


@dataclass(frozen=True)
class Sandbox:
    """Whether Chromium's sandbox is on, and if not, why: for Playwright's `chromium_sandbox`."""

    on: bool
    why_off: str = ""


class BrowserNotFound(EngineError):
    """No browser was found; the message has the commands that install one."""


def find_browser(explicit: str | Path | None = None) -> Browser:
    """Return the browser to start: the explicit one, else Playwright's, else one on the PATH."""
    if explicit:
        if path := shutil.which(explicit):
            named = Path(path).absolute()
            return Browser(named, named.stem, "named by --browser or PRERENDER_BROWSER")
        raise BrowserNotFound(no_browser(f"{explicit} is not a program that can be run."))
    browser = next(chain(playwrights_own(), on_path()), None)
    if browser is None:
        raise BrowserNotFound(no_browser("No Chromium was found."))
    return browser


def no_browser(what: str) -> str:
    """Return an error message with the commands that install a browser."""
    return "\n".join((what, "Install one with either of:", *(f"    {line}" for line in INSTALL)))


def playwrights_own() -> Iterator[Browser]:
    """Yield the browsers that `playwright install` has installed for this version of Playwright.

    Playwright's API needs its driver for this (0.4 s); these are the same rules. A folder without
    the marker file is an unfinished download.
    """
    driver = Path(playwright.__path__[0]) / "driver" / "package"
    try:
        known = json.loads((driver / "browsers.json").read_bytes())["browsers"]
        revisions = {browser["name"]: browser["revision"] for browser in known}
    except (OSError, ValueError, LookupError, TypeError):
        return
    for name, shapes in SHAPES.items():
        folder = registry(driver) / f"{name.replace('-', '_')}-{revisions.get(name)}"
        if (folder / "INSTALLATION_COMPLETE").exists():
            for path in (file for shape in shapes for file in sorted(folder.glob(shape))):
                if os.access(path, os.X_OK):
                    yield Browser(path, name, "installed by Playwright")


def registry(driver: Path) -> Path:
    """Return where Playwright keeps its browsers: registryDirectory in its registry/index.ts."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if named:
        return driver / ".local-browsers" if named == "0" else Path(named).absolute()
    home = Path.home()
    if sys.platform == "darwin":
        cache = home / "Library" / "Caches"
    elif sys.platform == "win32":
        cache = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return cache / "ms-playwright"


def on_path() -> Iterator[Browser]:
    """Yield the browsers on the PATH, the lightest first."""
    for name in ON_PATH:
        if path := shutil.which(name):
            yield Browser(Path(path), name, "on the PATH")


def sandbox(browser: Path, proc: Path = Path("/proc")) -> Sandbox:
    """Return whether the sandbox can be on: not as root, nor where the kernel refuses it.

    Root: content/browser/zygote_host/zygote_host_impl_linux.cc refuses to start.
    """
    if sys.platform != "linux":
        return Sandbox(on=True)
    if os.geteuid() == 0:
        return Sandbox(on=False, why_off="Chromium refuses its sandbox to root")
    if has_setuid_helper(browser):
        return Sandbox(on=True)
    for name, shut in USER_NAMESPACES_SHUT:
        if read_setting(proc / "sys" / name) == shut:
            return Sandbox(on=False, why_off=f"the kernel refuses it: {name} is {shut}")
    if not user_namespaces_work():
        return Sandbox(on=False, why_off="this container refuses it: no user namespaces in it")
    return Sandbox(on=True)


def has_setuid_helper(browser: Path) -> bool:
    """Whether Chromium works without user namespaces: docs/linux/suid_sandbox_development.md.

    The helper is beside the program; Debian's program is a script elsewhere that calls it.
    """
    beside = (browser.resolve().parent, Path("/usr/lib/chromium"))
    helpers = (folder / "chrome-sandbox" for folder in beside)
    return any(file.is_file() and file.stat().st_mode & 0o4001 == 0o4001 for file in helpers)


def read_setting(file: Path) -> str | None:
    """Read the value of a file in /proc; None if this kernel has no such file."""
    try:
        return file.read_text().strip()
    except OSError:
        return None


def user_namespaces_work() -> bool:
    """Try to create one: a container's seccomp filter may refuse it without a trace in /proc."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return True
    return subprocess.run([unshare, "--user", "true"], capture_output=True).returncode == 0
