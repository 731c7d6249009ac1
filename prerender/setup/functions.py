"""The source of a function in a configuration in; out: whether it may run among our own code.

The form of equation numbers (`tagformat`) can only be had by running the page's functions in the
tab that typesets. They may do there what such functions do, compute a text from a text, and nothing
else: no names but their own and a few harmless ones, no loops, no properties but those of strings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from prerender.setup.javascript import SyntaxTrouble, Token, closing, ends_operand, tokens
from prerender.setup.values import words

_WORDS = words("function return if else const let var true false null undefined")
_GLOBALS = words("String Number Math encodeURIComponent parseInt isNaN")
_PROPERTIES = words(
    "length replace replaceAll toString toFixed padStart padEnd trim slice substr substring split"
    " join toUpperCase toLowerCase charAt charCodeAt fromCharCode indexOf includes startsWith"
    " endsWith concat match test floor ceil round abs min max"
)
_LONGEST = 2000


def is_harmless(source: str) -> bool:
    """Whether a function expression does nothing but compute; False in any doubt."""
    if len(source) > _LONGEST:
        return False
    try:
        items = tokens(source)
        own = set(_parameters(items)) | set(_declared(items))
        if not _is_function(items):
            return False
    except SyntaxTrouble:
        return False
    allowed = own | _WORDS | _GLOBALS
    return all(_allowed(items, index, allowed) for index in range(len(items)))


def _is_function(items: Sequence[Token]) -> bool:
    """Whether this is one function, with all its brackets. Raises SyntaxTrouble."""
    outer, at = [], 0
    while at < len(items):
        outer.append(items[at].text)
        opens = items[at].kind == "sign" and items[at].text in ("(", "[", "{")
        at = closing(items, at) + 1 if opens else at + 1
    if set(outer) & {")", "]", "}", ";", ","}:
        return False
    return outer[1:2] == ["=>"] or (
        outer[:1] == ["function"] and "*" not in outer and outer[-2:] == ["(", "{"]
    )


def _allowed(items: Sequence[Token], index: int, allowed: set[str]) -> bool:
    kind, text, _ = items[index]
    before = items[index - 1].text if index else ""
    if kind == "name":
        if before in (".", "?."):
            return text in _PROPERTIES
        return text in allowed or (index == 1 and before == "function")
    if kind == "template":
        return "${" not in text or _template_is_harmless(text, allowed)
    # A property by a computed name could be any: `x[y]` is out, an array is not.
    return text != "[" or not ends_operand(items[index - 1] if index else None)


def _template_is_harmless(text: str, allowed: set[str]) -> bool:
    """A template whose substitutions are of the same kind, without templates in them."""
    for part in text[1:-1].split("${")[1:]:
        inner, closed, _ = part.partition("}")
        try:
            items = tokens(inner)
        except SyntaxTrouble:
            return False
        if not closed or "`" in inner or "{" in inner:
            return False
        if not all(_allowed(items, index, allowed) for index in range(len(items))):
            return False
    return True


def _parameters(items: Sequence[Token]) -> Iterator[str]:
    """The names of a function's parameters; of one with defaults or patterns there are none."""
    if len(items) > 1 and items[1].text == "=>":
        yield items[0].text
        return
    opened = next((index for index, item in enumerate(items) if item.text == "("), None)
    if opened is None:
        return
    inner = items[opened + 1 : closing(items, opened)]
    if all(one.text == "," if at % 2 else one.kind == "name" for at, one in enumerate(inner)):
        yield from (one.text for one in inner[::2])


def _declared(items: Sequence[Token]) -> Iterator[str]:
    """The names of its variables."""
    for before, item in pairwise(items):
        if before.text in ("const", "let", "var") and item.kind == "name":
            yield item.text
