"""The accessibility tree: every formula that is shown is in it once, with a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.access.conftest import RealPages, build
from tests.support.access import SILENT, Node, Spoken, nodes_of, spoken

Open = Callable[..., Page]
WIDTHS = (320, 390, 820)
_NAMED = {"heading", "button", "link", "DisclosureTriangle", "columnheader", "textbox"}


@pytest.mark.parametrize("width", WIDTHS)
def test_each_formula_of_all_places_is_one_named_leaf(
    open_page: Open, places: str, width: int
) -> None:
    found = spoken(open_page(places, width))
    assert len(found) > 20
    assert [one for one in found if not one.is_right and not SILENT.fullmatch(one.tex)] == []
    assert [one.nodes for one in found if SILENT.fullmatch(one.tex)] == [[], []]
    assert sum(node.role == "MathMLMath" for one in found for node in one.nodes) == 1
    links = [[node.name for node in one.nodes if node.role == "link"] for one in found]
    assert [names for names in links if names] == [
        ["equation 1"],
        ["equation 2"],
        ["z^2"],
        ["this page", "equation 1"],
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_each_formula_of_real_pages_is_one_named_leaf(
    open_page: Open, real_pages: RealPages, form: str, width: int
) -> None:
    count = 0
    for name, _, page in real_pages(form):
        found = spoken(open_page(page, width))
        count += len(found)
        wrong = [one for one in found if not one.is_right and not SILENT.fullmatch(one.tex)]
        assert wrong == [], name
    assert count > 500


def test_names_of_what_is_around_a_formula_contain_it(open_page: Open, places: str) -> None:
    names = [node.name for node in nodes_of(open_page(places)) if node.role in _NAMED]
    assert names[:6] == ["On upper E equals m c squared here", "Two a 1", "x", "y", "z", "w"]
    for one in ("Add k", "Value of t", "to p", "Why n greater than or equals 1"):
        assert one in names
    assert "f left parenthesis x right parenthesis" in names


def test_what_scrolls_is_named_and_reached_only_where_it_scrolls(
    open_page: Open, places: str
) -> None:
    stops = """() => [...document.querySelectorAll('prm-view[tabindex]')].map((view) => {
        view.focus();
        return [document.activeElement === view, view.scrollWidth > view.clientWidth];
    })"""
    narrow, wide = (open_page(places, width).evaluate(stops) for width in (320, 2400))
    assert [True, True] in narrow
    assert all(focused == scrolls for focused, scrolls in [*narrow, *wide])
    assert all(not focused for focused, _ in wide)


def test_no_role_where_nothing_is_said(open_page: Open, places: str) -> None:
    page = open_page(places)
    boxes = ":is(svg, prm-box, prm-wide, prm-row, prm-scroll):not([role=none], [aria-hidden=true])"
    assert page.evaluate(f"document.querySelectorAll('{boxes}').length") == 0
    both = "mjx-container[aria-label]:has(math), prm-view[aria-label] math"
    assert page.evaluate(f"document.querySelectorAll('{both}').length") == 0


def test_an_equation_is_scrolled_to_where_another_layout_has_its_place(
    open_page: Open, places: str
) -> None:
    page = open_page(places, 320)
    for label in ("first", "second", "third"):
        top = page.evaluate(
            """(id) => {
                document.getElementById(id).scrollIntoView();
                return document.getElementById(id).getBoundingClientRect();
            }""",
            f"mjx-eqn:{label}",
        )
        assert abs(top["top"]) < 900
        assert (top["top"], top["bottom"]) != (0, 0) or label == "third"


def test_a_node_has_a_role_for_each_reader() -> None:
    """What the tests above call right is not everything."""
    image, link = Node("image", "x", 1), Node("link", "x", 1)
    group = Node("group", "x", 1)

    right = [[image], [link], [group, link], [link, link], [Node("MathMLMath", "", 1)]]
    wrong = [[], [image, image], [Node("image", "", 1)], [group], [Node("link", "", 1)]]
    wrong += [[image, link], [image, Node("StaticText", "x", 1)]]
    assert all(Spoken("x", nodes).is_right for nodes in right)
    assert not any(Spoken("x", nodes).is_right for nodes in wrong)


def test_no_mathml_where_a_client_that_reads_it_stays(tmp_path: Path) -> None:
    loader = "<script src=https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-mml-chtml.js></script>"
    page = tmp_path / "page.html"
    for flags, there in (([], True), (["--keep-loaders"], False)):
        page.write_text(
            rf"<!doctype html><html lang=ja><title>t</title>{loader}<p>\(x+1\)", "utf-8"
        )
        said = build(tmp_path, "svg", *flags)
        assert ("<math" in page.read_text("utf-8")) is there
        assert ("reads MathML" in said) is not there
