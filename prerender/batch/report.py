"""A journal in; what there is to say of its job out: lines, JSON and a page to read."""

from __future__ import annotations

from typing import Any, get_args

from prerender.batch.journal import Journal, Row, to_json
from prerender.batch.model import Estimate, Totals
from prerender.report.diagnostics import Topic, pluralize, topics, topics_to_json
from prerender.report.html import ListedPage, ReportData
from prerender.report.summary import Status


def summary(tally: Totals, journal: Journal, seconds: float) -> str:
    """One line: what a run came to, and how far the job is."""
    statuses = [f"{n} {status}" for status in get_args(Status) if (n := tally.pages[status])]
    worked = pluralize(tally.pages.total(), "page") + (
        f": {', '.join(statuses)}" if statuses else ""
    )
    formulas = f"{pluralize(tally.formulas, 'formula')}, {tally.typeset} typeset"
    return f"{worked}; {formulas}; {seconds:.1f} s. In the journal: {states(journal)}"


def states(journal: Journal) -> str:
    """How many pages are in each state."""
    return ", ".join(f"{n} {state}" for state, n in sorted(journal.counts().items())) or "no pages"


def told(estimate: Estimate) -> str:
    """An estimate in one line."""
    hours, minutes = estimate.seconds / 3600, estimate.seconds / 60
    time = f"{hours:.1f} hours" if hours >= 1 else f"{minutes:.1f} minutes"
    return (
        f"{pluralize(estimate.pages, 'page')}, about {pluralize(estimate.formulas, 'formula')}, "
        f"{time} on this machine, {estimate.bytes / 1e6:.1f} MB of results"
    )


def troubles(journal: Journal) -> list[str]:
    """What is wrong with pages, each in a line."""
    return [line for name, row in journal.named("errors > 0") for line in _lines(name, row)]


def _lines(name: str, row: Row) -> list[str]:
    note = f" ({_note(row)})" if row.status == "failed" else ""
    return [one.head(name) + note for one in row.remarks if one.severity == "error"]


def _note(row: Row) -> str:
    """What comes next for a page that failed."""
    if row.result:
        return "aside until it changes"
    again = f"; --retries {row.attempts} tries it again" if row.state == "aside" else ""
    return f"{row.state} after {pluralize(row.attempts, 'attempt')}{again}"


def page(journal: Journal, name: str, tally: Totals, seconds: float) -> ReportData:
    """What the report to read says of all pages in the journal."""
    figures = journal.figures()
    pages, formulas, errors, warnings = (
        sum(one[at] for one in figures.values()) for at in range(4)
    )
    run = f"{pluralize(tally.pages.total(), 'page')}, {pluralize(tally.typeset, 'formula')} typeset"
    told = {
        "pages in the journal": f"{pages:,}",
        **{
            status or "not rendered yet": pluralize(n, "page")
            for status, (n, *_) in figures.items()
        },
        "state": states(journal),
        "formulas": f"{formulas:,}",
        "this run": f"{run}, {seconds:.1f} s",
    }
    wrong = map(_listed, journal.named("errors > 0"))
    return ReportData(name, errors, warnings, told, wrong, _odd(journal))


def _odd(journal: Journal) -> list[Topic]:
    """Warnings and notes, which are said once."""
    return topics(
        (name, one)
        for name, row in journal.named()
        for one in row.remarks
        if one.severity != "error"
    )


def _listed(known: tuple[str, Row]) -> ListedPage:
    name, row = known
    note = _note(row) if row.status == "failed" else ""
    errors = [one for one in row.remarks if one.severity == "error"]
    return ListedPage(name, row.status, row.formulas, errors, note)


def report(journal: Journal, tally: Totals, seconds: float) -> dict[str, Any]:
    """All pages in the journal, as the contract of `--json` has it."""
    pages = [to_json(name, row) for name, row in journal.named()]
    totals = {
        "pages": len(pages),
        "formulas": sum(page["formulas"] for page in pages),
        "typeset": tally.typeset,
        "errors": sum(len(page["errors"]) for page in pages),
        "seconds": round(seconds, 3),
    }
    return {"version": 1, "pages": pages, "totals": totals} | topics_to_json(_odd(journal))
