"""Classifies the scripts of a page by role, which decides what can be removed after rendering.

A script can be removed only if every statement in it has a form that is known to concern MathJax or
KaTeX alone. In any doubt it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from prerender.setup.javascript import SyntaxTrouble, Token, closing, statements, tokens
from prerender.setup.scripts import MENTIONS, Read, Script, loader_of
from prerender.setup.values import words

#: loader: loads MathJax or KaTeX. configuration: only configures or calls them. client: uses them
#: and does other things too, so it stays, and the loader with it. other: none of these.
Role = Literal["loader", "configuration", "client", "other"]

_ENGINES = ("MathJax", "katex", "renderMathInElement")
_WINDOW = ("window", "self", "globalThis")
#: functions that typeset the page (again)
_TYPESETS = words("typeset typesetPromise Typeset Reprocess typesetClear texReset")
#: calls whose last argument is a function that runs when the page is ready
_READY = re.compile(
    r"(?:(?:document|window)\.)?addEventListener\($|\$\((?:document|window)\)\.(?:ready|on)\($"
    r"|(?:\$|jQuery)\($|jQuery\(document\)\.ready\($|document\$\.subscribe\($"
    r"|require(?:js)?\($|setTimeout\($|requestAnimationFrame\($|window\.onload=$"
)
#: names that local computations may use
_HARMLESS = words(
    "document window screen Array Object String Number JSON Math RegExp this new function return in"
    " of typeof instanceof true false null undefined console if else const let var async await"
    " parseInt"
)
_INSERTS = words("appendChild insertBefore append prepend before after")
_CHANGES = words("remove removeChild write writeln submit click focus")


def roles(scripts: Sequence[Script], read: Read) -> list[Role]:
    """Return the role of each script. Raises what `read` raises."""
    found = [_role(script, read) for script in scripts]
    return [
        "client" if names and _uses_names_of(index, names, scripts) else role
        for index, (role, names) in enumerate(found)
    ]


def _role(script: Script, read: Read) -> tuple[Role, Set[str]]:
    """Return the role of a script by itself, and the global names that it declares."""
    if script.is_config:
        return "configuration", _NONE
    if not script.executable:
        return "other", _NONE
    text: str | None = script.text
    if script.src is not None:
        text = read(script.src)
    if loader_of(script.src or "", text) is not None:
        return "loader", _NONE
    main = script.attrs.get("data-main") if script.src else None
    if main is not None:
        text = read(main) or read(f"{main}.js")
        return "client" if text and MENTIONS.search(text) else "other", _NONE
    return ("other", _NONE) if text is None or not MENTIONS.search(text) else _role_of(text)


_NONE: frozenset[str] = frozenset()


@lru_cache(64)  # all pages of a site have the same few
def _role_of(text: str) -> tuple[Role, Set[str]]:
    """Return the role of a script that mentions an engine, and the global names it declares."""
    reading = _Reading()
    if not reading.script(text):
        return "client", _NONE
    return "loader" if reading.loads else "configuration", reading.names


def _uses_names_of(index: int, names: Set[str], scripts: Sequence[Script]) -> bool:
    """Whether another script of the page mentions one of the names that script `index` declares."""
    used = re.compile(rf"(?<![\w$])(?:{'|'.join(map(re.escape, names))})(?![\w$])")
    return any(
        used.search(script.text)
        for other, script in enumerate(scripts)
        if other != index and script.executable
    )


@dataclass(slots=True)
class _Reading:
    """Analyses a script: whether it loads an engine, and which global names it declares."""

    loads: bool = False
    names: set[str] = field(default_factory=set)

    def script(self, text: str) -> bool:
        """Whether a script concerns the engines alone.

        One that breaks off, where `next` or an index finds nothing, does not even run.
        """
        try:
            return self._all(tokens(text), frozenset(), outermost=True)
        except (SyntaxTrouble, RecursionError, IndexError, RuntimeError):
            return False

    def _all(self, items: Sequence[Token], local: frozenset[str], *, outermost: bool) -> bool:
        found = list(statements(items))
        declared = {name for statement in found for name in _declared(statement)}
        if outermost:
            self.names |= declared - set(_ENGINES)
        return all(self._statement(statement, local | declared) for statement in found)

    def _statement(self, items: Sequence[Token], local: frozenset[str]) -> bool:
        word = items[0].text
        if items[0].kind == "string" or word in ("return", "break", "continue"):
            return word != "return" or self._computes(items[1:], local)
        if word == "{":
            return self._all(items[1:-1], local, outermost=False)
        if word in ("if", "for", "while"):
            return self._controlled(items, local)
        if word in ("function", "async"):
            return self._function(items, local)
        if word in ("var", "let", "const"):
            return self._declares(items[1:], local)
        return self._expression(items, local)

    def _controlled(self, items: Sequence[Token], local: frozenset[str]) -> bool:
        """Check `if`, `for` and `while` with their bodies."""
        end = closing(items, 1)
        if items[2].text in ("var", "let", "const"):
            local |= {items[3].text}
        if not self._computes(items[2:end], local, assigns=True):
            return False
        bodies = [
            body[1:] if body[0].text == "else" else body for body in statements(items[end + 1 :])
        ]
        return all(self._statement(body, local) for body in bodies if body)

    def _function(self, items: Sequence[Token], local: frozenset[str]) -> bool:
        """Check the body of a function or arrow function."""
        if items[-1].text == "}":
            opened = next(index for index in range(len(items)) if _opens_body(items, index))
            inner = local | {item.text for item in items[:opened] if item.kind == "name"}
            return self._all(items[opened + 1 : -1], inner, outermost=False)
        arrow = next((index for index, item in enumerate(items) if item.text == "=>"), -1)
        inner = local | {item.text for item in items[: max(arrow, 0)] if item.kind == "name"}
        return arrow >= 0 and self._statement(items[arrow + 1 :], inner)

    def _declares(self, items: Sequence[Token], local: frozenset[str]) -> bool:
        """Check declarations: values must be computed from harmless names."""
        if _is_engine(items):
            return self._expression(items, local)
        return self._computes(items, local, assigns=True)

    def _expression(self, items: Sequence[Token], local: frozenset[str]) -> bool:
        if _is_engine(items):
            return self._engine_statement(items)
        if _is_options(items):
            return _is_value(items[2:])
        if (callback := _callback(items)) is not None:
            return self._function(callback, local)
        names = {item.text for item in items if item.kind == "name"}
        own = items[0].text in local and len(items) > 1
        assigned = own and self._computes(items, local, assigns=True)
        if assigned and not _INSERTS & names:
            return True
        known = items[0].text == "(" and self._computes(items, local)
        inserts = own or known or items[0].text == "document"
        if inserts and _INSERTS & names and names & local:
            self.loads = True
            return not _CHANGES & names
        return False

    def _engine_statement(self, items: Sequence[Token]) -> bool:
        """Check a statement about an engine; callbacks in it must concern typesetting."""
        outer = [item.text for item in _outer(items)]
        if "=" in outer:
            assigned = next(index for index, item in enumerate(items) if item.text == "=")
            return _is_value(items[assigned + 1 :])
        if any(item.kind == "sign" and item.text not in (".", "(", "[") for item in _outer(items)):
            return False
        names = [item.text for item in items if item.kind == "name"]
        functions = any(item.text in ("function", "=>") for item in items)
        return not functions or bool(_TYPESETS & set(names)) or names.count("MathJax") > 1

    def _computes(
        self, items: Sequence[Token], local: frozenset[str], *, assigns: bool = False
    ) -> bool:
        """Whether an expression uses harmless names only, and no property that changes the page."""
        for index, item in enumerate(items):
            before = items[index - 1].text if index else ""
            after = items[index + 1].text if index + 1 < len(items) else ""
            if item.kind == "name":
                if before in (".", "?."):
                    if item.text in _CHANGES:
                        return False
                elif not (item.text in _HARMLESS | local | set(_ENGINES) or after == ":"):
                    return False
            elif item.text == "=" and not assigns:
                return False
        return True


def _is_value(items: Sequence[Token]) -> bool:
    """Whether an expression makes a value without side effects."""
    texts = [item.text for item in _outer(items)]
    if _starts_function(items, 0):
        return True
    if "||" in texts or "??" in texts:
        index = next(index for index, item in enumerate(items) if item.text in ("||", "??"))
        return _is_engine(items[:index]) and _is_value(items[index + 1 :])
    assigns = texts[:4] == ["Object", ".", "assign", "("]
    return (len(texts) == 1 and texts != ["("]) or (assigns and len(texts) == 4)


def _outer(items: Sequence[Token]) -> Iterator[Token]:
    """Yield the tokens outside brackets."""
    index = 0
    while index < len(items):
        yield items[index]
        opens = items[index].kind == "sign" and items[index].text in ("(", "[", "{")
        index = closing(items, index) + 1 if opens else index + 1


def _opens_body(items: Sequence[Token], index: int) -> bool:
    """Whether the brace at `index` opens a function's body."""
    return items[index].text == "{" and closing(items, index) == len(items) - 1


def _is_engine(items: Sequence[Token]) -> bool:
    """Whether a statement begins with an engine: `MathJax...`, `window.MathJax...`, `katex...`."""
    rest = items[2:] if items[0].text in _WINDOW and len(items) > 2 else items
    return rest[0].kind == "name" and rest[0].text in _ENGINES and _is_single(rest)


def _is_options(items: Sequence[Token]) -> bool:
    """Whether a statement assigns to a global variable whose name mentions an engine."""
    return (
        len(items) > 2
        and items[0].kind == "name"
        and items[1].text == "="
        and MENTIONS.search(items[0].text) is not None
    )


def _is_single(items: Sequence[Token]) -> bool:
    """Whether a statement is a single expression, not a list."""
    return all(item.text != "," for item in _outer(items))


def _callback(items: Sequence[Token]) -> Sequence[Token] | None:
    """Return the function that a statement calls at once or when the page is ready, or None."""
    start = 1 if items[0].text in ("!", "+", "void") else 0
    if items[start].text == "(":
        end = closing(items, start)
        called = [item.text for item in items[end + 1 :]]
        inner = items[start + 1 : end]
        if called[:1] == ["("] and called[-1:] == [")"]:
            return inner if _is_function(inner) else None
        # (function () { ... }())
        bare = inner[:-2] if [item.text for item in inner[-2:]] == ["(", ")"] else ()
        return bare if not called and bare and _is_function(bare) else None
    index = next((index for index in range(len(items)) if _starts_function(items, index)), None)
    if index is None:
        return None
    head = "".join(item.text for item in items[:index] if item.kind != "string")
    head = re.sub(r"\((?:\[[^\]]*\])?,*$", "(", head)
    if _READY.fullmatch(head) is None:
        return None
    return items[index : _function_end(items, index)]


def _is_function(items: Sequence[Token]) -> bool:
    return bool(items) and _starts_function(items, 0) and _function_end(items, 0) == len(items)


def _starts_function(items: Sequence[Token], index: int) -> bool:
    word = items[index].text
    if word in ("function", "async"):
        return True
    if word == "(":
        end = closing(items, index)
        return end + 1 < len(items) and items[end + 1].text == "=>"
    return index + 1 < len(items) and items[index].kind == "name" and items[index + 1].text == "=>"


def _function_end(items: Sequence[Token], index: int) -> int:
    """Return the end of the function that begins at `index`: of its body or its expression."""
    while index < len(items):
        word = items[index].text
        if word == "{":
            return closing(items, index) + 1
        if word in (",", ")", ";"):
            return index
        if word == "=>" and items[index + 1].text != "{":
            index += 1
            while index < len(items) and items[index].text not in (",", ")"):
                index = (
                    closing(items, index) + 1 if items[index].text in ("(", "[", "{") else index + 1
                )
            return index
        index = closing(items, index) + 1 if word in ("(", "[") else index + 1
    return index


def _declared(items: Sequence[Token]) -> Iterator[str]:
    """Yield the names that a statement declares."""
    if items[0].text in ("var", "let", "const"):
        yield items[1].text
        outer = list(_outer(items))
        for before, item in pairwise(outer):
            if before.text == "," and item.kind == "name":
                yield item.text
    elif items[0].text == "function" and len(items) > 1:
        yield items[1].text
    elif _is_options(items):
        yield items[0].text
