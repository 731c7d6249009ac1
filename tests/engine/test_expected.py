"""MathJax's own examples go in (../shared); what is typeset and each error is as they expect it."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from prerender.engine import FormulaInput, Job, Typeset, engine_setup
from prerender.hashing import fingerprint
from prerender.setup import ElementFilter, SearchRules, Setup
from prerender.setup.packages import KNOWN, loadable, to_load
from tests.support.browser import new_engine

#: options that MathJax's tests set, and the file does not have, by the name of the test
OPTIONS_NOT_TOLD = {
    ("Base.test.ts", "Label Multiple"): "tags: ams",
    ("Base.test.ts", "Label Multiply Defined Error"): "tags: ams",
    ("Tag.test.ts", "Align Two labels"): "tags: ams",
    ("Tag.test.ts", "Duplicate Label Error"): "tags: ams",
    ("Mathtools.test.ts", "Other"): "the package boldsymbol",
    ("Mathtools.test.ts", "setoptions"): "allowMathtoolsSet: false",
    ("Mathtools.test.ts", "tagforms"): "tagforms",
    ("Mathtools.test.ts", "tagforms reset"): "tagforms",
    ("Mathtools.test.ts", "pairedDelimiters"): "pairedDelimiters",
    ("SetOptions.test.ts", "allowPackageDefault false"): "allowPackageDefault: false",
    (
        "SetOptions.test.ts",
        "allowOptionsDefault false ams multlineWidth true",
    ): "allowOptionsDefault: false",
    ("Tex.test.ts", "environment"): "it is a page, not a formula",
    ("TexHtml.test.ts", "Html missing comment tag"): "allowTexHTML: true",
}


@pytest.mark.slow
def test_mathjax_own_examples(shared: Path) -> None:
    lines = (shared / "formulas" / "mathjax_src.jsonl").read_text("utf-8").splitlines()
    examples = [one for one in map(json.loads, lines) if _is_whole(one)]
    typesets = asyncio.run(_typeset(examples))
    wrong = [
        f"{example['src']}, {example['name']}: {example['tex']!r}: {typeset.error}"
        for example, typeset in zip(examples, typesets, strict=True)
        if not _is_expected(example, typeset)
    ]
    assert not wrong, "\n".join(wrong)
    counts = Counter("error" if _error(example) else "math" for example in examples)
    assert counts["math"] >= 2390
    assert counts["error"] >= 270


def _is_whole(example: dict[str, Any]) -> bool:
    """Whether it is all there: its expectation, its options, and packages that are published.

    Others are of the tests themselves (userMacros); the fonts of bboldx and dsfont are not on npm.
    """
    expects = "mml" in example or "error" in example
    published = set(example["packages"]) <= KNOWN
    return expects and published and (example["src"], example["name"]) not in OPTIONS_NOT_TOLD


def _error(example: dict[str, Any]) -> str | None:
    """The error that is expected, raised or shown in the formula."""
    if "error" in example:
        return str(example["expect_error"])
    shown = re.search(r'data-mjx-error="([^"]*)"', example["mml"])
    return html.unescape(shown[1]) if shown else None


def _is_expected(example: dict[str, Any], typeset: Typeset) -> bool:
    red = re.findall(r'mathcolor="red" data-latex="(\\[^"]*)"', example.get("mml", ""))
    known = "noundefined" not in example["packages"] or list(typeset.undefined) == red
    return typeset.error == _error(example) and known


async def _typeset(examples: list[dict[str, Any]]) -> list[Typeset]:
    setups: dict[str, Any] = {}
    async with new_engine(tabs=2) as engine:
        jobs = [_job(example, setups) for example in examples]
        answers = await asyncio.gather(*(engine.typeset(job, setups) for job in jobs))
    return [answer.typesets[0] for answer in answers]


def _job(example: dict[str, Any], setups: dict[str, Any]) -> Job:
    packages, _ = loadable(example["packages"])
    rules = SearchRules("mathjax4", (), ElementFilter((), "", ""))
    told = engine_setup(Setup(rules, {"packages": packages}, to_load(packages)))
    key = fingerprint(told)
    setups[key] = told
    return Job(key, (FormulaInput(example["tex"], example["display"], "tex"),))
