"""A job that is killed leaves whole pages, and the next run ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.kills import kill_at_random


@pytest.mark.parametrize(
    ("in_place", "shared"),
    [(True, True), pytest.param(False, False, marks=pytest.mark.slow)],
)
def test_kills(tmp_path: Path, environment: dict[str, str], in_place: bool, shared: bool) -> None:
    kill_at_random(tmp_path, 6, environment, 20, in_place=in_place, shared=shared)
