"""Diagnostics of a run in the formats of other programs: GitHub's annotations, SARIF.

Both take pairs of path and excerpt, paths as they are to be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from prerender import __version__
from prerender.report.diagnostics import DiagnosticExcerpt, topics

Located = tuple[str, DiagnosticExcerpt]

#: SARIF 2.1.0 (OASIS), appendix A of which names the schema
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_RULES = {
    "formula": "A formula cannot be rendered, or not as it stands",
    "page": "A page cannot be rendered, or something about its math is worth knowing",
}


def github(found: Sequence[Located]) -> list[str]:
    """Return workflow commands of GitHub Actions, a line each: errors, and the rest once each."""
    each = [(path, one, one.message) for path, one in found if not one.once]
    for topic in topics(found):
        [(path, first), *_] = topic.places
        each.append((path, first, "\n".join(filter(None, (first.message, topic.details())))))
    return [_command(path, one, message) for path, one, message in each]


def _command(path: str, one: DiagnosticExcerpt, message: str) -> str:
    kind = {"error": "error", "warning": "warning", "note": "notice"}[one.severity]
    places = {"file": path} | ({"line": one.line, "col": one.column} if one.line else {})
    where = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in places.items())
    shown = f"{message}\n{one.tex}" if one.tex else message
    return f"::{kind} {where}::{_escaped(shown)}"


def _escaped(text: str, more: str = "") -> str:
    """Escape a text as @actions/core does (escapeData, escapeProperty in its command.ts)."""
    return "".join(f"%{ord(c):02X}" if c in f"%\r\n{more}" else c for c in text)


def sarif(found: Iterable[Located]) -> dict[str, Any]:
    """Return a SARIF document with every diagnostic; columns count characters."""
    rules = [{"id": name, "shortDescription": {"text": text}} for name, text in _RULES.items()]
    driver = {"name": "prerender", "version": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(path, one) for path, one in found],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(path: str, one: DiagnosticExcerpt) -> dict[str, Any]:
    file = {"uri": quote(path.encode("utf-8", "surrogateescape"))}
    physical: dict[str, Any] = {"artifactLocation": file}
    if one.line:
        physical["region"] = {"startLine": one.line, "startColumn": one.column}
    text = "; ".join(filter(None, (one.message, one.cure)))
    return {
        "ruleId": "formula" if one.tex else "page",
        "level": one.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": physical}],
    }
