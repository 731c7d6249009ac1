"""Formulas in; which of their layouts in MathML are wider in Firefox than their query says, out.

    python -m tests.tools.widths FILE.jsonl...

typesets the formulas of files as displays and draws each layout in Chromium and Firefox, in letters
of 16 pixels. The widths of queries have an allowance for Firefox (engine/worker/mathml/boxes.js):
how much it is, is printed, too.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from prerender.engine import MATH_X_HEIGHT, X_HEIGHT, FormulaInput, Job
from prerender.markup import RenderState, StyleUse, math_inside, style_element
from prerender.markup.mathml import MATHML
from tests.support.browser import blocking_chromium
from tests.support.setups import PLAIN
from tests.support.tabs import typeset_alone
from tests.tools.firefox import firefox

_SIZE = 16
#: pixels: what nobody sees
TOLERANCE = 0.5
_SETUP = PLAIN | {"markup": "mathml", "tex": {"tags": "ams"}}
_AT_ONCE = 300
_PAGE = """<!doctype html><html><head><meta charset="utf-8">{style}<style>
div{{width:max-content}}
math:not(#_#_#_#_){{font-size:{size}px!important;display:inline math!important}}
</style></head><body>{body}</body></html>"""
#: of each layout: what is in it, less what letters reach out of their place (style.css.jinja), and
#: no more than its box, for a space below zero at its end counts there alone
_MEASURE = """() => [...document.querySelectorAll('div')].map((box) => {
    const { left, width } = box.getBoundingClientRect();
    const ends = [...box.querySelectorAll('math > *')].map((one) => {
        const outside = Math.min(0, parseFloat(getComputedStyle(one).marginRight));
        return one.getBoundingClientRect().right + outside;
    });
    return Math.min(width, Math.max(0, ...ends.map((end) => end - left)));
})"""
_LOADED = """const [done] = arguments;
    const { fonts } = document.querySelector('iframe').contentDocument;
    fonts.ready.then(() => setTimeout(done, 50));"""
#: a cell may be as wide as a share of its line, which is nothing here
_SHARE = re.compile(r";?width:(?:50|100)%(?:!important)?")


class Width(NamedTuple):
    """How wide a layout is (pixels): what its query says, and in both browsers."""

    tex: str
    said: float
    chromium: float
    firefox: float


def widths(formulas: Sequence[str]) -> list[Width]:
    """The widths of all layouts of displays; formulas with an error have none."""
    jobs = [Job("s", (FormulaInput(tex, True, "tex"),)) for tex in formulas]
    found = zip(formulas, typeset_alone(jobs, _SETUP), strict=True)
    good = [(tex, one) for tex, one in found if one.error is None]
    font = math_inside({glyph for _, one in good for glyph in one.glyphs})
    layouts = [(tex, layout) for tex, one in good for layout in one.layouts]
    measured: list[Width] = []
    with blocking_chromium() as browser, firefox() as fox:
        page = browser.new_page()
        for start in range(0, len(layouts), _AT_ONCE):
            some = layouts[start : start + _AT_ONCE]
            needs = StyleUse(core=True, layouts=True, full=True, faces=[font])
            state = RenderState(needs=needs)
            drawn = [_SHARE.sub("", MATHML.single(layout, state)) for _, layout in some]
            body = "".join(f"<div><prm-mml>{one}</prm-mml></div>" for one in drawn)
            html = _PAGE.format(style=style_element("", needs), size=_SIZE, body=body)
            page.set_content(html)
            page.evaluate("document.fonts.ready.then(() => true)")
            fox.show(html, 1600)
            fox.run(_LOADED)
            both = zip(page.evaluate(_MEASURE), fox.evaluate(_MEASURE), strict=True)
            for (tex, layout), (one, other) in zip(some, both, strict=True):
                said = layout.width * MATH_X_HEIGHT / X_HEIGHT / 1000 * _SIZE
                measured.append(Width(tex, said, one, other))
    return measured


def wider(measured: Sequence[Width]) -> Iterator[str]:
    """The layouts that are wider in one of the browsers than their query says."""
    for tex, said, *both in measured:
        if max(both) > said + TOLERANCE:
            yield f"{said:.1f} px, {both[0]:.1f} in Chromium, {both[1]:.1f} in Firefox: {tex}"


def formulas_in(file: Path) -> list[str]:
    """The TeX of the formulas of a file."""
    return [json.loads(line)["tex"] for line in file.read_text("utf-8").splitlines()]


def main(files: Sequence[str]) -> int:
    """Measure and print; an exit code."""
    formulas = dict.fromkeys(tex for file in files for tex in formulas_in(Path(file)))
    measured = widths(list(formulas))
    found = list(wider(measured))
    print("\n".join(found))
    more = mean(one.said / one.chromium - 1 for one in measured if one.chromium > 1)
    told = f"{len({one.tex for one in measured})} formulas, {len(measured)} layouts"
    print(f"{told}: {len(found)} wider than said, {more:.1%} said more than Chromium needs")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
