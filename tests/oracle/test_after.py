"""Pages whose scripts stay go in, built; the scripts must find nothing there to typeset anew."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.oracle.oracle import typeset_by_site

PAGES = Path(__file__).parent / "pages"
#: pages whose scripts hand elements to KaTeX, in one way or another
NAMES = (
    "theme-docsy.html", "theme-gitbucket.html", "theme-gitlab.html", "theme-r-help.html",
    "theme-ssl-alp.html", "theme-wp-katex.html", "visit-attributes.html",
    "visit-displays-by-attribute.html", "visit-if-elements.html", "visit-modules.html",
    "visit-parents.html",
)  # fmt: skip


def test_no_script_takes_a_formula_for_tex(tmp_path: Path, session_cache: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for name in NAMES:
        shutil.copy(PAGES / name, site)
    pages = [site / name for name in NAMES]
    before = asyncio.run(typeset_by_site(pages, site))
    assert all(len(seen) >= 2 for seen in before.values())
    command = [sys.executable, "-m", "prerender", "build", str(site), "--quiet"]
    subprocess.run([*command, "--cache-dir", str(session_cache)], check=True)
    after = asyncio.run(typeset_by_site(pages, site))
    assert {path.name: seen for path, seen in after.items() if seen} == {}
