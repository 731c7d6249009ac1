"""Every page of ours and of ../shared goes in; `list` must say what its scripts typeset."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from .cdn import STANDINS
from .compare import Formula, differences, parse_list
from .oracle import Seen, pages_of, typeset_by_site

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

Answers = Callable[[Path], tuple[dict[str, list[Formula]], dict[str, list[Seen]]]]


def cases() -> Iterator[object]:
    for site in SITES:
        if not site.exists():
            absent = pytest.mark.skip(reason="no ../shared beside the checkout")
            yield pytest.param(site, "", marks=absent, id=site.name)
        for page in pages_of(site):
            name = page.relative_to(site).as_posix()
            yield pytest.param(site, name, id=f"{site.name}/{name}")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """By site: what `prerender list` and what the oracle say, each asked once."""

    @cache
    def of(site: Path) -> tuple[dict[str, list[Formula]], dict[str, list[Seen]]]:
        copy = tmp_path_factory.mktemp("sites") / site.name
        shutil.copytree(site, copy)
        if site.name == "mathjax-tex2jax":
            shutil.copy(STANDINS / "header.js", copy)
        seen = asyncio.run(typeset_by_site(pages_of(copy), copy))
        return listed(copy), {path.relative_to(copy).as_posix(): s for path, s in seen.items()}

    return of


def listed(site: Path) -> dict[str, list[Formula]]:
    command = [sys.executable, "-m", "prerender", "list", str(site)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode in (0, 1), done.stderr
    return parse_list(done.stdout.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize(("site", "page"), list(cases()))
def test_list_equals_oracle(answers: Answers, site: Path, page: str) -> None:
    ours, theirs = answers(site)
    found = list(differences(page, ours.get(page, []), theirs[page]))
    assert not found, "\n".join(map(str, found))
