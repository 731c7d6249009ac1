"""A job that is killed leaves whole pages, and the next run ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.batch.kills import kill_at_random


@pytest.mark.parametrize("in_place", [False, True])
def test_kills(tmp_path: Path, environment: dict[str, str], in_place: bool) -> None:
    kill_at_random(tmp_path, 3, environment, 30, in_place=in_place)
