"""A screen and a bus for accessibility of their own; the environment of what uses them out.

Debian's packages xvfb, dbus and at-spi2-core have what it takes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

#: where distributions put what starts the bus for accessibility
_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
_START = 120.0

Answer = TypeVar("Answer")


def lacking(*programs: str) -> list[str]:
    """Programs that are not installed here, of those named and those that a desktop needs."""
    missing = [name for name in ("Xvfb", "dbus-daemon", *programs) if shutil.which(name) is None]
    return missing if _launcher() else [*missing, "at-spi-bus-launcher"]


@contextmanager
def desktop() -> Iterator[Mapping[str, str]]:
    """Start a screen of 1600 x 1200 px, a session's bus, and the one for accessibility."""
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        environment = {
            **os.environ,
            "HOME": home,
            "XDG_RUNTIME_DIR": home,
            "GNOME_ACCESSIBILITY": "1",
            "LANG": "C.UTF-8",
        }
        for name in ("WAYLAND_DISPLAY", "NO_AT_BRIDGE", "DBUS_SESSION_BUS_ADDRESS"):
            environment.pop(name, None)
        words = ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
        environment["DISPLAY"] = f":{stack.enter_context(_told(words, environment))}"
        words = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
        environment["DBUS_SESSION_BUS_ADDRESS"] = stack.enter_context(_told(words, environment))
        launcher = [_launcher() or "at-spi-bus-launcher", "--launch-immediately"]
        stack.enter_context(running(launcher, environment))
        yield environment


@contextmanager
def running(words: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program, for as long as it is needed."""
    process = subprocess.Popen(
        words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        _end(process)


@contextmanager
def _told(words: list[str], environment: Mapping[str, str]) -> Iterator[str]:
    """A program, and the first line that it says."""
    process = subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _launcher() -> str | None:
    return next((path for path in _LAUNCHERS if Path(path).exists()), None)


def wait_for(ask: Callable[[], Answer | None], what: str, seconds: float = _START) -> Answer:
    """What a question answers, once it does.

    Raises TimeoutError.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (answer := ask()) is not None:
            return answer
        time.sleep(0.2)
    raise TimeoutError(what)
