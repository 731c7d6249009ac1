r"""Stretches of source in, markup that carries them out; rendered pages in, their source out.

What replaces a stretch of the source also holds it, as a reader's browser never shows it:

- a formula in attributes of its `mjx-container`. Mostly `data-tex` is the formula as the source
  spells it, and `data-source` says what stands around it, `%` for it: `$%$`. Where it is absent the
  delimiters are `\(\)`, or `\[\]` for a display. Where the source cannot be told from its TeX (a
  `<br>` in it), `data-original` has all of it.
- anything else (removed scripts, `\$`) in a comment, with the length of what stands in its place:
  `<!--prerender 1:\$-->$`.
- the style sheet that was added, or the link to it, is marked by `data-prerender`: by what the page
  was rendered, and how many carriers it has. Where nothing was rendered, a comment says so.

A page is ours only if that mark is an element of its head: what others write into a page (a
comment of a reader, a title) may look like one, but is not there. What looks like a carrier in the
source of a page is hidden by a carrier itself (`find_lookalikes`).
"""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from prerender.errors import PageError
from prerender.find import Formula
from prerender.source import Edit, Element, Span, parse, splice, xhtml

#: where `data-source` is left out
_USUAL = {False: r"\(%\)", True: r"\[%\]"}
_STYLE = (
    r"""style data-prerender="(?P<style>[^"]*)">[^<]*</style>"""
    r"""|link data-prerender="(?P<link>[^"]*)" rel="stylesheet" href="[^"]*"/>"""
    r"""|!--prerender by (?P<plain>[^>]*)-->"""
)
_MARK = re.compile(f"<(?:{_STYLE})")
# The first character stands apart: a search then goes from one to the next
_PIECES = re.compile(
    rf"""<(?:(?P<mark>{_STYLE}"""
    r"""|link data-prerender="" rel="preload"(?: [\w-]+="[^"]*")*/>)"""
    r"""|!--prerender (?P<length>\d{1,9}):"""
    r"""|mjx-container class="MathJax"(?: jax="(?:SVG|CHTML)")? data-tex="(?P<tex>[^"]*)\""""
    r"""(?P<rest>(?: [\w-]+="[^"]*")*)>)"""
)
_COMMENT_END = "-->"
_ATTRIBUTE = re.compile(r""" ([\w-]+)="([^"]*)\"""")
_END = "</mjx-container>"
_QUOTE = '"'
_NAMES = {None, *html.entities.html5}
#: an ampersand that HTML may read alike in text and in attributes: no reference, or one with its
#: semicolon (https://html.spec.whatwg.org/multipage/parsing.html#named-character-reference-state)
_PLAIN = re.compile(r"&(?:(?=[\s&<]|\Z)|#\d+;|#[xX][0-9a-fA-F]+;|(?P<name>[a-zA-Z0-9]+;))")


class DamagedError(PageError):
    """Markup of ours that was changed since; `offset` is where in the page."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def carry_formula(text: str, formula: Formula, *, xml: bool) -> str:
    """Attributes that carry the stretch of `text` (a page) that a formula stands in."""
    span, inner = formula.span, formula.inner
    if inner is not None:
        tex = text[inner.start : inner.end]
        around = text[span.start : inner.start] + "%" + text[inner.end : span.end]
        if around.count("%") == 1 and _same_in_attribute(tex, formula.math, xml):
            usual = around == _USUAL[formula.display]
            source = "" if usual else f' data-source="{_attribute(around)}"'
            return f'data-tex="{tex.replace(_QUOTE, "&quot;")}"{source}'
    original = _attribute(text[span.start : span.end])
    return f'data-tex="{_attribute(formula.math)}" data-original="{original}"'


def carry_hidden(source: str, shown: str = "") -> str:
    """`shown`, preceded by a comment that carries the source it stands for."""
    hidden = source.replace("&", "&amp;").replace("--", "-&#45;")
    if hidden.endswith("-"):
        hidden = f"{hidden[:-1]}&#45;"
    return f"<!--prerender {len(shown)}:{hidden}-->{shown}"


def find_lookalikes(text: str, *, xml: bool) -> list[Span]:
    """What a source has that would be taken for ours in a rendered page: elements and comments."""
    spans = list(_lookalikes(text))
    probes = _probes(text, spans, xml=xml) if spans else {}
    return [span for span in spans if span.start in probes]


def _lookalikes(text: str) -> Iterator[Span]:
    for match in _PIECES.finditer(text):
        end = match.end()
        if match["length"] is not None:
            found = text.find(_COMMENT_END, end)
            if found < 0:
                return
            end = found + len(_COMMENT_END)
        yield Span(match.start(), end)


def _probes(text: str, spans: Sequence[Span], *, xml: bool) -> dict[int, Element]:
    """The elements that stand in the place of some spans, if elements are put there, by starts.

    Of HTML what follows the last of the spans is not looked at.
    """
    parts, at = [], 0
    for start, end in spans:
        if start >= at:
            parts += [text[at:start], "<meta", " " * (end - start - len("<meta/>")), "/>"]
            at = end
    if xml:
        parts.append(text[at:])
    root = (xhtml.parse if xml else parse)("".join(parts))
    tags = ((one, one.start_tag) for one in root.all("meta"))
    return {tag.start: one for one, tag in tags if tag is not None}


def style_mark(mark: str, carriers: int) -> str:
    """What to mark the style sheet of a page with; `mark` tells what the page is rendered by."""
    return f"{mark} {carriers}"


def plain_mark(told: str) -> str:
    """The mark of a page that needs no style sheet."""
    return f"<!--prerender by {told}-->"


class _Mark(NamedTuple):
    """What a page is marked with, and where."""

    told: str
    start: int


def _mark(text: str, *, xml: bool) -> _Mark | None:
    """The mark of a rendered page; None: it is not rendered."""
    found = {match.start(): match for match in _MARK.finditer(text)}
    probes = _probes(text, [Span(*one.span()) for one in found.values()], xml=xml) if found else {}
    for start, match in found.items():
        parent = probes[start].parent if start in probes else None
        if parent is not None and (parent.tag == "head" or parent.parent is None):
            return _Mark(match["style"] or match["link"] or match["plain"] or "", start)
    return None


def rendered_by(text: str, *, xml: bool = False) -> str | None:
    """The mark of what a page was rendered by; None: it is not rendered."""
    mark = _mark(text, xml=xml)
    return None if mark is None else mark.told.rpartition(" ")[0]


def restore(text: str, *, xml: bool = False) -> str:
    """The source of a page, rendered or not. Raises DamagedError where a carrier was changed."""
    mark = _mark(text, xml=xml)
    if mark is None:
        return text
    edits = list(_edits(text))
    put, left = mark.told.rpartition(" ")[2], str(len(edits) - 1)
    if put != left:
        message = f"its source is lost: {put} pieces were put in its place, {left} are there"
        raise DamagedError(message, mark.start)
    return splice(text, edits)


def _edits(text: str) -> Iterator[Edit]:
    at = 0
    while match := _PIECES.search(text, at):
        at = match.end()
        if match["mark"] is not None:
            yield Edit(match.start(), at, "")
        elif match["length"] is not None:
            end = text.find(_COMMENT_END, at)
            if end < 0:
                return
            source = html.unescape(text[at:end])
            at = end + len(_COMMENT_END) + int(match["length"])
            yield Edit(match.start(), at, source)
        else:
            end = text.find(_END, at)
            following = text.find("<mjx-container", at, end)
            if end < 0 or following >= 0:
                raise DamagedError("this formula has lost its end tag", match.start())
            at = end + len(_END)
            yield Edit(match.start(), at, _source(match))


def _source(match: re.Match[str]) -> str:
    """The source of a formula from its start tag."""
    attributes = dict(_ATTRIBUTE.findall(match["rest"]))
    if "data-original" in attributes:
        return html.unescape(attributes["data-original"])
    display = attributes.get("display") == "true"
    around = html.unescape(attributes.get("data-source", _USUAL[display]))
    before, sign, after = around.partition("%")
    if not sign:
        raise DamagedError("the data-source of this formula has lost its %", match.start())
    return before + match["tex"].replace("&quot;", '"') + after


def _same_in_attribute(tex: str, math: str, xml: bool) -> bool:
    """Whether the source's spelling, put in an attribute, is read as the formula and comes back."""
    if "&quot;" in tex or (xml and "<" in tex):
        return False
    if "&" in _PLAIN.sub(lambda match: match[0] if match["name"] not in _NAMES else "", tex):
        return False
    return html.unescape(tex).replace("\r\n", "\n").replace("\r", "\n") == math


def _attribute(text: str) -> str:
    """`text` as an attribute value, in HTML and XHTML; html.unescape gives it back."""
    text = text.replace("&", "&amp;").replace('"', "&quot;")
    return text.replace("<", "&lt;").replace(">", "&gt;")
