"""Our XPath against the browser's own: all conditions of the rules of speech, and others."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

import prerender
from prerender.engine.tab import Tab
from tests.support.browser import new_engine

_COMPARE = Path(__file__).with_name("xpath.js").read_text("utf-8").rstrip().removesuffix(";")
_MAPS = Path(prerender.__file__).parent / "engine/mathjax/sre/mathmaps"

#: what stands before the conditions of a rule, by its kind: its name, its style, what is said
_BEFORE = {"Precondition": 2, "Rule": 3, "Alias": 1}

#: trees such as the engine makes of formulas
TREES = (
    '<stree><infixop role="addition" id="2">+<content><operator role="addition" id="1">+</operator>'
    '</content><children><identifier role="latinletter" font="italic" id="0">a</identifier>'
    '<number role="integer" id="3" annotation="clearspeak:simple">1</number></children></infixop>'
    "</stree>",
    '<stree><superscript role="latinletter"><children><subscript role="latinletter"><children>'
    '<identifier role="latinletter">x</identifier><number role="integer">2</number></children>'
    '</subscript><punctuated role="sequence"><content><punctuation role="comma">,</punctuation>'
    '</content><children><identifier role="greekletter">α</identifier><empty role="unknown"/>'
    "</children></punctuated></children></superscript></stree>",
    '<stree><vector role="binomial"><children><line role="binomial"><children><number>10'
    '</number></children></line><line role="binomial"><content><cell role="label"/></content>'
    '<children><fraction role="vulgar"><children><number>1</number><number>2</number></children>'
    "</fraction></children></line></children></vector></stree>",
)
#: what rules could ask, and do not
MORE = (
    "//*[position()=2]/..|//number",
    "preceding::*[1]",
    "following::*[last()]",
    "ancestor-or-self::*[2]/@role",
    "descendant::number[. > 1 and . < 20]",
    "(children/*)[2]",
    "sum(//number) div 2 - -1",
    "count(//@*) mod 3",
    "concat(substring-before('a-b','-'), substring-after('a-b','-'), normalize-space('  x  y '))",
    "substring('12345', 2, 3)",
    "starts-with(name(), 'in') or true() = false()",
    "translate('bar','abc','AB')",
    "round(2.5) + floor(-1.5) + ceiling(1.2) * 2",
    "boolean(//nothing) != boolean(1)",
    "string(//number) = //number",
    "//*[not(@role)][text()]",
    "preceding-sibling::*[1][self::number]",
    "self::node()/child::text()",
    "1 +",
    "*//@",
    "nothing(1)",
)


def _conditions() -> list[str]:
    found: set[str] = set()
    for file in sorted(_MAPS.glob("*.json")):
        for name, part in json.loads(file.read_bytes()).items():
            if "/rules/" in name:
                for kind, *words in part["rules"]:
                    found.update(words[_BEFORE.get(kind, len(words)) :])
    return sorted(one for one in found if not one.startswith(("CQF", "priority=")))


def test_conditions_are_what_the_browser_says() -> None:
    async def wrong() -> Any:
        async with new_engine(tabs=1) as engine:
            tab = await Tab.open(await engine.browser())
            try:
                return await tab._page.evaluate(_COMPARE, [[*_conditions(), *MORE], TREES])
            finally:
                await tab.close()

    assert len(_conditions()) > 500
    assert asyncio.run(wrong()) == []


pytestmark = pytest.mark.quick
