"""A page with formulas as MathML: each is one `math` for who listens, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.access.conftest import SOURCE, RealPages, rendered
from tests.support.access import SILENT, Spoken, spoken

#: what is a link, and text
_REFERENCE = re.compile(r"\(?\\(?:eq)?ref\{[\w:]+\}\)?")


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


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 820])
def test_each_formula_of_real_pages_is_one_math(
    open_page: Callable[..., Page], real_pages: RealPages, width: int
) -> None:
    count = 0
    for name, _, page in real_pages("mathml"):
        found = [one for one in spoken(open_page(page, width)) if not SILENT.fullmatch(one.tex)]
        count += len(found)
        assert [one for one in found if not _is_math(one)] == [], name
    assert count > 500


def _is_math(one: Spoken) -> bool:
    roles = [node.role for node in one.nodes if node.role != "generic"]
    if _REFERENCE.fullmatch(one.tex):
        return "link" in roles and set(roles) <= {"link", "StaticText"}
    # A link whose text is a formula has it in it
    inside = roles.count("MathMLMath") - 1
    linked = sum(role == "link" for role in roles)
    known = all(role.startswith(("MathML", "StaticText", "link")) for role in roles)
    return roles[:1] == ["MathMLMath"] and known and inside <= linked
