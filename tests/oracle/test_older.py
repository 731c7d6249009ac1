r"""Pages for MathJax 2 and 3 in; what MathJax 4 does otherwise must come out as theirs does it.

Each formula: whether it is an error, its numbers, and its references.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from prerender.cache.disk import Cache
from prerender.engine import Typeset
from prerender.pipeline.page import Plan
from prerender.pipeline.render import RenderSession, plans
from prerender.site.files import open_site
from tests.support.browser import new_engine
from tests.support.oracle.oracle import MODULES, Mark, Seen, pages_of, typeset_by_site

V2 = (
    "<script type='text/x-mathjax-config'>MathJax.Hub.Config({TeX: %s})</script>"
    "<script src='https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.9/MathJax.js"
    "?config=TeX-AMS_CHTML'></script>"
)
V3 = (
    "<script>MathJax = {loader: {load: ['[tex]/%s']}, "
    "tex: {tags: 'ams', packages: {'[+]': ['%s']}}}</script>"
    "<script src='https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js'></script>"
)
AMS = "{equationNumbers: {autoNumber: 'AMS'}}"
LABELS = (
    r"\begin{equation}\begin{split}\label{rows} a&=b\\ c&=d\end{split}\end{equation}",
    r"\begin{equation}\begin{split} a&=b\\ c&=d\label{last}\end{split}\end{equation}",
    r"\begin{equation}\begin{aligned}\label{inner} a&=b\\ c&=d\end{aligned}\end{equation}",
    r"\begin{align}\begin{gathered} a\\ b\label{nested}\end{gathered}&=c\\ d&=e\end{align}",
    r"\begin{equation}\label{before}\begin{split} a&=b\\ c&=d\end{split}\end{equation}",
    r"\begin{align} a&=b\label{none}\notag\\ c&=d\label{row}\end{align}",
    r"\[\begin{aligned} a\label{untagged}\end{aligned}\]",
    r"\(\ref{rows}\ref{last}\ref{inner}\ref{nested}\ref{before}\ref{none}\ref{row}\ref{untagged}\)",
)
EMPHEQ = (
    r"\begin{empheq}[left=\empheqlbrace]{align} a&=b\label{one}\\ c&=d\end{empheq}",
    r"\begin{empheq}[right=\empheqrbrace]{gather*} a=b\\ c=d\end{empheq}",
    r"\begin{empheq}[left={x=\empheqlbrack}]{alignat=2} a&=b&c&=d\\ c&=d\end{empheq}",
    r"\begin{empheq}{equation} a=b\end{empheq}",
    r"\begin{empheq}{multline} a=b\\ c\end{empheq}",
    r"\[\begin{empheq}[left=\empheqlbrace]{align} a&=b\end{empheq}"
    r"\begin{empheq}[left=\empheqlbrace]{align} c&=d\end{empheq}\]",
    r"\[\left(\begin{empheq}[left=\empheqlbrace]{align*} a&=b\\ c&=d\end{empheq}\right)\]",
    r"\[\begin{align} a\end{align}\begin{empheq}{align} a\end{empheq}\]",
    r"\(\ref{one}\)",
)
#: what extensions of MathJax 2 bring that MathJax 4 has not
_TEXVC = MODULES / "mathjax2/unpacked/extensions/TeX/mediawiki-texvc.js"
NAMES = re.findall(r"^ +(\w+): \[.Macro", _TEXVC.read_text("utf-8"), re.MULTILINE)
OWN = {"unicodeInt"}  # by which the others are defined
EXTENSIONS = (
    rf"\({' '.join(rf'{chr(92)}{name}{{}}' for name in NAMES if name not in OWN)}\)",
    r"\(\cf{H2O}\cee{CO2}\)",
    r"<span class='a math'>x &lt; y</span>",
    r"<div class=math>\frac{a}{b}</div>",
    r"<span class=maths>x</span>",
)
PAGES = {
    "extensions-2.html": (
        V2.replace(
            "{TeX: %s}",
            "{extensions: ['jsMath2jax.js'], TeX: {extensions: "
            "['mediawiki-texvc.js', 'mhchem.js', 'autobold.js']}}",
        ),
        EXTENSIONS,
    ),
    "labels-2.html": (V2 % AMS, LABELS),
    "labels-3.html": (V3 % ("ams", "ams"), LABELS),
    "empheq-3.html": (V3 % ("empheq", "empheq"), EMPHEQ),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("older")
    for name, (head, formulas) in PAGES.items():
        texts = (one if one[0] == "<" else one.replace("&", "&amp;") for one in formulas)
        body = "".join(f"<p>{one}</p>\n" for one in texts)
        start = "<!doctype html><html lang=en><meta charset=utf-8><title>x</title>"
        page = f"{start}{head}<body>{body}"
        (folder / name).write_text(page)
    return folder


async def _typesets(site: Path, cache: Path) -> dict[str, list[Typeset]]:
    """What the formulas of each page are typeset to."""
    result = {}
    async with new_engine(tabs=1) as engine:
        work = RenderSession(engine, Cache(cache))
        async for path, plan in plans(open_site(site, None), work):
            assert isinstance(plan, Plan), plan
            found: dict[int, Typeset] = {}
            for one in plan.jobs:
                answer = await engine.typeset(one.job, work.setups)
                found |= zip(one.indexes, answer.typesets, strict=True)
            result[str(path)] = [found[index] for index in sorted(found)]
        work.cache.close()
    return result


def _ours(one: Typeset) -> tuple[bool, list[Mark]]:
    return one.error is not None, [Mark(*mark) for mark in (*one.tags, *one.refs)]


def _theirs(one: Seen) -> tuple[bool, list[Mark]]:
    return one.error is not None, [*one.tags, *one.refs]


@pytest.mark.slow
def test_numbers_and_errors_of_older_pages_are_their_engines_own(
    site: Path, session_cache: Path
) -> None:
    assert len(NAMES) > 90
    seen = asyncio.run(typeset_by_site(pages_of(site), site))
    ours = asyncio.run(_typesets(site, session_cache))
    for path, theirs in seen.items():
        assert len(theirs) == sum("class=maths" not in one for one in PAGES[path.name][1])
        assert [one.undefined for one in ours[path.name]] == [()] * len(theirs)
        assert list(map(_ours, ours[path.name])) == list(map(_theirs, theirs)), path.name
