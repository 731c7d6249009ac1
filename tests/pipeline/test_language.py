"""The language of a page decides where signs stand at breaks, unless a setting does."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from prerender import Settings
from prerender.pipeline.language import sign_place
from prerender.pipeline.page import Plan
from prerender.pipeline.render import open_session, plans
from prerender.site.files import open_site
from prerender.source import parse

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
