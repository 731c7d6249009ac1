"""The scripts of a page in; out: which may go once all its math is rendered.

A script goes only if every statement in it is of a shape that is known to be about MathJax or KaTeX
alone. In any doubt it stays.
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

#: loader: loads MathJax or KaTeX. configuration: nothing but what they are to do. client: uses them
#: and does other things too, so that it stays, and the loader with it. other: none of these.
Role = Literal["loader", "configuration", "client", "other"]

_ENGINES = ("MathJax", "katex", "renderMathInElement")
_WINDOW = ("window", "self", "globalThis")
#: what a callback calls that has the page typeset (again)
_TYPESETS = words("typeset typesetPromise Typeset Reprocess typesetClear texReset")
#: calls whose last function runs when the page is ready
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
    """The role of each script. Raises what `read` raises."""
    found = [_role(script, read) for script in scripts]
    return [
        "client" if names and _shared(index, names, scripts) else role
        for index, (role, names) in enumerate(found)
    ]


def _role(script: Script, read: Read) -> tuple[Role, Set[str]]:
    """The role of a script by itself, and the names that it declares for all."""
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
    """The role of a script with this text, which mentions an engine."""
    reading = _Reading()
    if not reading.script(text):
        return "client", _NONE
    return "loader" if reading.loads else "configuration", reading.names


def _shared(index: int, names: Set[str], scripts: Sequence[Script]) -> bool:
    """Whether another script of the page mentions one of the names that this one declares."""
    used = re.compile(rf"(?<![\w$])(?:{'|'.join(map(re.escape, names))})(?![\w$])")
    return any(
        used.search(script.text)
        for at, script in enumerate(scripts)
        if at != index and script.executable
    )


@dataclass(slots=True)
class _Reading:
    """What is known of a script: whether it loads an engine, what names it declares for all."""

    loads: bool = False
    names: set[str] = field(default_factory=set)

    def script(self, text: str) -> bool:
        """Whether a script is about the engines alone."""
        try:
            return self._all(tokens(text), frozenset(), outermost=True)
        except (SyntaxTrouble, RecursionError):
            return False

    def _all(self, items: Sequence[Token], local: frozenset[str], *, outermost: bool) -> bool:
        found = list(statements(items))
        declared = {name for one in found for name in _declared(one)}
        if outermost:
            self.names |= declared - set(_ENGINES)
        return all(self._statement(one, local | declared) for one in found)

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
        """`if`, `for` and `while`, with what they govern."""
        end = closing(items, 1)
        if items[2].text in ("var", "let", "const"):
            local |= {items[3].text}
        if not self._computes(items[2:end], local, assigns=True):
            return False
        rest = [one[1:] if one[0].text == "else" else one for one in statements(items[end + 1 :])]
        return all(self._statement(one, local) for one in rest if one)

    def _function(self, items: Sequence[Token], local: frozenset[str]) -> bool:
        """A function or arrow function: its body."""
        if items[-1].text == "}":
            opened = next(at for at in range(len(items)) if _opens_body(items, at))
            inner = local | {item.text for item in items[:opened] if item.kind == "name"}
            return self._all(items[opened + 1 : -1], inner, outermost=False)
        arrow = next((at for at, item in enumerate(items) if item.text == "=>"), -1)
        inner = local | {item.text for item in items[: max(arrow, 0)] if item.kind == "name"}
        return arrow >= 0 and self._statement(items[arrow + 1 :], inner)

    def _declares(self, items: Sequence[Token], local: frozenset[str]) -> bool:
        """Variables with values that are computed from harmless names."""
        if _is_engine(items):
            return self._expression(items, local)
        return self._computes(items, local, assigns=True)

    def _expression(self, items: Sequence[Token], local: frozenset[str]) -> bool:
        if _is_engine(items):
            return self._of_engine(items)
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

    def _of_engine(self, items: Sequence[Token]) -> bool:
        """A statement about an engine; callbacks that it gets must be about typesetting."""
        outer = [item.text for item in _outer(items)]
        if "=" in outer:
            assigned = next(at for at, item in enumerate(items) if item.text == "=")
            return _is_value(items[assigned + 1 :])
        if any(item.kind == "sign" and item.text not in (".", "(", "[") for item in _outer(items)):
            return False
        names = [item.text for item in items if item.kind == "name"]
        functions = any(item.text in ("function", "=>") for item in items)
        return not functions or bool(_TYPESETS & set(names)) or names.count("MathJax") > 1

    def _computes(
        self, items: Sequence[Token], local: frozenset[str], *, assigns: bool = False
    ) -> bool:
        """Whether an expression uses harmless names only; properties are anything but changes."""
        for at, item in enumerate(items):
            before = items[at - 1].text if at else ""
            after = items[at + 1].text if at + 1 < len(items) else ""
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
    """Whether an expression makes a value and does nothing else of note."""
    words_of = [item.text for item in _outer(items)]
    if _starts_function(items, 0):
        return True
    if "||" in words_of or "??" in words_of:
        at = next(at for at, item in enumerate(items) if item.text in ("||", "??"))
        return _is_engine(items[:at]) and _is_value(items[at + 1 :])
    assigns = words_of[:4] == ["Object", ".", "assign", "("]
    return (len(words_of) == 1 and words_of != ["("]) or (assigns and len(words_of) == 4)


def _outer(items: Sequence[Token]) -> Iterator[Token]:
    """The tokens that stand in no bracket."""
    at = 0
    while at < len(items):
        yield items[at]
        opens = items[at].kind == "sign" and items[at].text in ("(", "[", "{")
        at = closing(items, at) + 1 if opens else at + 1


def _opens_body(items: Sequence[Token], at: int) -> bool:
    """Whether the brace at a place is that of a function's body."""
    return items[at].text == "{" and closing(items, at) == len(items) - 1


def _is_engine(items: Sequence[Token]) -> bool:
    """Whether a statement begins with an engine: `MathJax...`, `window.MathJax...`, `katex...`."""
    rest = items[2:] if items[0].text in _WINDOW and len(items) > 2 else items
    return rest[0].kind == "name" and rest[0].text in _ENGINES and _complete(rest)


def _is_options(items: Sequence[Token]) -> bool:
    """Whether a statement gives a value to a variable of all whose name is an engine's."""
    return (
        len(items) > 2
        and items[0].kind == "name"
        and items[1].text == "="
        and MENTIONS.search(items[0].text) is not None
    )


def _complete(items: Sequence[Token]) -> bool:
    """Whether a statement about an engine is one, and no list of expressions."""
    return all(item.text != "," for item in _outer(items))


def _callback(items: Sequence[Token]) -> Sequence[Token] | None:
    """The function that a statement has called at once, or when the page is ready; or None."""
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
    at = next((at for at in range(len(items)) if _starts_function(items, at)), None)
    if at is None:
        return None
    head = "".join(item.text for item in items[:at] if item.kind != "string")
    head = re.sub(r"\((?:\[[^\]]*\])?,*$", "(", head)
    if _READY.fullmatch(head) is None:
        return None
    return items[at : _function_end(items, at)]


def _is_function(items: Sequence[Token]) -> bool:
    return bool(items) and _starts_function(items, 0) and _function_end(items, 0) == len(items)


def _starts_function(items: Sequence[Token], at: int) -> bool:
    word = items[at].text
    if word in ("function", "async"):
        return True
    if word == "(":
        end = closing(items, at)
        return end + 1 < len(items) and items[end + 1].text == "=>"
    return at + 1 < len(items) and items[at].kind == "name" and items[at + 1].text == "=>"


def _function_end(items: Sequence[Token], at: int) -> int:
    """Behind the function that begins at a place: its body, or what ends its expression."""
    while at < len(items):
        word = items[at].text
        if word == "{":
            return closing(items, at) + 1
        if word in (",", ")", ";"):
            return at
        if word == "=>" and items[at + 1].text != "{":
            at += 1
            while at < len(items) and items[at].text not in (",", ")"):
                at = closing(items, at) + 1 if items[at].text in ("(", "[", "{") else at + 1
            return at
        at = closing(items, at) + 1 if word in ("(", "[") else at + 1
    return at


def _declared(items: Sequence[Token]) -> Iterator[str]:
    """The names that a statement declares."""
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
