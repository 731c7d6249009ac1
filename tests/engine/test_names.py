"""The names of outlines tell them apart, on every page and on pages put together of others."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path

import pytest

from prerender import engine
from prerender.markup.drawing import SHORT

pytestmark = pytest.mark.quick

FONTS = Path(engine.__file__).with_name("mathjax") / "fonts"


def test_no_two_outlines_of_our_fonts_have_the_same_name() -> None:
    node = Path(sysconfig.get_path("scripts")) / "node"
    script = Path(__file__).with_name("names.js")
    files = sorted(str(file) for file in FONTS.rglob("*.js") if "chtml" not in str(file))
    done = subprocess.run([node, script, *files], capture_output=True, text=True, check=True)
    names = json.loads(done.stdout)
    assert len(names) > 10_000
    assert len({name[:SHORT] for name in names}) == len(names)
