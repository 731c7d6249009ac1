"""Translates a page's evaluated calls of KaTeX to a Setup in terms of MathJax 4.

Sources: KaTeX contrib/auto-render/auto-render.ts; katex.org, "Auto-render Extension", "Options" and
"Supported Functions". katex.json has the commands that KaTeX knows and MathJax does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from prerender.setup.model import ElementFilter, Json, Lack, Pair, Scope, SearchRules, Setup
from prerender.setup.packages import to_load
from prerender.setup.probes import Probe, elements, found
from prerender.setup.values import flag, number, section, strings

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
#: the reason where a page loads KaTeX without using it, unless its formulas are rendered already
UNUSED = "the page loads KaTeX, but no script that could be read uses it"
#: KaTeX files that extend formulas which are rendered already
FOR_OTHERS = frozenset({"copy-tex", "render-a11y-string"})
_PACKAGES = ("base", "ams", "newcommand", "textmacros", "configmacros", "begingroup", "amscd",
             "boldsymbol", "cancel", "centernot", "color", "enclose", "extpfeil", "gensymb", "html",
             "mathtools", "textcomp", "unicode", "verb")  # fmt: skip
#: the commands of MathJax's braket package, which would override the page's macros of these names:
#: a page that defines one of them gets the others as macros
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
_COMMAND = re.compile(r"\\(?:[A-Za-z@]+|.)", re.DOTALL)
#: the argument is text in KaTeX; MathJax's own packages use these commands for math
_LAP = re.compile(r"(?<!\\)((?:\\\\)*)\\([lr]lap)(?![a-zA-Z])")
_ARGUMENT = re.compile(r"(?<!#)(?:##)*#([1-9])")


class _Call(NamedTuple):
    """A call of KaTeX: of auto-render for an element, or of KaTeX itself for `probes`."""

    order: int
    macros: int
    options: Json
    selector: str | None = None
    """The element of an auto-render call; None: it is a call of KaTeX itself."""
    probes: tuple[Probe, ...] = ()
    times: int = 1


def interpret(components: Sequence[str], data: Json) -> Setup:
    """Return the Setup of an evaluated page (`finish` in page.js); `components`: KaTeX's files."""
    calls = _calls(data, "mathtex-script-type" in components)
    warnings = []
    common = _commands(section(data, "katexMacros"))
    scopes, numbers = _scopes(calls)
    lacks = list(_lacks(calls, numbers))
    if not calls and not FOR_OTHERS.issuperset(components):
        lacks.append(Lack(UNUSED, "unplaced"))
    if own := _functions(section(data, "katexMacros")):
        lacks.append(Lack(_OF_PAGE, "named", own))
    options = [call.options for call in calls]
    in_all = _common_macros([scope.macros for scope in scopes]) if scopes else {}
    macros = common | in_all
    packages = _packages(options, components)
    defined = set(macros).union(*(scope.macros for scope in scopes))
    if defined.isdisjoint(_BRAKET):
        packages.append("braket")
    else:
        macros = {name: [text, 1] for name, text in _BRAKET.items()} | macros
    for name in ("fleqn", "leqno", "colorIsTextColor"):
        if len({flag(given, name, False) for given in options}) > 1:
            warnings.append(f"calls of KaTeX differ in {name}: it is on for the whole page here")
    characters = _characters(
        {name: text for given in options for name, text in section(given, "macros").items()}
    )
    counted = zip(calls, numbers, strict=True)
    rules = [_rules(call, scope, len(scopes)) for call, scope in counted] or [_NOWHERE]
    return Setup(
        rules=_chained(rules),
        tex=_tex(options, macros, packages) | ({"active": characters} if characters else {}),
        load=to_load(packages),
        output={"displayAlign": "left"} if _any(options, "fleqn") else {},
        scopes=tuple(
            scope._replace(macros={n: m for n, m in scope.macros.items() if n not in in_all})
            for scope in scopes or [Scope({})]
        ),
        warnings=tuple(warnings),
        lacks=tuple(lacks),
    )


def _calls(data: Json, scripts: bool) -> list[_Call]:
    """Return the calls in order; those that differ only in their formulas are merged."""
    searched = [
        _Call(
            number(item, "call", 0),
            number(item, "macros", -1),
            section(item, "options"),
            str(item.get("selector") or ""),
        )
        for item in _list(data, "searched")
        if isinstance(item, dict)
    ]
    probes = found(data)
    if scripts:
        probes.append(Probe("script", "script", "", "", "", False, False, {}))
    taken = [_Call(probe.call, probe.macros, probe.options, None, (probe,)) for probe in probes]
    result: dict[str, _Call] = {}
    for call in sorted(searched + taken, key=lambda call: call.order):
        about = call.options if call.probes == () else call.options.get("macros")
        same = json.dumps([call.selector, about], sort_keys=True)
        first = result.setdefault(same, call)
        if first is not call:
            macros = first.macros if first.macros == call.macros else -1
            probes_too = first.probes + call.probes
            result[same] = first._replace(macros=macros, probes=probes_too, times=first.times + 1)
    return list(result.values())


def _scopes(calls: Sequence[_Call]) -> tuple[list[Scope], list[int]]:
    """Return the scopes of definitions, and for each call the index of its scope.

    Calls with the same `macros` object share a scope. Without one, auto-render makes one for each
    call; KaTeX itself then has none, and no definition lasts.
    """
    scopes: list[Scope] = []
    numbers: list[int] = []
    shared: dict[int, int] = {}
    for call in calls:
        lasts = call.macros >= 0 or call.selector is not None
        opened = flag(call.options, "globalGroup", False)
        if call.macros not in shared or call.macros < 0:
            macros = _commands(section(call.options, "macros"))
            shared[call.macros] = len(scopes)
            scopes.append(Scope(macros, lasts, opened and lasts))
        numbers.append(shared[call.macros])
    return scopes, numbers


def _lacks(calls: Sequence[_Call], numbers: Sequence[int]) -> Iterator[Lack]:
    """Yield what only functions of the page can do, in all scopes (`numbers`: by call) or some."""
    scopes: dict[Lack, set[int]] = {}
    for call, number_of in zip(calls, numbers, strict=True):
        for lack in _lacks_of(call.options):
            scopes.setdefault(lack, set()).add(number_of)
    for lack, where in scopes.items():
        if where == set(numbers):
            yield lack
        else:
            yield from (lack._replace(scope=scope) for scope in sorted(where))


_OF_PAGE = "a function of the page defines it for KaTeX"


def _lacks_of(options: Json) -> Iterator[Lack]:
    if "preProcess" in options:
        yield Lack("a function of the page changes formulas (preProcess of auto-render)", "all")
    macros = section(options, "macros")
    if own := _functions(macros):
        yield Lack(_OF_PAGE, "named", own)
    if characters := [name for name in macros if len(name) == 1 and _is_code(macros[name])]:
        reason = "functions of the page define some characters for KaTeX"
        yield Lack(f"{reason} ({' '.join(characters)})", "all")


def _is_code(meaning: object) -> bool:
    """Whether a macro is the page's code: a function, or tokens that a script has made."""
    return not isinstance(meaning, str)


def _functions(macros: Json) -> tuple[str, ...]:
    """Return the names, without backslash, of the commands that are the page's code."""
    names = (name for name, meaning in macros.items() if _is_code(meaning))
    return tuple(name[1:] for name in names if _COMMAND.fullmatch(name))


def _any(options: Sequence[Json], name: str) -> bool:
    """Whether any call has an option on."""
    return any(flag(given, name, False) for given in options)


def _common_macros(macros: Sequence[Json]) -> Json:
    """Return the macros that all scopes begin with."""
    first, *others = macros
    return {
        name: meaning
        for name, meaning in first.items()
        if all(other.get(name) == meaning for other in others)
    }


def _chained(rules: Sequence[SearchRules]) -> SearchRules:
    """Chain rules, each for the text that those before it leave."""
    return replace(rules[0], later=tuple(rules[1:]))


def _list(data: Json, name: str) -> list[object]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _packages(calls: Sequence[Json], components: Sequence[str]) -> list[str]:
    shows = any(not flag(options, "throwOnError", True) for options in calls)
    chemistry = ["mhchem"] if "mhchem" in components else []
    return [*_PACKAGES, *(["noundefined"] if shows else []), *chemistry]


def _tex(calls: Sequence[Json], macros: Json, packages: list[str]) -> Json:
    """Return options for MathJax 4's TeX input; KaTeX numbers equations as AMS does."""
    tex: Json = {
        "packages": packages,
        "tags": "ams",
        "color": {"padding": ".3em", "borderWidth": ".04em"},
        "macros": _missing() | macros,
    }
    if _any(calls, "leqno"):
        tex["tagSide"] = "left"
    if _any(calls, "colorIsTextColor"):
        tex["macros"] = {"color": [r"\textcolor{#1}{#2}", 2]} | tex["macros"]
    return tex


@cache
def _missing() -> Json:
    """Return the commands of KaTeX that MathJax lacks, as macros."""
    data = json.loads(Path(__file__).with_name("katex.json").read_text("utf-8"))
    return {name: _with_argument_count(text) for name, text in data.items()}


def _with_argument_count(text: str) -> str | list[object]:
    """Return a macro with the number of its arguments, which KaTeX takes from the text."""
    text = _LAP.sub(r"\1\\text\2", text)
    count = max(map(int, _ARGUMENT.findall(text)), default=0)
    return [text, count] if count else text


def _commands(macros: Json) -> Json:
    """Return the macros that are commands, by name without backslash."""
    return {
        name[1:]: _with_argument_count(text)
        for name, text in macros.items()
        if _COMMAND.fullmatch(name) and not _is_code(text)
    }


def _characters(macros: Json) -> Json:
    """Return the macros of single characters, by character."""
    return {
        name: _with_argument_count(text)
        for name, text in macros.items()
        if len(name) == 1 and isinstance(text, str)
    }


def _rules(call: _Call, scope: int, count: int) -> SearchRules:
    """Return where a call finds formulas: auto-render in text, KaTeX itself in a script's elements.

    `scope` is the index of its scope, of `count` scopes.
    """
    probes = call.probes
    known = {probe.selector for probe in probes if not probe.open}
    stripped = [
        probe for probe in probes if probe.open and not probe.whole and probe.selector not in known
    ]
    if call.selector is None:
        pairs: Iterable[Pair] = (Pair(p.open, p.close, p.display) for p in stripped)
        parts = {probe.selector: None for probe in stripped}
        skip: Sequence[str] = SKIP
    else:
        pairs = _pairs(call.options)
        parts = {call.selector: None} if call.selector else {}
        skip = strings(call.options["ignoredTags"]) if "ignoredTags" in call.options else SKIP
    return replace(
        _NOWHERE,
        pairs=tuple(dict.fromkeys(pairs)),
        switch=ElementFilter(
            tuple(skip), " ".join(strings(call.options.get("ignoredClasses", []))), ""
        ),
        scripts=any(probe.selector == "script" for probe in probes),
        elements=elements(probes),
        scope=tuple(parts),
        macros=scope,
        apart=count if call.times > 1 and call.macros < 0 else 0,
    )


#: the rules where nothing calls KaTeX
_NOWHERE = SearchRules(
    version="katex",
    pairs=(),
    switch=ElementFilter(SKIP, "", ""),
    environments=False,
    escapes=False,
    refs=False,
    include=(),
)


def _pairs(options: Json) -> Sequence[Pair]:
    """Return the option `delimiters`, in its order, which is significant."""
    given = options.get("delimiters")
    if not isinstance(given, list):
        return PAIRS
    return [
        Pair(item["left"], item["right"], flag(item, "display", False))
        for item in given
        if isinstance(item, dict)
        and all(isinstance(item.get(side), str) and item[side] for side in ("left", "right"))
    ]
