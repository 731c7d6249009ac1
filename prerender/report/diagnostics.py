"""What there is to say of places in pages, in; lines for a terminal, and JSON, out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from unicodedata import category, east_asian_width

from prerender.source.lines import Location

#: an error fails; a warning fails where the user is strict; a note is but said
Severity = Literal["error", "warning", "note"]


class DiagnosticExcerpt(NamedTuple):
    """What there is to show of a diagnostic; `line` is 0 where it has no place.

    `source` is the part of the line around the place, which is at the index `at` of it. `cure` is
    what the user can do; what has one is said once for all its places, as are warnings and notes.
    `times` is how often it is so.
    """

    severity: Severity
    message: str
    line: int = 0
    column: int = 0
    tex: str = ""
    source: str = ""
    at: int = 0
    cure: str = ""
    times: int = 1

    @property
    def once(self) -> bool:
        """Whether it is said once, however often it is so."""
        return bool(self.cure) or self.severity != "error"

    def show(self, path: str) -> str:
        """Lines for a terminal: what and where, the source line, a caret under the place."""
        if not self.line:
            return self.head(path)
        caret = " " * _columns(self.source[: self.at]) + "^"
        return f"{self.head(path)}\n  {self.source}\n  {caret}"

    def head(self, path: str) -> str:
        """The first of these lines."""
        return f"{self.where(path)}: {self.severity}: {_printable(self.message)}"

    def where(self, path: str) -> str:
        """Its place in a page with this path."""
        return f"{path}:{self.line}:{self.column}" if self.line else path

    def to_json(self) -> dict[str, Any]:
        """As the contract of `--json` has it."""
        line, column = (self.line, self.column) if self.line else (1, 1)
        told = {"line": line, "column": column, "tex": self.tex, "message": self.message}
        return told | ({"cure": self.cure} if self.cure else {})


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to say of a place in a page; `tex` is the formula that stands there, if any.

    `cure` is what the user can do. `times` is how often it is so, where that has no place.
    """

    severity: Severity
    message: str
    location: Location | None = None
    tex: str = ""
    cure: str = ""
    times: int = 1

    @property
    def remark(self) -> DiagnosticExcerpt:
        """What there is to show of it."""
        if self.location is None:
            return DiagnosticExcerpt(
                self.severity, self.message, tex=self.tex, cure=self.cure, times=self.times
            )
        line, column, text = self.location
        shown = _excerpt(text, column)
        return DiagnosticExcerpt(
            self.severity, self.message, line, column, self.tex, *shown, self.cure
        )


#: characters of a source line that are shown
_SHOWN = 100


def _excerpt(text: str, column: int) -> tuple[str, int]:
    """The part of a line around a column (from 1), and the index of the column in it."""
    start = max(0, min(column - 1 - _SHOWN // 3, len(text) - _SHOWN))
    before = "…" if start else ""
    after = "…" if start + _SHOWN < len(text) else ""
    shown = _printable(text[start : start + _SHOWN])
    return before + shown + after, len(before) + column - 1 - start


def _printable(text: str) -> str:
    """A text that tells no terminal what to do, in one line."""
    return "".join(c if c.isprintable() else " " for c in text)


def _columns(text: str) -> int:
    """The columns of a text on a terminal: two for a wide character (UAX #11), none for a mark."""
    return sum(
        0 if category(c) in ("Mn", "Me") else 2 if east_asian_width(c) in "WF" else 1 for c in text
    )


class Finding(NamedTuple):
    """A formula on a screen, and what there is to say of it; `picture` is a file.

    `display` is None where it is not known which formula it is.
    """

    path: str
    place: Location | None
    tex: str
    reason: str
    picture: str = ""
    display: bool | None = None

    @property
    def where(self) -> str:
        """The place of the formula."""
        return f"{self.path}:{self.place.line}:{self.place.column}" if self.place else self.path

    def to_json(self) -> dict[str, Any]:
        """As the contract of `--json` has it."""
        line, column = (self.place.line, self.place.column) if self.place else (1, 1)
        told: dict[str, Any] = {"path": self.path, "line": line, "column": column}
        told |= {"tex": self.tex, "reason": self.reason}
        told |= {} if self.display is None else {"display": self.display}
        return told | ({"picture": self.picture} if self.picture else {})


#: places that are named of what is said once
_NAMED = 4


@dataclass(slots=True)
class Topic:
    """What is said once of a site: its first places, and how many there are on how many pages."""

    first: DiagnosticExcerpt
    places: list[tuple[str, DiagnosticExcerpt]] = field(default_factory=list)
    count: int = 0
    pages: int = 0
    _last: str | None = None

    def add(self, path: str, remark: DiagnosticExcerpt) -> None:
        """One more; the places of a page come together."""
        self.count += remark.times
        self.pages += path != self._last
        self._last = path
        if len(self.places) < _NAMED:
            self.places.append((path, remark))

    def show(self) -> str:
        """Lines for a terminal."""
        [(path, remark), *others] = self.places
        more = [f"{pluralize(self.count, 'time')} on {pluralize(self.pages, 'page')}"] * (
            self.count > 1
        )
        if others:
            more.append(f"also {', '.join(one.where(where) for where, one in others)}")
        told = ", ".join(more) + ("; " if more and remark.cure else "") + remark.cure
        return remark.show(path) + (f"\n  {told}" if told else "")

    def to_json(self) -> dict[str, Any]:
        """As the contract of `--json` has it."""
        places = [{"path": path, **one._replace(cure="").to_json()} for path, one in self.places]
        for place in places:
            del place["message"]
        told = {"message": self.first.message, "count": self.count, "pages": self.pages}
        return told | ({"cure": self.first.cure} if self.first.cure else {}) | {"places": places}


def topics(said: Iterable[tuple[str, DiagnosticExcerpt]]) -> list[Topic]:
    """What is to be said once, in the order of its first places; a page's remarks come together."""
    found: dict[tuple[str, str, str], Topic] = {}
    for path, remark in said:
        if remark.once:
            key = (remark.severity, remark.message, remark.cure)
            found.setdefault(key, Topic(remark)).add(path, remark)
    return list(found.values())


def topics_to_json(said: Sequence[Topic]) -> dict[str, Any]:
    """Warnings and notes as the contract of `--json` has them, where there are any."""
    names = {"warnings": "warning", "notes": "note"}
    told = {
        name: [one.to_json() for one in said if one.first.severity == severity]
        for name, severity in names.items()
    }
    return {name: some for name, some in told.items() if some}


def pluralize(count: int, what: str) -> str:
    """A number of things in words."""
    return f"{count} {what}{'' if count == 1 else 's'}"
