"""Recognises KaTeX in the text of a script, alone or bundled with code that uses it.

Sites serve KaTeX under any name: by itself, with a hash, bundled with its extensions and their use
(tabi, Doks), or inline (pandoc's --embed-resources). KaTeX's own error messages identify it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from prerender.setup.javascript import SyntaxTrouble, statements, tokens

_SIGNS = {"katex": "KaTeX parse error: ", "auto-render": "KaTeX auto-render: Failed to parse"}
#: how an extension imports KaTeX, at the start of its file
_EXTENDS = re.compile(r"""\[\s*["']katex["']\s*\]|require\(\s*["']katex["']\s*\)""")
_EXTENSIONS = {"mhchem": '"\\\\ce"', "mathtex-script-type": "math/tex"}
_HEAD = 1500
#: the start of a universal module (UMD): a function of the global object and a factory
_UMD = re.compile(
    r"(?:\s|/\*.*?\*/|//[^\n]*)*[!(]\s*function\s*[\w$]*\([\w$]+,\s*[\w$]+\)\s*\{"
    r"[^;]{0,60}\btypeof\s+exports",
    re.DOTALL,
)
#: a call by the global names that these files define
_CALL = re.compile(r"(?<![\w$.])(?:renderMathInElement|katex\.render(?:ToString)?)\s*\(")
_COMMENT = re.compile(r"^\s*(?://|/?\*).*$", re.MULTILINE)
#: the starts of auto-render's function and of KaTeX's two, identified by their first statement
_NAME = r"[\w$]+"
_AUTO = re.compile(
    rf"\(\s*(?P<a>{_NAME})\s*,\s*(?P<b>{_NAME})\s*\)\s*(?:=>\s*)?\{{(?=\s*if\s*\(\s*!\s*(?P=a)\s*\)"
    r"\s*\{?\s*throw\s+new\s+Error\(\s*[\"'`]No element provided to render)"
)
_RENDER = re.compile(
    rf"\(\s*(?P<a>{_NAME})\s*,\s*(?P<b>{_NAME})\s*,\s*(?P<c>{_NAME})\s*\)\s*(?:=>\s*)?\{{"
    r"(?=\s*(?P=b)\.textContent\s*=\s*[\"'`]{2}\s*[;,])"
)
_TO_STRING = re.compile(
    rf"\(\s*(?P<a>{_NAME})\s*,\s*(?P<b>{_NAME})\s*\)\s*(?:=>\s*)?\{{"
    rf"(?=\s*(?:return\s|(?:var|let|const)\s+{_NAME}\s*=)\s*{_NAME}"
    r"\(\s*(?P=a)\s*,\s*(?P=b)\s*\)\.toMarkup\(\))"
)


def katex_in(text: str, name: str) -> tuple[str, ...]:
    """Return the names of KaTeX's files that a script contains; `name` is its own name."""
    found = tuple(part for part, sign in _SIGNS.items() if sign in text)
    head = text[:_HEAD]
    if not found and "define.amd" in head and _EXTENDS.search(head):
        named = [part for part, sign in _EXTENSIONS.items() if sign in text]
        return tuple(named[:1] or [name])
    if not found and "define.amd" in head and "clipboardData" in text and ".katex" in text:
        return ("copy-tex",)
    return found


@lru_cache(64)  # all pages of a site have the same few
def is_library(text: str, *, named: bool) -> bool:
    """Whether a script with KaTeX contains nothing else; `named`: it has KaTeX's file name."""
    if _CALL.search(_COMMENT.sub("", text)) or not _UMD.match(text[:_HEAD]):
        return False
    if named:
        return True
    try:
        return len(list(statements(tokens(text)))) == 1
    except (SyntaxTrouble, RecursionError):
        return False


def with_intercepted_calls(text: str) -> str:
    """Make a script that contains KaTeX call the global names, which the sandbox intercepts."""
    text = _AUTO.sub(r"\g<0>if(\g<a>)return renderMathInElement(\g<a>,\g<b>);", text)
    text = _RENDER.sub(r"\g<0>return katex.render(\g<a>,\g<b>,\g<c>);", text)
    return _TO_STRING.sub(r"\g<0>return katex.renderToString(\g<a>,\g<b>);", text)
