"""What we take for options of MathJax 4 is what it has: it is asked."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from prerender.setup.own import mistakes
from prerender.setup.packages import KNOWN

pytestmark = pytest.mark.quick

#: what a configuration file cannot say, or what has no effect here: functions, patterns, filters
CODE = {
    "preFilters", "postFilters", "FindTeX", "formatError", "numberPattern", "initialDigit",
    "identifierPattern", "initialLetter", "internalMath", "tagformat", "LinebreakVisitor",
    "wrapperFactory", "fontData", "styleJson",
}  # fmt: skip


@pytest.fixture(scope="module")
def options() -> dict[str, dict[str, Any]]:
    node = Path(sysconfig.get_path("scripts")) / "node"
    script = Path(__file__).with_name("options.js")
    command = [str(node), str(script), *sorted(KNOWN - {"base"})]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("section", ["tex", "svg"])
def test_every_option_of_mathjax_is_known(options: dict[str, Any], section: str) -> None:
    assert len(options[section]) > 20
    for name, value in options[section].items():
        if name in CODE or value is None:
            continue
        given = {section: {name: _plain(value)}}
        assert list(mistakes(given)) == [], given


def test_nothing_else_is(options: dict[str, Any]) -> None:
    assert list(mistakes({"tex": {name.upper(): 1 for name in options["tex"]}})) != []


def _plain(value: Any) -> Any:
    """A default as a configuration file could say it."""
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if one is not None and one != {}}
    return value
