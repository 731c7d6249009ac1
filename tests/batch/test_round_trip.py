"""What one version has rendered and another has rendered anew comes back as its source."""

from __future__ import annotations

import shutil
from itertools import cycle, islice
from pathlib import Path

import pytest
from hypothesis import given, settings

from prerender.engine import JobResult, Layout, Typeset
from prerender.pipeline.page import finish, plan, read, restored, scripts_of
from prerender.setup import Role, defaults
from prerender.source.encoding import EncodingLossError
from tests.conftest import Run
from tests.support.batch_site import files
from tests.support.strategies import pages

OLD = Typeset((Layout(500, 400, 0, ('<use href="#g"/>',)),), ("g",))
NEW = Typeset((Layout(600, 500, 90, ('<use href="#h"/><use href="#g"/>',)),), ("g", "h"))
WRONG = Typeset(error="Missing close brace")
OUTLINES = {"g": "m0 0h1z", "h": "m0 0h2z"}


def built(data: bytes, mark: str, *typesets: Typeset) -> bytes:
    """A page as a version would render it; its formulas are these, again and again."""
    page, root = read(data, xml=False)
    roles: list[Role] = ["loader" if one.executable else "other" for one in scripts_of(root)]
    planned = plan(page, root, defaults(), "key", roles)
    drawn = cycle(typesets)
    answers = [JobResult(tuple(islice(drawn, len(one.indexes))), OUTLINES) for one in planned.jobs]
    return finish(planned, answers, mark).data


@settings(max_examples=100)
@given(pages())
def test_two_versions(source: str) -> None:
    data = source.encode("utf-8", "surrogateescape")
    try:
        old = built(data, "1.0 a", OLD)
    except EncodingLossError:
        return
    new = built(old, "2.0 b", NEW, WRONG)
    assert new == built(data, "2.0 b", NEW, WRONG)
    assert restored(old, xml=False) == restored(new, xml=False) == data
    assert built(restored(new, xml=False), "1.0 a", OLD) == built(new, "1.0 a", OLD) == old


@pytest.mark.slow
def test_real_sites(
    prerender: Run, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All real pages, in place: by one version, by another with other settings, and back, twice."""
    shutil.copytree(shared / "sites", tmp_path / "all")
    shutil.copytree(shared / "seed", tmp_path / "all" / "seed")
    sources = files(tmp_path / "all")
    old = ["batch", "all", "--journal", "old"]
    new = ["batch", "all", "--journal", "new", "--stale", "--shrink", "50"]
    results = []
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr("prerender.settings.__version__", "0.0.9")
            assert prerender(*old).returncode in (0, 1)
        by_old = files(tmp_path / "all")
        assert prerender(*new).returncode in (0, 1)
        by_new = files(tmp_path / "all")
        assert sum(by_old[name] != by_new[name] for name in sources) > 90
        assert prerender("restore", "all").returncode == 0
        assert files(tmp_path / "all") == sources
        results.append((by_old, by_new))
    assert results[0] == results[1]
