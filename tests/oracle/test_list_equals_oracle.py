"""Every page of ours and of ../shared goes in; we must find and number what its scripts do."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from prerender.cache.disk import Cache
from prerender.engine import Typeset
from prerender.pipeline.page import Plan
from prerender.pipeline.render import RenderSession, plans
from prerender.site.files import open_site
from prerender.source import Element, parse
from tests.support.browser import new_engine
from tests.support.oracle.cdn import STANDINS
from tests.support.oracle.compare import Formula, differences, parse_list
from tests.support.oracle.oracle import Mark, Seen, pages_of, typeset_by_site

FIXTURES = Path(__file__).parent / "pages"
SHARED = Path(__file__).parents[3] / "shared"
SITES = (
    FIXTURES,
    SHARED / "seed",
    SHARED / "sites" / "cp-algorithms",
    SHARED / "sites" / "deepgenerativemodels-notes",
    SHARED / "sites" / "distributions-jl",
    SHARED / "sites" / "lmfit",
    SHARED / "sites" / "mathjax-tex2jax",
)
#: where we say otherwise, on purpose: our formulas
DECIDED = {
    # nothing typesets this page, so that it is rendered by MathJax 4's defaults; MathML stays
    "leave-no-engine.html": [Formula("a", False, "tex"), Formula("c", False, "tex")],
}

Theirs = Callable[[Path], tuple[Path, dict[str, list[Seen]]]]


def prerender(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "prerender", *map(str, words)]
    return subprocess.run(command, capture_output=True, encoding="utf-8")


def cases() -> Iterator[object]:
    for site in SITES:
        if not site.exists():
            absent = pytest.mark.skip(reason="no ../shared beside the checkout")
            yield pytest.param(site, "", marks=absent, id=site.name)
        for page in pages_of(site):
            name = page.relative_to(site).as_posix()
            yield pytest.param(site, name, id=f"{site.name}/{name}")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Theirs:
    """By site: a copy of it, and what the oracle says of its pages; asked once."""

    @cache
    def of(site: Path) -> tuple[Path, dict[str, list[Seen]]]:
        copy = tmp_path_factory.mktemp("sites") / site.name
        shutil.copytree(site, copy)
        if site.name == "mathjax-tex2jax":
            shutil.copy(STANDINS / "header.js", copy)
        seen = asyncio.run(typeset_by_site(pages_of(copy), copy))
        return copy, {path.relative_to(copy).as_posix(): s for path, s in seen.items()}

    return of


@pytest.fixture(scope="module")
def ours(theirs: Theirs, session_cache: Path) -> Callable[[Path], dict[str, list[Formula]]]:
    """By site: what `prerender list` says of its pages."""

    @cache
    def of(site: Path) -> dict[str, list[Formula]]:
        listed = prerender("list", theirs(site)[0], "--cache-dir", session_cache)
        assert listed.returncode == 0, listed.stderr
        return parse_list(listed.stdout.splitlines())

    return of


@pytest.mark.slow
@pytest.mark.parametrize(("site", "page"), list(cases()))
def test_list_equals_oracle(
    theirs: Theirs, ours: Callable[[Path], dict[str, list[Formula]]], site: Path, page: str
) -> None:
    found = ours(site).get(page, [])
    if page in DECIDED:
        assert found == DECIDED[page]
        return
    wrong = list(differences(page, found, theirs(site)[1][page]))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.slow
@pytest.mark.parametrize("site", [pytest.param(site, id=site.name) for site in SITES])
def test_numbers_equal_oracle(theirs: Theirs, site: Path, session_cache: Path) -> None:
    """Each number beside an equation, and each reference: its text, and where it goes."""
    if not site.exists():
        pytest.skip("no ../shared beside the checkout")
    copy, seen = theirs(site)
    numbered = {page for page, some in seen.items() if any(one.tags or one.refs for one in some)}
    wanted = set(seen) - set(DECIDED) if site is FIXTURES else numbered
    wrong = []
    for page, (plan, typesets) in asyncio.run(_typesets(copy, wanted, session_cache)).items():
        is_katex = plan.setup.rules.version == "katex"  # which gives its numbers no ids
        for index, (typeset, one) in enumerate(zip(typesets, seen[page], strict=True)):
            told = [Mark(*mark) for mark in (*typeset.tags, *typeset.refs)]
            expected = [*one.tags, *one.refs]
            if [(mark.text, is_katex or mark.anchor) for mark in told] != [
                (mark.text, is_katex or mark.anchor) for mark in expected
            ]:
                wrong.append(f"{page}, formula {index}: {told}, not {expected}")
    assert not wrong, "\n".join(wrong)
    if site is FIXTURES:
        assert sum(len(one.tags) + len(one.refs) for some in seen.values() for one in some) > 150


async def _typesets(
    site: Path, pages: set[str], cache_folder: Path
) -> dict[str, tuple[Plan, list[Typeset]]]:
    """The plans of pages, and what their formulas are typeset to."""
    result = {}
    cache = Cache(cache_folder)
    async with new_engine(tabs=2) as engine:
        work = RenderSession(engine, cache)
        async for path, plan in plans(open_site(site, None), work):
            if str(path) not in pages:
                continue
            assert isinstance(plan, Plan), plan
            answers = [await engine.typeset(one.job, work.setups) for one in plan.jobs]
            found = {
                index: typeset
                for planned, answer in zip(plan.jobs, answers, strict=True)
                for index, typeset in zip(planned.indexes, answer.typesets, strict=True)
            }
            result[str(path)] = plan, [found[index] for index in sorted(found)]
    cache.close()
    return result


@pytest.mark.slow
def test_links_of_references_go_to_anchors(tmp_path: Path, session_cache: Path) -> None:
    prerender("build", FIXTURES, "-o", tmp_path / "out", "--cache-dir", session_cache, "--quiet")
    links = 0
    for page in pages_of(tmp_path / "out"):
        root = parse(page.read_text("utf-8", "replace"))
        anchors = [element.attrs["id"] for element in root.walk() if "id" in element.attrs]
        assert len(anchors) == len(set(anchors)), page
        for target in _references(root):
            links += 1
            assert target == "" or unquote(target) in anchors, (page, target)
    assert links > 50


def _references(root: Element) -> Iterator[str]:
    """Where the references in a rendered page go to, without the sign #."""
    formulas = (element for element in root.walk() if element.tag == "mjx-container")
    for element in (inside for formula in formulas for inside in formula.walk()):
        target = element.attrs.get("xlink:href", "")
        if element.tag == "a" and (target == "#" or target.startswith(("#mjx-eqn", "#eq"))):
            yield target[1:]
