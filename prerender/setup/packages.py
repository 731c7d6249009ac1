"""Names of MathJax's TeX packages and components, and which component contains which packages.

Sources: MathJax 4 components/mjs/source.js and input/tex/tex.js; MathJax 3 input/tex/AllPackages.ts
and docs.mathjax.org, "The MathJax Components"; MathJax 2 config/*.js and "Combined Configurations".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from prerender.setup.values import words

Input = Literal["tex", "mml", "asciimath"]

#: all packages of MathJax 4 whose fonts are on npm (not bboldx and dsfont)
KNOWN = words(
    """action ams amscd autoload base bbm bbox begingroup boldsymbol braket bussproofs cancel
    cases centernot color colortbl colorv2 configmacros empheq enclose extpfeil fontsizev3
    gensymb html mathtools mhchem newcommand noerrors noundefined physics require setoptions
    tagformat texhtml textcomp textmacros unicode units upgreek verb"""
)
#: the packages in `input/tex`, which need not be loaded
BUILT_IN = ("base", "ams", "newcommand", "textmacros", "noundefined", "require", "autoload",
            "configmacros")  # fmt: skip
BUILT_IN_3 = tuple(name for name in BUILT_IN if name != "textmacros")
#: `tex-full` of MathJax 3, without noerrors: we report errors ourselves
FULL_3 = (
    "require", "base", "action", "ams", "amscd", "bbox", "boldsymbol", "braket",
    "bussproofs", "cancel", "cases", "centernot", "color", "colortbl", "empheq", "enclose",
    "extpfeil", "gensymb", "html", "mathtools", "mhchem", "newcommand", "noundefined",
    "upgreek", "unicode", "verb", "configmacros", "tagformat", "textcomp", "textmacros",
)  # fmt: skip
#: packages that are ignored: we report errors that MathJax would display in the text
_DROPPED = frozenset(["noerrors"])


class Component(NamedTuple):
    """The contents of a combined component of MathJax 3 or 4."""

    inputs: tuple[Input, ...]
    packages: tuple[str, ...]
    output: Literal["chtml", "svg"]


def component(name: str, newest: bool) -> Component:
    """Return the component with this name; `startup` and unknown ones are empty."""
    parts = name.split("-")
    inputs: tuple[Input, ...] = ("tex",) if "tex" in parts else ()
    inputs += ("mml",) if "mml" in parts else ()
    built_in = BUILT_IN if newest else BUILT_IN_3
    packages = FULL_3 if "full" in parts else built_in
    output: Literal["chtml", "svg"] = "svg" if "svg" in parts else "chtml"
    return Component(inputs, packages if "tex" in parts else (), output)


def loadable(packages: Iterable[object]) -> tuple[list[object], list[str]]:
    """Return the packages that MathJax 4 has, as configured, and the names of the others."""
    known: list[object] = []
    others: list[str] = []
    for package in packages:
        name = name_of(package)
        if name in KNOWN:
            known += [] if name in _DROPPED or package in known else [package]
        elif name is not None:
            others.append(name)
    return known, others


def name_of(package: object) -> str | None:
    """Return the name of a package that is configured as a name or as [name, priority]."""
    if isinstance(package, list) and package:
        package = package[0]
    return package if isinstance(package, str) else None


def to_load(packages: Sequence[object]) -> tuple[str, ...]:
    """Return the components of packages that are not in `input/tex`: "[tex]/physics"."""
    names = dict.fromkeys(name_of(package) for package in packages)
    return tuple(f"[tex]/{name}" for name in names if name not in BUILT_IN)
