"""Names of TeX packages and of MathJax's components: what brings what.

Sources: MathJax 4 components/mjs/source.js and input/tex/tex.js; MathJax 3 input/tex/AllPackages.ts
and docs.mathjax.org, "The MathJax Components"; MathJax 2 config/*.js and "Combined Configurations".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from prerender.setup.values import words

Input = Literal["tex", "mml", "asciimath"]

#: all that MathJax 4 has and npm has the fonts of (not bboldx and dsfont)
KNOWN = words(
    """action ams amscd autoload base bbm bbox begingroup boldsymbol braket bussproofs cancel
    cases centernot color colortbl colorv2 configmacros empheq enclose extpfeil fontsizev3
    gensymb html mathtools mhchem newcommand noerrors noundefined physics require setoptions
    tagformat texhtml textcomp textmacros unicode units upgreek verb"""
)
#: what `input/tex` brings: it need not be loaded
BUILT_IN = ("base", "ams", "newcommand", "textmacros", "noundefined", "require", "autoload",
            "configmacros")  # fmt: skip
BUILT_IN_3 = tuple(name for name in BUILT_IN if name != "textmacros")
#: `tex-full` of MathJax 3; its noerrors is ours (we report errors)
FULL_3 = (
    "require", "base", "action", "ams", "amscd", "bbox", "boldsymbol", "braket",
    "bussproofs", "cancel", "cases", "centernot", "color", "colortbl", "empheq", "enclose",
    "extpfeil", "gensymb", "html", "mathtools", "mhchem", "newcommand", "noundefined",
    "upgreek", "unicode", "verb", "configmacros", "tagformat", "textcomp", "textmacros",
)  # fmt: skip
#: what MathJax itself reports in the text is an error of ours
_DROPPED = frozenset(["noerrors"])


class Component(NamedTuple):
    """What a combined component of MathJax 3 or 4 brings."""

    inputs: tuple[Input, ...]
    packages: tuple[str, ...]
    output: Literal["chtml", "svg"]


def component(name: str, newest: bool) -> Component:
    """The component of a name; `startup` and what is not known bring nothing by themselves."""
    parts = name.split("-")
    inputs: tuple[Input, ...] = ("tex",) if "tex" in parts else ()
    inputs += ("mml",) if "mml" in parts else ()
    built_in = BUILT_IN if newest else BUILT_IN_3
    packages = FULL_3 if "full" in parts else built_in
    output: Literal["chtml", "svg"] = "svg" if "svg" in parts else "chtml"
    return Component(inputs, packages if "tex" in parts else (), output)


def loadable(packages: Iterable[object]) -> tuple[list[object], list[str]]:
    """The packages that MathJax 4 has, as they are configured, and the names of the others."""
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
    """The name of a package that is configured as a name or as [name, priority]."""
    if isinstance(package, list) and package:
        package = package[0]
    return package if isinstance(package, str) else None


def to_load(packages: Sequence[object]) -> tuple[str, ...]:
    """The components that bring packages, but for those that `input/tex` has: "[tex]/physics"."""
    names = dict.fromkeys(name_of(package) for package in packages)
    return tuple(f"[tex]/{name}" for name in names if name not in BUILT_IN)
