"""A little of `make fuzz`: the same cases on every run."""

from __future__ import annotations

import pytest

from tests.tools.fuzz.__main__ import run
from tests.tools.fuzz.targets import TARGETS

pytestmark = pytest.mark.quick

CASES = {
    "source": 400,
    "restore": 300,
    "set-up": 1000,
    "answer": 3000,
    "cache": 40,
    "finder": 200,
}


@pytest.mark.parametrize("target", TARGETS)
def test_no_case_fails(target: str) -> None:
    _, failed, _ = run(TARGETS[target], 1_000_000, CASES[target], 0)
    assert failed == 0
