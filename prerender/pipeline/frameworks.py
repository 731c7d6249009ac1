"""A page's tree in; the name of the framework whose scripts build the page anew in a browser, out.

What is rendered into such a page is undone when they do, for it is not what they expect. The marks
are those of the frameworks' own documents: where they mount, what they hand to their scripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from prerender.source import Element


class _Framework(NamedTuple):
    """A framework, and its marks: any one will do."""

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
    """The framework that builds a page anew; None where none does, or its scripts are gone."""
    scripts = root.all("script")
    if not any(_runs(script) for script in scripts):
        return None
    ids = {element.attrs["id"] for element in root.having("id", _IDS)}
    generators = [
        meta.attrs.get("content", "").lower()
        for meta in root.all("meta")
        if meta.attrs.get("name", "").lower() == "generator"
    ]
    texts = [script.text() for script in scripts]
    return next((one.name for one in _FRAMEWORKS if _marks(one, ids, generators, texts)), None)


def _runs(script: Element) -> bool:
    """Whether a script brings more than a few lines."""
    return "src" in script.attrs or script.attrs.get("type") == "module"


def _marks(
    framework: _Framework, ids: Set[str], generators: Sequence[str], scripts: Sequence[str]
) -> bool:
    """Whether one of a framework's marks is in a page."""
    name, pattern = framework.generator, framework.script
    return (
        not framework.ids.isdisjoint(ids)
        or (name is not None and any(one.startswith(name) for one in generators))
        or (pattern is not None and any(pattern.search(text) for text in scripts))
    )
