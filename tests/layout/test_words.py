r"""Words of \text stand and are shaped as the page's own engine shows them, in any script."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.layout.own import page_for, show_rendered, show_typeset

_WORDS = Path(__file__).with_name("words.js").read_text("utf-8").rstrip().removesuffix(";")
_FORMULAS = ".katex-html, mjx-container, p:not(:has(.katex-html, mjx-container))"
#: engines that leave a whole text to the browser
_WHOLE = ("MathJax 3, font of the page", "MathJax 4, font of the page", "KaTeX")
#: texts by what is in them; the languages whose fonts they need to be shaped
TEXTS = {
    "Arabic": ("مساحة الدائرة", "ar"),
    "Hebrew": ("שטח העיגול", "he"),
    "Persian, numbers": ("اگر عدد ۱۲ باشد و 34 نباشد", "fa"),
    "Arabic in parentheses": ("نصف القطر (بالمتر) هنا", "ar"),
    "Devanagari": ("हिन्दी में लिखा", "hi"),
    "Tamil": ("தமிழ் மொழி", "ta"),
    "Thai": ("ภาษาไทย", "th"),
    "mixed": ("area (מטר) of 12 שטח then", "he"),
    "begins from the right": ("שטח of 12 מטר", "he"),
}
_LONG = (
    "إذا كانت مساحة الدائرة أكبر من مساحة المربع الذي طول ضلعه ١٢ مترا فإن نصف القطر أكبر",
    "if the area שטח העיגול is more than 12 מטר רבוע (of the square) then it is larger",
)


def _seen(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(_WORDS, _FORMULAS)
    return found


def _lines(page: Page) -> list[list[str]]:
    return [one["lines"] for one in _seen(page)]


def _body() -> str:
    return "".join(rf"<p>\[\text{{{text}}}\]</p>" for text, _ in TEXTS.values())


Show = Callable[[str], None]


@pytest.fixture
def show(page: Page, tmp_path: Path, environment: dict[str, str]) -> Show:
    """Show a page as the command line renders it."""
    return partial(show_rendered, page, folder=tmp_path, environment=environment)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("engine", _WHOLE)
def test_order_is_that_of_the_own_engine(
    page: Page, show: Show, engine: str, direction: str
) -> None:
    html = page_for(engine, _body(), f'dir="{direction}"')
    show(html)
    ours = _lines(page)
    # KaTeX sets its formulas from right to left on such a page, which nobody wants
    show_typeset(page, html if engine != "KaTeX" else html.replace('dir="rtl"', ""))
    assert dict(zip(TEXTS, ours, strict=True)) == dict(zip(TEXTS, _lines(page), strict=True))


@pytest.mark.parametrize("engine", ["MathJax 3", "MathJax 4"])
def test_order_is_that_of_a_text_where_the_engine_has_none(
    page: Page, show: Show, engine: str
) -> None:
    """Without the font of the page MathJax puts words, and letters, in the order of their code."""
    leftwards = [text for text, language in TEXTS.values() if language in ("ar", "he", "fa")]
    show(page_for(engine, "".join(rf"<p>\(\text{{{text}}}\)</p>" for text in leftwards)))
    ours = _lines(page)
    page.set_content("".join(f"<p>{text}</p>" for text in leftwards))
    assert ours == _lines(page)


@pytest.mark.parametrize("engine", _WHOLE)
def test_letters_are_shaped(page: Page, show: Show, engine: str) -> None:
    """A text is as wide, in em, as where the own engine has left it to the browser."""
    texts = [text for text, language in TEXTS.values() if _has_font(language)]
    if not texts:
        pytest.skip("no font here for any of the scripts: apt-get install fonts-noto-core")
    if engine == "KaTeX":  # it has a font of its own for Latin, with the space
        words = (text.split()[0] for text in texts)
        texts = list(dict.fromkeys(word for word in words if not word.isascii()))
    formulas = "".join(rf"<p>\[\text{{{text}}}\]</p>" for text in texts)
    html = page_for(engine, _UNFITTED + formulas)
    show(html)
    written = page.locator("svg text").all_text_contents()
    assert [one.split() for one in written] == [text.split() for text in texts]
    ours = {text: one["width"] for text, one in zip(texts, _seen(page), strict=True)}
    show_typeset(page, html)
    theirs = {text: one["width"] for text, one in zip(texts, _seen(page), strict=True)}
    assert ours == pytest.approx(theirs, rel=0.02)


#: letters are not fitted to the pixels of the screen
_UNFITTED = "<style>* { text-rendering: geometricPrecision !important }</style>"


def _has_font(language: str) -> bool:
    words = ["fc-list", f":lang={language}"]
    return bool(subprocess.run(words, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("engine", ["MathJax 4", *_WHOLE])
def test_lines_have_their_words_in_order(page: Page, show: Show, engine: str) -> None:
    """Each line stands as a browser shows the same words, and the first words are on the first."""
    page.set_viewport_size({"width": 390, "height": 900})
    show(page_for(engine, "".join(rf"<p>\[\text{{{text}}}\]</p>" for text in _LONG)))
    ours = _lines(page)
    assert all(len(lines) > 1 for lines in ours)
    words = [_as_broken(text.split(), lines) for text, lines in zip(_LONG, ours, strict=True)]
    paragraphs = "</p><p>".join(line for lines in words for line in lines)
    page.set_content(f'<body style="white-space:nowrap"><p>{paragraphs}</p>')
    assert [[line] for lines in ours for line in lines] == _lines(page)


def _as_broken(words: list[str], lines: list[str]) -> list[str]:
    """The words that stand on each of the lines, of which the letters and digits are known."""
    broken = []
    rest = iter(words)
    for line in lines:
        taken: list[str] = []
        while sum(map(str.isalnum, "".join(taken))) < len(line):
            taken.append(next(rest))
        broken.append(" ".join(taken))
    assert list(rest) == []
    return broken


def test_a_wider_font_covers_nothing(page: Page, show: Show) -> None:
    """What a reader's font would need more is taken from the width of its letters."""
    text = TEXTS["mixed"][0]
    body = rf"<p>\[x = \text{{{text}}} + y\]</p>"
    show(page_for("MathJax 3, font of the page", body, 'style="font-family: monospace"'))
    drawn, needed, told = page.evaluate("""() => {
        const text = document.querySelector('svg text');
        const copy = text.cloneNode(true);
        copy.removeAttribute('textLength');
        text.after(copy);
        const scale = text.getScreenCTM().a;
        const widths = [text, copy].map((one) => one.getBoundingClientRect().width / scale);
        return [...widths, Number(text.getAttribute('textLength'))];
    }""")
    assert needed > 1.1 * told
    assert drawn == pytest.approx(told, rel=0.01)
