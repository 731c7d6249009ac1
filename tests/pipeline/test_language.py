"""The languages of a page decide where signs stand at breaks, and how formulas are said."""

from __future__ import annotations

import asyncio
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from prerender import Settings
from prerender.find import Formula, find
from prerender.pipeline.language import (
    Speech,
    languages,
    sign_place,
    speech_mistake,
    speech_of,
    speech_options,
    voices,
)
from prerender.pipeline.page import Plan
from prerender.pipeline.render import open_session, plans
from prerender.setup import collect, interpret
from prerender.site.files import open_site
from prerender.source import Element, parse, xhtml
from tests.conftest import Run

CHAIN = r"\[ f(x) = aaaaaaaaaaaaa < bbbbbbbbbbbbbbb < ccccccccccccccc < dddddddddddddd \]"


@pytest.mark.parametrize(
    ("html", "setting", "told"),
    [
        ("<p>", "auto", {}),
        ("<html lang=en><p>", "auto", {}),
        ("<html lang=ru-RU><p>", "auto", {"signs": "duplicate"}),
        ("<html lang=RU><p>", "auto", {"signs": "duplicate"}),
        ("<html lang=rup><p>", "auto", {}),
        ("<html lang=ru><p>", "before", {}),
        ("<html lang=en><p>", "repeat", {"signs": "duplicate"}),
        ("<html lang=en><p>", "after", {"signs": "after"}),
    ],
)
def test_who_decides(html: str, setting: str, told: dict[str, str]) -> None:
    assert sign_place(setting, parse(html)) == told


@pytest.mark.parametrize(
    ("lang", "settings", "repeated"),
    [
        ("en", {}, False),
        ("ru", {}, True),
        ("ru", {"line_break": "before"}, False),
        ("en", {"line_break": "after"}, False),
        ("en", {"line_break": "repeat"}, True),
    ],
)
def test_signs_at_breaks(
    tmp_path: Path, lang: str, settings: dict[str, str], repeated: bool
) -> None:
    """A sign that is repeated is drawn once more for each break: the narrower, the more."""
    (tmp_path / "a.html").write_text(f"<!doctype html><html lang={lang}><p>{CHAIN}")
    made = Settings(no_cache=True, jobs=1, **settings)  # type: ignore[arg-type]
    drawn = asyncio.run(_glyphs(tmp_path, made))
    assert len(drawn) > 2
    assert drawn == sorted(set(drawn)) if repeated else len(set(drawn)) == 1


async def _glyphs(site: Path, settings: Settings) -> list[int]:
    """How many glyphs each layout of the page's formula draws, the widest first."""
    async with open_session(settings) as session:
        [(_, planned)] = [pair async for pair in plans(open_site(site, None), session)]
        assert isinstance(planned, Plan)
        result = await session.engine.typeset(planned.jobs[0].job, session.setups)
    layouts = result.typesets[0].layouts
    parts = [part for layout in layouts for part in layout.body]
    pieces = {part.name: part.markup for part in parts if not isinstance(part, str)}

    def count(markup: str) -> int:
        names = re.findall(r'<use href="#([^"]+)"', markup)
        return sum(count(pieces[name]) if name in pieces else 1 for name in names)

    return [
        sum(count(part if isinstance(part, str) else part.markup) for part in layout.body)
        for layout in layouts
    ]


FORMULAS = r"""<!doctype html><html lang=de-AT><body>
<p>\(a\)</p>
<p lang=en>\(b\)<i lang=fr>\(c\)</i>\(d\)
<p lang="zh-Hans">\(e\)
<p>\(f\)
<p lang=no>\(g\)</p>
<p lang="">\(h\)</p>
<ul><li lang=es>\(i\)<li>\(j\)</ul>"""


def found_in(text: str, root: Element) -> list[Formula]:
    """The formulas of a page that names no engine."""
    rules = interpret(collect([], lambda _: None), {}, {}).rules
    return [one for one in find(root, rules, text) if isinstance(one, Formula)]


@pytest.mark.parametrize(
    ("speech", "told"),
    [
        ("label", "de en fr en mathml de nb en es de"),
        ("mathml", "mathml " * 10),
        ("none", None),
    ],
)
def test_a_formula_is_said_in_the_language_around_it(speech: Speech, told: str | None) -> None:
    root = parse(FORMULAS)
    found = found_in(FORMULAS, root)
    assert [one.math for one in found] == list("abcdefghij")
    assert voices(languages(root, found), speech) == (told.split() if told else [""] * 10)


def test_a_page_without_a_language_is_english() -> None:
    root = parse(r"<p>\(x\)")
    assert languages(root, found_in(r"<p>\(x\)", root)) == ["en"]


def test_xml_has_its_own_name_for_it() -> None:
    text = r'<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr"><body>\(x\)</body></html>'
    root = xhtml.parse(text)
    assert languages(root, found_in(text, root)) == ["fr"]


@pytest.mark.parametrize(
    ("html", "setting", "speech"),
    [
        ("<html><p>", "label", "label"),
        ("<html data-prerender-speech=none><p>", "label", "none"),
        ("<html data-prerender-speech=mathml><p>", "none", "mathml"),
        ("<html data-prerender-speech=nonsense><p>", "mathml", "mathml"),
        ("<p>", "none", "none"),
    ],
)
def test_a_page_may_ask_for_its_own_speech(html: str, setting: Speech, speech: str) -> None:
    root = parse(html)
    assert speech_of(Settings(speech=setting), root) == speech
    assert bool(speech_mistake(root)) == ("nonsense" in html)


def test_without_speech_nothing_is_asked_of_the_engine() -> None:
    assert speech_options(Settings(), "none") == speech_options(Settings(), "mathml") == {}
    assert speech_options(Settings(speech_style="clearspeak"), "label") == {
        "speech": {"style": "clearspeak", "braille": False}
    }


def test_mathml_of_an_xml_page_is_in_its_namespace(prerender: Run, tmp_path: Path) -> None:
    page = tmp_path / "a.xhtml"
    page.write_text(
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="ja"><head><title>x</title></head>'
        r"<body>\(x^2\)</body></html>",
        "utf-8",
    )
    done = prerender("build", tmp_path)
    assert done.returncode == 0, done.stderr
    found = ElementTree.parse(page).iter("{http://www.w3.org/1998/Math/MathML}msup")
    assert len(list(found)) == 1
