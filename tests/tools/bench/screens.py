"""Real pages in; how their formulas stand on screens out: `python -m tests.tools.bench.screens`.

Figures go to standard output, all that `prerender check --screens` reports to cache/bench.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from tests.tools.bench.material import FOLDER, SEED, SITES, prerender, widest

WIDTHS = (280, 320, 360, 390, 412, 768, 1024, 1440)
#: 1280 pixels at 400 % are the 320 CSS pixels of WCAG 1.4.10
ZOOMED = (1280, 1440)
#: where at most 3 % may be shrunk or scroll
PHONE = 360


class Look(NamedTuple):
    """A way to look at pages."""

    name: str
    widths: tuple[int, ...]
    options: tuple[str, ...] = ()


LOOKS = (
    Look("as it is", WIDTHS),
    Look("text 200 %", WIDTHS, ("--text-size", "200")),
    Look("zoom 400 %", ZOOMED, ("--zoom", "400")),
)
#: what a display is that cannot be broken to fit, by the first of these in its TeX
_KINDS = (
    ("a matrix or an array", r"\\begin\s*\{[^}]*(matrix|array|cases)|\\c?matrix\b|\\cases\b"),
    (
        "aligned rows",
        r"\\begin\s*\{(align|split|gather|eqnarray|multline)|\\(eqalign|displaylines)",
    ),
    ("a fraction", r"\\(d|t|c)?frac\b|\\over\b|\\genfrac"),
    ("a root", r"\\sqrt\b"),
    ("a brace over or under it", r"\\(over|under)(brace|line|set)|\\stackrel|\\xrightarrow"),
    ("brackets", r"\\left\b|\\[Bb]ig"),
    ("text", r"\\(text|mbox|operatorname|mathrm)"),
)


def main() -> None:
    """Look at all pages."""
    result: dict[str, Any] = {}
    for name, site in (("seed", SEED), ("sites", SITES), ("500 widest", widest(500))):
        for look in LOOKS:
            screens = _screens(site, look, FOLDER / "pictures" / f"{name} {look.name}")
            result[f"{name}, {look.name}"] = screens
            _print(f"{name}, {look.name}", screens)
        _print_compromised(result[f"{name}, {LOOKS[0].name}"])
    (FOLDER / "screens.json").write_text(json.dumps(result, indent=1, ensure_ascii=False), "utf-8")
    offences = sum(len(screen["offences"]) for screens in result.values() for screen in screens)
    sys.exit(1 if offences else 0)


def _screens(site: Path, look: Look, pictures: Path) -> list[dict[str, Any]]:
    widths = ",".join(map(str, look.widths))
    words: tuple[str | Path, ...] = ("--screens", widths, "--pictures", pictures, *look.options)
    done = prerender("check", site, *words, "--json", "-", "--quiet")
    screens: list[dict[str, Any]] = json.loads(done.stdout)["screens"]
    return screens


def _print(name: str, screens: list[dict[str, Any]]) -> None:
    print(f"\n{name}\n   px  displays  shrunk  scrolled    fit  offences")
    for screen in screens:
        counts = [len(screen[kind]) for kind in ("shrunk", "scrolled", "offences")]
        displays = screen["displays"]
        compromises = sum(one["display"] for one in (*screen["shrunk"], *screen["scrolled"]))
        fit = 1 - compromises / displays if displays else 1
        print(
            f"{screen['width']:5}{displays:10}{counts[0]:8}{counts[1]:10}{fit:8.1%}{counts[2]:10}"
        )
    reasons = Counter(
        re.sub(r"\d+", "#", offence["reason"])
        for screen in screens
        for offence in screen["offences"]
    )
    for reason, count in reasons.most_common():
        print(f"{count:6} {reason}")


def _print_compromised(screens: list[dict[str, Any]]) -> None:
    """The displays that do not fit a phone, and why."""
    for screen in screens:
        if screen["width"] == PHONE:
            for how in ("shrunk", "scrolled"):
                for one in screen[how]:
                    place = f"{one['path']}:{one['line']}"
                    tex = re.sub(r"\s+", " ", one["tex"])
                    print(f"  {how}, {_kind(tex)}: {place}: {one['reason']}: {tex[:160]}")


def _kind(tex: str) -> str:
    found = (name for name, pattern in _KINDS if re.search(pattern, tex))
    return next(found, "a chain")


if __name__ == "__main__":
    main()
