"""The tool that reads Firefox's accessibility tree sees what is wrong in one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.heard.judge import judge
from tests.tools.heard.tree import Node

pytestmark = pytest.mark.quick


def _node(role: str, name: str = "", *children: Node, tag: str = "mjx-container") -> Node:
    return Node(("", ""), role, name, {"tag": tag}, list(children))


def _shown(**changed: Any) -> dict[str, Any]:
    usual = {"tex": "x^2", "name": "x squared", "isGroup": False, "links": [], "isMathML": False}
    return {**usual, **changed}


def _wrong(shown: dict[str, Any], *nodes: Node) -> list[str]:
    return list(judge(_node("document", "", *nodes, tag="body"), [shown]))


def test_one_named_leaf_is_right() -> None:
    link = _node("link", "equation 1", tag="a")
    assert _wrong(_shown(), _node("image", "x squared")) == []
    assert _wrong(_shown(), _node("image", "x squared", _node("section", tag="prm-box"))) == []
    assert _wrong(_shown(isMathML=True), _node("math", "", _node("static", "x"))) == []
    assert _wrong(_shown(links=["equation 1"]), link) == []
    assert _wrong(_shown(tex=r"\phantom{x}")) == []


def test_all_else_is_wrong() -> None:
    image = _node("image", "x squared")
    for nodes in (
        [],
        [_node("image")],
        [_node("image", "y squared")],
        [image, image],
        [_node("image", "x squared", _node("static", "x"))],
        [image, _node("image", tag="svg")],
        [image, _node("static", "$x^2$")],
    ):
        assert len(_wrong(_shown(), *nodes)) == 1, nodes
    assert _wrong(_shown(links=["equation 1"]), _node("link", "equation 2")) == [
        "no link 'equation 1'"
    ]
