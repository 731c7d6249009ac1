"""A page in: we find in its text what MathJax 4, MathJax 2 and KaTeX find, in a browser."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from prerender.find import Broken, Formula, find
from prerender.setup import Pair, SearchRules, defaults
from prerender.source import parse
from tests.support.browser import blocking_chromium
from tests.support.oracle.oracle import MODULES
from tests.tools.fuzz.cases import formula, piece
from tests.tools.fuzz.model import Check

_JS = Path(__file__).parent
#: of what the browser's parser sees something else here, which has no scripts to run: no matter of
#: finding; and what HTML cannot say
_UNLIKE = re.compile("noscript|frame|[\x00\ufdd0-\ufdef\ud800-\udfff]|<!DOCTYPE|<html|<head|plaintext")
_PAIRS = (Pair("$$", "$$", True), Pair("\\[", "\\]", True), Pair("$", "$", False), Pair("\\(", "\\)", False))


def _rules() -> Mapping[str, SearchRules]:
    plain = replace(defaults().rules, pairs=_PAIRS)
    older = (("br", " "), ("wbr", ""), ("#comment", ""))
    skip = ("script", "noscript", "style", "textarea", "pre", "code", "annotation", "annotation-xml")
    switch = plain.switch._replace(skip_tags=skip, ignore_class="tex2jax_ignore", process_class="tex2jax_process")
    return {
        "mathjax4": plain,
        "mathjax2": replace(plain, version="mathjax2", switch=switch, include=older, escapes=False),
        "katex": replace(
            plain, version="katex", environments=False, escapes=False, refs=False, include=(),
            switch=switch._replace(skip_tags=("script", "noscript", "style", "textarea", "pre", "code", "option"), ignore_class="", process_class=""),
        ),
    }  # fmt: skip


@contextmanager
def finder() -> Iterator[Check]:
    """Each engine, one after the other, on pages of a few pieces."""
    rules = _rules()
    functions = {name: (_JS / name).read_text("utf-8") for name in ("finder.js", "finder_page.js")}
    with blocking_chromium() as browser:
        page = browser.new_page()
        page.set_content("<!doctype html><body>")
        page.evaluate(_expression(functions["finder_page.js"]), _PAIRS)
        page.evaluate("() => { window.MathJax = { startup: { typeset: false } }; }")
        page.add_script_tag(path=MODULES / "mathjax" / "tex-svg.js")
        page.evaluate("() => MathJax.startup.promise")
        tex2jax = (MODULES / "mathjax2" / "unpacked" / "extensions" / "tex2jax.js").read_text("utf-8")
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


def _expression(function: str) -> str:
    """A function of a file, without the comment before it."""
    return re.sub(r"\A\s*/\*.*?\*/\s*", "", function, flags=re.DOTALL).rstrip().removesuffix(";")
