"""Chains that their authors broke by hand in; how often displays are broken there out.

`python -m tests.tools.bench.breaks [ROWS.jsonl...]`, without files those of ../shared/breaks. Each
line of a file holds the rows of a chain, one line of TeX each. They are joined, rendered as one
display, and looked at in a block as wide as the widest row and 4 ex; MathJax 4 breaks them to the
same width. Figures go to standard output; the displays that are not broken as their authors did it
stand side by side in cache/bench/breaks/index.html.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Browser, BrowserContext, Page, Route

from tests.support.browser import chromium
from tests.tools.bench.author import MODULES, ORIGIN
from tests.tools.bench.material import FOLDER, SHARED, prerender

OUT = FOLDER / "breaks"
#: ex: what a block has more than the widest row
_MORE = 4
#: ex: the column of a phone
_PHONE = 48
#: px: wider than any chain on one line
_ENDLESS = 9000
#: ms that MathJax may take for a page
_PATIENCE = 180_000
#: chains on a page
_A_PAGE = 40

_LOOK = Path(__file__).with_name("breaks.js").read_text("utf-8").rstrip().removesuffix(";")
_EX = """() => {
  const probe = document.body.appendChild(document.createElement("div"));
  probe.style.width = "100ex";
  return probe.getBoundingClientRect().width / 100;
}"""
_NARROW = """(rooms) => {
  for (const [id, room] of Object.entries(rooms)) document.getElementById(id).style.width = room;
}"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Chains</title>
%s
</head>
<body style="font-size: 16px">
%s
</body>
</html>
"""
_CLIENT = """<script>
MathJax = {
  loader: { paths: { fonts: "/@mathjax" } },
  output: { displayOverflow: "linebreak" },
  svg: { fontCache: "none" },
  options: { enableMenu: false, enableEnrichment: false, enableSpeech: false },
};
</script>
<script defer src="/mathjax/tex-svg.js"></script>"""
_RESULT = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Broken elsewhere than by their authors</title>
<style>
body { font-family: sans-serif }
section { display: flex; gap: 1em; padding: 1em 0; border-top: 1px solid #ccc; align-items: start }
section > * { flex: 1; min-width: 0 }
img { max-width: 100%% }
</style>
</head>
<body>
%s
</body>
</html>
"""
_RELATION = (
    r"\s*(=|<|>|:|\\(leq?|geq?|[lg]eqslant|ll|gg|equiv|approx|sim\w*|cong|to|in|propto|mapsto|"
    r"subset\w*|iff|implies|\w+arrow)(?![A-Za-z]))"
)
_KINDS = {
    "missed, before a relation": _RELATION,
    "missed, before + or −": r"\s*([-+]|\\(pm|mp|cup|cap|oplus|vee|wedge)(?![A-Za-z]))",
    "missed, elsewhere": "",
}


class Broken(NamedTuple):
    """A chain as it came out: the places of breaks are numbers of glyphs before them."""

    at: int
    """Which chain."""
    room: float
    """What it had, in ex."""
    starts: list[int]
    """Where the author's rows start; the first at 0."""
    got: set[int]

    @property
    def wanted(self) -> set[int]:
        """The author's breaks."""
        return set(self.starts[1:])


def main() -> None:
    """Measure and print."""
    files = [Path(name) for name in sys.argv[1:]] or [SHARED / "breaks" / "rows.jsonl"]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    chains: list[list[str]] = [json.loads(line)["rows"] for line in lines]
    OUT.mkdir(parents=True, exist_ok=True)
    asyncio.run(_measure(chains))


async def _measure(chains: list[list[str]]) -> None:
    async with chromium() as browser:
        ours: list[Broken] = []
        theirs: list[Broken] = []
        sections: list[str] = []
        for number, batch in enumerate(_batches(list(enumerate(chains)))):
            page, found = await _ours(browser, batch, number)
            client, others = await _theirs(browser, batch, {one.at: one.room for one in found})
            ours += found
            theirs += others
            wrong = [one for one in found if one.got != one.wanted]
            sections += [await _picture(page, client, one, chains[one.at]) for one in wrong]
            await page.close()
            await client.context.close()
    print(f"{len(chains)} chains, {len(chains) - len(ours)} of them not comparable")
    for name, found in (("ours", ours), ("MathJax 4", theirs)):
        _print(name, found, chains)
    (OUT / "index.html").write_text(_RESULT % "\n".join(sections), "utf-8")


def _batches(chains: list[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    rest = iter(chains)
    while batch := list(islice(rest, _A_PAGE)):
        yield batch


async def _ours(
    browser: Browser, batch: list[tuple[int, list[str]]], number: int
) -> tuple[Page, list[Broken]]:
    """A page of chains as prerender makes it, each in its room; where they are broken."""
    folder = OUT / f"{number:03}"
    folder.mkdir(exist_ok=True)
    text = "\n".join(f"{_block(at, rows)}\n{_aligned(at, rows)}" for at, rows in batch)
    (folder / "index.html").write_text(_PAGE % ("", text), "utf-8")
    rendered = OUT / f"{number:03}-rendered"
    prerender("build", folder, "-o", rendered, "--quiet")
    page = await browser.new_page(viewport={"width": _ENDLESS + 200, "height": 900})
    await page.goto((rendered / "index.html").as_uri())
    ex = await page.evaluate(_EX)
    whole = await page.evaluate(f"({_LOOK})(false)")
    rooms = {
        at: max(whole[f"r{at}-{k}"]["width"] for k in range(len(rows))) + _MORE * ex
        for at, rows in batch
    }
    await page.evaluate(_NARROW, {f"j{at}": f"{room}px" for at, room in rooms.items()})
    await page.wait_for_timeout(300)
    narrow = await page.evaluate(f"({_LOOK})(false)")
    found = []
    for at, rows in batch:
        natural, broken = whole[f"j{at}"]["y"], narrow[f"j{at}"]["y"]
        counts = [len(whole[f"r{at}-{k}"]["y"]) for k in range(len(rows))]
        if not natural or not len(natural) == len(broken) == sum(counts):
            continue  # an error, or glyphs that go together otherwise when the rows are joined
        shifts = [here - there for there, here in zip(natural, broken, strict=True)]
        got = {k for k, (a, b) in enumerate(pairwise(shifts), 1) if b - a > ex / 2}
        found.append(Broken(at, rooms[at] / ex, _starts(counts), got))
    return page, found


async def _theirs(
    browser: Browser, batch: list[tuple[int, list[str]]], rooms: dict[int, float]
) -> tuple[Page, list[Broken]]:
    """The same by MathJax in a page."""
    batch = [(at, rows) for at, rows in batch if at in rooms]
    text = "\n".join(_block(at, rows, f"{rooms[at]}ex") for at, rows in batch)
    context = await browser.new_context(viewport={"width": _ENDLESS + 200, "height": 900})
    await _serve(context, _PAGE % (_CLIENT, text))
    page = await context.new_page()
    await page.goto(ORIGIN, wait_until="domcontentloaded", timeout=_PATIENCE)
    await page.evaluate("MathJax.startup.promise")
    seen = await page.evaluate(f"({_LOOK})(true)")
    found = []
    for at, rows in batch:
        joined, counts = seen[f"j{at}"], [seen[f"r{at}-{k}"]["all"] for k in range(len(rows))]
        if joined["all"] and joined["all"] == sum(counts):
            got = set(_starts(joined["lines"])[1:])
            found.append(Broken(at, rooms[at], _starts(counts), got))
    return page, found


async def _serve(context: BrowserContext, text: str) -> None:
    """The page at ORIGIN, and MathJax's files, as other pages find them."""

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0].lstrip("/")
        if not path:
            await route.fulfill(body=text, content_type="text/html")
        elif (MODULES / path).is_file():
            await route.fulfill(path=MODULES / path)
        else:
            await route.abort()

    await context.route("**/*", answer)


def _block(at: int, rows: Sequence[str], room: str = f"{_ENDLESS}px") -> str:
    """A chain, joined, in its room, and its rows in as much as they want."""
    blocks = [_display(f"j{at}", " ".join(rows), room)]
    # nothing stands before a sign that starts a line
    texts = [rows[0], *("{}" + row for row in rows[1:])]
    blocks += [_display(f"r{at}-{k}", tex) for k, tex in enumerate(texts)]
    return "\n".join(blocks)


def _aligned(at: int, rows: Sequence[str]) -> str:
    """The author's lines; where in the first the others were aligned is not known."""
    lines = r"\\ ".join([f"&{rows[0]}", *(rf"&\quad {{}}{row}" for row in rows[1:])])
    return _display(f"a{at}", rf"\begin{{aligned}}{lines}\end{{aligned}}")


def _display(name: str, tex: str, room: str = f"{_ENDLESS}px") -> str:
    return f'<div id="{name}" style="width: {room}">\\[ {escape(tex)} \\]</div>'


def _starts(counts: Sequence[int]) -> list[int]:
    return [0, *accumulate(counts[:-1])]


async def _picture(page: Page, client: Page, one: Broken, rows: Sequence[str]) -> str:
    """A section with the author's lines, ours, and MathJax's."""
    pictures = []
    for name, where, element in (
        ("author", page, f"a{one.at}"),
        ("ours", page, f"j{one.at}"),
        ("MathJax", client, f"j{one.at}"),
    ):
        file = f"{one.at}-{name}.png"
        formula = where.locator(f"#{element}")
        if name == "author":
            await page.evaluate(_NARROW, {element: f"{one.room + 20}ex"})
        await formula.screenshot(path=OUT / file)
        pictures.append(f'<figure><figcaption>{name}</figcaption><img src="{file}"></figure>')
    what = escape(f"{one.at}: {', '.join(_kinds(one, rows))}; {one.room:.0f} ex")
    return f"<h2>{what}</h2>\n<section>{''.join(pictures)}</section>"


def _kinds(one: Broken, rows: Sequence[str]) -> list[str]:
    """What is not as the author has it."""
    kinds = []
    for start, tex in zip(one.starts[1:], rows[1:], strict=True):
        if start not in one.got:
            kinds.append(next(kind for kind, pattern in _KINDS.items() if re.match(pattern, tex)))
    for extra in sorted(one.got - one.wanted):
        first = extra < one.starts[1]
        kinds.append("a break more in the first row" if first else "a break more in another row")
    return kinds


def _print(name: str, found: list[Broken], chains: list[list[str]]) -> None:
    for where, room in (("all rooms", float("inf")), (f"up to {_PHONE} ex", _PHONE)):
        some = [one for one in found if one.room <= room]
        counts = Counter(
            got=sum(len(one.got) for one in some),
            wanted=sum(len(one.wanted) for one in some),
            hit=sum(len(one.got & one.wanted) for one in some),
            exact=sum(one.got == one.wanted for one in some),
        )
        print(
            f"{name}, {where}: {len(some)} displays, "
            f"precision {_share(counts, 'hit', 'got')}, recall {_share(counts, 'hit', 'wanted')}, "
            f"as the author has it {counts['exact'] / max(len(some), 1):.1%}"
        )
    kinds: Counter[str] = Counter(kind for one in found for kind in _kinds(one, chains[one.at]))
    for kind, count in kinds.most_common():
        print(f"  {count:4} {kind}")


def _share(counts: Counter[str], part: str, whole: str) -> str:
    return f"{counts[part] / max(counts[whole], 1):.1%}"


if __name__ == "__main__":
    main()
