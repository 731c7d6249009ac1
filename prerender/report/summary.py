"""What happened to pages in; diagnostics, counts, JSON and the exit code out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal, NamedTuple, get_args
from unicodedata import category, east_asian_width

from prerender.source.lines import Location

Status = Literal["rendered", "restored", "unchanged", "no-math", "failed"]
#: an error fails; a warning fails where the user is strict; a note is but said
Severity = Literal["error", "warning", "note"]


class Exit(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    SOME_FAILED = 1
    USAGE_ERROR = 2
    ENGINE_UNAVAILABLE = 3


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


@dataclass(frozen=True, slots=True)
class PageReport:
    """What became of a page."""

    path: str
    status: Status
    formulas: int = 0
    written: bool = False
    diagnostics: Sequence[Diagnostic] = ()

    @property
    def errors(self) -> list[Diagnostic]:
        """Those that make the exit code 1."""
        return [one for one in self.diagnostics if one.severity == "error"]

    @property
    def warnings(self) -> list[Diagnostic]:
        """Those that change nothing, unless the user is strict."""
        return [one for one in self.diagnostics if one.severity == "warning"]

    @property
    def lacks(self) -> bool:
        """Whether something of it stays because its set-up could not be had."""
        return any(one.cure for one in self.errors)


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


@dataclass(slots=True)
class ScreenReport:
    """What was seen of all pages on a screen: how many displays, which formulas are compromises.

    `shrunk` and `scrolled` are those for which no layout is narrow enough; `offences` are errors.
    """

    width: int
    displays: int = 0
    shrunk: list[Finding] = field(default_factory=list)
    scrolled: list[Finding] = field(default_factory=list)
    offences: list[Finding] = field(default_factory=list)

    def summary(self) -> str:
        """One line for a person."""
        return (
            f"at {self.width} px: {pluralize(self.displays, 'display')}, "
            f"{len(self.shrunk)} shrunk, {len(self.scrolled)} scrolled; "
            f"{pluralize(len(self.offences), 'offence')}"
        )

    def to_json(self) -> dict[str, Any]:
        """As the contract of `--json` has it."""
        lists = {"shrunk": self.shrunk, "scrolled": self.scrolled, "offences": self.offences}
        found = {name: [one.to_json() for one in sorted(some)] for name, some in lists.items()}
        return {"width": self.width, "displays": self.displays, **found}


@dataclass(slots=True)
class Report:
    """What became of a run; `screens` where its pages were looked at."""

    pages: list[PageReport] = field(default_factory=list)
    distinct: int = 0
    typeset: int = 0
    from_cache: int = 0
    seconds: float = 0.0
    screens: Sequence[ScreenReport] = ()
    strict: bool = False
    """Whether warnings fail."""

    @property
    def exit(self) -> Exit:
        """The exit code that the run deserves."""
        failed = any(
            page.errors or page.status == "failed" or (self.strict and page.warnings)
            for page in self.pages
        )
        return Exit.SOME_FAILED if failed else Exit.DONE

    def count(self, status: Status) -> int:
        """How many pages ended so."""
        return sum(page.status == status for page in self.pages)

    def topics(self) -> list[Topic]:
        """What is said once of all pages."""
        return topics((page.path, one.remark) for page in self.pages for one in page.diagnostics)

    def summary(self) -> str:
        """One line for a person."""
        counts = ", ".join(
            f"{count} {status}" for status in get_args(Status) if (count := self.count(status))
        )
        written = sum(page.written for page in self.pages) or "nothing"
        formulas = sum(page.formulas for page in self.pages)
        errors = sum(len(page.errors) for page in self.pages)
        warnings = sum(len(page.warnings) for page in self.pages)
        warned = f", {pluralize(warnings, 'warning')}" if warnings else ""
        lacking = sum(page.lacks for page in self.pages)
        left = "Left as it is, in part or whole, for want of its set-up"
        left = f" {left}: {pluralize(lacking, 'page')}." if lacking else ""
        return (
            f"{pluralize(len(self.pages), 'page')}: {counts}; {written} written. "
            f"{pluralize(formulas, 'formula')}: {self.typeset} typeset, {self.from_cache} from the "
            f"cache. {pluralize(errors, 'error')}{warned}.{left} {self.seconds:.1f} s"
        )

    def to_json(self) -> dict[str, Any]:
        """The report as the contract of `--json` has it."""
        screens = {"screens": [one.to_json() for one in self.screens]} if self.screens else {}
        return (
            screens
            | topics_to_json(self.topics())
            | {
                "version": 1,
                "pages": [
                    {
                        "path": page.path,
                        "status": page.status,
                        "formulas": page.formulas,
                        "errors": [error.remark.to_json() for error in page.errors],
                    }
                    for page in self.pages
                ],
                "totals": {
                    "pages": len(self.pages),
                    "formulas": sum(page.formulas for page in self.pages),
                    "distinct": self.distinct,
                    "typeset": self.typeset,
                    "from_cache": self.from_cache,
                    "errors": sum(len(page.errors) for page in self.pages),
                    "seconds": round(self.seconds, 3),
                },
            }
        )


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
