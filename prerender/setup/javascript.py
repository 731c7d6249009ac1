"""The text of a script in, its tokens and statements out; no more of JavaScript than that takes.

Source: ECMAScript, "Lexical Grammar" and "Automatic Semicolon Insertion" (https://tc39.es/ecma262/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from prerender.setup.values import words

Kind = Literal["name", "number", "string", "template", "regexp", "sign"]


class Token(NamedTuple):
    """A token; `line` says whether it is the first one of its line."""

    kind: Kind
    text: str
    line: bool = False


class SyntaxTrouble(ValueError):
    """Text that is not JavaScript, as far as this module knows it."""


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
    """All tokens of a script. Raises SyntaxTrouble."""
    result: list[Token] = []
    at = 0
    while True:
        space = _SPACE.match(text, at)
        assert space is not None
        at = space.end()
        if at == len(text):
            return result
        line = at == 0 or any(end in space[0] for end in "\n\r\u2028\u2029")
        kind, end = _next(text, at, result[-1] if result else None)
        result.append(Token(kind, text[at:end], line))
        at = end


def _next(text: str, at: int, before: Token | None) -> tuple[Kind, int]:
    """The kind of the token at a place, and where it ends."""
    if text[at] == "`":
        return "template", _template(text, at)
    if text[at] == "/" and not ends_operand(before) and (match := _REGEXP.match(text, at)):
        return "regexp", match.end()
    found = _TOKEN.match(text, at)
    if found is None:
        raise SyntaxTrouble(f"unexpected {text[at]!r}")
    kinds: tuple[Kind, ...] = ("name", "number", "string", "sign")
    return next(kind for kind in kinds if found[kind] is not None), found.end()


def _template(text: str, at: int) -> int:
    """Where a template literal ends; those within its substitutions belong to it."""
    depth, at = 0, at + 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "`" and depth == 0:
            return at + 1
        elif text[at] == "`":
            at = _template(text, at) - 1
        elif text.startswith("${", at):
            depth, at = depth + 1, at + 1
        elif depth and text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
        at += 1
    raise SyntaxTrouble("a template that does not end")


def ends_operand(token: Token | None) -> bool:
    """Whether an operator may follow."""
    if token is None:
        return False
    if token.kind == "sign":
        return token.text in (")", "]", "}")
    return token.kind != "name" or token.text not in _OPERATORS


def statements(items: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The statements of a script or block, without their semicolons. Raises SyntaxTrouble."""
    at = 0
    while at < len(items):
        end = _end(items, at)
        last = items[end - 1].text == ";"
        if end - last > at:
            yield items[at : end - last]
        at = end


def _end(items: Sequence[Token], at: int) -> int:
    """Where the statement that begins at a place ends."""
    word = _text(items, at)
    if word == "{":
        return closing(items, at) + 1
    if word in ("if", "for", "while"):
        end = _end(items, closing(items, at + 1) + 1)
        return _end(items, end + 1) if word == "if" and _text(items, end) == "else" else end
    if word == "async" and _text(items, at + 1) == "function":
        return _end(items, at + 1)
    if word == "function":
        opened = at + 1 if _text(items, at + 1) == "(" else at + 2
        return closing(items, closing(items, opened) + 1) + 1
    if word in ("try", "do", "switch", "class", "with", "import", "export"):
        raise SyntaxTrouble(f"{word} is more than a configuration needs")
    return _expression_end(items, at)


def _expression_end(items: Sequence[Token], start: int) -> int:
    """Behind the semicolon, or where a new line begins with what cannot continue the expression."""
    at = start
    while at < len(items):
        token = items[at]
        if token.text == ";" and token.kind == "sign":
            return at + 1
        if token.line and at > start and _begins(token) and ends_operand(items[at - 1]):
            return at
        opens = token.kind == "sign" and token.text in _CLOSE
        at = closing(items, at) + 1 if opens else at + 1
    return at


def _begins(token: Token) -> bool:
    """Whether a token cannot continue an expression that is complete."""
    if token.kind == "name":
        return token.text not in ("in", "of", "instanceof")
    return token.kind in ("number", "string") or token.text in ("!", "~", "{", "++", "--", "}")


def _text(items: Sequence[Token], at: int) -> str:
    return items[at].text if at < len(items) else ""


def closing(items: Sequence[Token], at: int) -> int:
    """Where the bracket that opens at a place is closed. Raises SyntaxTrouble."""
    stack: list[str] = []
    if _text(items, at) not in _CLOSE:
        raise SyntaxTrouble("a bracket is missing")
    for index in range(at, len(items)):
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
