"""Real pages in; what they weigh with their math done in several ways out.

`python -m tests.tools.bench.weight`: a table on standard output, and in cache/bench/weight.json.
The first visit to a KaTeX page also loads its style sheet and the fonts that the page uses.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import brotli

from prerender.source import parse
from prerender.source.encoding import decode
from tests.support.browser import chromium
from tests.tools.bench.material import FOLDER, SEED, SITES
from tests.tools.bench.variants import (
    MODULES,
    Sample,
    add_katex,
    add_mathjax,
    client_page,
    katex_fonts,
    samples,
)

#: more formulas than this make a page of a site one to weigh
_MANY = 50
_TEXT, _TEX = "text", "text and TeX"
_ONE, _ALL = "ours, one layout", "ours, all layouts"
_SHARED, _BOTH = "ours, glyphs shared", "ours, both shared"
_KATEX, _KATEX_HTML = "KaTeX", "KaTeX, no MathML"
#: what our pages are made of: what is found is taken out, and the page weighed again
_PARTS: dict[str, Callable[[str], str]] = {
    "outlines": lambda text: re.sub(r'<path data-prm="" id="[^"]*" d="[^"]*"/>', "", text),
    "source attributes": lambda text: re.sub(r' data-(?:tex|source|original)="[^"]*"', "", text),
    "words in pictures": lambda text: re.sub(
        r"<(desc|title|metadata)\b[^>]*>.*?</\1>", "", text, flags=re.DOTALL
    ),
    "style sheet": lambda text: re.sub(r"<style data-prerender[^<]*</style>", "", text),
    "removed scripts": lambda text: re.sub(r"<!--prerender \d+:.*?-->", "", text, flags=re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of a page, and its elements."""

    raw: int
    gzip: int
    brotli: int
    nodes: int


@dataclass(slots=True)
class Row:
    """A page's figures: `weights` by variant, `extra` what KaTeX's first visit loads besides."""

    name: str
    formulas: int
    unknown: int
    weights: dict[str, Weight]
    extra: int
    fonts: list[str]
    parts: dict[str, int]

    @property
    def first_visit(self) -> float:
        """Ours as a share of KaTeX's, all that is loaded on a first visit."""
        return self.weights[_ALL].gzip / (self.weights[_KATEX].gzip + self.extra)

    def share(self, name: str) -> float:
        """A variant's bytes as a share of KaTeX's HTML."""
        return self.weights[name].gzip / self.weights[_KATEX].gzip

    @property
    def nodes(self) -> float:
        """Elements of ours as a share of KaTeX's."""
        return self.weights[_ALL].nodes / self.weights[_KATEX].nodes


def main() -> None:
    """Weigh and print."""
    rows = asyncio.run(measure())
    FOLDER.mkdir(parents=True, exist_ok=True)
    data = json.dumps([asdict(row) for row in rows], indent=1)
    (FOLDER / "weight.json").write_text(data, "utf-8")
    print_rows(rows)


async def measure() -> list[Row]:
    """The figures of every page; the pages themselves are left in cache/bench/pages."""
    found = await samples([(SITES, _MANY), (SEED, 0)])
    add_katex(found)
    async with chromium() as browser:
        await add_mathjax(found, browser)
        fonts = [await katex_fonts(sample.variants[_KATEX], browser) for sample in found]
    _keep(found)
    return [_row(sample, used) for sample, used in zip(found, fonts, strict=True)]


def _keep(found: Sequence[Sample]) -> None:
    for sample in found:
        client = {"client MathJax 4": client_page(sample, "/packages")}
        for variant, data in (sample.variants | client).items():
            file = FOLDER / "pages" / variant / sample.name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def _row(sample: Sample, fonts: Sequence[Path]) -> Row:
    sheet = (MODULES / "katex" / "dist" / "katex.min.css").read_bytes()
    extra = len(_gzip(sheet)) + sum(file.stat().st_size for file in fonts)
    text, codec = decode(sample.ours)
    whole = len(_gzip(sample.ours))
    lighter = {name: len(_gzip(part(text).encode(codec))) for name, part in _PARTS.items()}
    parts = {name: whole - light for name, light in lighter.items()}
    weights = {name: _weigh(data) for name, data in sample.variants.items()}
    parts["more layouts"] = weights[_ALL].gzip - weights[_ONE].gzip
    parts["bodies, one layout"] = whole - weights[_TEXT].gzip - sum(parts.values())
    return Row(
        sample.name,
        len(sample.plan.formulas),
        sample.unknown,
        weights,
        extra,
        [file.name for file in fonts],
        parts,
    )


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def _weigh(data: bytes) -> Weight:
    # at 11, brotli takes half an hour for all pages on a busy machine
    packed = brotli.compress(data, mode=brotli.MODE_TEXT, quality=9)
    nodes = sum(1 for _ in parse(decode(data).text).walk())
    return Weight(len(data), len(_gzip(data)), len(packed), nodes)


def print_rows(rows: Sequence[Row]) -> None:
    """The tables, and whether the acceptance of issue 5 holds."""
    names = list(rows[0].weights)
    print("KB after gzip; KaTeX's fonts and style sheet are +")
    print("\n".join(f"  {at}: {name}" for at, name in enumerate(names)))
    print(
        "".join(f"{at:>8}" for at in range(len(names)))
        + f"{'+':>8}{'shared':>8}{'nodes':>8}{'KaTeX':>8}{'share':>8}  formulas  page"
    )
    for row in rows:
        figures = "".join(f"{row.weights[name].gzip / 1000:8.1f}" for name in names)
        figures += f"{row.extra / 1000:8.1f}{row.share(_SHARED):8.0%}"
        figures += f"{row.weights[_ALL].nodes:8}{row.weights[_KATEX].nodes:8}{row.nodes:8.0%}"
        print(f"{figures}{row.formulas:10}  {row.name}")
    print(f"\n{'sum of all pages, KB':24}{'raw':>10}{'gzip':>10}{'brotli':>10}{'elements':>10}")
    for name in names:
        kinds = ("raw", "gzip", "brotli")
        sums = [sum(getattr(row.weights[name], kind) for row in rows) / 1000 for kind in kinds]
        nodes = sum(row.weights[name].nodes for row in rows)
        print(f"{name:24}" + "".join(f"{one:10.1f}" for one in sums) + f"{nodes:10}")
    print(f"{'+ style sheet and fonts':24}{'':10}{sum(row.extra for row in rows) / 1000:10.1f}")
    _print_parts(rows)
    _print_acceptance(rows)


def _print_parts(rows: Sequence[Row]) -> None:
    print("\nwhere our bytes go, KB after gzip")
    for name in rows[0].parts:
        print(f"{name:24}{sum(row.parts[name] for row in rows) / 1000:10.1f}")


def _print_acceptance(rows: Sequence[Row]) -> None:
    """Each line of issue 5 that weight decides."""

    def total(name: str, kind: str = "gzip") -> int:
        return sum(getattr(row.weights[name], kind) for row in rows)

    print("\nacceptance")
    _print_line("first visit, share of KaTeX's", [row.first_visit for row in rows], 0.6)
    for name in (_SHARED, _BOTH, _TEX):
        _print_line(f"{name}, share of KaTeX's HTML", [row.share(name) for row in rows], 1.0)
        without = total(name) / total(_KATEX_HTML)
        print(
            f"  in total {total(name) / total(_KATEX):.1%} (ours: at most 80 %); "
            f"of KaTeX's HTML without MathML {without:.1%}"
        )
    print(f"all layouts cost {total(_ALL) / total(_ONE) - 1:.1%} more than one (at most 15 %)")
    _print_line("elements, share of KaTeX's", [row.nodes for row in rows], 0.5)
    text, ours, theirs = (total(name, "nodes") for name in (_TEXT, _ALL, _KATEX))
    print(
        f"  in total {ours / theirs:.1%} (at most 50 %); "
        f"of the math alone {(ours - text) / (theirs - text):.1%}"
    )
    unknown = sum(row.unknown for row in rows)
    print(f"{unknown} formulas stand as TeX in KaTeX's pages, which cannot parse them")


def _print_line(name: str, shares: list[float], most: float) -> None:
    fine = sum(share <= most for share in shares)
    print(
        f"{name}: at most {most:.0%} on {fine} of {len(shares)} pages; "
        f"median {median(shares):.0%}, worst {max(shares):.0%}"
    )


if __name__ == "__main__":
    main()
