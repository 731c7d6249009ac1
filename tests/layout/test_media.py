"""Paper, old browsers, reader modes, browsers for text, large text: formulas are there, and fit."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.layout.test_contexts import offences_at
from tests.support.layout.formulas import FORMULAS, Rendered, page_of

pytestmark = pytest.mark.quick

_READABILITY = Path(__file__).parents[1] / "node_modules/@mozilla/readability/Readability.js"
#: CSS pixels between margins of 1 cm
_PAPER = {"A4": 718, "A6": 321}
_TEXT = "<p>" + "Some words, and more of them, so that this is an article of its own. " * 8 + "</p>"

#: how many layouts of each display are seen, its pixels to scroll, and whether its page scrolls
_SHOWN = """() => ({
  boxes: [...document.querySelectorAll('prm-box')].map((box) => ({
    shown: [...box.children].map((one) => one.getClientRects().length > 0).indexOf(true),
    count: [...box.children].filter((one) => one.getClientRects().length > 0).length,
    hidden: Math.max(...[box, ...box.querySelectorAll('prm-scroll')].map(
      (one) => one.scrollWidth - one.clientWidth)),
  })),
  wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
})"""


@pytest.mark.parametrize("paper", _PAPER)
def test_paper_has_the_layout_that_fits(page: Page, usual: Rendered, paper: str) -> None:
    page.set_content(page_of(usual))
    page.emulate_media(media="print")
    # It cannot scroll
    assert offences_at(page, (_PAPER[paper],), shrink=0.3) == {}
    assert all(box["hidden"] <= 1 for box in page.evaluate(_SHOWN)["boxes"])


def test_paper_has_all_formulas(page: Page, usual: Rendered) -> None:
    """A page of formulas prints as more than the same page without their drawings."""
    sizes = []
    for drawn in (True, False):
        formulas = usual.formulas if drawn else dict.fromkeys(usual.formulas, "")
        page.set_content(page_of(usual._replace(formulas=formulas)))
        sizes.append(len(page.pdf(format="A6", margin={"left": "1cm", "right": "1cm"})))
    assert sizes[0] > 2 * sizes[1]


def test_without_container_queries_the_natural_layout_scrolls(page: Page, usual: Rendered) -> None:
    style = re.sub(r"@container[^{]*\{(?:[^{}]*\{[^{}]*\})*\}", "", usual.style)
    style = style.replace("container-type", "unknown-type")
    assert "@container" not in style
    page.set_content(page_of(usual._replace(style=style)))
    scrolled = []
    for width in (320, 820):
        page.set_viewport_size({"width": width, "height": 900})
        seen = page.evaluate(_SHOWN)
        assert not seen["wide"]
        assert [(box["shown"], box["count"]) for box in seen["boxes"]] == [(0, 1)] * len(
            seen["boxes"]
        )
        scrolled.append(sum(box["hidden"] > 100 for box in seen["boxes"]))
    assert scrolled[0] > scrolled[1]


def test_without_style_sheets_one_layout_is_shown(page: Page, usual: Rendered) -> None:
    page.set_content(page_of(usual._replace(style="")))
    drawn: list[int] = page.evaluate(
        """() => [...document.querySelectorAll('mjx-container[display]')].map((formula) =>
            [...formula.querySelectorAll('svg:not(svg svg, .prm-room)')].filter(
                (svg) => svg.getBoundingClientRect().width > 0).length)"""
    )
    # A number is a picture of its own
    assert drawn == [2 if "numbered" in name else 1 for name in FORMULAS if "inline" not in name]


def test_a_heading_relies_on_nothing_and_defines_nothing(usual: Rendered) -> None:
    """Reader modes leave it out where it repeats the title."""
    assert not re.search("<use| id=", usual.formulas["inline, heading"])


def test_a_reader_mode_shows_each_formula_once(page: Page, usual: Rendered) -> None:
    page.set_content(page_of(usual, _TEXT + "<p>{}</p>"))
    page.add_script_tag(path=_READABILITY)
    page.evaluate(
        """() => {
            const {content} = new Readability(document.cloneNode(true)).parse();
            document.head.querySelectorAll('style').forEach((style) => style.remove());
            document.body.innerHTML = content;
        }"""
    )
    seen: list[dict[str, Any]] = page.evaluate(
        """() => [...document.querySelectorAll('mjx-container[data-tex]')].map((formula) => ({
            tex: formula.getAttribute('data-tex').trim(),
            text: formula.textContent.trim(),
            drawn: [...formula.querySelectorAll('svg')].some((svg) => svg.getClientRects().length),
            lost: [...formula.querySelectorAll('use')].filter(
                (use) => !document.querySelector(use.getAttribute('xlink:href'))).length,
        }))"""
    )
    assert len(seen) == len(FORMULAS)
    assert all(one["drawn"] and not one["lost"] for one in seen)
    assert all(one["text"].startswith(one["tex"]) for one in seen)


class _Text(HTMLParser):
    """What a browser shows that draws nothing and knows no style sheets."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.hidden and "hidden" in dict(attrs):
            self.hidden = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.hidden:
            self.hidden = ""

    def handle_data(self, data: str) -> None:
        if self.lasttag not in ("style", "script") and not self.hidden:
            self.text += data


def test_a_browser_for_text_shows_the_tex_once(usual: Rendered) -> None:
    for name, formula in usual.formulas.items():
        reader = _Text()
        reader.feed(formula)
        tex = FORMULAS[name].replace(r"\(", "").replace(r"\)", "")
        tex = tex.replace(r"\[", "").replace(r"\]", "")
        assert reader.text.count(tex) == 1, name
        assert len(reader.text) < len(tex) + 20, name


def test_nothing_moves_while_the_page_loads(browser: Browser, usual: Rendered) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 4000})
    head = """<script>
        self.moved = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) self.moved += entry.value;
        }).observe({type: 'layout-shift', buffered: true});
        </script>"""
    # The page comes in pieces, and is painted between them. What is high makes its line of text
    # grow, and so moves the words before it where they are painted first, as a picture would.
    low = {name: one for name, one in usual.formulas.items() if name != "inline, matrix"}
    whole = page_of(usual._replace(formulas=low), "<p>Text {} text</p><p>Text</p>", head)
    page.goto("about:blank")
    page.evaluate(
        """async (text) => {
            document.open();
            for (let at = 0; at < text.length; at += 4000) {
                document.write(text.slice(at, at + 4000));
                await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 5)));
            }
            document.close();
            await new Promise((done) => setTimeout(done, 100));
        }""",
        whole,
    )
    assert page.locator("mjx-container[data-tex]").count() == len(low)
    assert page.evaluate("self.moved") == 0
    page.close()


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("zoom", [1, 4])
def test_large_text_and_zoom(browser: Browser, usual: Rendered, size: int, zoom: int) -> None:
    page = browser.new_page(device_scale_factor=zoom)
    page.set_content(page_of(usual, head=f"<style>html{{font-size:{100 * size}%}}</style>"))
    assert offences_at(page, (1280 // zoom,)) == {}
    page.close()
