"""The accessibility tree of a page and the formulas that it shows in, what is wrong with it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.support.access import SILENT
from tests.tools.heard.tree import Node

_OURS = re.compile(r"mjx-container|prm-[a-z]+|svg|g|use|path|text|desc|title")


def judge(document: Node, shown: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What is wrong in a page's tree, given the formulas that it shows."""
    formulas = [one for one in shown if not SILENT.fullmatch(one["tex"])]
    nodes = list(document.walk())
    found = [(node.role, node.name) for node in nodes if _is_formula(node)]
    wanted = [told for one in formulas if (told := _wanted(one)) is not None]
    if found != wanted:
        place = next(
            (i for i, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b), len(found)
        )
        yield f"formula {place}: {found[place : place + 1]}, not {wanted[place : place + 1]}"
    links = iter([node.name for node in nodes if node.role == "link"])
    for link in (link for one in formulas for link in one["links"]):
        if link not in links:
            yield f"no link {link!r}"
    for node in nodes:
        inside = [one for child in node.children for one in child.walk()]
        if _is_formula(node) and node.role == "image" and not all(map(_is_bare, inside)):
            yield f"{node.name!r} has something inside: {[(one.role, one.name) for one in inside]}"
    texts = {one["tex"].strip() for one in formulas if re.search(r"[\\^_]", one["tex"])}
    for node in nodes:
        if node.role == "static" and any(text in node.name for text in texts):
            yield f"TeX is read: {node.name!r}"


def _wanted(formula: dict[str, Any]) -> tuple[str, str] | None:
    if formula["isMathML"]:
        return "math", ""
    if formula["links"] and not formula["isGroup"]:
        return None
    return "group" if formula["isGroup"] else "image", formula["name"] or "a name"


def _is_formula(node: Node) -> bool:
    return node.role == "math" or (
        node.role in ("image", "group") and _OURS.fullmatch(node.tag) is not None
    )


def _is_bare(node: Node) -> bool:
    """Whether readers pass a node: Firefox keeps a box that may scroll, whatever its role."""
    return node.role == "section" and not node.name
