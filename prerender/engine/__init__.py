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

__all__ = [
    "Answer",
    "BrowserNotFound",
    "Engine",
    "EngineError",
    "Item",
    "Job",
    "Picture",
    "Piece",
    "TabLostError",
    "Tag",
    "Typeset",
    "engine_setup",
    "find_browser",
    "fingerprint",
    "sandbox",
]
