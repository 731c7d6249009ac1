"""The source of a function in a configuration in; out: what it computes, as data, or None.

The form of equation numbers (`tagformat`) can only be had by running the page's functions where
formulas are typeset, and that tab is shared by all pages: no code of theirs may run in it. So a
function is read here, and the tab walks through what was read (engine/worker/functions.js), which
can do nothing but compute a text from a text. What is more than that is no function for us.

A function is {"$computes": {"parameters": [...], "body": [...]}}; a part of its body is a list that
begins with what it does: ["return", ["binary", "+", ["value", "A."], ["name", "n"]]].

Source: ECMAScript, "Expressions", "Statements and Declarations" (https://tc39.es/ecma262/).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from prerender.setup.javascript import SyntaxTrouble, Token, tokens
from prerender.setup.model import Json
from prerender.setup.values import COMPUTES, words

Tree = list[object]

_FUNCTIONS = words("String Number encodeURIComponent parseInt isNaN")
_METHODS = words(
    "replace replaceAll toString toFixed padStart padEnd trim slice substring split join"
    " toUpperCase toLowerCase charAt charCodeAt indexOf includes startsWith endsWith concat match"
    " test"
)
_STATIC = {
    "Math": words("floor ceil round abs min max"),
    "String": words("fromCharCode"),
}
_CONSTANTS: dict[str, Tree] = {
    "true": ["value", True],
    "false": ["value", False],
    "null": ["value", None],
    "undefined": ["undefined"],
}
_RESERVED = (
    words(
        "function return if else const let var new this typeof void delete in of instanceof async"
        " await yield class super import export for while do switch case try catch throw eval"
        " arguments"
    )
    | _CONSTANTS.keys()
)
#: how tight binary operators bind
_BINDING = {
    operator: level
    for level, operators in enumerate(
        ["??", "||", "&&", "|", "^", "&", "== != === !==", "< > <= >=", "<< >> >>>", "+ -",
         "* / %"], start=1
    )
    for operator in operators.split()
}  # fmt: skip
_ASSIGNS = words("= += -= *= /= %=")
_UNARY = words("! - + ~")
_LONGEST = 2000
_ESCAPE = re.compile(
    r"\\(?:x(?P<two>[\da-fA-F]{2})|u(?P<four>[\da-fA-F]{4})|u\{(?P<any>[\da-fA-F]{1,6})\}"
    r"|(?P<line>\r\n|[\n\r\u2028\u2029])|(?P<zero>0(?!\d))|(?P<one>[^xu\d]))"
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_FLAGS = words("g i m s u y gi ig gu ug iu ui gm mg im mi gs sg")


def translated(source: str) -> Json | None:
    """What a function expression computes; None where it does more, or in any doubt."""
    if len(source) > _LONGEST:
        return None
    try:
        parser = _Parser(tokens(source))
        function = parser.function()
        own = parser.ended() and parser.used <= parser.made
        return {COMPUTES: function} if own else None
    except (SyntaxTrouble, RecursionError, ValueError, OverflowError):
        return None


class _Parser:
    """Reads one function, from left to right; all methods raise SyntaxTrouble.

    `made` are the names of its parameters and variables, `used` all that it uses.
    """

    def __init__(self, items: Sequence[Token]) -> None:
        self._items = items
        self._at = 0
        self.made: set[str] = set()
        self.used: set[str] = set()

    def ended(self) -> bool:
        """Whether all is read."""
        return self._at == len(self._items)

    def function(self) -> Json:
        """`function name(a, b) {...}`, `(a, b) => ...` or `a => ...`."""
        if self._take("function"):
            if self._peek().kind == "name":
                self._name()
            parameters = self._parameters()
            return {"parameters": parameters, "body": self._block()}
        parameters = self._parameters() if self._is_sign("(") else [self._made()]
        if self._peek().line:
            raise SyntaxTrouble("a new line before =>")
        self._expect("=>")
        body = self._block() if self._is_sign("{") else ["return", self._assignment()]
        return {"parameters": parameters, "body": body}

    def _parameters(self) -> list[str]:
        self._expect("(")
        names: list[str] = []
        while not self._take(")"):
            if names:
                self._expect(",")
            names.append(self._made())
        return names

    def _block(self) -> Tree:
        self._expect("{")
        statements: Tree = ["block"]
        while not self._take("}"):
            if not self._take(";"):
                statements.append(self._statement())
        return statements

    def _statement(self) -> Tree:
        word = self._peek().text if self._peek().kind == "name" else ""
        if self._is_sign("{"):
            return self._block()
        if word == "if":
            return self._condition()
        if word == "return":
            self._at += 1
            ends = self._peek().line or self._is_sign(";") or self._is_sign("}")
            return self._ended(["return", ["undefined"] if ends else self._expression()])
        if word in ("const", "let", "var"):
            return self._ended(self._declaration())
        return self._ended(["do", self._expression()])

    def _condition(self) -> Tree:
        self._expect("if")
        self._expect("(")
        test = self._expression()
        self._expect(")")
        then = self._statement()
        otherwise: Tree = ["block"]
        if not self.ended() and self._take("else"):
            otherwise = self._statement()
        return ["if", test, then, otherwise]

    def _declaration(self) -> Tree:
        self._at += 1
        made: Tree = ["declare"]
        while True:
            name = self._made()
            made.append([name, self._assignment() if self._take("=") else ["undefined"]])
            if not self._take(","):
                return made

    def _ended(self, statement: Tree) -> Tree:
        """A statement with its semicolon, or what may stand for that."""
        if not (self._take(";") or self._is_sign("}") or self._peek().line):
            raise SyntaxTrouble("a statement does not end")
        return statement

    def _expression(self) -> Tree:
        return self._assignment()

    def _assignment(self) -> Tree:
        left = self._conditional()
        sign = self._items[self._at] if not self.ended() else None
        if sign is None or sign.kind != "sign" or sign.text not in _ASSIGNS:
            return left
        if left[0] != "name":
            raise SyntaxTrouble("something is assigned to what is no variable")
        self._at += 1
        right = self._assignment()
        return [
            "set",
            left[1],
            right if sign.text == "=" else ["binary", sign.text[0], left, right],
        ]

    def _conditional(self) -> Tree:
        test = self._binary(1)
        if self.ended() or not self._take("?"):
            return test
        then = self._assignment()
        self._expect(":")
        return ["choose", test, then, self._assignment()]

    def _binary(self, least: int) -> Tree:
        left = self._unary()
        while not self.ended():
            kind, sign, _ = self._items[self._at]
            level = _BINDING.get(sign, 0) if kind == "sign" else 0
            if level < least or not level:
                break
            self._at += 1
            left = ["binary", sign, left, self._binary(level + 1)]
        return left

    def _unary(self) -> Tree:
        item = self._peek()
        if item.kind == "sign" and item.text in _UNARY:
            self._at += 1
            return ["unary", item.text, self._unary()]
        return self._postfix(self._primary())

    def _postfix(self, value: Tree) -> Tree:
        while not self.ended():
            if self._take("["):
                index = self._expression()
                self._expect("]")
                if index[0] == "value" and isinstance(index[1], str):
                    raise SyntaxTrouble("a property by its name")
                value = ["at", value, index]
            elif self._take("."):
                name = self._peek().text
                self._at += 1
                if not self.ended() and self._is_sign("("):
                    if name not in _METHODS:
                        raise SyntaxTrouble(f"there is no {name} here")
                    value = ["call", value, name, *self._arguments()]
                elif name == "length":
                    value = ["length", value]
                else:
                    raise SyntaxTrouble(f"there is no {name} here")
            else:
                break
        return value

    def _primary(self) -> Tree:
        kind, text, _ = item = self._peek()
        if kind == "name":
            return self._named(item)
        self._at += 1
        if kind == "number":
            return ["value", _number(text)]
        if kind == "string":
            return ["value", _text(text[1:-1])]
        if kind == "template":
            return self._template(text[1:-1])
        if kind == "regexp":
            return _regexp(text)
        if text == "(":
            inner = self._expression()
            self._expect(")")
            return inner
        if text == "[":
            return ["list", *self._until("]")]
        raise SyntaxTrouble(f"unexpected {text}")

    def _named(self, item: Token) -> Tree:
        self._at += 1
        if item.text in _CONSTANTS:
            return _CONSTANTS[item.text]
        if self.ended() or not (self._is_sign("(") or item.text in _STATIC):
            self._at -= 1
            name = self._name()
            self.used.add(name)
            return ["name", name]
        if self._is_sign("("):
            if item.text not in _FUNCTIONS:
                raise SyntaxTrouble(f"there is no function {item.text} here")
            return ["apply", item.text, *self._arguments()]
        self._expect(".")
        name = self._peek().text
        self._at += 1
        if name not in _STATIC[item.text]:
            raise SyntaxTrouble(f"there is no {item.text}.{name} here")
        return ["apply", f"{item.text}.{name}", *self._arguments()]

    def _arguments(self) -> list[Tree]:
        self._expect("(")
        return self._until(")")

    def _until(self, end: str) -> list[Tree]:
        """What is between commas."""
        found: list[Tree] = []
        while not self._take(end):
            if found:
                self._expect(",")
                if self._take(end):
                    break
            found.append(self._assignment())
        return found

    def _template(self, inner: str) -> Tree:
        """A template whose substitutions have no braces and no templates in them."""
        parts: Tree = ["template"]
        for index, part in enumerate(re.split(r"(?<!\\)\$\{", inner)):
            code, closed, text = part.partition("}") if index else ("", "}", part)
            if not closed or "`" in code or "{" in code or "\\$" in part:
                raise SyntaxTrouble("more than a template")
            if index:
                within = _Parser(tokens(code))
                parts.append(within._expression())
                if not within.ended():
                    raise SyntaxTrouble("more than an expression")
                self.used |= within.used
            parts.append(["value", _text(text)])
        return parts

    def _made(self) -> str:
        """The name of something that is there from now on."""
        name = self._name()
        self.made.add(name)
        return name

    def _name(self) -> str:
        kind, text, _ = self._peek()
        if kind != "name" or text in _RESERVED or text.startswith("#"):
            raise SyntaxTrouble(f"{text} is no variable")
        self._at += 1
        return text

    def _peek(self) -> Token:
        if self.ended():
            raise SyntaxTrouble("it ends too early")
        return self._items[self._at]

    def _is_sign(self, text: str) -> bool:
        item = self._peek()
        return item.kind == "sign" and item.text == text

    def _take(self, text: str) -> bool:
        """Whether this comes next, which is then read."""
        item = self._peek()
        is_it = item.kind in ("sign", "name") and item.text == text
        self._at += is_it
        return is_it

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise SyntaxTrouble(f"{text} is missing")


def _number(text: str) -> int | float:
    digits = text.replace("_", "")
    if digits.endswith("n") or re.match(r"0\d", digits):
        raise SyntaxTrouble(f"{text} is no number here")
    return (
        float(digits) if re.search(r"[.eE]", digits) and digits[1:2] not in "xX" else int(digits, 0)
    )


def _text(inner: str) -> str:
    """What a string literal stands for."""

    def one(match: re.Match[str]) -> str:
        if match["line"]:
            return ""
        if match["zero"]:
            return "\0"
        if match["one"]:
            return _SIMPLE.get(match["one"], match["one"])
        return chr(int(match["two"] or match["four"] or match["any"], 16))

    if re.search(r"\\", _ESCAPE.sub("", inner)):
        raise SyntaxTrouble("an escape that is not known")
    text = _ESCAPE.sub(one, inner)
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def _regexp(text: str) -> Tree:
    pattern, _, flags = text[1:].rpartition("/")
    if flags and flags not in _FLAGS:
        raise SyntaxTrouble(f"there is no flag {flags}")
    return ["regexp", pattern, flags]
