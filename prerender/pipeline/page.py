"""One page: bytes in, the work to do out (`read`, `plan`); answers in, new bytes out (`finish`).

Nothing here touches a file, the browser or the cache.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import NamedTuple

from prerender.engine import JobResult, Typeset
from prerender.engine.jobs import Planned, plan_jobs
from prerender.errors import PageError
from prerender.find import (
    Broken,
    Escape,
    Formula,
    Found,
    Rendered,
    Stray,
    find,
    find_rendered,
)
from prerender.markup import (
    COMMENT,
    ELEMENT,
    DamagedError,
    FontFile,
    Parting,
    RenderState,
    StyleUse,
    carry_formula,
    carry_hidden,
    drawings,
    find_lookalikes,
    is_ignored,
    outline_frame,
    outline_lines,
    parting,
    plain_mark,
    render,
    restore,
    style_element,
    style_frame,
    style_lines,
    style_link,
    style_mark,
)
from prerender.pipeline.before import Again, Work, counted, notes_on, unlike, work_on
from prerender.pipeline.diagnose import Remark, formula_diagnostics, located, unread
from prerender.pipeline.fonts import PageFont, characters_in, in_files, in_page, math_font
from prerender.pipeline.frameworks import detect_framework
from prerender.pipeline.given import linked
from prerender.pipeline.lacking import Held, lacking, whole_page
from prerender.pipeline.language import Speech, languages, voices
from prerender.pipeline.loaders import Loading, loading
from prerender.report.diagnostics import Diagnostic
from prerender.setup import (
    UNUSED,
    Pair,
    Role,
    Script,
    SearchRules,
    Setup,
    SetupError,
    Version,
    out_of_reach,
)
from prerender.source import Edit, Element, Span, parse, prolog_end, splice, xhtml
from prerender.source.encoding import EncodingLossError, decode, encode, with_references

_XML_SUFFIXES = (".xhtml", ".xht")


@dataclass(frozen=True, slots=True)
class Page:
    """A page's source: what it was before we rendered it, if we have."""

    text: str
    codec: str
    xml: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the markup of a page's formulas depends on besides them."""

    base: bool
    """Whether a `<base>` changes what URLs mean."""
    ids: frozenset[str]
    apart: list[Span]
    """Elements with formulas in them that a reader mode may leave out of the page."""
    disambiguation: list[Edit]
    """What the source has rendered by itself, marked so that it is not taken for ours."""
    end_of_head: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a page needs: its formulas, and the jobs that typeset them.

    It does without the page's tree, so that many can wait for their typesets.
    """

    page: Page
    setup: Setup
    found: list[Found]
    jobs: list[Planned]
    loading: Loading
    """What only renders formulas."""
    around: Surroundings | None
    """None: there is nothing to change."""
    languages: Sequence[str] = ()
    """Those of the texts around its formulas."""
    notes: tuple[Diagnostic, ...] = ()
    """What else there is to say of it."""
    again: Mapping[Version, Setup] = field(default_factory=dict)
    """The set-ups of its formulas that other tools have rendered, by their engine."""

    def setup_of(self, formula: Formula) -> Setup:
        """The set-up of one of its formulas."""
        return self.again[formula.rendered.engine] if formula.rendered else self.setup

    @property
    def formulas(self) -> list[Formula]:
        """Its formulas, in order."""
        return [one for one in self.found if isinstance(one, Formula)]


@dataclass(frozen=True, slots=True)
class Finished:
    """A page's result, and the formulas that are rendered in it, in order."""

    data: bytes
    diagnostics: list[Diagnostic]
    rendered: Sequence[Formula] = ()
    shared: Mapping[str, list[str]] = field(default_factory=dict)
    """The lines that it needs of files that its site shares, by their names."""


class RenderOptions(NamedTuple):
    """How a page's formulas are written into it.

    `css` and `glyphs` are the URLs of files that its site shares; None: that stands in the page.
    `shrink` is to what share of its size, in percent, what cannot be broken shrinks before it
    scrolls. `fonts` is the URL of the folder in which the files of the font are, "" or ending in
    "/"; None: it stands in the page.
    """

    css: str | None = None
    glyphs: str | None = None
    shrink: int = 70
    fonts: str | None = None


DEFAULT_OPTIONS = RenderOptions()

#: the names of these files, and what they begin and end with
STYLESHEET_NAME, OUTLINES_NAME = "prerender-math.css", "prerender-math.svg"
SHARED_ASSETS = {STYLESHEET_NAME: style_frame(), OUTLINES_NAME: outline_frame()}


class AmbiguousError(PageError):
    """A page that could be rendered, but not restored."""


def is_xml(path: PurePath) -> bool:
    """Whether a browser would read the file as XHTML."""
    return path.suffix.lower() in _XML_SUFFIXES


def read(data: bytes, *, xml: bool) -> tuple[Page, Element]:
    """The source of a page, rendered or not, and its tree.

    Raises EncodingLossError where the bytes cannot be had back, DamagedError where it is a rendered
    page whose source is lost.
    """
    text, codec = decode(data, xml=xml)
    text = restore(text, xml=xml)
    return Page(text, codec, xml), xhtml.parse(text) if xml else parse(text)


def scripts_of(root: Element) -> list[Script]:
    """The script elements of a page, in order."""
    return [
        Script(one.attrs.get("type", ""), one.attrs.get("src"), one.text(), one.attrs)
        for one in root.all("script")
    ]


def restored(data: bytes, *, xml: bool) -> bytes:
    """The bytes of a page's source. Raises as `read` does."""
    text, codec = decode(data, xml=xml)
    return encode(restore(text, xml=xml), codec)


def plan(
    page: Page,
    root: Element,
    setup: Setup,
    key: str,
    roles: Sequence[Role],
    speech: Speech = "none",
    again: Again | None = None,
) -> Plan:
    """The work to do on a page. `key` names its set-up, `roles` are those of its scripts.

    `again`: the formulas that other tools have rendered are typeset, too, in the set-ups that it
    gives. Raises SetupError where the set-up could not be had, and there may be formulas.
    """
    loads = loading(root, roles)
    before = by_others = find_rendered(root, page.text)
    by_katex = any(one.engine == "katex" for one in before)
    notes = tuple(notes_on(before, page.text, again=again is not None))
    before = before if again is not None else []
    rendered = [one.formula for one in before if one.formula]
    if (why := whole_page(setup)) is not None:
        was_katex = by_katex and why == UNUSED
        if not was_katex and _outside(before, find(root, _widest(setup.rules), page.text)):
            raise SetupError(why)
        loads = loads.staying(why)
        if not rendered:
            return Plan(page, setup, [], [], loads, None, notes=notes)
    rules = out_of_reach(setup.rules) if "client" in roles else setup.rules
    found = find(root, rules, page.text, strays=True) if why is None else []
    is_apart = _outside_of(by_others)
    found = [one for one in found if not isinstance(one, Stray) or is_apart(one)]
    if any(isinstance(one, Broken) for one in found):
        loads = loads.staying("tags stand in a formula of the page")
    elif rules.scope is None:
        loads = loads.staying("no script that could be read has the page typeset")
        if setup.idle and any(map(_is_no_money, find(root, _widest(rules), page.text))):
            setup = setup.with_warnings(setup.idle)
    if before:
        found = sorted([*_outside(before, found), *rendered], key=lambda one: one.span.start)
    formulas = [one for one in found if isinstance(one, Formula)]
    spoken = languages(root, formulas)
    said = voices(spoken, speech)
    if again is not None and rendered:
        work = work_on(formulas, said, setup, key, again)
    else:
        work = Work(plan_jobs(formulas, key, setup.tex, setup.scopes, said), {})
    around = _surroundings(page, root, formulas) if formulas or loads.spans else None
    return Plan(page, setup, found, work.jobs, loads, around, spoken, notes, work.setups)


def _outside(rendered: Sequence[Rendered], found: Iterable[Found]) -> list[Found]:
    """What is found in a page outside of what is rendered there, in order."""
    return [*filter(_outside_of(rendered), found)]


def _outside_of(rendered: Sequence[Rendered]) -> Callable[[Found], bool]:
    starts = [one.span.start for one in rendered]

    def is_apart(one: Found) -> bool:
        at = bisect_left(starts, one.span.end) - 1
        return at < 0 or rendered[at].span.end <= one.span.start

    return is_apart


def sheets_of(root: Element, look: Callable[[str], str | None]) -> Iterator[str]:
    """The texts of a page's style sheets, as far as they are of its site."""
    for element in root.all("style"):
        yield element.text()
    for element in root.all("link"):
        href = element.attrs.get("href")
        if href and "stylesheet" in element.attrs.get("rel", "").lower().split():
            yield look(href) or ""


def unless_hydrated(plan: Plan, root: Element) -> Plan:
    """The same; no work at all where a client framework would undo it, and a warning."""
    framework = detect_framework(root) if plan.around is not None else None
    if framework is None:
        return plan
    if not plan.formulas:
        return replace(plan, loading=Loading(), around=None)
    told = (
        f"{framework} builds this page anew in the browser, which would undo rendered formulas: "
        "it is left as it is; --hydrated renders it all the same"
    )
    setup = replace(plan.setup, warnings=(told,))
    return replace(plan, setup=setup, found=[], jobs=[], loading=Loading(), around=None)


def keeping_loaders(plan: Plan) -> Plan:
    """The same, with all scripts left where they are."""
    around = plan.around if plan.formulas else None
    return replace(plan, loading=Loading(), around=around)


def _is_no_money(one: Found) -> bool:
    """Whether something between delimiters, whatever they are, is hardly anything but a formula."""
    return isinstance(one, Formula) and (one.display or re.search(r"[\\^_]", one.math) is not None)


def _widest(rules: SearchRules) -> SearchRules:
    """What may be a formula, whatever the set-up."""
    dollars = (Pair("$", "$", False), Pair("$$", "$$", True), Pair("\\(", "\\)", False))
    return replace(rules, pairs=(*dollars, Pair("\\[", "\\]", True), *rules.pairs), scope=())


def _surroundings(page: Page, root: Element, formulas: Sequence[Formula]) -> Surroundings:
    return Surroundings(
        root.first("base") is not None,
        frozenset(element.attrs["id"] for element in root.having("id")),
        _reader_mode_exclusions(root, formulas),
        _disambiguation_edits(page),
        _end_of_head(page, root),
    )


def finish(
    plan: Plan,
    answers: Sequence[JobResult],
    mark: str,
    look: RenderOptions = DEFAULT_OPTIONS,
    font_file: FontFile | None = None,
) -> Finished:
    """The page with its formulas rendered. `answers` are those to its jobs; `mark` tells by what.

    `font_file` is, where fonts stand in files, the one that all pages with text have, or that of
    this page's MathML.

    A page whose `<base>` changes what its URLs mean has all in itself.

    A formula with an error stays as it is, and with it the scripts that would have shown it. Raises
    AmbiguousError where the source could not be had back from the result.
    """
    page, around = plan.page, plan.around
    if around is None:
        return Finished(encode(page.text, page.codec), _diagnose(plan, [], []))
    typesets, held, outlines = judged(plan, answers)
    done = all(one.error is None for one in typesets)
    if _reads_mathml(plan, done) and any(one.markup == "mathml" for one in typesets):
        plan = replace(plan, notes=(*plan.notes, _READS_MATHML))
        return Finished(encode(page.text, page.codec), _diagnose(plan, typesets, held))
    if _reads_mathml(plan, done) and any(one.mathml for one in typesets):
        typesets = [replace(one, mathml="") for one in typesets]
        plan = replace(plan, notes=(*plan.notes, Diagnostic("note", _UNSAID)))
    look = look if not around.base else RenderOptions(shrink=look.shrink)
    css, glyphs = look.css, look.glyphs
    drawn = drawings(*_pictures(typesets, outlines), glyphs or "", around.ids)
    needs = StyleUse(external=css is not None)
    parted = _parting(plan, done)
    sheet = RenderState(drawn, page.xml, around.apart, look.shrink, needs, page.text, parted)
    edits: list[Edit] = []
    rendered: list[Formula] = []
    for formula, typeset, language in zip(plan.formulas, typesets, plan.languages, strict=True):
        if typeset.error is None:
            rendered.append(formula)
            carried = carry_formula(page.text, formula, xml=page.xml)
            output = plan.setup_of(formula).output
            markup = render(formula, typeset, carried, output, sheet, language)
            edits.append(Edit(*formula.span, markup))
    if len(edits) == len(typesets) and plan.loading.spans:
        edits += _removal_edits(plan)
    if not edits:
        return Finished(encode(page.text, page.codec), _diagnose(plan, typesets, held))
    edits += _apart_from(edits, around.disambiguation)
    place = around.end_of_head
    font = PageFont([], [], {})
    if needs.text:
        font = _font(typesets, outlines, edits, look, font_file)
    if needs.core:
        shown = characters_in(typesets, "mathml")
        font = math_font(shown, font_file, look.fonts, external=css is not None)
    needs.faces += font.faces
    told = style_mark(mark, len(edits) + len(font.links))
    style = style_element(told, needs) if css is None else style_link(told, css)
    style += "".join(font.links)
    edits.append(Edit(place, place, style if rendered else plain_mark(told)))
    shared = {} if css is None or not rendered else {STYLESHEET_NAME: style_lines(needs)}
    shared |= {OUTLINES_NAME: outline_lines(drawn)} if glyphs and rendered else {}
    shared |= font.shared
    edits = [edit._replace(text=with_references(edit.text, page.codec)) for edit in edits]
    data = encode(splice(page.text, edits), page.codec)
    if not _is_restorable(page, data):
        raise AmbiguousError("its source could not be had back: it has markup like prerender's own")
    return Finished(data, _diagnose(plan, typesets, held), rendered, shared)


def judged(
    plan: Plan, answers: Sequence[JobResult]
) -> tuple[list[Typeset], list[Held | None], dict[str, str]]:
    """The typesets of a page's formulas, why some of them must stay as they are, all outlines.

    Those that must stay have an error in place of their layouts.
    """
    typesets, outlines = _collect(plan, answers)
    both = zip(plan.formulas, typesets, strict=True)
    reasons = [
        lacking(plan.setup_of(formula), formula, typeset) or unlike(formula, typeset)
        for formula, typeset in both
    ]
    held = counted(plan.formulas, typesets, reasons)
    typesets = [
        typeset if why is None else Typeset(error=why[0])
        for typeset, why in zip(typesets, held, strict=True)
    ]
    ids = plan.around.ids if plan.around is not None else ()
    return linked(typesets, ids), held, outlines


_UNSAID = (
    "MathJax, which may still be loaded, reads MathML: formulas whose language has no rules for"
    " speech say nothing here"
)


_READS_MATHML = Diagnostic(
    "error",
    "the page is left as it is: MathJax, which may still be loaded, would typeset MathML again",
    cure="render it with another --markup, or have its scripts removed (no --keep-loaders)",
)


def _reads_mathml(plan: Plan, done: bool) -> bool:
    """Whether an engine may stay that would typeset MathML. `done`: all formulas are rendered."""
    return plan.setup.rules.mathml and not (done and plan.loading.spans)


def _parting(plan: Plan, done: bool) -> Parting:
    """What parts the delimiters in copies of formulas, should scripts of the page look for math.

    `done`: all formulas are rendered.
    """
    rules = (plan.setup.rules, *plan.setup.rules.later)
    delimiters = [pair.open for one in rules for pair in (*one.pairs, *one.asciimath)]
    by_class = [one for one in rules if one.version in ("mathjax3", "mathjax4")]
    if not all(is_ignored(one.switch.ignore_class) for one in by_class):
        return parting(ELEMENT, delimiters)
    # Other pages of such a site may bring MathJax with them, but not KaTeX
    no_katex = all(one.version != "katex" for one in rules)
    return parting("" if done and plan.loading.spans and no_katex else COMMENT, delimiters)


def _pictures(
    typesets: Iterable[Typeset], outlines: Mapping[str, str]
) -> tuple[list[Typeset], dict[str, str]]:
    """The typesets that are pictures, and the outlines that they draw."""
    pictures = [one for one in typesets if one.markup == "svg"]
    names = {name for one in pictures for name in one.glyphs}
    return pictures, {name: path for name, path in outlines.items() if name in names}


def _font(
    typesets: Sequence[Typeset],
    outlines: Mapping[str, str],
    edits: Iterable[Edit],
    look: RenderOptions,
    core: FontFile | None,
) -> PageFont:
    """The font of a page with text in it, in files or in the page itself."""
    own = {character: outlines[character] for character in characters_in(typesets)}
    if look.fonts is not None and core is not None:
        return in_files(core, own, look.fonts, external=look.css is not None)
    return in_page(own, "".join(edit.text for edit in edits))


def _reader_mode_exclusions(root: Element, formulas: Sequence[Formula]) -> list[Span]:
    elements = [one for tag in _LEFT_OUT for one in root.all(tag)]
    elements += root.having("role", ["navigation"])
    starts = [formula.span.start for formula in formulas]
    return [
        span
        for element in elements
        if (span := element.span) is not None
        and bisect_left(starts, span.start) < bisect_left(starts, span.end)
    ]


_LEFT_OUT = {"aside", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "nav"}


def _is_restorable(page: Page, data: bytes) -> bool:
    """Whether a rendered page holds its source."""
    try:
        return restored(data, xml=page.xml) == encode(page.text, page.codec)
    except (EncodingLossError, DamagedError):
        return False


def _collect(plan: Plan, answers: Sequence[JobResult]) -> tuple[list[Typeset], dict[str, str]]:
    """The typesets in the order of the page's formulas, and all outlines."""
    typesets = [Typeset()] * len(plan.formulas)
    outlines: dict[str, str] = {}
    for planned, answer in zip(plan.jobs, answers, strict=True):
        outlines |= answer.outlines
        for index, typeset in zip(planned.indexes, answer.typesets, strict=True):
            typesets[index] = typeset
    return typesets, outlines


def _removal_edits(plan: Plan) -> list[Edit]:
    """What goes when no formula is left for scripts: they, and escapes that they would resolve."""
    text = plan.page.text
    edits = [
        Edit(*one.span, carry_hidden(text[one.span.start : one.span.end], one.text))
        for one in plan.found
        if isinstance(one, Escape)
    ]
    return edits + [
        Edit(*span, carry_hidden(text[span.start : span.end])) for span in plan.loading.spans
    ]


def _disambiguation_edits(page: Page) -> list[Edit]:
    found = find_lookalikes(page.text, xml=page.xml)
    texts = ((span, page.text[span.start : span.end]) for span in found)
    return [Edit(*span, carry_hidden(text, text)) for span, text in texts]


def _apart_from(edits: Sequence[Edit], others: Iterable[Edit]) -> list[Edit]:
    """Those of `others` that do not stand within what edits replace."""
    spans = sorted((edit.start, edit.end) for edit in edits)
    starts = [start for start, _ in spans]

    def is_within(other: Edit) -> bool:
        at = bisect_left(starts, other.end) - 1
        return at >= 0 and spans[at][1] > other.start

    return [other for other in others if not is_within(other)]


def _diagnose(
    plan: Plan, typesets: Sequence[Typeset], held: Sequence[Held | None]
) -> list[Diagnostic]:
    """What there is to say of a page's formulas."""
    lacks = [one.why for one in plan.setup.lacks if one.formulas == "undefined" and plan.formulas]
    said = [Diagnostic("warning", warning) for warning in (*plan.setup.warnings, *lacks)]
    said += plan.notes
    if loads := _still_loads(plan, typesets):
        said.append(Diagnostic("note", f"MathJax or KaTeX may still be loaded: {loads}"))
    found = [
        Remark(formula.span.start, told, formula.math)
        for formula, typeset, why in zip(plan.formulas, typesets, held, strict=True)
        for told in formula_diagnostics(plan.setup_of(formula), formula, typeset, why)
    ]
    return said + located([*found, *unread(plan.found)], plan.page.text)


def _still_loads(plan: Plan, typesets: Sequence[Typeset]) -> str:
    """Why a page may still load an engine, though prerender has looked at its formulas."""
    if plan.loading.stays:
        return plan.loading.stays
    failed = any(typeset.error is not None for typeset in typesets)
    return "formulas of the page are not rendered" if failed and plan.loading.spans else ""


#: what has no elements in it that are the page's (https://html.spec.whatwg.org/#the-head-element)
_HIDING = frozenset(("script", "style", "template", "title", "noscript"))


def _end_of_head(page: Page, root: Element) -> int:
    """Where a style sheet can stand in the head, behind all others in it.

    Where the source does not say where its head ends, that is before `<body>`, or behind the last
    element of the head, or where the first would stand. An element that hides all that follows,
    because it is never closed, is not of these.
    """
    head, body = root.first("head"), root.first("body")
    if head is not None and head.end_tag is not None:
        return head.end_tag.start
    if body is not None and body.start_tag is not None:
        return body.start_tag.start
    ends = [tag.end for element in (root, head) if element and (tag := element.start_tag)]
    for element in head.walk() if head is not None else ():
        if element.tag in _HIDING and element.end_tag is None:
            break
        ends += [tag.end for tag in element.tags if tag is not None]
    return max(ends, default=prolog_end(page.text))
