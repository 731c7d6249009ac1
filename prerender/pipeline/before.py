"""Formulas that other tools have rendered into a page in; what to do with them out.

Generators may call MathJax or KaTeX themselves (markdown-it-mathjax3, rehype-katex, mathjax-node).
Such formulas stay as they are, or are typeset anew (`--rerender`) and then have to show what they
showed: their macros are not on the page any more, but their numbers are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from prerender.engine import Typeset
from prerender.engine.jobs import Planned, has_numbers, plan_jobs
from prerender.find import Formula, Rendered, Rendering
from prerender.pipeline.lacking import Held, cure
from prerender.report.diagnostics import Diagnostic
from prerender.setup import Setup, Version
from prerender.source.lines import LineIndex

_NAMES: dict[Version, str] = {"katex": "KaTeX"}
_STAY = (
    "{} has rendered formulas of this page before: they stay as they are (--rerender typesets them "
    "anew)"
)
_BARE = "{} has rendered formulas of this page before without their source: they stay as they are"
_FAILED = "{} shows an error in place of a formula here: it stays as it is"


def _name(engine: Version) -> str:
    return _NAMES.get(engine, "MathJax")


def notes_on(found: Sequence[Rendered], text: str, *, again: bool) -> list[Diagnostic]:
    """Say what stays as it is of a page (`text`); `again`: what has its source is typeset anew."""
    told = Counter(
        (_STAY if one.formula else _BARE).format(_name(one.engine))
        for one in found
        if not one.failed and not (again and one.formula)
    )
    notes = [Diagnostic("note", message, times=count) for message, count in told.items()]
    failed = [one for one in found if one.failed and again]
    lines = LineIndex(text) if failed else None
    for one in failed if lines else ():
        where = lines.locate(one.span.start) if lines else None
        notes.append(Diagnostic("note", _FAILED.format(_name(one.engine)), where))
    return notes


def shown(formulas: Sequence[Formula]) -> dict[str, Any]:
    """Return the options of MathJax 4 that formulas of one engine were rendered with, as they show.

    KaTeX always numbers as AMS does.
    """
    both = [(one, one.rendered) for one in formulas if one.rendered is not None]
    tex: dict[str, Any] = {}
    if both and both[0][1].engine in ("mathjax2", "mathjax4"):
        tex["tags"] = _tags(both)
    if any(rendering.number_side == "left" for _, rendering in both):
        tex["tagSide"] = "left"
    aligned = next((one.align for _, one in both if one.align), "")
    return {"tex": tex} | ({"output": {"displayAlign": aligned}} if aligned else {})


def _tags(formulas: Sequence[tuple[Formula, Rendering]]) -> str:
    """Return MathJax's option: which displays have numbers without being given one."""
    numbered = [
        one.math
        for one, rendering in formulas
        if len(rendering.numbers) > len(re.findall(r"\\tag(?![a-zA-Z])", one.math))
    ]
    if not numbered:
        return "none"
    return "ams" if all(map(has_numbers, numbered)) else "all"


class Work(NamedTuple):
    """The jobs of a page, and the set-ups of its formulas that are rendered again, by engine."""

    jobs: list[Planned]
    setups: Mapping[Version, Setup]


#: gives the set-up of formulas that an engine has rendered, and its key
Again = Callable[[Version, Sequence[Formula]], tuple[Setup, str]]


def work_on(
    formulas: Sequence[Formula], voices: Sequence[str] | None, setup: Setup, key: str, again: Again
) -> Work:
    """The jobs for formulas of which some are rendered; `setup`, with its `key`, is the others'."""
    setups: dict[Version, Setup] = {}
    groups = [(setup, key, [index for index, one in enumerate(formulas) if one.rendered is None])]
    for engine in dict.fromkeys(one.rendered.engine for one in formulas if one.rendered):
        mine = [
            i for i, one in enumerate(formulas) if one.rendered and one.rendered.engine == engine
        ]
        setups[engine], name = again(engine, [formulas[index] for index in mine])
        if engine == "katex" and name == key:
            # A style sheet counts the equations of both
            groups[0] = (setup, key, sorted([*groups[0][2], *mine]))
        else:
            parts = _parts([formulas[index] for index in mine])
            groups += [(setups[engine], name, mine[part]) for part in parts]
    jobs: list[Planned] = []
    for own, name, indexes in groups:
        some = [formulas[index] for index in indexes]
        said = None if voices is None else [voices[index] for index in indexes]
        for job, places in plan_jobs(some, name, own.tex, own.scopes, said):
            jobs.append(Planned(job, tuple(indexes[place] for place in places)))
    return Work(jobs, setups)


def _parts(formulas: Sequence[Formula]) -> Iterator[slice]:
    """Yield the parts of a page in which each number occurs once: articles, on a page of many."""
    start = 0
    seen: set[str] = set()
    for index, formula in enumerate(formulas):
        numbers = set(formula.rendered.numbers if formula.rendered else ()) - {""}
        if not seen.isdisjoint(numbers):
            yield slice(start, index)
            start, seen = index, set()
        seen |= numbers
    yield slice(start, len(formulas))


_UNKNOWN = re.compile(r"Undefined control sequence (\\(?:[a-zA-Z]+|.))")
_NUMBERING = "describe the numbering in prerender.toml, under [mathjax.tex]"


def unlike(formula: Formula, typeset: Typeset) -> Held | None:
    """Return why a rendered formula stays as it is: what is typeset is not what it showed."""
    rendered = formula.rendered
    if rendered is None:
        return None
    unknown = [*typeset.undefined, *_UNKNOWN.findall(typeset.error or "")]
    if unknown:
        told = f"{unknown[0]} is not defined on this page any more: the formula stays as it is"
        return told, cure(unknown[0])
    if typeset.error is not None:
        return None
    if formula.input == "tex" and rendered.engine != "katex":
        numbers = tuple(text for tag in typeset.tags if (text := "".join(tag.text.split())))
        if numbers != rendered.numbers:
            was, now = (", ".join(some) or "none" for some in (rendered.numbers, numbers))
            told = f"the number of this formula is {was}, and would be {now}: it stays as it is"
            return told, _NUMBERING
    if any("???" in ref.text for ref in typeset.refs):
        return "it refers to a label that is not on this page: it stays as it is", ""
    return None


_COUNTED = (
    "KaTeX's style sheet counts the equations of this page, and one of them stays as it is: so do "
    "the others"
)


def counted(
    formulas: Sequence[Formula], typesets: Sequence[Typeset], held: Sequence[Held | None]
) -> list[Held | None]:
    """Return why formulas stay: `held`, and if that is one whose number a style sheet counts, all
    of those."""
    mine = [
        bool(one.rendered) and "" in (one.rendered.numbers if one.rendered else ())
        for one in formulas
    ]
    stays = [
        why is not None or typeset.error is not None
        for why, typeset in zip(held, typesets, strict=True)
    ]
    if not any(one and stay for one, stay in zip(mine, stays, strict=True)):
        return list(held)
    return [
        (_COUNTED, "") if one and not stay else why
        for one, stay, why in zip(mine, stays, held, strict=True)
    ]
