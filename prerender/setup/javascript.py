"""Splits a JavaScript text into tokens and statements, with no more of the grammar than that needs.

Source: ECMAScript, "Lexical Grammar" and "Automatic Semicolon Insertion" (https://tc39.es/ecma262/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from prerender.setup.values import words

Kind = Literal["name", "number", "string", "template", "regexp", "sign"]


class Token(NamedTuple):
    """A token; `line`: whether it is the first of its line."""

    kind: Kind
    text: str
    line: bool = False


class SyntaxTrouble(ValueError):
    """Text that is not JavaScript, or that this module does not support."""


_SPACE = re.compile(
    r"(?:\s|//[^\n\r\u2028\u2029]*|/\*.*?\*/|<!--[^\n\r\u2028\u2029]*|^-->[^\n\r\u2028\u2029]*)*",
    re.DOTALL | re.MULTILINE,
)
_TOKEN = re.compile(
    r"""(?P<name>[#A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)
    |(?P<number>(?:0[xXbBoO][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)n?)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<sign>=>|\.\.\.|\?\.(?!\d)|\*\*=?|\+\+|--|[<>]{2,3}=?|[=!]==?|&&=?|\|\|=?|\?\?=?
        |[-+*/%&|^<>]=?|[{}()\[\];,.:?~!=@])""",
    re.VERBOSE | re.DOTALL,
)
_REGEXP = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_CLOSE = {"(": ")", "[": "]", "{": "}"}
#: names after which a slash begins a regular expression
_OPERATORS = words("return typeof case in of delete void instanceof new else do throw")


def tokens(text: str) -> list[Token]:
    """Return all tokens of a script. Raises SyntaxTrouble."""
    result: list[Token] = []
    position = 0
    while True:
        space = _SPACE.match(text, position)
        assert space is not None
        position = space.end()
        if position == len(text):
            return result
        line = position == 0 or any(end in space[0] for end in "\n\r\u2028\u2029")
        kind, end = _next(text, position, result[-1] if result else None)
        result.append(Token(kind, text[position:end], line))
        position = end


def _next(text: str, position: int, before: Token | None) -> tuple[Kind, int]:
    """Return the kind of the token at `position`, and where it ends."""
    if text[position] == "`":
        return "template", _template(text, position)
    if (
        text[position] == "/"
        and not ends_operand(before)
        and (match := _REGEXP.match(text, position))
    ):
        return "regexp", match.end()
    found = _TOKEN.match(text, position)
    if found is None:
        raise SyntaxTrouble(f"unexpected {text[position]!r}")
    kinds: tuple[Kind, ...] = ("name", "number", "string", "sign")
    return next(kind for kind in kinds if found[kind] is not None), found.end()


def _template(text: str, position: int) -> int:
    """Return where a template literal ends, including those within its substitutions."""
    depth, position = 0, position + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == "`" and depth == 0:
            return position + 1
        elif text[position] == "`":
            position = _template(text, position) - 1
        elif text.startswith("${", position):
            depth, position = depth + 1, position + 1
        elif depth and text[position] in "{}":
            depth += 1 if text[position] == "{" else -1
        position += 1
    raise SyntaxTrouble("a template that does not end")


def ends_operand(token: Token | None) -> bool:
    """Whether a token may be followed by an operator."""
    if token is None:
        return False
    if token.kind == "sign":
        return token.text in (")", "]", "}")
    return token.kind != "name" or token.text not in _OPERATORS


def statements(items: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield the statements of a script or block, without semicolons. Raises SyntaxTrouble."""
    index = 0
    while index < len(items):
        end = _end(items, index)
        last = items[end - 1].text == ";"
        if end - last > index:
            yield items[index : end - last]
        index = end


def _end(items: Sequence[Token], index: int) -> int:
    """Return where the statement that begins at `index` ends."""
    word = _text(items, index)
    if word == "{":
        return closing(items, index) + 1
    if word in ("if", "for", "while"):
        end = _end(items, closing(items, index + 1) + 1)
        return _end(items, end + 1) if word == "if" and _text(items, end) == "else" else end
    if word == "async" and _text(items, index + 1) == "function":
        return _end(items, index + 1)
    if word == "function":
        opened = index + 1 if _text(items, index + 1) == "(" else index + 2
        return closing(items, closing(items, opened) + 1) + 1
    if word in ("try", "do", "switch", "class", "with", "import", "export"):
        raise SyntaxTrouble(f"{word} is more than a configuration needs")
    return _expression_end(items, index)


def _expression_end(items: Sequence[Token], start: int) -> int:
    """Return the end of an expression: after a semicolon, or where a line cannot continue it."""
    index = start
    while index < len(items):
        token = items[index]
        if token.text == ";" and token.kind == "sign":
            return index + 1
        if (
            token.line
            and index > start
            and _starts_statement(token)
            and ends_operand(items[index - 1])
        ):
            return index
        opens = token.kind == "sign" and token.text in _CLOSE
        index = closing(items, index) + 1 if opens else index + 1
    return index


def _starts_statement(token: Token) -> bool:
    """Whether a token cannot continue an expression that is complete."""
    if token.kind == "name":
        return token.text not in ("in", "of", "instanceof")
    return token.kind in ("number", "string") or token.text in ("!", "~", "{", "++", "--", "}")


def _text(items: Sequence[Token], index: int) -> str:
    return items[index].text if index < len(items) else ""


def closing(items: Sequence[Token], start: int) -> int:
    """Return the index of the bracket that closes the one at `start`. Raises SyntaxTrouble."""
    stack: list[str] = []
    if _text(items, start) not in _CLOSE:
        raise SyntaxTrouble("a bracket is missing")
    for index in range(start, len(items)):
        kind, text, _ = items[index]
        if kind != "sign":
            continue
        if text in _CLOSE:
            stack.append(_CLOSE[text])
        elif text in _CLOSE.values():
            if not stack or stack.pop() != text:
                break
            if not stack:
                return index
    raise SyntaxTrouble("brackets that do not match")
