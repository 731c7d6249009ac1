"""Decides whether a JavaScript function of a page's configuration is safe to run in our tabs.

The format of equation numbers (`tagformat`) is known only by running the page's functions in the
tab that typesets. They may compute a text from a text there, and nothing else: no names except
their own and a few harmless ones, no loops, no properties except those of strings.
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
    """Whether a function expression only computes a value; False in any doubt."""
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
    """Whether the tokens are one function, with matching brackets. Raises SyntaxTrouble."""
    outer, position = [], 0
    while position < len(items):
        outer.append(items[position].text)
        opens = items[position].kind == "sign" and items[position].text in ("(", "[", "{")
        position = closing(items, position) + 1 if opens else position + 1
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
    # A computed property could be any: `x[y]` is refused, an array is not
    return text != "[" or not ends_operand(items[index - 1] if index else None)


def _template_is_harmless(text: str, allowed: set[str]) -> bool:
    """Whether a template's substitutions are harmless, too, and contain no templates."""
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
    """Yield the names of a function's parameters; none if it has defaults or patterns."""
    if len(items) > 1 and items[1].text == "=>":
        yield items[0].text
        return
    opened = next((index for index, item in enumerate(items) if item.text == "("), None)
    if opened is None:
        return
    inner = items[opened + 1 : closing(items, opened)]
    names, commas = inner[::2], inner[1::2]
    if all(name.kind == "name" for name in names) and all(comma.text == "," for comma in commas):
        yield from (name.text for name in names)


def _declared(items: Sequence[Token]) -> Iterator[str]:
    """Yield the names of a function's variables."""
    for before, item in pairwise(items):
        if before.text in ("const", "let", "var") and item.kind == "name":
            yield item.text
