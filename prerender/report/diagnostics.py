"""Diagnostics of pages and formulas: formats them as lines for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from unicodedata import category, east_asian_width

from prerender.report.help import help_on
from prerender.source.lines import Location

#: an error makes the run fail, a warning only with --strict, a note never
Severity = Literal["error", "warning", "note"]


class DiagnosticExcerpt(NamedTuple):
    """A diagnostic as it is displayed; `line` is 0 if it has no location.

    `source` is the part of the source line around the location, whose index in it is `caret`.
    `cure` is what the user can do; a diagnostic with a cure, a warning or a note is reported once
    for all its locations. `times` is how often it occurs.
    """

    severity: Severity
    message: str
    line: int = 0
    column: int = 0
    tex: str = ""
    source: str = ""
    caret: int = 0
    cure: str = ""
    times: int = 1

    @property
    def once(self) -> bool:
        """Whether it is reported once, however often it occurs."""
        return bool(self.cure) or self.severity != "error"

    def show(self, path: str) -> str:
        """Return lines for a terminal: location and message, the source line, a caret."""
        if not self.line:
            return self.head(path)
        caret = " " * _columns(self.source[: self.caret]) + "^"
        return f"{self.head(path)}\n  {self.source}\n  {caret}"

    def head(self, path: str) -> str:
        """Return the first of these lines."""
        return f"{self.where(path)}: {self.severity}: {_printable(self.message)}"

    def where(self, path: str) -> str:
        """Return its location, with the path of its page."""
        named = shown_path(path)
        return f"{named}:{self.line}:{self.column}" if self.line else named

    def to_json(self) -> dict[str, Any]:
        """Return it as in the `--json` report."""
        line, column = (self.line, self.column) if self.line else (1, 1)
        data = {"line": line, "column": column, "tex": self.tex, "message": self.message}
        return data | ({"cure": self.cure} if self.cure else {})


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error, warning or note about a location in a page; `tex` is the formula there, if any.

    `cure` is what the user can do. `times` is how often it occurs, if it has no location.
    """

    severity: Severity
    message: str
    location: Location | None = None
    tex: str = ""
    cure: str = ""
    times: int = 1

    @property
    def excerpt(self) -> DiagnosticExcerpt:
        """It as it is displayed."""
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
    """Return the part of a line around a column (from 1), and the column's index in it."""
    start = max(0, min(column - 1 - _SHOWN // 3, len(text) - _SHOWN))
    before = "…" if start else ""
    after = "…" if start + _SHOWN < len(text) else ""
    shown = _printable(text[start : start + _SHOWN])
    return before + shown + after, len(before) + column - 1 - start


def _printable(text: str) -> str:
    """Replace control characters, so that the text is one line and safe on a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def shown_path(path: str) -> str:
    """Return a path, safe on a terminal: file names may have control characters."""
    return "".join("?" if category(c) in ("Cc", "Cf") else c for c in path)


def _columns(text: str) -> int:
    """Return a text's width in terminal columns: 2 a wide character (UAX #11), 0 a mark."""
    return sum(
        0 if category(c) in ("Mn", "Me") else 2 if east_asian_width(c) in "WF" else 1 for c in text
    )


class Finding(NamedTuple):
    """A formula and what is wrong with it on a screen; `picture` is a file.

    `display` is None if it is not known which formula it is.
    """

    path: str
    place: Location | None
    tex: str
    reason: str
    picture: str = ""
    display: bool | None = None

    @property
    def where(self) -> str:
        """The location of the formula."""
        return f"{self.path}:{self.place.line}:{self.place.column}" if self.place else self.path

    def to_json(self) -> dict[str, Any]:
        """Return it as in the `--json` report."""
        line, column = (self.place.line, self.place.column) if self.place else (1, 1)
        data: dict[str, Any] = {"path": self.path, "line": line, "column": column}
        data |= {"tex": self.tex, "reason": self.reason}
        data |= {} if self.display is None else {"display": self.display}
        return data | ({"picture": self.picture} if self.picture else {})


#: locations that are listed for a diagnostic that is reported once
_NAMED = 4


@dataclass(slots=True)
class Topic:
    """A diagnostic reported once for a site: its first locations, and how often it occurs."""

    first: DiagnosticExcerpt
    places: list[tuple[str, DiagnosticExcerpt]] = field(default_factory=list)
    count: int = 0
    pages: int = 0
    _last: str | None = None

    def add(self, path: str, excerpt: DiagnosticExcerpt) -> None:
        """Add an occurrence; those of the same page must follow each other."""
        self.count += excerpt.times
        self.pages += path != self._last
        self._last = path
        if len(self.places) < _NAMED:
            self.places.append((path, excerpt))

    def show(self) -> str:
        """Return lines for a terminal."""
        [(path, excerpt), *_] = self.places
        more = help_on(excerpt.message)
        lines = [excerpt.show(path), self.details(), f"more: {more}" if more else ""]
        return "\n  ".join(filter(None, lines))

    def details(self) -> str:
        """Return how often it occurs, where else, and its cure; "" if there is nothing to say."""
        [(_, excerpt), *others] = self.places
        more = [f"{pluralize(self.count, 'time')} on {pluralize(self.pages, 'page')}"] * (
            self.count > 1
        )
        if others:
            more.append(f"also {', '.join(other.where(page) for page, other in others)}")
        return ", ".join(more) + ("; " if more and excerpt.cure else "") + excerpt.cure

    def to_json(self) -> dict[str, Any]:
        """Return it as in the `--json` report."""
        places = [
            {"path": path, **excerpt._replace(cure="").to_json()} for path, excerpt in self.places
        ]
        for place in places:
            del place["message"]
        data = {"message": self.first.message, "count": self.count, "pages": self.pages}
        return data | ({"cure": self.first.cure} if self.first.cure else {}) | {"places": places}


def topics(excerpts: Iterable[tuple[str, DiagnosticExcerpt]]) -> list[Topic]:
    """Group diagnostics that are reported once, in the order of their first locations.

    Takes pairs of path and diagnostic, those of a page together.
    """
    found: dict[tuple[str, str, str], Topic] = {}
    for path, excerpt in excerpts:
        if excerpt.once:
            key = (excerpt.severity, excerpt.message, excerpt.cure)
            found.setdefault(key, Topic(excerpt)).add(path, excerpt)
    return list(found.values())


def topics_to_json(topics: Sequence[Topic]) -> dict[str, Any]:
    """Return warnings and notes as in the `--json` report; no key for a list that is empty."""
    names = {"warnings": "warning", "notes": "note"}
    lists = {
        name: [topic.to_json() for topic in topics if topic.first.severity == severity]
        for name, severity in names.items()
    }
    return {name: items for name, items in lists.items() if items}


def pluralize(count: int, what: str) -> str:
    """Return a count with its noun, in the plural unless it is 1."""
    return f"{count} {what}{'' if count == 1 else 's'}"
