"""Themes that are at hand show their formulas with their scripts on; what is spoilt is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.conftest import Run
from tests.support.browser import SessionBrowser
from tests.tools.living.bench import Result, examine
from tests.tools.living.judge import judge
from tests.tools.living.look import Eyes, families, visit
from tests.tools.living.recipes import MORE, QUICK, recipes

_WIDE = r"a_1+a_2+a_3+a_4+a_5+a_6+a_7+a_8=b_1+b_2+b_3+b_4+b_5+b_6+b_7+b_8+b_9+c_1+c_2+c_3"
_PAGE = r"""<!DOCTYPE html><html><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<script src="https://cdn.jsdelivr.net/npm/mathjax@4/tex-svg.js"></script></head>
<body><p>Words, \(M\), and more.</p>\[WIDE\]<script>SPOIL</script></body></html>
"""
#: what a page's script may do to each picture, by the kind of offence that it is
_SPOILT = {
    "vanished": "display: none",
    "doubled": "display: inline",
    "small": "width: 15ex; min-width: 0; height: auto",
    "baseline": "vertical-align: 3ex",
    "turned": "transform: rotate(180deg)",
    "tall": "height: 20em; max-height: none",
    "colour": "fill: none",
    "out": "width: 900px; max-width: none; height: auto; min-width: 0",
    "page": "width: 900px; max-width: none; height: auto; min-width: 0",
}
_SPOIL = """
for (const picture of document.querySelectorAll('mjx-container[data-tex] svg[viewBox]'))
  if (!picture.parentElement.closest('svg'))
    for (const rule of 'RULES'.split('; '))
      picture.style.setProperty(...rule.split(': '), 'important');
"""
_DRAWN = """
for (const path of document.querySelectorAll('mjx-container[data-tex] svg[viewBox] > *'))
  path.style.setProperty('transform', 'scale(3)', 'important');
"""


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(one, marks=pytest.mark.slow) for one in MORE)]
)
def test_a_theme_leaves_formulas_as_they_are(
    session_browser: SessionBrowser, name: str, tmp_path: Path
) -> None:
    async def look(browser: Browser) -> Result:
        return await examine(Eyes(browser), recipes()[name], (320, 1280), tmp_path)

    result = session_browser.run(look)
    assert result.rendered == result.found > 0
    assert not result.offences


def test_what_is_spoilt_is_seen(
    session_browser: SessionBrowser, prerender: Run, tmp_path: Path
) -> None:
    scripts = {kind: _SPOIL.replace("RULES", rules) for kind, rules in _SPOILT.items()}
    scripts |= {"drawn": _DRAWN, "nothing": "document.title = 'changed';"}
    source, site = tmp_path / "source", tmp_path / "rendered"
    source.mkdir()
    page = _PAGE.replace("WIDE", _WIDE)
    (source / "index.html").write_text(page, "utf-8")
    done = prerender("build", source, "-o", site)
    assert done.returncode == 0, done.stderr
    rendered = (site / "index.html").read_text("utf-8")
    for kind, script in scripts.items():
        (site / f"{kind}.html").write_text(rendered.replace("SPOIL", script), "utf-8")
    told = session_browser.run(lambda browser: _judge(browser, site, list(scripts)))
    assert told.pop("nothing") == set()
    assert {kind: kind in seen for kind, seen in told.items()} == dict.fromkeys(told, True)


async def _judge(browser: Browser, site: Path, names: list[str]) -> dict[str, set[str]]:
    """The kinds of offences that pages of these names have on a phone."""
    eyes, plain = Eyes(browser), "index.html"
    known = await families(eyes, site, plain)
    still = await visit(eyes, site, plain, 390, scripts=False)
    told = {}
    for name in names:
        seen = await visit(eyes, site, f"{name}.html", 390)
        assert len(known) == len(seen.formulas) == 2
        told[name] = {one.kind for one in judge(name, 390, seen, still, known)}
    return told
