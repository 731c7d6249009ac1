"""A recipe in; what is found out with its site's pages on all screens, out."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.tools.living.content import BROKEN, FIRST, SECOND
from tests.tools.living.judge import KINDS, Offence, judge, new_errors
from tests.tools.living.look import Eyes, Family, Visit, families, visit
from tests.tools.living.recipes import Recipe
from tests.tools.living.site import Rendered, generate, render
from tests.tools.living.tools import FOLDER

WIDTHS = (320, 390, 820, 1280)
_LIBRARY = re.compile(r"math-?jax|katex", re.IGNORECASE)


@dataclass
class Result:
    """What the bench says of a theme.

    `found` counts the formulas that the source's own engine typesets, `rendered` those that
    prerender has found: what it has typeset, and what is wrong and stays.
    """

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
    eyes: Eyes, recipe: Recipe, widths: Sequence[int] = WIDTHS, folder: Path = FOLDER
) -> Result:
    """Generate, render, look and judge."""
    source = generate(recipe, folder / "sites")
    rendered = render(recipe, source, folder / "rendered")
    result = Result(recipe.name, len(recipe.pages()), said=rendered.said)
    if recipe.left:
        _left(recipe, source, rendered, result)
        return result
    pictures = folder / "pictures" / recipe.name
    shutil.rmtree(pictures, ignore_errors=True)
    sites = _Sites(recipe, source, rendered.folder, pictures)
    for name, page in recipe.pages().items():
        result.found += (await visit(eyes, source, page, max(widths))).typeset
        result.rendered += rendered.formulas.get(page, 0)
        if rendered.formulas.get(page):
            known = await families(eyes, rendered.folder, page)
            looks = (_examine_page(eyes, sites, name, width, known, result) for width in widths)
            await asyncio.gather(*looks)
    return result


@dataclass(frozen=True)
class _Sites:
    """The two sites of a recipe, and where their pictures go."""

    recipe: Recipe
    source: Path
    rendered: Path
    pictures: Path


def _left(recipe: Recipe, source: Path, rendered: Rendered, result: Result) -> None:
    """The pages of a framework have to keep their bytes, and the user has to be told."""
    for page in recipe.pages().values():
        if (source / page).read_bytes() != (rendered.folder / page).read_bytes():
            result.offences.append(Offence("left", page, 0, "", "it is not left as it was"))
        if page not in rendered.said:
            result.offences.append(Offence("left", page, 0, "", "nothing is told of it"))


async def _examine_page(
    eyes: Eyes, sites: _Sites, name: str, width: int, known: Sequence[Family], result: Result
) -> None:
    """Add to the result what is wrong with a page on a screen, come to in each way."""
    page = sites.recipe.pages()[name]

    def picture(how: str) -> Path:
        return sites.pictures / f"{name}-{width}{how}.png"

    still = await visit(
        eyes, sites.rendered, page, width, scripts=False, picture=picture("-no-scripts")
    )
    for how, opened, click in _ways(sites.recipe, name):
        seen = await visit(
            eyes, sites.rendered, opened, width, click=click, picture=picture(how.replace(" ", "-"))
        )
        result.offences += judge(page + how, width, seen, still, known)
        if seen.errors:
            plain = await visit(eyes, sites.source, opened, width, click=click)
            result.offences += new_errors(page + how, width, seen, plain)
        _note_requests(result, page + how, seen, static=name != BROKEN.name)


def _ways(recipe: Recipe, name: str) -> Iterable[tuple[str, str, str | None]]:
    """How a reader comes to a page: in words, the page that is opened, where a click leads."""
    pages = recipe.pages()
    yield "", pages[name], None
    if recipe.swaps and name != BROKEN.name:
        other = SECOND if name == FIRST.name else FIRST
        yield " by a click", pages[other.name], pages[name]


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
