"""What a page asks of KaTeX in, evaluated; a Setup in terms of MathJax 4 out.

Sources: KaTeX contrib/auto-render/auto-render.ts; katex.org, "Auto-render Extension", "Options" and
"Supported Functions". katex.json has the commands that KaTeX knows and MathJax does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from prerender.setup.model import Json, Pair, Rules, Setup, Switch
from prerender.setup.packages import to_load
from prerender.setup.probes import Probe, elements, found
from prerender.setup.values import flag, section, strings

PAIRS = (
    Pair("$$", "$$", True),
    Pair("\\(", "\\)", False),
    *(
        Pair(f"\\begin{{{name}}}", f"\\end{{{name}}}", True)
        for name in ("equation", "align", "alignat", "gather", "CD")
    ),
    Pair("\\[", "\\]", True),
)
SKIP = ("script", "noscript", "style", "textarea", "pre", "code", "option")
_PACKAGES = ("base", "ams", "newcommand", "textmacros", "configmacros", "amscd", "boldsymbol",
             "cancel", "centernot", "color", "enclose", "extpfeil", "gensymb", "html",
             "mathtools", "textcomp", "unicode", "verb")  # fmt: skip
#: what MathJax's braket has: it would win over the page's macros of these names, so a page that has
#: one gets the others as macros
_BRAKET = {
    "bra": r"\mathinner{\langle{#1}|}",
    "ket": r"\mathinner{|{#1}\rangle}",
    "braket": r"\mathinner{\langle{#1}\rangle}",
    "set": r"\mathinner{\{{#1}\}}",
    "Bra": r"\left\langle{#1}\right|",
    "Ket": r"\left|{#1}\right\rangle",
    "Braket": r"\left\langle{#1}\right\rangle",
    "Set": r"\left\{{#1}\right\}",
}
_ARGUMENT = re.compile(r"(?<!#)(?:##)*#([1-9])")


def interpret(components: Sequence[str], data: Json) -> Setup:
    """The Setup of an evaluated page (page.js: finish); `components`: names of KaTeX's files."""
    searched = [one for one in _list(data, "searched") if isinstance(one, dict)]
    probes = found(data)
    calls = [section(one, "options") for one in searched] + [probe.options for probe in probes]
    given = [section(data, "katexMacros"), *(section(one, "macros") for one in calls)]
    macros, warnings = _macros(given)
    if not (searched or probes or "mathtex-script-type" in components):
        warnings.append("the page loads KaTeX, and no script that could be read makes use of it")
    if any("preProcess" in one for one in calls):
        warnings.append("preProcess of KaTeX's auto-render has no effect here")
    packages = _packages(calls, components)
    if _BRAKET.keys().isdisjoint(macros):
        packages.append("braket")
    else:
        macros = {name: [text, 1] for name, text in _BRAKET.items()} | macros
    return Setup(
        rules=_rules(searched, probes, components),
        tex=_tex(calls, macros, packages),
        load=to_load(packages),
        output={"displayAlign": "left"} if any(flag(one, "fleqn", False) for one in calls) else {},
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _list(data: Json, name: str) -> list[object]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _packages(calls: Sequence[Json], components: Sequence[str]) -> list[str]:
    shows = any(not flag(one, "throwOnError", True) for one in calls)
    chemistry = ["mhchem"] if "mhchem" in components else []
    return [*_PACKAGES, *(["noundefined"] if shows else []), *chemistry]


def _tex(calls: Sequence[Json], macros: Json, packages: list[str]) -> Json:
    """Options for MathJax 4's TeX input: KaTeX numbers equations as AMS does."""
    tex: Json = {
        "packages": packages,
        "tags": "ams",
        "macros": _missing() | macros,
    }
    if any(flag(one, "leqno", False) for one in calls):
        tex["tagSide"] = "left"
    if any(flag(one, "colorIsTextColor", False) for one in calls):
        tex["macros"] = {"color": [r"\textcolor{#1}{#2}", 2]} | tex["macros"]
    return tex


@cache
def _missing() -> Json:
    """The commands of KaTeX that MathJax lacks, as macros."""
    data = json.loads(Path(__file__).with_name("katex.json").read_text("utf-8"))
    return {name: _counted(text) for name, text in data.items()}


def _counted(text: str) -> str | list[object]:
    """A macro with the number of its arguments, which KaTeX takes from the text."""
    count = max(map(int, _ARGUMENT.findall(text)), default=0)
    return [text, count] if count else text


def _macros(given: Iterable[Json]) -> tuple[Json, list[str]]:
    """Macros of options, by names with their backslash. The first of a name counts."""
    result: Json = {}
    warnings = []
    for name, text in ((name, text) for macros in given for name, text in macros.items()):
        command = re.fullmatch(r"\\([A-Za-z]+|.)", name)
        if command and isinstance(text, str):
            result.setdefault(command[1], _counted(text))
        else:
            warnings.append(f"the macro {name} is one that only KaTeX can take")
    return result, warnings


def _rules(searched: Sequence[Json], probes: Sequence[Probe], components: Sequence[str]) -> Rules:
    """Where auto-render looks, and what scripts of the page render one by one."""
    known = {probe.selector for probe in probes if not probe.open}
    stripped = [
        probe for probe in probes if probe.open and not probe.whole and probe.selector not in known
    ]
    options = [section(one, "options") for one in searched]
    pairs = [pair for one in options for pair in _pairs(one)]
    pairs += [Pair(probe.open, probe.close, probe.display) for probe in stripped]
    roots = [str(one.get("selector") or "") for one in searched]
    roots += [probe.selector for probe in stripped]
    tags = [strings(one["ignoredTags"]) if "ignoredTags" in one else SKIP for one in options]
    scripts = any(probe.selector == "script" for probe in probes)
    scripts = scripts or "mathtex-script-type" in components
    classes = [name for one in options for name in strings(one.get("ignoredClasses", []))]
    return Rules(
        version="katex",
        pairs=tuple(dict.fromkeys(pairs)),
        switch=Switch(tuple(tags[0]) if tags else SKIP, " ".join(dict.fromkeys(classes)), ""),
        environments=False,
        escapes=False,
        refs=False,
        include=(),
        scripts=scripts,
        elements=elements(probes),
        scope=() if "" in roots else tuple(dict.fromkeys(roots)),
    )


def _pairs(options: Json) -> Sequence[Pair]:
    """`delimiters`, in their order, which counts."""
    given = options.get("delimiters")
    if not isinstance(given, list):
        return PAIRS
    return [
        Pair(one["left"], one["right"], flag(one, "display", False))
        for one in given
        if isinstance(one, dict)
        and all(isinstance(one.get(side), str) and one[side] for side in ("left", "right"))
    ]
