"""Selects the pages of a job: takes the sites and lists given to `batch`, returns pages to render.

Every page that is found gets a row in the journal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from prerender.batch.journal import Journal, Site
from prerender.batch.model import PageTask
from prerender.batch.schedule import in_shard, pages_to_render
from prerender.batch.store import File, Store, is_url
from prerender.batch.worker import RenderWorker
from prerender.site.files import DEFAULT_INCLUDE, SiteError, filter_names

Shard = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Job:
    """The requested pages. `named`: those of a list, by site; None: all."""

    sites: Sequence[Site]
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    named: dict[Site, list[str]] | None = None
    shard: Shard | None = None
    limit: int | None = None

    @property
    def requested(self) -> list[Site]:
        """The sites of the requested pages."""
        return list(self.sites if self.named is None else self.named)


def sites(names: Sequence[str], output: str | None, journal: Path) -> list[Site]:
    """Return the sites with these names, folders or URLs, each once. Raises SiteError."""
    found = _sites(names, output)
    for name in (name for site in found for name in site):
        if _contains(name, str(journal.resolve())):
            raise SiteError(f"the journal {journal} is in {name}, and would be published; move it")
    return found


def _sites(names: Sequence[str], output: str | None) -> list[Site]:
    sources = list(dict.fromkeys(map(_absolute, names)))
    for outer, inner in permutations(sources, 2):
        if _contains(outer, inner):
            raise SiteError(f"{inner} is in {outer}, which includes its pages; name one of them")
    if output is None:
        return [Site(source, "") for source in sources]
    target = _absolute(output)
    for source in sources:
        if target == source:
            raise SiteError(f"{output} is the site itself; leave -o out to render in place")
        if _contains(source, target):
            raise SiteError(f"{output} is inside the site {source}; name a folder outside")
        if _contains(target, source):
            raise SiteError(f"{output} contains the site {source}; name a separate folder")
    ends = [source.rpartition("/")[2] for source in sources]
    if len(set(ends)) < len(ends):
        raise SiteError("two sites have the same name, so their output folders would collide")
    if len(sources) == 1:
        return [Site(sources[0], target)]
    return [Site(source, f"{target}/{end}") for source, end in zip(sources, ends, strict=True)]


def _contains(folder: str, name: str) -> bool:
    """Whether a path or URL is in a folder."""
    return bool(folder) and name.startswith(f"{folder.rstrip('/')}/")


def by_site(lines: Iterable[str], known: Sequence[Site], *, output: bool) -> dict[Site, list[str]]:
    """Group the pages of a list, one path or URL per line, by their site.

    If no site is given, each local page is a site by itself. Raises SiteError.
    """
    found: dict[Site, list[str]] = {}
    for line in filter(None, map(str.strip, lines)):
        if "\0" in line:
            raise SiteError("the list contains NUL characters; write one page per line")
        page = _absolute(line)
        site = next((site for site in known if _contains(site.source, page)), None)
        if site is not None:
            found.setdefault(site, []).append(page.removeprefix(site.source).lstrip("/"))
        elif known or output or is_url(page):
            raise SiteError(f"{line} is in no SITE; name the SITE that it belongs to")
        elif not Path(page).is_file():
            raise SiteError(f"{line} is not a file; write one page per line")
        else:
            found[Site(page, "")] = [Path(page).name]
    return found


def shard(text: str) -> Shard:
    """Parse I/N. Raises SiteError."""
    parts = re.fullmatch(r"(\d+)/(\d+)", text, re.ASCII)
    if parts is None or not 1 <= int(parts[1]) <= int(parts[2]):
        raise SiteError(f"--shard {text}: not of the form 2/5 (the second of five)")
    return int(parts[1]), int(parts[2])


def prepare(job: Job, journal: Journal, worker: RenderWorker, retries: int) -> list[PageTask]:
    """Return the pages to render, and copy all other files of the sites, unless in a dry run.

    Raises SiteError, JournalError.
    """
    items: list[PageTask] = []
    found = 0
    for site in job.requested:
        store = worker.store(site)
        files = _pages(job, site, store)
        found += len(files)
        requested = {p: f for p, f in files.items() if job.shard is None or in_shard(p, *job.shard)}
        rows = {} if worker.shared(site).missing() else journal.rows(site)
        items += pages_to_render(site, requested, rows, worker, retries)
        if worker.write:
            if not rows:  # which lines the pages need in shared files is not known any more
                journal.forget(site)
            journal.begin(site, requested, files if job.named is None else None)
        if worker.write and site.target and job.named is None and (job.shard or (1,))[0] == 1:
            store.copy_rest([*files, *worker.session.assets])
    if job.named and not found:
        raise SiteError("no page in the list matches --include and --exclude")
    return items[: job.limit]


def _pages(job: Job, site: Site, store: Store) -> dict[str, File]:
    if job.named is None:
        return store.pages(job.include, job.exclude)
    pages = filter_names(job.named[site], job.include or DEFAULT_INCLUDE, job.exclude)
    return {page: store.page(page) for page in pages}


def _absolute(name: str) -> str:
    return name.rstrip("/") if is_url(name) else str(Path(name).resolve())
