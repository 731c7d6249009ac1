"""Run by Orca itself, as its customizations: what it would say of Firefox's document out.

"Say all" by a key needs a keyboard that the bus listens to: Orca is asked here what it would say.
The folder PRERENDER_HEARD gets `lines.json` once `ready` is there.
"""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path

import pyatspi
from gi.repository import GLib
from orca import orca, orca_state, script_manager

_FOLDER = Path(os.environ["PRERENDER_HEARD"])


def _document() -> pyatspi.Accessible | None:
    """The document of Firefox."""
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and "firefox" in application.name.lower():
            application.clearCache()
            return _inside(application)
    return None


def _inside(node: pyatspi.Accessible) -> pyatspi.Accessible | None:
    if node.getRole() == pyatspi.ROLE_DOCUMENT_WEB and node.childCount:
        return node
    found = (_inside(child) for child in node if child is not None)
    return next((one for one in found if one is not None), None)


def _lines(document: pyatspi.Accessible) -> list[str]:
    """What "say all" says from a document's beginning."""
    application = document.getApplication()
    script = script_manager.getManager().getScript(application, document)
    orca_state.activeScript = script
    orca.setLocusOfFocus(None, document, notifyScript=False)
    place, offset = script.utilities.findFirstCaretContext(document, 0)
    return [context.utterance for context, _ in script.textLines(place, offset)]


def _read() -> bool:
    """Answer once asked; whether to be called again."""
    if not (_FOLDER / "ready").exists():
        return True
    try:
        if (document := _document()) is None:
            return True
        said = _lines(document)
    except GLib.GError:
        return True
    except Exception:
        said = [traceback.format_exc()]
    (_FOLDER / "lines.tmp").write_text(json.dumps(said), "utf-8")
    (_FOLDER / "lines.tmp").rename(_FOLDER / "lines.json")
    return False


GLib.timeout_add(500, _read)
