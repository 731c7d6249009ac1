"""What a page asks of KaTeX in, evaluated; a Setup in terms of MathJax 4 out.

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
#: what a page lacks, unless KaTeX has rendered it before
UNUSED = "the page loads KaTeX, and no script that could be read makes use of it"
#: files that do something to formulas that KaTeX has rendered
FOR_OTHERS = frozenset({"copy-tex", "render-a11y-string"})
_PACKAGES = ("base", "ams", "newcommand", "textmacros", "configmacros", "begingroup", "amscd",
             "boldsymbol", "cancel", "centernot", "color", "enclose", "extpfeil", "gensymb", "html",
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
_COMMAND = re.compile(r"\\(?:[A-Za-z@]+|.)", re.DOTALL)
#: for text, as KaTeX has it; what MathJax's own packages write with it is math
_LAP = re.compile(r"(?<!\\)((?:\\\\)*)\\([lr]lap)(?![a-zA-Z])")
_ARGUMENT = re.compile(r"(?<!#)(?:##)*#([1-9])")


class _Call(NamedTuple):
    """A call of KaTeX: of auto-render for an element, or of KaTeX itself for what are formulas."""

    order: int
    macros: int
    options: Json
    selector: str | None = None
    """The element of auto-render; None: it is a call for `probes`."""
    probes: tuple[Probe, ...] = ()
    times: int = 1


def interpret(components: Sequence[str], data: Json) -> Setup:
    """The Setup of an evaluated page (page.js: finish); `components`: names of KaTeX's files."""
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
    alike = _alike([scope.macros for scope in scopes]) if scopes else {}
    macros = common | alike
    packages = _packages(options, components)
    if not any(name in one for name in _BRAKET for one in (macros, *(s.macros for s in scopes))):
        packages.append("braket")
    else:
        macros = {name: [text, 1] for name, text in _BRAKET.items()} | macros
    for name in ("fleqn", "leqno", "colorIsTextColor"):
        if len({flag(one, name, False) for one in options}) > 1:
            warnings.append(f"calls of KaTeX differ in {name}: all of the page has it here")
    characters = _characters({k: v for one in options for k, v in section(one, "macros").items()})
    counted = zip(calls, numbers, strict=True)
    rules = [_rules(call, scope, len(scopes)) for call, scope in counted] or [_NOWHERE]
    return Setup(
        rules=_in_turn(rules),
        tex=_tex(options, macros, packages) | ({"active": characters} if characters else {}),
        load=to_load(packages),
        output={"displayAlign": "left"} if _any(options, "fleqn") else {},
        scopes=tuple(
            scope._replace(macros={n: m for n, m in scope.macros.items() if n not in alike})
            for scope in scopes or [Scope({})]
        ),
        warnings=tuple(warnings),
        lacks=tuple(lacks),
    )


def _calls(data: Json, scripts: bool) -> list[_Call]:
    """The calls that there are, in order; those that only differ in their formulas are one."""
    searched = [
        _Call(
            number(one, "call", 0),
            number(one, "macros", -1),
            section(one, "options"),
            str(one.get("selector") or ""),
        )
        for one in _list(data, "searched")
        if isinstance(one, dict)
    ]
    probes = found(data)
    if scripts:
        probes.append(Probe("script", "script", "", "", "", False, False, {}))
    taken = [_Call(one.call, one.macros, one.options, None, (one,)) for one in probes]
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
    """The scopes of definitions, and for each call the number of its scope.

    Calls that are given the same object of macros share one. Auto-render makes one for each call
    that is given none; KaTeX itself has none then, and nothing lasts.
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
    """What only functions of the page can do, in all scopes (`numbers`: of calls) or in some."""
    scopes: dict[Lack, set[int]] = {}
    for call, number_of in zip(calls, numbers, strict=True):
        for lack in _lacks_of(call.options):
            scopes.setdefault(lack, set()).add(number_of)
    for lack, where in scopes.items():
        if where == set(numbers):
            yield lack
        else:
            yield from (lack._replace(scope=one) for one in sorted(where))


_OF_PAGE = "a function of the page is what it means to KaTeX"


def _lacks_of(options: Json) -> Iterator[Lack]:
    if "preProcess" in options:
        yield Lack("a function of the page changes formulas (preProcess of auto-render)", "all")
    macros = section(options, "macros")
    if own := _functions(macros):
        yield Lack(_OF_PAGE, "named", own)
    if characters := [name for name in macros if len(name) == 1 and _is_code(macros[name])]:
        told = "functions of the page are what some characters mean to KaTeX"
        yield Lack(f"{told} ({' '.join(characters)})", "all")


def _is_code(meaning: object) -> bool:
    """Whether a macro is a function, or tokens that a script has made: the page's code."""
    return not isinstance(meaning, str)


def _functions(macros: Json) -> tuple[str, ...]:
    """The names of the commands that only the page can have, without their backslash."""
    names = (name for name, one in macros.items() if _is_code(one))
    return tuple(name[1:] for name in names if _COMMAND.fullmatch(name))


def _any(options: Sequence[Json], name: str) -> bool:
    """Whether a call has an option on."""
    return any(flag(one, name, False) for one in options)


def _alike(macros: Sequence[Json]) -> Json:
    """The macros that all scopes begin with."""
    first, *others = macros
    return {
        name: one for name, one in first.items() if all(other.get(name) == one for other in others)
    }


def _in_turn(rules: Sequence[SearchRules]) -> SearchRules:
    """Rules of which each is for what those before it leave."""
    return replace(rules[0], later=tuple(rules[1:]))


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
    """The commands of KaTeX that MathJax lacks, as macros."""
    data = json.loads(Path(__file__).with_name("katex.json").read_text("utf-8"))
    return {name: _counted(text) for name, text in data.items()}


def _counted(text: str) -> str | list[object]:
    """A macro with the number of its arguments, which KaTeX takes from the text."""
    text = _LAP.sub(r"\1\\text\2", text)
    count = max(map(int, _ARGUMENT.findall(text)), default=0)
    return [text, count] if count else text


def _commands(macros: Json) -> Json:
    """Macros of options that are commands, by names without their backslash."""
    return {
        name[1:]: _counted(text)
        for name, text in macros.items()
        if _COMMAND.fullmatch(name) and not _is_code(text)
    }


def _characters(macros: Json) -> Json:
    """Macros of options that are single characters, by these."""
    return {
        name: _counted(text)
        for name, text in macros.items()
        if len(name) == 1 and isinstance(text, str)
    }


def _rules(call: _Call, scope: int, count: int) -> SearchRules:
    """Where a call looks: auto-render in text, KaTeX itself at elements that a script takes.

    `scope` is the number of its scope, of `count` that there are.
    """
    probes = call.probes
    known = {probe.selector for probe in probes if not probe.open}
    stripped = [
        probe for probe in probes if probe.open and not probe.whole and probe.selector not in known
    ]
    if call.selector is None:
        pairs: Iterable[Pair] = (Pair(one.open, one.close, one.display) for one in stripped)
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


#: KaTeX where nothing calls it
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
