"""A page in a browser in; what its formulas are in the accessibility tree out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page

_AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
_VIOLATIONS = """async () => {
    const {violations} = await axe.run(document, {resultTypes: ['violations']});
    return violations.map(({id}) => id);
}"""
#: of each formula: its TeX, and whether it is where readers get it
_SHOWN = """() => [...document.querySelectorAll('mjx-container[data-tex]')].map((formula) => [
    formula.dataset.tex,
    formula.checkVisibility({visibilityProperty: true})
        && !formula.closest('[aria-hidden=true], [inert]'),
])"""
#: what selecting all in an element gives
SELECTED = """(selector) => {
    getSelection().selectAllChildren(document.querySelector(selector));
    return getSelection().toString();
}"""
#: the TeX of what has nothing to say
SILENT = re.compile(
    r"\s*(\\(phantom|(re)?newcommand|def|require|DeclareMathOperator)\b.*)?", re.DOTALL
)
#: pieces of lines, which are no nodes of their own
_PIECES = {"InlineTextBox"}


class Node(NamedTuple):
    """A node of the tree: its role, its name, and the element that it is of."""

    role: str
    name: str
    element: int


class Spoken(NamedTuple):
    """A formula that is shown: its TeX, and its nodes in the tree."""

    tex: str
    nodes: list[Node]

    @property
    def is_right(self) -> bool:
        """Whether it is one named leaf, a group with links, links, or MathML."""
        roles = [node.role for node in self.nodes if node.role != "generic"]
        named = all(node.name for node in self.nodes if node.role in ("image", "group", "link"))
        match roles:
            case ["image"]:
                return named
            case ["MathMLMath", *parts]:
                return all(part.startswith(("MathML", "StaticText")) for part in parts)
            case ["group", *links] | links:
                return named and bool(links) and set(links) == {"link"}
        return False


def violations(page: Page) -> set[str]:
    """The rules of axe-core that a page breaks."""
    page.evaluate(_AXE.read_text("utf-8"))
    return set(page.evaluate(_VIOLATIONS))


def nodes_of(page: Page) -> list[Node]:
    """All nodes of the accessibility tree that readers get, in order."""
    return [
        Node(
            one["role"]["value"],
            one.get("name", {}).get("value", ""),
            one.get("backendDOMNodeId", 0),
        )
        for one in _tree(page)
        if not one["ignored"] and one["role"]["value"] not in _PIECES
    ]


def spoken(page: Page) -> list[Spoken]:
    """The formulas of a page that are shown."""
    session = page.context.new_cdp_session(page)
    document = session.send("DOM.getDocument", {"depth": -1, "pierce": False})["root"]
    elements = [_inside(one) for one in _formulas(document)]
    session.detach()
    nodes = nodes_of(page)
    told = zip(page.evaluate(_SHOWN), elements, strict=True)
    return [
        Spoken(tex, [node for node in nodes if node.element in inside])
        for (tex, shown), inside in told
        if shown
    ]


def _tree(page: Page) -> list[dict[str, Any]]:
    """The nodes of the tree, parents before their children."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {one["nodeId"]: one for one in nodes}
    ordered, waiting = [], [nodes[0]["nodeId"]]
    while waiting:
        if (one := by_id.get(waiting.pop())) is not None:
            ordered.append(one)
            waiting += reversed(one.get("childIds", []))
    return ordered


def _formulas(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node.get("localName") == "mjx-container" and "data-tex" in node.get("attributes", []):
        yield node
        return
    for child in node.get("children", []):
        yield from _formulas(child)


def _inside(node: dict[str, Any]) -> set[int]:
    """An element and all that is in it."""
    inside = {node["backendNodeId"]}
    for child in node.get("children", []):
        inside |= _inside(child)
    return inside
