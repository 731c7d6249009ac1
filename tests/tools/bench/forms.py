"""Real pages in; what the forms of markup weigh beside KaTeX, on a first visit and after, out.

`python -m tests.tools.bench.forms`: a table on standard output. Math alone: a page's bytes without
those of the same page with no formulas in it. The font, KaTeX's style sheet and its fonts count
once for a site; sums of pages are without sheets, which KaTeX has in a file, and "alone" without
the TeX and the source of formulas, too. Elements are those of all layouts, the page's own taken
away. MathML alone is weighed beside pictures alone.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from statistics import median

import brotli

from prerender.cache.disk import Cache, default_folder
from prerender.engine import Markup
from prerender.pipeline.build import build
from prerender.pipeline.page import Finished, Plan, RenderOptions, finish
from prerender.pipeline.render import RenderSession, job_result
from prerender.report.diagnostics import Diagnostic
from prerender.settings import Settings
from prerender.site.files import open_site
from prerender.source import parse
from prerender.source.encoding import decode
from tests.support.browser import chromium, new_engine
from tests.tools.bench.material import SEED, SITES
from tests.tools.bench.variants import MODULES, Sample, add_katex, katex_fonts, samples

_MANY = 50
#: our style sheet, and what loads fonts
_SHEET = re.compile(rb"<style data-prerender.*?</style>|<link data-prerender[^>]*>", re.DOTALL)
#: what carries the TeX, and the source
_TEX = re.compile(
    rb' data-(?:tex|source|original)="[^"]*"|<prm-tex\b.*?</prm-tex>|<!--prerender \d+:.*?-->',
    re.DOTALL,
)
_VISITS = 10
_VARIANTS = (
    *("svg", "svg alone", "html", "html alone", "mathml", "mathml alone"),
    *("KaTeX", "KaTeX, no MathML"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A page with formulas in a font: its bytes, its fonts, how many formulas are pictures."""

    data: bytes
    fonts: dict[str, int]
    pictures: int


async def texts(sites: Sequence[tuple[Path, int]], markup: Markup) -> dict[str, Text]:
    """The pages of sites with more formulas than the number beside each, by their names."""
    found: dict[str, Text] = {}
    cache = Cache(default_folder())
    try:
        async with new_engine() as engine:
            for path, least in sites:
                session = RenderSession(engine, cache, Settings(markup=markup))

                async def keep(
                    page: PurePosixPath, plan: Plan, finished: Finished
                ) -> list[Diagnostic]:
                    if len(plan.formulas) > least:  # noqa: B023  (awaited in this round)
                        answers = [await job_result(one.job, session) for one in plan.jobs]  # noqa: B023
                        core = None
                        if markup == "html":
                            core = await session.core_font.file(  # noqa: B023
                                lambda job: engine.typeset(job, session.setups),  # noqa: B023
                            )
                        done = finish(plan, answers, "mark", RenderOptions(fonts=""), core)
                        sizes = {
                            name: len(base64.b64decode("".join(lines)))
                            for name, lines in done.shared.items()
                        }
                        drawn = sum(
                            one.markup == "svg" and one.error is None
                            for answer in answers
                            for one in answer.typesets
                        )
                        found[str(path.name / page)] = Text(done.data, sizes, drawn)  # noqa: B023
                    return []

                await build(open_site(path, None), session, write=False, inspect=keep)
    finally:
        cache.close()
    return found


def _alone(data: bytes) -> bytes:
    """A page without our style sheet, the TeX and the source."""
    return _TEX.sub(b"", _SHEET.sub(b"", data))


def _gzip(data: bytes) -> int:
    return len(gzip.compress(data, 9, mtime=0))


def _brotli(data: bytes) -> int:
    return len(brotli.compress(data, mode=brotli.MODE_TEXT, quality=11))


def _elements(data: bytes) -> int:
    return sum(1 for _ in parse(decode(data).text).walk())


async def main() -> None:
    """Weigh and print."""
    sites = [(SITES, _MANY), (SEED, 0)]
    found = await samples(sites)
    add_katex(found)
    ours = await texts(sites, "html")
    maths = await texts(sites, "mathml")
    async with chromium() as browser:
        fonts = [await katex_fonts(sample.variants["KaTeX"], browser) for sample in found]
    sheet = (MODULES / "katex" / "dist" / "katex.min.css").read_bytes()
    first = []
    sums = dict.fromkeys(_VARIANTS, 0)
    nodes = dict.fromkeys(sums, 0)
    print(f"{'first visit':>12}{'html':>8}{'font':>8}{'KaTeX':>8}{'fonts':>8}  KB, gzip; page")
    for sample, files in zip(found, fonts, strict=True):
        text, plain = ours[sample.name], sample.variants["text"]
        variants = {
            "svg": sample.ours,
            "svg alone": _alone(sample.ours),
            "html": _SHEET.sub(b"", text.data),
            "html alone": _alone(text.data),
            "mathml": _SHEET.sub(b"", maths[sample.name].data),
            "mathml alone": _alone(maths[sample.name].data),
            "KaTeX": sample.variants["KaTeX"],
            "KaTeX, no MathML": sample.variants["KaTeX, no MathML"],
        }
        for name, data in variants.items():
            sums[name] += _brotli(data) - _brotli(plain)
            nodes[name] += _elements(data) - _elements(plain)
        mine, theirs = _gzip(text.data) - _gzip(plain), _gzip(variants["KaTeX"]) - _gzip(plain)
        font = sum(text.fonts.values())
        others = _gzip(sheet) + sum(file.stat().st_size for file in files)
        first.append((mine + font) / (theirs + others))
        figures = (mine, font, theirs, others)
        told = "".join(f"{one / 1000:8.1f}" for one in figures)
        print(f"{first[-1]:12.0%}{told}  {sample.name}")
    print(f"first visit: median {median(first):.0%}, worst {max(first):.0%} (at most 35 %)")
    for name, size in sums.items():
        print(f"{name:18}{size / 1000:10.1f} KB of math, brotli{nodes[name]:10} elements")
    print(f"of KaTeX's HTML {sums['html alone'] / sums['KaTeX, no MathML']:.0%} (at most 80 %)")
    print(f"of KaTeX's HTML with MathML {sums['html'] / sums['KaTeX']:.0%} (at most 60 %)")
    print(f"mathml alone: 1/{sums['svg alone'] / sums['mathml alone']:.1f} of svg (at most 1/6)")
    _print_visits(found, ours, fonts, sheet)
    pictures = sum(ours[sample.name].pictures for sample in found)
    print(f"{pictures} formulas are pictures, for they cannot be text (0)")


def _print_visits(
    found: Sequence[Sample],
    ours: dict[str, Text],
    fonts: Sequence[Sequence[Path]],
    sheet: bytes,
) -> None:
    """Ten pages of a site in a row, whose fonts and sheets are loaded once."""
    sites = sorted({sample.name.split("/")[1] for sample in found if "/" in sample.name})
    for site in sites:
        row = [at for at, one in enumerate(found) if f"/{site}/" in one.name][:_VISITS]
        if len(row) < _VISITS:
            continue
        font = {name: size for at in row for name, size in ours[found[at].name].fonts.items()}
        mine = sum(font.values()) + sum(_brotli(ours[found[at].name].data) for at in row)
        loaded = {file: file.stat().st_size for at in row for file in fonts[at]}
        theirs = _brotli(sheet) + sum(loaded.values())
        theirs += sum(_brotli(found[at].variants["KaTeX"]) for at in row)
        plain = sum(_brotli(found[at].variants["text"]) for at in row)
        share = (mine - plain) / (theirs - plain)
        print(f"{_VISITS} pages of {site}: {share:.0%} of KaTeX's with MathML (at most 55 %)")


if __name__ == "__main__":
    asyncio.run(main())
