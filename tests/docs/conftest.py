"""The documentation, built once for all tests of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """The documentation, built as `make docs` does: no warning, no link that leads nowhere."""
    folder = tmp_path_factory.mktemp("docs")
    build(ROOT / "docs" / "mkdocs.yml", folder, environment)
    return folder


def build(config: Path, folder: Path, environment: Mapping[str, str]) -> None:
    """Build it, strictly, by a configuration."""
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    words += ["--config-file", str(config), "--site-dir", str(folder)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
