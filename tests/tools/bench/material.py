"""The real sites and formulas beside the checkout in, folders to measure out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import escape
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
SHARED = CHECKOUT.parent / "shared"
SITES = SHARED / "sites"
SEED = SHARED / "seed"
#: where results go, and what is slow to make again
FOLDER = CHECKOUT / "cache" / "bench"

#: formulas on a page where all are typeset
_A_PAGE = 60

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Displays</title>
<style>body { max-width: 42em; margin: 1em auto; padding: 0 1em; font: 16px/1.5 serif; }</style>
<script src="https://cdn.jsdelivr.net/npm/mathjax@4/tex-svg.js"></script>
</head>
<body>
%s
</body>
</html>
"""
_NATURAL = re.compile(r'<p id="(\d+)">\s*<mjx-container[^>]*>\s*<svg[^>]*?(?:width|--w):([\d.]+)ex')


def prerender(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command line; codes above 1 (something could not be rendered) are raised."""
    command = [sys.executable, "-m", "prerender", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=CHECKOUT)
    if done.returncode > 1:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stderr}")
    return done


def widest(count: int) -> Path:
    """A folder with a page of the `count` widest displays of enwiki-sample, by natural width."""
    folder = FOLDER / f"widest-{count}"
    file = folder / "index.html"
    if not file.is_file():
        lines = (SHARED / "formulas" / "enwiki-sample.jsonl").read_text("utf-8").splitlines()
        displays = [one["tex"] for one in map(json.loads, lines) if one["display"]]
        distinct = list(dict.fromkeys(displays))
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(_page([distinct[at] for at in _by_width(distinct)[:count]]), "utf-8")
    return folder


def _page(formulas: list[str], first: int = 0) -> str:
    """A page of displays, as a writer would have it; their ids are numbers from `first` on."""
    shown = (f'<p id="{at}">\n\\[{escape(tex)}\\]</p>' for at, tex in enumerate(formulas, first))
    return _PAGE % "\n".join(shown)


def _by_width(formulas: list[str]) -> list[int]:
    """The indexes of formulas, the widest first; those with errors are none.

    They stand on many pages: one that defines something is typeset in order with all behind it.
    """
    folder, rendered = FOLDER / "displays", FOLDER / "displays-rendered"
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(formulas), _A_PAGE):
        page = _page(formulas[start : start + _A_PAGE], start)
        (folder / f"{start:04}.html").write_text(page, "utf-8")
    prerender("build", folder, "-o", rendered, "--quiet")
    text = "".join(file.read_text("utf-8") for file in sorted(rendered.glob("*.html")))
    widths = {int(found[1]): float(found[2]) for found in _NATURAL.finditer(text)}
    return sorted(widths, key=lambda at: (-widths[at], at))
