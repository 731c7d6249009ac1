"""What `prerender batch` is asked for in; the pages to render out.

The journal is told of every page that is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from prerender.batch.journal import Journal, Site
from prerender.batch.model import PageTask
from prerender.batch.schedule import in_shard, to_do
from prerender.batch.store import File, Store, is_url
from prerender.batch.worker import RenderWorker
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


def shard(text: str) -> Shard:
    """I/N as numbers. Raises SiteError."""
    parts = re.fullmatch(r"(\d+)/(\d+)", text, re.ASCII)
    if parts is None or not 1 <= int(parts[1]) <= int(parts[2]):
        raise SiteError(f"--shard {text}: not like 2/5, the second of five")
    return int(parts[1]), int(parts[2])


def prepare(job: Job, journal: Journal, worker: RenderWorker, retries: int) -> list[PageTask]:
    """The pages to render. What else a site has is copied to its target, unless nothing is written.

    Raises SiteError, JournalError.
    """
    items: list[PageTask] = []
    found = 0
    for site in job.asked:
        store = worker.store(site)
        files = _pages(job, site, store)
        found += len(files)
        asked = {p: f for p, f in files.items() if job.shard is None or in_shard(p, *job.shard)}
        rows = {} if worker.shared(site).missing() else journal.rows(site)
        items += to_do(site, asked, rows, worker, retries)
        if worker.write:
            if not rows:  # what shared files must have is not known any more, of any page
                journal.forget(site)
            journal.begin(site, asked, files if job.named is None else None)
        if worker.write and site.target and job.named is None and (job.shard or (1,))[0] == 1:
            store.copy_rest([*files, *worker.session.assets])
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
