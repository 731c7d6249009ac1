"""What all tests share: the real material, and a command line that is run like any other."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner

from prerender.cli.commands import app
from tests.support.browser import SessionBrowser, session_chromium
from tests.support.slow import is_left

_HERE = Path(__file__).parent
SHARED = _HERE.parents[1] / "shared"

# No test is about time: machines are shared, and noisy
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test` leaves out."""
    for item in items:
        if is_left(str(item.path.relative_to(_HERE)), item.name):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real sites and formulas beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"the real sites and formulas are not there: {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def session_browser() -> Iterator[SessionBrowser]:
    """The one browser of all tests that drive one with asynchronous code."""
    with session_chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for the runs of this session: each formula of the tests is typeset once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for temporary files: what runs leave there goes with pytest's own.

    Those that are killed do, and `check --screens` does on purpose: its pictures.
    """
    return tmp_path_factory.mktemp("t")  # sockets of Chromium have paths in it, which must be short


@pytest.fixture(scope="session")
def environment(session_cache: Path, temporary: Path) -> dict[str, str]:
    """The variables for a run: none of the user's, and two tabs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PRERENDER_")}
    browser = os.environ.get("PRERENDER_BROWSER")
    return {
        **kept,
        **({"PRERENDER_BROWSER": browser} if browser else {}),
        "PRERENDER_CACHE": str(session_cache),
        "PRERENDER_JOBS": "2",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "TMPDIR": str(temporary),
    }


@dataclass(frozen=True)
class Done:
    """What a run of the command line came to."""

    returncode: int
    stdout: str
    stderr: str


class Run(Protocol):
    """The command line as a function: its words, and variables beside those of `environment`."""

    def __call__(self, *words: str | Path, **variables: str) -> Done: ...


@pytest.fixture
def prerender(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, run in `tmp_path` (and in this process, which saves half a second)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", environment["TMPDIR"])  # asked for once in a process
    for name in os.environ.keys() - environment.keys():
        monkeypatch.delenv(name)

    def run(*words: str | Path, **variables: str) -> Done:
        named = [str(word) for word in words]
        env = environment | variables
        done = CliRunner().invoke(app, named, env=env, prog_name="prerender")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return run
