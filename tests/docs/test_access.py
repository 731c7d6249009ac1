"""axe-core finds nothing wrong with the documentation that the theme alone has not."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.docs.conftest import ROOT, build
from tests.support.access import violations
from tests.support.browser import blocking_chromium

#: the same pages without our plugin
_BARE = """
INHERIT: {docs}/mkdocs.yml
docs_dir: {docs}/pages
hooks: [{docs}/generate.py]
plugins: [search]
"""


@pytest.mark.slow
def test_pages_break_no_rule_that_the_theme_keeps(
    built: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    config, bare = tmp_path / "mkdocs.yml", tmp_path / "site"
    config.write_text(_BARE.format(docs=ROOT / "docs"), "utf-8")
    build(config, bare, environment)
    names = [file.relative_to(bare) for file in sorted(bare.rglob("*.html"))]
    changed = [name for name in names if (bare / name).read_bytes() != (built / name).read_bytes()]
    assert Path("index.html") in changed
    with blocking_chromium() as browser:
        for name in changed:
            for width in (390, 1200):
                before, after = (_broken(browser, folder / name, width) for folder in (bare, built))
                assert after - before == set(), name


def _broken(browser: Browser, file: Path, width: int) -> set[str]:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    found = violations(page)
    page.close()
    return found
