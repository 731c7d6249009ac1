"""Selectors, and which elements of a small page they mean."""

from __future__ import annotations

import pytest

from prerender.source import parse
from prerender.source.selectors import matches, matches_nothing, select

pytestmark = pytest.mark.quick

PAGE = """<body class="home"><main id="m"><article class="post a"><p lang="de" data-a="b c">1</p>
<div><p class="x">2</p></div></article></main><p id="m.n" lang="de-AT">3</p>"""


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ("p", "123"),
        (".post p", "12"),
        (".post > p", "1"),
        ("main .post p.x", "2"),
        ("main > p", ""),
        ("body.home > p", "3"),
        ("article > * > p", "2"),
        ("p.x, [lang]", "123"),
        ("p[data-a]", "1"),
        ('[lang="de"]', "1"),
        ("[data-a~=c]", "1"),
        ("[data-a='b c']", "1"),
        ("[data-a^=b][data-a$=c]", "1"),
        ("[data-a*=' ']", "1"),
        ("[lang|=d]", ""),
        ("[lang|=de]", "13"),
        ("[data-a^='']", ""),
        ("[data-a$='']", ""),
        ("[data-a*='']", ""),
        ("#m p.x", "2"),
        ("P", "123"),
        ("div div p", ""),
        ("", ""),
        ("p:first-child", ""),
        ("p + p", ""),
        ("..", ""),
    ],
)
def test_what_a_selector_means(selector: str, text: str) -> None:
    root = parse(PAGE)
    found = [element for element in root.walk() if matches(selector, element)]
    assert "".join(element.text() for element in found if element.tag == "p") == text
    assert select([selector], root) == found


def test_what_one_of_several_selectors_means() -> None:
    root = parse(PAGE)
    tags = ["p", "article", "div", "main", "body"]
    for selectors in (["p", ".post"], ["#m", "[id='m.n']"], ["#m", "#n"], ["p.x", "article"], tags):
        found = [one for one in root.walk() if any(matches(each, one) for each in selectors)]
        assert select(selectors, root) == found


def test_what_no_element_is() -> None:
    root = parse(PAGE)
    for selector in ("p.y", "#n", "div div p", "#m .hbe", "p.y, #n"):
        assert matches_nothing(selector, root)
    # what cannot be read may mean anything
    for selector in ("p.x", "p.y, .x", "p:hover", "p.y, p:hover"):
        assert not matches_nothing(selector, root)
