"""A page with formulas as MathML: each is one `math` for who listens, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.access.conftest import SOURCE, rendered
from tests.support.access import SILENT, Spoken, spoken


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    return rendered(SOURCE, tmp_path_factory.mktemp("mathml"), "mathml")


@pytest.mark.parametrize("width", [320, 820])
def test_each_formula_is_one_math(open_page: Callable[..., Page], html: str, width: int) -> None:
    shown = spoken(open_page(html, width))
    assert [one.nodes for one in shown if "newcommand" in one.tex] == [[]]
    found = [one for one in shown if not SILENT.fullmatch(one.tex)]
    assert len(found) > 20
    assert [one for one in found if not _is_math(one)] == []
    assert "aria-label" not in html
    assert "prm-math>" not in html


def _is_math(one: Spoken) -> bool:
    roles = [node.role for node in one.nodes if node.role != "generic"]
    # A link whose text is a formula has it in it
    inside = roles.count("MathMLMath") - 1
    linked = sum(role == "link" for role in roles)
    known = all(role.startswith(("MathML", "StaticText", "link")) for role in roles)
    return roles[:1] == ["MathMLMath"] and known and inside <= linked
