"""Pictures of formulas for feeds: files that need nothing else, and what shows them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from prerender.engine import EquationNumber, Layout, Piece, Typeset
from prerender.find import Formula
from prerender.markup.feeds import WIDEST, as_mathml, images, is_picture_file
from prerender.source import Span

pytestmark = pytest.mark.quick

SVG = "{http://www.w3.org/2000/svg}"
OUTLINES = {"g": "m0 0h9z"}
EX = 442.0


def formula(tex: str = "x", *, display: bool = False) -> Formula:
    return Formula(Span(0, 1), None, tex, display)


def drawn(one: Formula, *layouts: Layout) -> tuple[str, list[ElementTree.Element]]:
    """The elements of a formula, and its pictures."""
    typeset = Typeset(layouts, ("g",))
    elements, files = images(one, typeset, OUTLINES, "https://a.example/b/", xml=False)
    assert all(is_picture_file(file.name) for file in files)
    assert all(f'src="https://a.example/b/{file.name}"' in elements for file in files)
    return elements, [ElementTree.fromstring(file.data) for file in files]


def part(width: float, before: int | None = None) -> Layout:
    return Layout(width, 700, 200, ('<use href="#g"/>',), break_before=before)


def test_pieces_and_outlines_stand_in_the_picture() -> None:
    body = (Piece("p", '<use href="#g" x="5"/>'), '<use href="#p" x="100" transform="scale(2)"/>')
    narrow = Layout(900, 700, 200, ('<use href="#p"/><rect width="5" height="6"/>',))
    wide = Layout(WIDEST * EX * 2, 700, 200, body)
    _, [picture] = drawn(formula(display=True), wide, narrow)
    assert [one.tag.removeprefix(SVG) for one in picture.iter()] == [
        "svg",
        "rect",
        "g",
        "path",
        "rect",
    ]
    assert not list(picture.iter(f"{SVG}use"))
    # Lines have no colour of their own
    assert picture.attrib["stroke"] == "currentColor"


def test_the_widest_layout_that_a_phone_has_room_for() -> None:
    layouts = [part(EX * width) for width in (90, 60, 40, 20)]
    elements, [_] = drawn(formula(display=True), *layouts)
    assert 'style="width:40.' in elements
    assert "display:block" in elements
    elements, [_] = drawn(formula(display=True), *layouts[:2])
    assert 'style="width:60.' in elements


def test_a_number_stands_beside_its_formula() -> None:
    tag = EquationNumber(500, ('<use href="#g"/>',), 900, "right", 0)
    one = Layout(1000, 700, 200, ('<use href="#g"/>',), tag)
    _, [picture] = drawn(formula(display=True), one)
    assert len(list(picture.iter(f"{SVG}path"))) == 2
    assert float(picture.attrib["viewBox"].split()[2]) > 2400


def test_long_formulas_in_text_are_several_pictures() -> None:
    parts = [part(EX * 20), *(part(EX * 20, 222) for _ in range(4))]
    elements, pictures = drawn(formula('a "<" b'), *parts)
    assert len(pictures) == 3
    assert elements.count('alt=""') == 2
    assert elements.startswith("<img")
    assert 'alt="a &quot;&lt;&quot; b"' in elements
    broken = [part(EX), Layout(EX, 700, 200, (), break_before="newline")]
    elements, pictures = drawn(formula(), *broken)
    assert (len(pictures), elements.count("<br/>")) == (2, 1)


def test_what_shows_nothing_is_no_picture() -> None:
    assert drawn(formula(), Layout(0, 0, 0, ())) == ("", [])
    assert drawn(formula(display=True)) == ("", [])


def test_what_fills_its_line_fills_its_picture() -> None:
    body = ('<svg viewBox="0 -700 900 900"><use href="#g"/></svg>',)
    _, [picture] = drawn(formula(display=True), Layout(900, 700, 200, body, full_width=True))
    inner = picture.find(f"{SVG}svg")
    assert inner is not None
    assert (inner.attrib["y"], inner.attrib["height"]) == ("-700", "900")
    assert float(inner.attrib["width"]) == pytest.approx(WIDEST * EX)


@pytest.mark.parametrize(
    ("given", "display", "result"),
    [
        ("<math>\n  <mi>x</mi>\n</math>", False, "<math {}><mi>x</mi></math>"),
        ("<math><mi>x</mi></math>", True, '<math {} display="block"><mi>x</mi></math>'),
        ('<math display="block"/>', True, '<math {} display="block"/>'),
        ("", False, ""),
    ],
)
def test_mathml_has_its_namespace(given: str, display: bool, result: str) -> None:
    space = 'xmlns="http://www.w3.org/1998/Math/MathML"'
    typeset = Typeset(mathml=given)
    assert as_mathml(formula(display=display), typeset) == result.format(space)
