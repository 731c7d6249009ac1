"""A page's tree in; the name of the framework whose scripts build the page anew in a browser, out.

What is rendered into such a page is undone when they do, for it is not what they expect. The marks
are those of the frameworks' own documents: where they mount, what they hand to their scripts.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from prerender.source import Element


class _Framework(NamedTuple):
    """A framework, and its marks: any one will do."""

    name: str
    ids: frozenset[str]
    script: re.Pattern[str]
    generator: str


def _framework(name: str, ids: str = "", script: str = r"(?!)", generator: str = "") -> _Framework:
    return _Framework(name, frozenset(ids.split()), re.compile(script), generator)


_FRAMEWORKS = (
    _framework("Next", "__NEXT_DATA__", r"\bself\.__next_[fs]\b"),
    _framework("Gatsby", "___gatsby"),
    _framework("Docusaurus", "__docusaurus", generator="docusaurus"),
    _framework("VitePress", script=r"\b__VP_HASH_MAP__\b", generator="vitepress"),
    _framework("VuePress", generator="vuepress"),
    _framework("Nuxt", "__nuxt __NUXT_DATA__", r"\bwindow\.__NUXT__\b"),
    _framework("SvelteKit", script=r"\b__sveltekit_\w+\s*="),
)


def framework_of(root: Element) -> str | None:
    """The framework that builds a page anew; None where none does, or its scripts are gone."""
    scripts = root.all(["script"])
    if not any(_runs(script) for script in scripts):
        return None
    elements = [*root.all(["meta"]), *scripts, *root.having("id", _IDS)]
    return next((f.name for f in _FRAMEWORKS if any(_marks(f, one) for one in elements)), None)


_IDS = frozenset().union(*(framework.ids for framework in _FRAMEWORKS))


def _runs(script: Element) -> bool:
    """Whether a script brings more than a few lines."""
    return "src" in script.attrs or script.attrs.get("type") == "module"


def _marks(framework: _Framework, element: Element) -> bool:
    if element.attrs.get("id") in framework.ids:
        return True
    if element.tag == "meta" and element.attrs.get("name", "").lower() == "generator":
        content = element.attrs.get("content", "").lower()
        return bool(framework.generator) and content.startswith(framework.generator)
    return element.tag == "script" and framework.script.search(element.text()) is not None
