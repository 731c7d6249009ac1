"""The plugin for MkDocs: `plugins: [prerender]` renders the site after each build.

Also under `mkdocs serve`, and before `mkdocs gh-deploy` pushes. Settings are those of
prerender.toml, here or there.
"""

from __future__ import annotations

from typing import Any, Literal

from mkdocs.config import config_options
from mkdocs.config.base import LegacyConfig
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger

from prerender.errors import PrerenderError
from prerender.integrations.run import INCOMPLETE, render, setting_names

_log = get_plugin_logger("prerender")
_LEVELS = {"error": _log.error, "warning": _log.warning, "note": _log.info}


class PrerenderPlugin(BasePlugin[LegacyConfig]):  # type: ignore[no-untyped-call]
    """Renders the built site; a formula with an error ends the build, but not `mkdocs serve`."""

    config_scheme = tuple((name, config_options.Type(object)) for name in setting_names())

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note which command it is; that there is such a method keeps the plugin for all builds."""
        self._serving = command == "serve"

    @event_priority(-100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Render the folder that was built, after all other plugins. Raises PluginError."""
        given = {name: value for name, value in self.config.items() if value is not None}
        try:
            outcome = render(config.site_dir, given, self._say)
        except PrerenderError as error:
            raise PluginError(f"prerender: {error}") from error
        _log.info(outcome.summary)
        if not outcome.complete and not self._serving:
            raise PluginError(INCOMPLETE)

    def _say(self, severity: Any, text: str) -> None:
        _LEVELS[severity](text)
