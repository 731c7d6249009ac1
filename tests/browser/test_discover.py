"""Which browser is started, and with its sandbox or without: real files in temporary folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import playwright
import pytest

from prerender.browser import discover as browser
from prerender.browser.discover import INSTALL, BrowserNotFound, find_browser, registry, sandbox

pytestmark = pytest.mark.quick

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layout of Linux")


def program(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser: its folder, with an empty bin/ as the PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    return tmp_path


def from_playwright(folder: Path, name: str, inner: str, *, finished: bool = True) -> Path:
    """What `playwright install` leaves there for the installed version of Playwright."""
    listed = Path(playwright.__path__[0], "driver", "package", "browsers.json").read_bytes()
    revision = next(b["revision"] for b in json.loads(listed)["browsers"] if b["name"] == name)
    home = folder / "playwright" / f"{name.replace('-', '_')}-{revision}"
    path = program(home / inner)
    if finished:
        (home / "INSTALLATION_COMPLETE").touch()
    return path


SHELL = ("chromium-headless-shell", "chrome-headless-shell-linux64/chrome-headless-shell")
FULL = ("chromium", "chrome-linux64/chrome")


def test_none_found_names_the_two_commands(bare: Path) -> None:
    with pytest.raises(BrowserNotFound) as raised:
        find_browser()
    assert len(INSTALL) == 2
    for command in INSTALL:
        assert command in str(raised.value)


def test_the_order(bare: Path) -> None:
    def found() -> Path:
        return find_browser().path

    for name in ("google-chrome", "chromium", "chromium-headless-shell"):
        path = program(bare / "bin" / name)
        assert found() == path
    for kind in (FULL, SHELL):
        path = from_playwright(bare, *kind)
        assert found() == path
    explicit = program(bare / "elsewhere" / "my-chromium")
    assert find_browser(explicit).path == explicit


def test_what_is_found_says_how(bare: Path) -> None:
    program(bare / "bin" / "chromium")
    assert (find_browser().name, find_browser().found) == ("chromium", "on the PATH")
    from_playwright(bare, *SHELL)
    assert find_browser().found == "installed by Playwright"
    assert find_browser("chromium").found.startswith("named by")


def test_explicit_may_be_a_name_on_the_path(bare: Path) -> None:
    path = program(bare / "bin" / "brave")
    assert find_browser("brave").path == path


@pytest.mark.parametrize("mode", [0o644, None])
def test_explicit_that_cannot_run_is_an_error_even_if_others_can(
    bare: Path, mode: int | None
) -> None:
    program(bare / "bin" / "chromium")
    named = bare / "named"
    if mode is not None:
        program(named, mode)
    with pytest.raises(BrowserNotFound, match="named is not a program"):
        find_browser(named)


def test_an_unfinished_download_is_no_browser(bare: Path) -> None:
    from_playwright(bare, *SHELL, finished=False)
    with pytest.raises(BrowserNotFound):
        find_browser()


def test_another_version_of_playwright_has_its_own_browsers(bare: Path) -> None:
    home = bare / "playwright" / "chromium_headless_shell-1"
    program(home / SHELL[1])
    (home / "INSTALLATION_COMPLETE").touch()
    with pytest.raises(BrowserNotFound):
        find_browser()


def test_a_file_that_is_not_executable_is_passed_over(bare: Path) -> None:
    from_playwright(bare, *SHELL).chmod(0o644)
    program(bare / "bin" / "chromium-headless-shell", 0o644)
    path = program(bare / "bin" / "google-chrome")
    assert find_browser().path == path


def test_the_registry_is_where_playwright_itself_looks(tmp_path: Path) -> None:
    """Playwright's own words, whatever its version: a change of its rules shows here."""
    driver = Path(playwright.__path__[0]) / "driver" / "package"
    said = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "--dry-run", "chromium"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str(registry(driver)) in said


def test_the_registry_follows_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", "0")
    assert registry(tmp_path) == tmp_path / ".local-browsers"
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert registry(Path("driver")) == tmp_path / "ms-playwright"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Not root, and a kernel whose /proc is the folder that is given."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "has_setuid_helper", lambda path: False)
    return tmp_path


def test_root_has_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    off = sandbox(Path("/usr/bin/chromium"))
    assert not off.on
    assert "root" in off.why_off


def test_everyone_else_has_it(user: Path) -> None:
    assert sandbox(user / "chromium", proc=user).on
    for name, value in (
        ("kernel/unprivileged_userns_clone", "1\n"),
        ("kernel/apparmor_restrict_unprivileged_userns", "0\n"),
        ("user/max_user_namespaces", "96365\n"),
    ):
        file = user / "sys" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(value)
    assert sandbox(user / "chromium", proc=user) == browser.Sandbox(on=True)


@pytest.mark.parametrize(("name", "value"), browser.USER_NAMESPACES_SHUT)
def test_a_kernel_that_refuses(user: Path, name: str, value: str) -> None:
    file = user / "sys" / name
    file.parent.mkdir(parents=True)
    file.write_text(f"{value}\n")
    off = sandbox(user / "chromium", proc=user)
    assert not off.on
    assert name in off.why_off


def test_a_container_that_refuses(user: Path) -> None:
    program(user / "unshare").write_text("#!/bin/sh\nexit 1\n")
    off = sandbox(user / "chromium", proc=user)
    assert not off.on
    assert "container" in off.why_off


def test_the_setuid_helper_beside_the_program_does_without_namespaces(tmp_path: Path) -> None:
    chrome = program(tmp_path / "opt" / "chrome")
    link = tmp_path / "google-chrome"
    link.symlink_to(chrome)
    helper = program(tmp_path / "opt" / "chrome-sandbox")
    before = browser.has_setuid_helper(link)
    helper.chmod(0o4755)
    assert browser.has_setuid_helper(link)
    assert before == Path("/usr/lib/chromium/chrome-sandbox").is_file()
