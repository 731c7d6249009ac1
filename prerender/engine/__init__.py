"""Formulas in, typesets out: MathJax 4 in headless Chromium; only here the browser is touched."""

from prerender.browser.discover import BrowserNotFound, find_browser, sandbox
from prerender.engine.model import (
    Answer,
    Item,
    Job,
    Picture,
    Piece,
    Tag,
    Typeset,
    engine_setup,
    fingerprint,
)
from prerender.engine.pool import Engine, EngineError
from prerender.engine.tab import TabLostError
from prerender.screens.viewport import Compromise, Screens, Seen, Shown, look

__all__ = [
    "Answer",
    "BrowserNotFound",
    "Compromise",
    "Engine",
    "EngineError",
    "Item",
    "Job",
    "Picture",
    "Piece",
    "Screens",
    "Seen",
    "Shown",
    "TabLostError",
    "Tag",
    "Typeset",
    "engine_setup",
    "find_browser",
    "fingerprint",
    "look",
    "sandbox",
]
