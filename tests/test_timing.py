"""Where the time went, for a person and for a viewer of traces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from prerender.timing import Kind
from tests.conftest import Run

pytestmark = pytest.mark.quick


def test_where_the_time_went(prerender: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(r"<!doctype html><p>\[timing\] \(a\)")
    words = ["check", "a.html", "--cache-dir", "new", "--verbose", "--profile", "trace.json"]
    done = prerender(*words)
    assert done.returncode == 0
    [line] = [line for line in done.stderr.splitlines() if "summed over parallel work" in line]
    assert all(kind in line for kind in get_args(Kind))
    events = json.loads((tmp_path / "trace.json").read_bytes())["traceEvents"]
    lanes = {one["args"]["name"] for one in events if one["ph"] == "M"}
    assert {"MainThread", "tab 0"} <= lanes
    spans = [one for one in events if one["ph"] == "X"]
    assert {"reading", "finding", "cache", "typesetting", "writing"} == {s["name"] for s in spans}
    assert all(one["ts"] >= 0 and one["dur"] >= 0 for one in spans)
