"""A part of `make attacks`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.attacks.__main__ import attack
from tests.tools.attacks.corpus import attacks
from tests.tools.attacks.listener import listener


def test_there_are_many_of_all_kinds() -> None:
    assert len({one.kind for one in attacks()}) == 11
    assert len(set(attacks())) >= 300


@pytest.mark.slow
@pytest.mark.parametrize("markup", ["svg", "html", "mathml"])
def test_none_does_harm(tmp_path: Path, markup: str) -> None:
    with listener() as ears:
        assert list(attack(attacks()[::40], tmp_path, ears, markup, in_firefox=False)) == []
