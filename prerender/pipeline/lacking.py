"""Decides whether a formula must stay unrendered because its page's set-up is not fully known.

What only the page's own code defines is never guessed: the formula stays, and so do its scripts.
"""

from __future__ import annotations

import re

from prerender.engine import Typeset
from prerender.engine.jobs import bodies_of, closed, names_of
from prerender.find import Formula
from prerender.setup import Lack, Setup

_UNKNOWN = re.compile(r"Unknown environment '([^']*)'")


def cure(names: str = "") -> str:
    """Return advice on what to add to prerender.toml."""
    if not names:
        return "describe the page's math set-up in prerender.toml, under [mathjax]"
    return f"define {names} in prerender.toml, under [mathjax.tex.macros]"


_WHOLE = ("all", "unplaced")


def whole_page(setup: Setup) -> str | None:
    """Return why no formula of a page can be typeset; None: there is no such reason."""
    reasons = (lack.why for lack in setup.lacks if lack.formulas in _WHOLE and lack.scope is None)
    return next(reasons, None)


#: why a formula stays unrendered, and what the user can do
Held = tuple[str, str]


def lacking(setup: Setup, formula: Formula, typeset: Typeset) -> Held | None:
    """Return why a formula stays unrendered, and what the user can do; None: it can be rendered.

    It must have been typeset, which shows what MathJax does not know in it.
    """
    for lack in setup.lacks:
        if lack.scope is not None and formula.scope % len(setup.scopes) != lack.scope:
            continue
        if lack.formulas in _WHOLE:
            return f"it stays as it is: {lack.why}", cure()
        found = _affected(lack, setup, formula, typeset)
        if found is not None:
            problem = f"{found} cannot be typeset here" if found else "its number is not known"
            return f"{problem}: {lack.why}", cure(found or "")
    return None


def _affected(lack: Lack, setup: Setup, formula: Formula, typeset: Typeset) -> str | None:
    """Return the name in a formula that the set-up lacks, as the author writes it; None if none.

    "" where it is the formula's number.
    """
    if formula.input != "tex":
        return None
    if lack.formulas == "numbered":
        return "" if typeset.tags or typeset.refs else None
    unknown = [*typeset.undefined, *_UNKNOWN.findall(typeset.error or "")]
    if lack.formulas == "undefined":
        return unknown[0] if unknown else None
    if lack.formulas != "named":
        return None
    tex = setup.tex
    scope = setup.scopes[formula.scope % len(setup.scopes)].macros if setup.scopes else {}
    macros = bodies_of(tex.get("macros")) | bodies_of(scope) | bodies_of(tex.get("environments"))
    wanted = closed(set(lack.names), macros)
    used = sorted(names_of(formula.math) & wanted)
    if not used:
        return None
    own = [name for name in used if name in lack.names] or used
    return rf"\{own[0]}" if rf"\{own[0]}" in formula.math else own[0]
