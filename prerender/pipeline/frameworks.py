"""Detects the client framework whose scripts rebuild a page in the browser (hydration).

They would undo what is rendered into such a page, because it is not what they expect. The marks are
those of the frameworks' own output: where they mount, what they pass to their scripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from prerender.source import Element


class _Framework(NamedTuple):
    """A framework and its marks, any of which is sufficient."""

    name: str
    ids: frozenset[str] = frozenset()
    script: re.Pattern[str] | None = None
    generator: str | None = None


_FRAMEWORKS = (
    _Framework("Next", frozenset({"__NEXT_DATA__"}), re.compile(r"\bself\.__next_[fs]\b")),
    _Framework("Gatsby", frozenset({"___gatsby"})),
    _Framework("Docusaurus", frozenset({"__docusaurus"}), generator="docusaurus"),
    _Framework("VitePress", script=re.compile(r"\b__VP_HASH_MAP__\b"), generator="vitepress"),
    _Framework("VuePress", generator="vuepress"),
    _Framework("Nuxt", frozenset({"__nuxt", "__NUXT_DATA__"}), re.compile(r"\bwindow\.__NUXT__\b")),
    _Framework("SvelteKit", script=re.compile(r"\b__sveltekit_\w+\s*=")),
)
_IDS = frozenset().union(*(framework.ids for framework in _FRAMEWORKS))


def detect_framework(root: Element) -> str | None:
    """Return the framework that rebuilds a page; None if there is none or its scripts are gone."""
    scripts = root.all("script")
    if not any(_loads_code(script) for script in scripts):
        return None
    ids = {element.attrs["id"] for element in root.having("id", _IDS)}
    generators = [
        meta.attrs.get("content", "").lower()
        for meta in root.all("meta")
        if meta.attrs.get("name", "").lower() == "generator"
    ]
    texts = [script.text() for script in scripts]
    return next(
        (
            framework.name
            for framework in _FRAMEWORKS
            if _has_marks(framework, ids, generators, texts)
        ),
        None,
    )


def _loads_code(script: Element) -> bool:
    """Whether a script loads other files, and so may contain a framework."""
    return "src" in script.attrs or script.attrs.get("type") == "module"


def _has_marks(
    framework: _Framework, ids: Set[str], generators: Sequence[str], scripts: Sequence[str]
) -> bool:
    """Whether one of a framework's marks is in a page."""
    name, pattern = framework.generator, framework.script
    return (
        not framework.ids.isdisjoint(ids)
        or (name is not None and any(generator.startswith(name) for generator in generators))
        or (pattern is not None and any(pattern.search(text) for text in scripts))
    )
