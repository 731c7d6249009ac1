"""Texts for which a machine has no font: told, drawn with a guess, tried again the next time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Run

pytestmark = pytest.mark.quick

_PAGE = r"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>x</title>
<script src="https://cdn.jsdelivr.net/npm/mathjax@4/tex-svg.js"></script></head>
<body><p>\(x\) and \(\text{中文字体}\)</p></body></html>"""


@pytest.fixture
def no_fonts(tmp_path: Path) -> dict[str, str]:
    """Variables for a machine that has no font at all."""
    file = tmp_path / "fonts.conf"
    file.write_text(f"<fontconfig><cachedir>{tmp_path}/fonts</cachedir></fontconfig>", "utf-8")
    return {"FONTCONFIG_FILE": str(file)}


def test_what_has_no_font_is_told(prerender: Run, tmp_path: Path, no_fonts: dict[str, str]) -> None:
    site = tmp_path / "site"
    site.mkdir()
    page = site / "index.html"
    page.write_text(_PAGE, "utf-8")
    cache = ("--cache-dir", tmp_path / "cache")
    for _ in range(2):
        done = prerender("build", site, *cache, **no_fonts)
        assert done.returncode == 0, done.stderr
        assert "index.html:3:20: warning: there is no font here for “中文字体”" in done.stderr
        assert "1 warning" in done.stderr
    assert re.findall('textLength="([0-9]+)"', page.read_text("utf-8")) == ["4000"]
