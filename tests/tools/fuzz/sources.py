"""Pages in: each comes back from its result, and what only looks like a result harms nobody."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from prerender.engine import JobResult, Layout, Typeset
from prerender.errors import PageError
from prerender.pipeline.language import speech_of
from prerender.pipeline.page import finish, plan, read, restored, scripts_of
from prerender.settings import Settings
from prerender.setup import Pair, Setup, defaults, for_rendered, roles
from tests.tools.fuzz.cases import mutated, page
from tests.tools.fuzz.model import Check

_DRAWN = Typeset((Layout(500, 400, 0, ('<use href="#g"/>',)),), ("g",))
_WRONG = Typeset(error="Missing close brace")
_MARK = "1.0 test"
_USUAL = Settings()
#: rendered pages whose parts others are made of
_CORPUS = 300


def _setups() -> list[Setup]:
    plain = defaults()
    dollars = (*plain.rules.pairs, Pair("$", "$", False), Pair("%%", "%%", True))
    older = for_rendered("mathjax2", plain, {})
    return [
        plain,
        replace(plain, rules=replace(plain.rules, pairs=dollars, mathml=True, scripts=True)),
        replace(older, rules=replace(older.rules, pairs=dollars)),
        for_rendered("katex", plain, {}),
    ]


_SETUPS = _setups()


def rendered(chance: random.Random, data: bytes, *, xml: bool) -> bytes:
    """A page whose formulas are rendered by some set-up, or are in error. Raises PageError."""
    setup = chance.choice(_SETUPS)
    opened, root = read(data, xml=xml)
    scripts = scripts_of(root)
    kinds = roles(scripts, lambda _: None)
    again = (
        (lambda engine, _: (for_rendered(engine, setup, {}), "other"))
        if chance.random() < 0.3
        else None
    )
    work = plan(opened, root, setup, "key", kinds, speech_of(_USUAL, root), again)
    kinds_of = [_DRAWN] if chance.random() < 0.7 else [_DRAWN, _WRONG]
    answers = [
        JobResult(tuple(chance.choices(kinds_of, k=len(one.job.formulas))), {"g": "M0 0"})
        for one in work.jobs
    ]
    return finish(work, answers, _MARK).data


@contextmanager
def source() -> Iterator[Check]:
    """Any page comes back, byte for byte, or is refused."""

    def check(chance: random.Random) -> None:
        data, xml = page(chance), chance.random() < 0.2
        try:
            before = restored(data, xml=xml)
            result = rendered(chance, data, xml=xml)
        except PageError:
            return
        assert restored(result, xml=xml) == before, data

    yield check


@contextmanager
def restore() -> Iterator[Check]:
    """A result that was changed gives a source or is refused, and never more than was in it."""
    corpus = list(_rendered_pages())

    def check(chance: random.Random) -> None:
        data, xml = mutated(chance, chance.choice(corpus), corpus), chance.random() < 0.1
        try:
            once = restored(data, xml=xml)
            result = rendered(chance, once, xml=xml)
        except PageError:
            return
        assert restored(result, xml=xml) == restored(once, xml=xml), data

    yield check


def _rendered_pages() -> Iterator[bytes]:
    number = found = 0
    while found < _CORPUS:
        number += 1
        chance = random.Random(f"corpus {number}")
        data = page(chance)
        try:
            result = rendered(chance, data, xml=False)
        except PageError:
            continue
        if result != data:
            found += 1
            yield result
