"""`python -m tests.tools.places FILE.jsonl [COUNT]`: how far text stands beside pictures, in em.

Formulas in; for each font of the page and each device scale (a browser's zoom is one, too), how far
glyphs and lines of text stand from their places in MathJax's SVG, out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from prerender.engine import FormulaInput
from tests.support.browser import blocking_chromium
from tests.support.places import drifts, typeset

#: fonts of pages, and device scales
_LOOKS = [
    ("16px serif", 1.0),
    ("23px serif", 1.0),
    ("12px Arial", 1.0),
    ("24px Georgia", 1.0),
    ("16px Noto Sans CJK SC", 1.0),
    ("16px serif", 0.67),
    ("16px serif", 1.1),
    ("16px serif", 1.5),
    ("16px serif", 2.0),
    ("16px serif", 3.0),
]


def main() -> None:
    """Measure and print; the worst of each look with its formula."""
    file, *count = sys.argv[1:]
    told = [json.loads(line) for line in Path(file).read_text("utf-8").splitlines()]
    told = told[: int(count[0])] if count else told
    items = [FormulaInput(one["tex"], one["display"], "tex") for one in told]
    answers = typeset(items)
    texts = sum(html.typesets[0].markup == "html" for _, html in answers)
    errors = sum(svg.typesets[0].error is not None for svg, _ in answers)
    print(f"{len(items)} formulas: {texts} text, {errors} errors, the others pictures")
    with blocking_chromium() as browser:
        for font, scale in _LOOKS:
            page = browser.new_page(device_scale_factor=scale)
            found = drifts(page, items, answers, font)
            page.close()
            across, up = (max(found, key=lambda one: one[axis]) for axis in (1, 2))
            print(
                f"{font}, scale {scale:g}: {len(found)} layouts; across at most "
                f"{across.across:.4f} ({across.tex[:40]!r}), up {up.up:.4f} ({up.tex[:40]!r})"
            )


if __name__ == "__main__":
    main()
