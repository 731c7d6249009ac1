"""Rendered pages of real sites whose style sheet is gone: each formula in its natural layout."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

#: a sheet or a link that we added
_SHEET = re.compile(r"<style data-prerender.*?</style>|<link data-prerender[^>]*>", re.DOTALL)
#: of each formula that is shown: how many layouts have a size, and the widest picture's size over
#: that which its proportions (in thousandths of an em; 442 are an ex) ask for
_SEEN = """() => [...document.querySelectorAll('mjx-container[data-tex]')].map((formula) => {
    const probe = document.createElement('span');
    probe.style.cssText = 'position:absolute;font:inherit;width:100ex';
    formula.before(probe);
    const ex = probe.getBoundingClientRect().width / 100;
    probe.remove();
    const box = formula.querySelector('prm-box');
    const layouts = [...(box ?? formula).children].map((layout) => {
        const svgs = layout.localName === 'svg' ? [layout] : [...layout.querySelectorAll('svg')];
        return svgs.filter((svg) => !svg.parentElement.closest('svg'));
    });
    const sized = (svg) => svg.getBoundingClientRect().width > 0.5;
    const drawn = layouts.flat().filter((svg) => sized(svg) && svg.viewBox.baseVal.width);
    const shares = drawn.map((svg) => {
        const {width, height} = svg.getBoundingClientRect(), asked = svg.viewBox.baseVal;
        return [width / (asked.width / 442 * ex), height / (asked.height / 442 * ex)];
    }).flat();
    return {
        tex: formula.dataset.tex,
        seen: formula.getClientRects().length > 0,
        layouts: box ? layouts.filter((svgs) => svgs.some(sized)).length : 1,
        off: Math.max(0, ...shares.map((share) => Math.abs(share - 1))),
    };
})"""


@pytest.mark.slow
@pytest.mark.parametrize("flags", [(), ("--css", "external")], ids=["in the page", "in a file"])
@pytest.mark.parametrize(
    "site", ["cp-algorithms", "deepgenerativemodels-notes", "distributions-jl", "lmfit"]
)
def test_a_page_without_our_sheet_shows_natural_layouts(
    site: str, flags: tuple[str, ...], browser: Browser, shared: Path, tmp_path: Path
) -> None:
    words = [str(shared / "sites" / site), "-o", str(tmp_path), "--quiet", *flags]
    build = [sys.executable, "-m", "prerender", "build", *words]
    subprocess.run(build, check=False, timeout=300)
    page = browser.new_page(viewport={"width": 2400, "height": 900}, java_script_enabled=False)
    page.route("**/*", lambda route: route.abort("aborted"))
    count = 0
    for file in sorted(tmp_path.rglob("*.html")):
        text = file.read_text("utf-8")
        if not _SHEET.search(text):
            continue
        page.set_content(_SHEET.sub("", text))
        formulas = [one for one in page.evaluate(_SEEN) if one["seen"]]
        count += len(formulas)
        wrong = [one for one in formulas if one["layouts"] != 1 or one["off"] > 0.05]
        assert wrong == [], file.name
    page.close()
    assert count > 100
