"""Rendered pages in; the formulas that Firefox gives readers otherwise than it should out.

    python -m tests.tools.heard FOLDER [WIDTH...]

At each width (320, 390 and 820 px) each formula that is shown is one image with the name that it is
to have, without anything inside, or a group with its links, or one `math`; no TeX is in the tree.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.tools.firefox import Firefox, firefox, program, still
from tests.tools.heard.desktop import desktop, lacking
from tests.tools.heard.judge import judge
from tests.tools.heard.tree import Bus, bus

WIDTHS = (320, 390, 820)
#: Of each formula that is shown: its TeX, its name, its links' names, whether it is MathML. Other
#: pictures are taken away.
_SHOWN = r"""() => {
    for (const picture of document.querySelectorAll('svg, img')) {
        if (!picture.closest('mjx-container')) picture.remove();
    }
    const isShown = (element) =>
        (element.checkVisibility({visibilityProperty: true})
            || getComputedStyle(element).display === 'contents')
            && !element.closest('[aria-hidden=true], [inert]');
    const inside = (formula, selector) => [formula, ...formula.querySelectorAll('*')]
        .filter((element) => element.matches(selector) && isShown(element));
    return [...document.querySelectorAll('mjx-container[data-tex]')].filter(isShown)
        .map((formula) => ({
            tex: formula.dataset.tex,
            name: inside(formula, '[role=img], [role=group]')[0]?.getAttribute('aria-label') ?? '',
            isGroup: inside(formula, '[role=group]').length > 0,
            links: inside(formula, 'a[aria-label], prm-mml > a')
                .map((link) => link.getAttribute('aria-label') ?? link.textContent),
            isMathML: inside(formula, 'math').length > 0,
        }));
}"""
#: half seconds for which a wrong tree may become right: it comes after the page
_PATIENCE = 4


def look(
    fox: Firefox, tree: Bus, html: str, widths: Iterable[int]
) -> Iterator[tuple[int, int, str]]:
    """What is wrong with a page: at which width, of how many formulas, what."""
    first, *others = widths
    fox.show(still(html), first)
    for width in (first, *others):
        fox.resize(width)
        shown = fox.evaluate(_SHOWN)
        wrong = _judged(tree, shown)
        yield from ((width, len(shown), what) for what in wrong or [""])


def _judged(tree: Bus, shown: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the page, once the tree has followed it."""
    wrong: list[str] = []
    for _ in range(_PATIENCE):
        documents = tree.documents("firefox")
        if documents:
            largest = max(documents, key=lambda one: sum(1 for _ in one.walk()))
            if not (wrong := list(judge(largest, shown))):
                return []
        time.sleep(0.5)
    return wrong or ["no document"]


def main(folder: Path, widths: Iterable[int]) -> int:
    """Print what is wrong; an exit code."""
    found = formulas = 0
    pages = {file: file.read_text("utf-8") for file in sorted(folder.rglob("*.html"))}
    pages = {file: html for file, html in pages.items() if "<mjx-container" in html}
    with desktop() as environment, firefox(environment) as fox, bus(environment) as tree:
        for file, html in pages.items():
            counted = set()
            for width, count, what in look(fox, tree, html, widths):
                counted.add((width, count))
                if what:
                    found += 1
                    print(f"{file.relative_to(folder)}, {width} px: {what}", flush=True)
            formulas += sum(count for _, count in counted)
    print(f"{len(pages)} pages, {formulas} formulas at all widths: {found} wrong")
    return bool(found)


if __name__ == "__main__":
    if missing := lacking() + ([] if program() else ["firefox"]):
        sys.exit(f"not installed: {', '.join(missing)}")
    sys.exit(main(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]] or WIDTHS))
