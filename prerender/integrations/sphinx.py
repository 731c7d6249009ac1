"""The extension for Sphinx: `extensions = ["prerender.integrations.sphinx"]`.

Renders what the builders html, dirhtml and singlehtml have written. Settings are those of
prerender.toml, or of a dictionary `prerender` in conf.py.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

from prerender import __version__
from prerender.errors import PrerenderError
from prerender.integrations.run import render

_log = logging.getLogger(__name__)
#: builders whose HTML is not opened in a browser
_OTHERS = ("epub", "htmlhelp", "applehelp", "devhelp", "qthelp")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("prerender", {}, "", [dict])
    app.connect("build-finished", _render, priority=900)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _render(app: Sphinx, exception: Exception | None) -> None:
    """Render the built pages; a formula with an error makes Sphinx's exit code 1."""
    if exception is not None or app.builder.format != "html" or app.builder.name in _OTHERS:
        return
    try:
        outcome = render(app.outdir, app.config.prerender, _say)
    except PrerenderError as error:
        _log.error("prerender: %s", error)
        app.statuscode = app.statuscode or int(error.exit_code)
        return
    _log.info("prerender: %s", outcome.summary)
    if not outcome.complete:
        app.statuscode = app.statuscode or 1


def _say(severity: str, text: str) -> None:
    level = {"error": _log.error, "warning": _log.warning, "note": _log.info}[severity]
    level("prerender: %s", text)
