"""A generator's output folder and settings in; its pages rendered, and what there is to say out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from prerender import api
from prerender.cli.options import CommandSettings
from prerender.report.diagnostics import Severity, topics
from prerender.settings import load

#: settings that are of no use where a generator calls: it knows its folder, and says what is said
_NOT_HERE = ("output", "screens", "pictures", "libraries", "text_size", "zoom", "json", "report")

#: what ends a build of which some formulas were not rendered
INCOMPLETE = "prerender: not all formulas were rendered (see above)"

Say = Callable[[Severity, str], None]


class Outcome(NamedTuple):
    """Whether all formulas were rendered (and there are no warnings, where they count); a line."""

    complete: bool
    summary: str


def setting_names() -> list[str]:
    """Return the names of the settings that a generator's configuration may have."""
    return [field.name for field in fields(CommandSettings) if field.name not in _NOT_HERE]


def render(folder: str | os.PathLike[str], given: Mapping[str, Any], say: Say) -> Outcome:
    """Render a folder in place; `given` counts before variables and prerender.toml.

    `say` is told each diagnostic: its severity, and lines. Raises PrerenderError.
    """
    settings = load(CommandSettings, given, flags_only=_NOT_HERE)
    report = api.build(folder, settings)
    excerpts = [
        (str(Path(folder, page.path)), diagnostic.excerpt)
        for page in report.pages
        for diagnostic in page.diagnostics
    ]
    for path, excerpt in excerpts:
        if not excerpt.once:
            say(excerpt.severity, excerpt.show(path))
    for topic in topics(excerpts):
        say(topic.first.severity, topic.show())
    return Outcome(not report.exit, report.summary())
