"""A formula, what it was typeset to and its page's set-up in; out: why it has to stay as it is.

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
    """What the user can put into prerender.toml."""
    if not names:
        return "say in prerender.toml, under [mathjax], how math is set up"
    return f"define {names} in prerender.toml, under [mathjax.tex.macros]"


_WHOLE = ("all", "unplaced")


def whole_page(setup: Setup) -> str | None:
    """Why no formula of a page can be typeset; None: there is no such reason."""
    whole = (one.why for one in setup.lacks if one.formulas in _WHOLE and one.scope is None)
    return next(whole, None)


#: why a formula stays as it is, and what can be done
Held = tuple[str, str]


def lacking(setup: Setup, formula: Formula, typeset: Typeset) -> Held | None:
    """Why a formula stays as it is, and what can be done; None: it need not.

    It must have been typeset, to tell what MathJax does not know in it.
    """
    for lack in setup.lacks:
        if lack.scope is not None and formula.scope % len(setup.scopes) != lack.scope:
            continue
        if lack.formulas in _WHOLE:
            return f"it stays as it is: {lack.why}", cure()
        found = _found(lack, setup, formula, typeset)
        if found is not None:
            shown = f"{found} cannot be typeset here" if found else "its number cannot be had"
            return f"{shown}: {lack.why}", cure(found or "")
    return None


def _found(lack: Lack, setup: Setup, formula: Formula, typeset: Typeset) -> str | None:
    """What a formula has that a set-up lacks, as the author writes it."""
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
