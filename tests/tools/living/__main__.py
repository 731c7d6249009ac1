"""`python -m tests.tools.living [NAME...]`: the bench of living pages, all of it or some themes.

A table goes to standard output, with each offence below it; all that is known, and a picture of
each page on each screen, to cache/living. The exit code is 1 if there are offences.

"formulas" are those that prerender has found, of those that the page's own engine typesets; "ask"
counts pages that ask for MathJax or KaTeX though their source has no error. Neither is an offence.
"""

from __future__ import annotations

import asyncio
import sys

from playwright.async_api import Error as BrowserError

from tests.support.browser import chromium
from tests.tools.living.bench import Result, examine, table, write
from tests.tools.living.judge import Offence
from tests.tools.living.look import Eyes
from tests.tools.living.recipes import recipes


def main() -> None:
    """Examine the themes that are named, or all."""
    known = recipes()
    names = sys.argv[1:] or list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no theme {', '.join(unknown)}; there are {', '.join(known)}")
    results = asyncio.run(_examine(names))
    print(f"\n{table(results)}\n")
    for one in results:
        _print_offences(one)
    sys.exit(1 if any(one.offences for one in results) else 0)


async def _examine(names: list[str]) -> list[Result]:
    known, results = recipes(), []
    async with chromium() as browser:
        eyes = Eyes(browser)
        for name in names:
            print(name, file=sys.stderr)
            try:
                results.append(await examine(eyes, known[name]))
            except (RuntimeError, TimeoutError, BrowserError) as error:
                offence = Offence("failed", "", 0, "", str(error) or type(error).__name__)
                results.append(Result(name, 0, offences=[offence]))
            write(results)
    return results


def _print_offences(result: Result) -> None:
    widths: dict[tuple[str, str, str, str], list[int]] = {}
    for one in result.offences:
        widths.setdefault((one.page, one.kind, one.tex, one.said), []).append(one.width)
    for (page, kind, tex, said), where in widths.items():
        at = ", ".join(map(str, where))
        print(f"{result.name}: {page}: at {at} px: {kind}: {said}{': ' if tex else ''}{tex[:60]}")
    for page, urls in result.asking.items():
        print(f"{result.name}: {page}: asks for {', '.join(urls)}")


if __name__ == "__main__":
    main()
