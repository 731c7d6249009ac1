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
"""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Iterator

from prerender.errors import PageError
from prerender.find import Formula
from prerender.source import Edit, splice

#: where `data-source` is left out
_USUAL = {False: r"\(%\)", True: r"\[%\]"}
_MARK = re.compile(
    r"""<(?:(?:style|link) data-prerender="(?P<style>[^"]*)"|!--prerender by (?P<plain>[^>]*)-->)"""
)
# The first character stands apart: a search then goes from one to the next
_PIECES = re.compile(
    r"""<(?:(?P<style>style data-prerender="[^"]*">[^<]*</style>"""
    r"""|link data-prerender="[^"]*" rel="stylesheet" href="[^"]*"/>"""
    r"""|link data-prerender="" rel="preload"(?: [\w-]+="[^"]*")*/>|!--prerender by [^>]*-->)"""
    r"""|!--prerender (?P<length>\d+):(?P<hidden>.*?)-->"""
    r"""|mjx-container class="MathJax"(?: jax="(?:SVG|CHTML)")? data-tex="(?P<tex>[^"]*)\""""
    r"""(?P<rest>(?: [\w-]+="[^"]*")*)>)""",
    re.DOTALL,
)
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


def is_like_ours(tag: str) -> bool:
    """Whether a start tag of the source could be taken for that of a formula that we rendered."""
    return _PIECES.fullmatch(tag) is not None


def style_mark(mark: str, carriers: int) -> str:
    """What to mark the style sheet of a page with; `mark` tells what the page is rendered by."""
    return f"{mark} {carriers}"


def plain_mark(told: str) -> str:
    """The mark of a page that needs no style sheet."""
    return f"<!--prerender by {told}-->"


def _mark(text: str) -> tuple[str, int] | None:
    """What a page is marked with, and where; None: it is not rendered."""
    match = _MARK.search(text)
    return None if match is None else (match["style"] or match["plain"] or "", match.start())


def rendered_by(text: str) -> str | None:
    """The mark of what a page was rendered by; None: it is not rendered."""
    mark = _mark(text)
    return None if mark is None else mark[0].rpartition(" ")[0]


def restore(text: str) -> str:
    """The source of a page, rendered or not. Raises DamagedError where a carrier was changed."""
    mark = _mark(text)
    if mark is None:
        return text
    edits = list(_edits(text))
    put, left = mark[0].rpartition(" ")[2], str(len(edits) - 1)
    if put != left:
        message = f"its source is lost: {put} pieces were put in its place, {left} are there"
        raise DamagedError(message, mark[1])
    return splice(text, edits)


def _edits(text: str) -> Iterator[Edit]:
    at = 0
    while match := _PIECES.search(text, at):
        at = match.end()
        if match["style"] is not None:
            yield Edit(match.start(), at, "")
        elif match["hidden"] is not None:
            at += int(match["length"])
            source = html.unescape(match["hidden"])
            yield Edit(match.start(), at, source)
        else:
            end = text.find(_END, at)
            following = text.find("<mjx-container", at)
            if end < 0 or 0 <= following < end:
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
