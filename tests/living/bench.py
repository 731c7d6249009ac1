"""A recipe in; what is found out with its site's pages on all screens, out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from playwright.async_api import Browser

from tests.living.judge import KINDS, Offence, judge, new_errors
from tests.living.look import Visit, families, visit
from tests.living.recipes import Recipe
from tests.living.site import Rendered, generate, render
from tests.living.tools import FOLDER
from tests.oracle.oracle import typeset_by_page

WIDTHS = (320, 390, 820, 1280)
_LIBRARY = re.compile(r"math-?jax|katex", re.IGNORECASE)


@dataclass
class Result:
    """What the bench says of a theme; `found` and `rendered` count formulas."""

    name: str
    pages: int
    found: int = 0
    rendered: int = 0
    offences: list[Offence] = field(default_factory=list)
    #: pages, all formulas of which are static, that ask for MathJax or KaTeX
    asking: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    said: str = ""


async def examine(
    browser: Browser, recipe: Recipe, widths: Sequence[int] = WIDTHS, folder: Path = FOLDER
) -> Result:
    """Generate, render, look and judge."""
    source = generate(recipe, folder / "sites")
    rendered = render(recipe, source, folder / "rendered")
    result = Result(recipe.name, len(recipe.pages()), said=rendered.said)
    if recipe.left:
        _left(recipe, source, rendered, result)
        return result
    for name, page in recipe.pages().items():
        typeset = await typeset_by_page(browser, source / page, source)
        result.found += len(typeset)
        result.rendered += rendered.formulas.get(page, 0)
        if rendered.formulas.get(page):
            await _examine_page(browser, recipe, name, (source, rendered.folder), widths, result)
    return result


def _left(recipe: Recipe, source: Path, rendered: Rendered, result: Result) -> None:
    """The pages of a framework have to keep their bytes, and the user has to be told."""
    for page in recipe.pages().values():
        if (source / page).read_bytes() != (rendered.folder / page).read_bytes():
            result.offences.append(Offence("other", page, 0, "", "it is not left as it was"))
        if page not in rendered.said:
            result.offences.append(Offence("other", page, 0, "", "nothing is told of it"))


async def _examine_page(
    browser: Browser,
    recipe: Recipe,
    name: str,
    sites: tuple[Path, Path],
    widths: Sequence[int],
    result: Result,
) -> None:
    source, rendered = sites
    page = recipe.pages()[name]
    known = await families(browser, rendered, page)
    pictures = FOLDER / "pictures" / recipe.name
    other = recipe.pages()["second" if name == "first" else "first"]
    for width in widths:
        still = await visit(
            browser, rendered, page, width, scripts=False, picture=pictures / f"{name}-{width}-off.png"
        )
        ways: list[tuple[str, str | None]] = [("", None)]
        if recipe.swaps and name != "broken":
            ways.append((" by a click", other))
        for how, start in ways:
            opened, click = (page, None) if start is None else (start, page)
            seen = await visit(
                browser, rendered, opened, width, click=click,
                picture=pictures / f"{name}-{width}{how.replace(' ', '-')}.png",
            )
            result.offences += judge(page + how, width, seen, still, known)
            if seen.errors:
                plain = await visit(browser, source, opened, width, click=click)
                result.offences += new_errors(page + how, width, seen, plain)
            _note_requests(result, page + how, seen, static=name != "broken")


def _note_requests(result: Result, page: str, seen: Visit, *, static: bool) -> None:
    asked = [url for url in seen.requests if _LIBRARY.search(url)]
    if static and asked:
        result.asking[page] = sorted(set(asked))
    result.refused = sorted({*result.refused, *seen.refused})


def table(results: Sequence[Result]) -> str:
    """The results, a theme a line."""
    kinds = [kind for kind in KINDS if any(_count(one)[kind] for one in results)]
    head = f"{'theme':24}{'pages':>6}{'formulas':>10}{'ask':>5}"
    lines = [head + "".join(f"{kind:>{len(kind) + 2}}" for kind in kinds)]
    for one in results:
        counts = _count(one)
        line = f"{one.name:24}{one.pages:6}{f'{one.rendered}/{one.found}':>10}{len(one.asking):5}"
        lines.append(line + "".join(f"{counts[kind] or '-':>{len(kind) + 2}}" for kind in kinds))
    return "\n".join(lines)


def _count(result: Result) -> Counter[str]:
    return Counter(offence.kind for offence in result.offences)


def write(results: Sequence[Result], file: Path = FOLDER / "report.json") -> None:
    """All that was found, as JSON."""
    told = {one.name: asdict(one) for one in results}
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False), "utf-8")
