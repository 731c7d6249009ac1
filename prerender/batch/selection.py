"""The words of `prerender batch` in; the pages to render out, and what there is to say at the end.

The journal is told of every page that is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any, get_args

from prerender.batch.journal import Journal, Row, Site, to_json
from prerender.batch.store import File, Store, is_url
from prerender.batch.worker import Estimate, PageTask, RenderWorker, Totals, in_shard, to_do
from prerender.report.html import ListedPage, ReportData
from prerender.report.summary import Status, Topic, pluralize, topics, topics_to_json
from prerender.site.files import DEFAULT_INCLUDE, SiteError, choose

Shard = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Job:
    """Which pages are asked for. `named`: those of a list, by site; None: all."""

    sites: Sequence[Site]
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    named: dict[Site, list[str]] | None = None
    shard: Shard | None = None
    limit: int | None = None

    @property
    def asked(self) -> list[Site]:
        """The sites of the pages that are asked for."""
        return list(self.sites if self.named is None else self.named)


def sites(names: Sequence[str], output: str | None, journal: Path) -> list[Site]:
    """The sites with these names, folders or URLs, each once. Raises SiteError."""
    found = _sites(names, output)
    for name in (name for site in found for name in site):
        if _holds(name, str(journal.resolve())):
            raise SiteError(f"the journal {journal} is in {name}, and would be published; move it")
    return found


def _sites(names: Sequence[str], output: str | None) -> list[Site]:
    sources = list(dict.fromkeys(map(_absolute, names)))
    for one, other in permutations(sources, 2):
        if _holds(one, other):
            raise SiteError(f"{other} is in {one}, which has its pages too; name one of them")
    if output is None:
        return [Site(source, "") for source in sources]
    target = _absolute(output)
    for source in sources:
        if target == source:
            raise SiteError(f"{output} is the site itself; leave -o out to render in place")
        if _holds(source, target):
            raise SiteError(f"{output} is in {source}, of which it would be a part; name another")
        if _holds(target, source):
            raise SiteError(f"{output} holds the site {source}; name a folder of its own")
    ends = [source.rpartition("/")[2] for source in sources]
    if len(set(ends)) < len(ends):
        raise SiteError("two sites have one name, which their folders in the output would get")
    if len(sources) == 1:
        return [Site(sources[0], target)]
    return [Site(source, f"{target}/{end}") for source, end in zip(sources, ends, strict=True)]


def _holds(folder: str, name: str) -> bool:
    """Whether something is in a folder."""
    return bool(folder) and name.startswith(f"{folder.rstrip('/')}/")


def by_site(lines: Iterable[str], known: Sequence[Site], *, output: bool) -> dict[Site, list[str]]:
    """The pages of a list, a path or a URL a line, by the site that they are of.

    Where no site is named, a page in a folder here is one by itself. Raises SiteError.
    """
    found: dict[Site, list[str]] = {}
    for line in filter(None, map(str.strip, lines)):
        if "\0" in line:
            raise SiteError("the list has NUL characters; name a page a line")
        page = _absolute(line)
        site = next((one for one in known if _holds(one.source, page)), None)
        if site is not None:
            found.setdefault(site, []).append(page.removeprefix(site.source).lstrip("/"))
        elif known or output or is_url(page):
            raise SiteError(f"{line} is in no SITE; name the SITE that it is of")
        elif not Path(page).is_file():
            raise SiteError(f"{line} is no file; name pages, one a line")
        else:
            found[Site(page, "")] = [Path(page).name]
    return found


def shard(words: str) -> Shard:
    """I/N as numbers. Raises ValueError."""
    index, count = (int(word) for word in words.split("/"))
    if not 1 <= index <= count:
        raise ValueError(words)
    return index, count


def prepare(job: Job, journal: Journal, bench: RenderWorker, retries: int) -> list[PageTask]:
    """The pages to render. What else a site has is copied to its target, unless nothing is written.

    Raises SiteError, JournalError.
    """
    items: list[PageTask] = []
    found = 0
    for site in job.asked:
        store = bench.store(site)
        files = _pages(job, site, store)
        found += len(files)
        asked = {p: f for p, f in files.items() if job.shard is None or in_shard(p, *job.shard)}
        rows = {} if bench.shared(site).missing() else journal.rows(site)
        items += to_do(site, asked, rows, bench, retries)
        if bench.write:
            if not rows:  # what shared files must have is not known any more, of any page
                journal.forget(site)
            journal.begin(site, asked, files if job.named is None else None)
        if bench.write and site.target and job.named is None and (job.shard or (1,))[0] == 1:
            store.copy_rest([*files, *bench.work.frames])
    if job.named and not found:
        raise SiteError("no page in the list that --include and --exclude ask for")
    return items[: job.limit]


def _pages(job: Job, site: Site, store: Store) -> dict[str, File]:
    if job.named is None:
        return store.pages(job.include, job.exclude)
    pages = choose(job.named[site], job.include or DEFAULT_INCLUDE, job.exclude)
    return {page: store.page(page) for page in pages}


def _absolute(name: str) -> str:
    return name.rstrip("/") if is_url(name) else str(Path(name).resolve())


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
