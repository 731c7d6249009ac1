"""What all tests share: the real material, and a command line that is run like any other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real sites and formulas beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"the real sites and formulas are not there: {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for the runs of this session: each formula of the tests is typeset once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def environment(session_cache: Path, tmp_path: Path) -> dict[str, str]:
    """The variables for a run: none of the user's, and two tabs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PRERENDER_")}
    browser = os.environ.get("PRERENDER_BROWSER")
    return {
        **kept,
        **({"PRERENDER_BROWSER": browser} if browser else {}),
        "PRERENDER_CACHE": str(session_cache),
        "PRERENDER_JOBS": "2",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }


@pytest.fixture
def prerender(environment: dict[str, str], tmp_path: Path) -> Run:
    """The command line, run in `tmp_path`: its words in, what it did out."""

    def run(
        *words: str | Path, cwd: Path = tmp_path, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "prerender", *map(str, words)],
            cwd=cwd,
            env=environment | variables,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    return run
