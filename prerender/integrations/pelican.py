"""The plugin for Pelican: `PLUGINS = ["prerender.integrations.pelican"]`.

Renders the output folder when Pelican has written it. Settings are those of prerender.toml, or of a
dictionary `PRERENDER` in pelicanconf.py.
"""

from __future__ import annotations

import logging

from pelican import Pelican, signals

from prerender.errors import PageError
from prerender.integrations.run import INCOMPLETE, render

_log = logging.getLogger("pelican.plugins.prerender")
_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "note": logging.INFO}


def register() -> None:
    """Register with Pelican."""
    signals.finalized.connect(_render)


def _render(pelican: Pelican) -> None:
    """Render the output. Raises PrerenderError, by which Pelican ends, unless it is watching."""
    settings = pelican.settings
    outcome = render(settings["OUTPUT_PATH"], settings.get("PRERENDER", {}), _say)
    _log.info("%s", outcome.summary)
    if not outcome.complete:
        raise PageError(INCOMPLETE)


def _say(severity: str, text: str) -> None:
    _log.log(_LEVELS[severity], "%s", text)
