"""A feed's bytes in; what becomes of it out: the formulas in its entries as pictures, or MathML.

What is a formula in an entry is what is one in its page: its set-up is that of the page that it
links to, if the site has it; else that of the front page. Entries are often cut short, so that what
is never closed in them is nothing to warn of.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple

from prerender.engine import JobResult, engine_setup
from prerender.errors import PageError
from prerender.find import Broken, Escape, Formula
from prerender.hashing import digest, fingerprint
from prerender.markup import Picture, as_mathml, images, rendered_feed, restored_feed
from prerender.pipeline.diagnose import formula_diagnostics
from prerender.pipeline.feed_links import Links, links_of
from prerender.pipeline.lacking import cure
from prerender.pipeline.language import Speech, sign_place
from prerender.pipeline.outcome import PageResult, pack, unpack
from prerender.pipeline.page import Page, Plan, judged, plan, scripts_of
from prerender.pipeline.render import (
    PAGE_ERRORS,
    RenderSession,
    bounds,
    check_count,
    check_size,
    failure,
    job_result,
    open_page,
    setup_of,
    trusted,
)
from prerender.pipeline.scripts import Dependencies, SiteScripts
from prerender.report.diagnostics import Diagnostic
from prerender.setup import Setup, SetupError, roles
from prerender.site.files import Site, is_local, read_source
from prerender.source import Edit, parse, xhtml
from prerender.source.encoding import decode, encode, with_references
from prerender.source.feeds import Content, Entry, Feed, FeedError, read_feed
from prerender.source.lines import LineIndex, Location

_FRONT_PAGE = "index.html"
_PAGE = re.compile(r".*\.x?html?", re.IGNORECASE)
#: what hardly any text with formulas has none of, whatever the set-up
_MATH = re.compile(r"[$\\`@]|math", re.IGNORECASE)

_NO_ADDRESS = Diagnostic(
    "error",
    "the feed is left as it is: nothing in it says where its site is, so that pictures have no URL",
    cure="name it by --base-path, for example https://example.org/blog",
)
_DEFAULTS = "{} names neither MathJax nor KaTeX: formulas are read with MathJax 4's defaults"


class _Known(NamedTuple):
    """The set-up of a page, what is wrong with it (None: that is why), and what it depends on."""

    setup: Setup | None
    problem: str
    dependencies: Dependencies


class _Part(NamedTuple):
    """A stretch of HTML in a feed, the plan for it, and where it begins in the plan's text."""

    content: Content
    plan: Plan
    start: int


@dataclass(slots=True)
class _Result:
    """A feed while it is rendered: its lines, and what becomes of it."""

    lines: LineIndex
    codec: str
    edits: list[Edit] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)
    said: list[Diagnostic] = field(default_factory=list)
    dependencies: Dependencies = field(default_factory=dict)


class Feeds:
    """The feeds of a site in a run, in which its pages are done already."""

    def __init__(self, site: Site, session: RenderSession, scripts: SiteScripts) -> None:
        self._site, self._session, self._scripts = site, session, scripts
        self._known: dict[str, asyncio.Task[_Known]] = {}

    async def result_of(self, name: PurePosixPath, data: bytes) -> PageResult:
        """What becomes of a feed: from the cache, or by rendering. Raises EngineError."""
        session = self._session
        key = fingerprint([session.fingerprint, session.settings.feeds, str(name), digest(data)])
        kept = session.cache.page(key)
        known = unpack(kept) if kept is not None else None
        if known is not None and self._scripts.unchanged(known.dependencies):
            session.from_cache += known.formulas
            return known
        try:
            result = await self._render(name, data)
        except Exception as error:
            result = failure(name, data, error, "feed")
        if result.cacheable:
            session.cache.keep_page(key, pack(result))
        return result

    async def _render(self, name: PurePosixPath, data: bytes) -> PageResult:
        check_size(data, self._session.settings)
        text, codec = decode(data, xml=True)
        text = restored_feed(text)
        source = encode(text, codec)
        unchanged = PageResult(None if source == data else source)
        if (feed := _feed(text)) is None:
            return unchanged
        done = _Result(LineIndex(text), codec)
        links = links_of(feed, name, self._session.settings.base_path, self._exists)
        found = [await self._parts(entry, links, done) for entry in feed.entries]
        parts = [part for of_entry in found for part in of_entry]
        check_count(sum(len(part.plan.formulas) for part in parts), self._session.settings)
        jobs = [one.job for part in parts for one in part.plan.jobs]
        answers = await asyncio.gather(*(job_result(job, self._session) for job in jobs))
        formulas = sum(len(part.plan.formulas) for part in parts)
        missing = formulas and not links.address and self._session.settings.feeds == "img"
        if missing:
            done.said.append(_NO_ADDRESS)
        else:
            remaining = iter(answers)
            for part in parts:
                own = [next(remaining) for _ in part.plan.jobs]
                self._write(part, own, f"{links.address}/", done)
        result = replace(
            unchanged,
            formulas=formulas,
            diagnostics=done.said,
            failed=bool(missing),
            dependencies=done.dependencies,
            cacheable=all(answer.cacheable for answer in answers),
        )
        if not done.edits:
            return result
        rendered = rendered_feed(text, done.edits, self._session.provenance)
        if restored_feed(rendered) != text or _feed(rendered) is None:
            raise PageError("its source could not be had back")
        new = encode(rendered, codec)
        shared = {one.name: [b64encode(one.data).decode()] for one in done.pictures.values()}
        return replace(result, data=None if new == data else new, shared=shared)

    async def _parts(self, entry: Entry, links: Links, done: _Result) -> list[_Part]:
        """The plans for the HTML of an entry."""
        contents = [one for one in entry.contents if _MATH.search(one.html)]
        if not contents:
            return []
        pages = (links.page(link) for link in entry.links)
        page = next((page for page in pages if page and _PAGE.fullmatch(page)), _FRONT_PAGE)
        if page not in self._known:
            self._known[page] = asyncio.create_task(self._find_out(PurePosixPath(page)))
        known = await self._known[page]
        done.dependencies |= known.dependencies
        parts = []
        for content in contents:
            try:
                if known.setup is None:
                    raise SetupError(known.problem)
                action = partial(self._plan, content, entry.language, known.setup, done)
                part = await self._session.run_in_thread("finding", PurePosixPath(page), action)
            except SetupError as error:
                told = f"as in {page}, formulas stay: {error}"
                _say(Diagnostic("error", told, cure=cure()), done)
                continue
            parts.append(part)
            if known.problem and part.plan.formulas:
                _say(Diagnostic("note", known.problem, cure=cure()), done)
        return parts

    def _plan(self, content: Content, language: str, setup: Setup, done: _Result) -> _Part:
        """The plan for a stretch of HTML, as if it were all of a page. Raises SetupError."""
        settings = self._session.settings
        xml = content.kind == "xhtml"
        text, start = content.as_page(language)
        root = xhtml.parse(text) if xml else parse(text)
        if setup.rules.scope:
            setup = replace(setup, rules=replace(setup.rules, scope=()))
        signs = sign_place(settings.line_break, root)
        options = engine_setup(setup, "svg") | signs | trusted(settings) | bounds(settings)
        key = fingerprint(options)
        self._session.setups[key] = options
        speech: Speech = "mathml" if settings.feeds == "mathml" else "none"
        scripts = roles(scripts_of(root), lambda _: None)
        planned = plan(Page(text, done.codec, xml), root, setup, key, scripts, speech)
        return _Part(content, planned, start)

    async def _find_out(self, page: PurePosixPath) -> _Known:
        """The set-up of a page of the site."""
        session, name = self._session, str(page)
        own: Dependencies = {}
        try:
            own[name] = self._scripts.digest(name)
            data = b"" if own[name] is None else read_source(self._site, page)
            read_file, used = self._scripts.reader(page)
            action = partial(open_page, page, data, session.settings.base_path, read_file)
            opened = await session.run_in_thread("reading", page, action)
            setup = await setup_of(*opened.asks, session)
        except PAGE_ERRORS as error:
            return _Known(None, str(error), own)
        names_engine = opened.request.loaders or opened.request.steps or session.settings.mathjax
        return _Known(setup, "" if names_engine else _DEFAULTS.format(name), own | used)

    def _exists(self, name: str) -> bool:
        return is_local(self._site, self._site.root.resolve() / name)

    def _write(self, part: _Part, answers: Sequence[JobResult], folder: str, done: _Result) -> None:
        """Put the formulas of a stretch of HTML into the feed."""
        typesets, held, outlines = judged(part.plan, answers)
        whole = not any(isinstance(one, Broken) for one in part.plan.found)
        for formula, typeset, why in zip(part.plan.formulas, typesets, held, strict=True):
            where = _place(part, formula, done)
            done.said += [
                replace(told, location=where, tex=formula.math)
                for told in formula_diagnostics(part.plan.setup_of(formula), formula, typeset, why)
            ]
            if typeset.error is not None:
                whole = False
            elif self._session.settings.feeds == "img":
                xml = part.plan.page.xml
                markup, files = images(formula, typeset, outlines, folder, xml=xml)
                done.pictures |= {one.name: one for one in files}
                _put(part, formula, markup, done)
            elif formula.input != "mathml":
                _put(part, formula, as_mathml(formula, typeset), done)
        for one in part.plan.found if whole else ():
            if isinstance(one, Escape):
                _put(part, one, one.text, done)


def _feed(text: str) -> Feed | None:
    """A feed; None: it is none, or one without formulas. Raises FeedError."""
    try:
        return read_feed(text)
    except FeedError:
        if _MATH.search(text):
            raise
        return None


def _say(told: Diagnostic, done: _Result) -> None:
    """Say it, once for a feed."""
    if told not in done.said:
        done.said.append(told)


def _put(part: _Part, found: Formula | Escape, markup: str, done: _Result) -> None:
    """Put markup in the place of what was found."""
    start, end = found.span
    markup = with_references(markup, done.codec)
    edit = part.content.edit(start - part.start, end - part.start, markup)
    if edit is not None:
        done.edits.append(edit)


def _place(part: _Part, formula: Formula, done: _Result) -> Location | None:
    start = formula.span.start - part.start
    span = part.content.text.span(start, start + 1)
    return None if span is None else done.lines.locate(span.start)
