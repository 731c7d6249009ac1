"""A URL that a page asks for goes in; the file that answers it comes out, if any."""

from __future__ import annotations

import re
from pathlib import Path

STANDINS = Path(__file__).parent / "standins"

_NPM = r"(?:jsdelivr\.net/npm|unpkg\.com)"
_LIBS = r"/ajax/libs"

#: URL without its query, and the file that answers it; the first that exists is served.
_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), answer)
    for pattern, answer in (
        (_NPM + r"/mathjax@2[^/]*/(.+)", r"mathjax2/\1"),
        (_NPM + r"/mathjax@3[^/]*/(.+)", r"mathjax3/\1"),
        (_NPM + r"/((?:@[\w.-]+/)?[\w.-]+)(?:@[^/]*)?/(.+)", r"\1/\2"),
        (_LIBS + r"/mathjax/2[^/]*/(.+)", r"mathjax2/\1"),
        (_LIBS + r"/mathjax/3[^/]*/(.+)", r"mathjax3/\1"),
        (_LIBS + r"/mathjax/[^/]+/(.+)", r"mathjax/\1"),
        (_LIBS + r"/katex/[^/]+/(.+)", r"katex/dist/\1"),
        (_LIBS + r"/require\.js/.+", r"requirejs/require.js"),
        (_LIBS + r"/jquery/[^/]+/(.+)", r"jquery/dist/\1"),
        (r"/(MathJax\.js|(?:config|extensions|fonts|jax|localization)/.+)", r"mathjax2/\1"),
        (r"/es5/(.+)", r"mathjax3/es5/\1"),
        (r"/katex/(?:dist/)?(.+)", r"katex/dist/\1"),
    )
)


def answer(url: str, modules: Path) -> Path | None:
    """The file that stands in for `url`, from the npm packages in `modules`; None refuses it."""
    address = url.split("?")[0].split("#")[0]
    for pattern, target in _RULES:
        found = pattern.search(address)
        if found and (file := modules / found.expand(target)).is_file():
            return file
    standin = STANDINS / address.rsplit("/", 1)[-1]
    return standin if standin.is_file() else None
