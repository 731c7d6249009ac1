"""Reports the state of a job from its journal: lines, JSON, and the data of the HTML report."""

from __future__ import annotations

from typing import Any, get_args

from prerender.batch.journal import Journal, Row, to_json
from prerender.batch.model import Estimate, Totals
from prerender.report.diagnostics import Topic, pluralize, topics, topics_to_json
from prerender.report.html import ListedPage, ReportData
from prerender.report.summary import Status


def summary(tally: Totals, journal: Journal, seconds: float) -> str:
    """Return one line: the totals of a run, and the state of the job."""
    statuses = [f"{n} {status}" for status in get_args(Status) if (n := tally.pages[status])]
    worked = pluralize(tally.pages.total(), "page") + (
        f": {', '.join(statuses)}" if statuses else ""
    )
    formulas = f"{pluralize(tally.formulas, 'formula')}, {tally.typeset} typeset"
    return f"{worked}; {formulas}; {seconds:.1f} s. In the journal: {states(journal)}"


def states(journal: Journal) -> str:
    """Return the number of pages in each state, as text."""
    return ", ".join(f"{n} {state}" for state, n in sorted(journal.counts().items())) or "no pages"


def format_estimate(estimate: Estimate) -> str:
    """Return an estimate as one line."""
    hours, minutes = estimate.seconds / 3600, estimate.seconds / 60
    time = f"{hours:.1f} hours" if hours >= 1 else f"{minutes:.1f} minutes"
    return (
        f"{pluralize(estimate.pages, 'page')}, about {pluralize(estimate.formulas, 'formula')}, "
        f"{time} on this machine, {estimate.bytes / 1e6:.1f} MB of results"
    )


def error_lines(journal: Journal) -> list[str]:
    """Return the errors of all pages, one per line."""
    return [line for name, row in journal.named("errors > 0") for line in _lines(name, row)]


def _lines(name: str, row: Row) -> list[str]:
    note = f" ({_note(row)})" if row.status == "failed" else ""
    return [excerpt.head(name) + note for excerpt in row.excerpts if excerpt.severity == "error"]


def _note(row: Row) -> str:
    """Say when a page that failed is rendered again."""
    if row.result:
        return "aside until it changes"
    again = f"; --retries {row.attempts} tries it again" if row.state == "aside" else ""
    return f"{row.state} after {pluralize(row.attempts, 'attempt')}{again}"


def page(journal: Journal, name: str, tally: Totals, seconds: float) -> ReportData:
    """Return the data of the HTML report: all pages in the journal, and the figures of this run."""
    figures = journal.figures()
    pages, formulas, errors, warnings = (
        sum(counts[column] for counts in figures.values()) for column in range(4)
    )
    run = f"{pluralize(tally.pages.total(), 'page')}, {pluralize(tally.typeset, 'formula')} typeset"
    labelled = {
        "pages in the journal": f"{pages:,}",
        **{
            status or "not rendered yet": pluralize(n, "page")
            for status, (n, *_) in figures.items()
        },
        "state": states(journal),
        "formulas": f"{formulas:,}",
        "this run": f"{run}, {seconds:.1f} s",
    }
    with_errors = map(_listed_page, journal.named("errors > 0"))
    return ReportData(name, errors, warnings, labelled, with_errors, _warnings_and_notes(journal))


def _warnings_and_notes(journal: Journal) -> list[Topic]:
    """Return warnings and notes, each once for all pages."""
    return topics(
        (name, excerpt)
        for name, row in journal.named()
        for excerpt in row.excerpts
        if excerpt.severity != "error"
    )


def _listed_page(named: tuple[str, Row]) -> ListedPage:
    name, row = named
    note = _note(row) if row.status == "failed" else ""
    errors = [excerpt for excerpt in row.excerpts if excerpt.severity == "error"]
    return ListedPage(name, row.status, row.formulas, errors, note)


def report(journal: Journal, tally: Totals, seconds: float) -> dict[str, Any]:
    """Return the `--json` report of all pages in the journal."""
    pages = [to_json(name, row) for name, row in journal.named()]
    totals = {
        "pages": len(pages),
        "formulas": sum(page["formulas"] for page in pages),
        "typeset": tally.typeset,
        "errors": sum(len(page["errors"]) for page in pages),
        "seconds": round(seconds, 3),
    }
    return {"version": 1, "pages": pages, "totals": totals} | topics_to_json(
        _warnings_and_notes(journal)
    )
