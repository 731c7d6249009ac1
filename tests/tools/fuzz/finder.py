"""A page in: we find in its text what MathJax 4, MathJax 2 and KaTeX find, in a browser."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Route

from prerender.find import Broken, Formula, find
from prerender.setup import Pair, SearchRules, defaults, for_rendered
from prerender.source import parse
from tests.support.browser import blocking_chromium
from tests.support.oracle.oracle import MODULES
from tests.tools.fuzz.cases import formula, piece
from tests.tools.fuzz.model import Check

_JS = Path(__file__).parent
#: what is read otherwise without scripts, has no bytes in UTF-8, or is left alone on purpose
_UNLIKE = re.compile(
    "noscript|frame|[\x00\ufdd0-\ufdef\ud800-\udfff]|<!DOCTYPE|<html|<head|plaintext|CDATA"
)
_PAIRS = (
    Pair("$$", "$$", True),
    Pair("\\[", "\\]", True),
    Pair("$", "$", False),
    Pair("\\(", "\\)", False),
)


def _rules() -> Mapping[str, SearchRules]:
    plain = defaults()
    found = {
        "mathjax4": plain,
        "mathjax2": for_rendered("mathjax2", plain, {}),
        "katex": for_rendered("katex", plain, {}),
    }
    return {
        name: replace(setup.rules, pairs=_PAIRS, asciimath=(), mathml=False, scripts=False)
        for name, setup in found.items()
    }


@contextmanager
def finder() -> Iterator[Check]:
    """Each engine, one after the other, on pages of a few pieces."""
    rules = _rules()
    functions = {name: (_JS / name).read_text("utf-8") for name in ("finder.js", "finder_page.js")}
    with blocking_chromium() as browser:
        page = browser.new_page()
        page.route("**/*", _answer)
        page.goto("https://fuzz.invalid/")
        page.evaluate(_expression(functions["finder_page.js"]), _PAIRS)
        page.evaluate("() => { window.MathJax = { startup: { typeset: false } }; }")
        page.add_script_tag(path=MODULES / "mathjax" / "tex-svg.js")
        page.evaluate("() => MathJax.startup.promise")
        tex2jax = (MODULES / "mathjax2" / "unpacked" / "extensions" / "tex2jax.js").read_text(
            "utf-8"
        )
        page.evaluate(f"() => {{ const MathJax = window.old; {tex2jax} }}")
        page.add_script_tag(path=MODULES / "katex" / "dist" / "contrib" / "auto-render.js")
        ask = _expression(functions["finder.js"])

        def check(chance: random.Random) -> None:
            body = "".join(
                formula(chance) if chance.random() < 0.4 else piece(chance)
                for _ in range(chance.randint(1, 6))
            )
            if _UNLIKE.search(body):
                return
            html = f"<!doctype html><title>t</title><body><p>{body}"
            engine = chance.choice(list(rules))
            theirs = [tex for tex, _ in page.evaluate(ask, [engine, html])]
            found = find(parse(html), rules[engine], html)
            ours = [
                one.math if isinstance(one, Formula) else one.text
                for one in found
                if isinstance(one, (Formula, Broken))
            ]
            assert ours == theirs, f"{engine}: {html!r}: {ours} for {theirs}"

        yield check


def _answer(route: Route) -> None:
    """An empty page, and nothing else."""
    if route.request.is_navigation_request():
        route.fulfill(body="<!doctype html><body>", content_type="text/html")
    else:
        route.abort()


def _expression(function: str) -> str:
    """A function of a file, without the comment before it."""
    return re.sub(r"\A\s*/\*.*?\*/\s*", "", function, flags=re.DOTALL).rstrip().removesuffix(";")
