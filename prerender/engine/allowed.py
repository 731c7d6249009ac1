"""A typeset in; what of it is not allowed in a page out. It comes from a tab, or from the cache.

A tab runs what strangers have written, and others may be able to write to the cache: so neither is
believed. A formula may have the elements and attributes of these tables, values that only change
its looks (as in worker/harmless.js), and links that lead to no script. Anything else is refused:
scripts, handlers of events, whatever loads something, styles that are not listed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

from prerender.engine.model import Layout, Markup, Piece, Typeset

_SHAPES = "a circle ellipse g line path polygon polyline rect svg text title tspan use"
#: MathML Core (https://www.w3.org/TR/mathml-core/), without annotations
_MATHML = (
    "math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms "
    "mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover"
)
#: elements of text in our font: names that tell how they look (markup/names.py), parts of a line
_TEXT = r"[mhvex]-[a-z\d-]*|l-(?:left|center|right)"
_ELEMENTS = {
    "svg": _SHAPES.replace(" ", "|"),
    "html": f"{_SHAPES.replace(' ', '|')}|{_TEXT}",
    # Texts of MathML may have HTML in them, ours have links
    "mathml": f"{_MATHML.replace(' ', '|')}|a",
}

#: attributes whose values are numbers, lengths and words
_PLAIN = (
    "cx cy d dir direction fill-opacity fill-rule font-size font-stretch font-style font-weight "
    "height lengthAdjust opacity pointer-events points preserveAspectRatio r rx ry "
    "stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit "
    "stroke-opacity stroke-width text-anchor textLength target viewBox xml:space width x x1 x2 y "
    "y1 y2"
)
_PLAIN_MATHML = (
    "accent accentunder columnspan depth dir display displaystyle fence form height largeop "
    "linethickness lspace mathsize mathvariant maxsize minsize movablelimits rowspan rspace "
    "scriptlevel separator stretchy symmetric voffset width"
)
#: those whose values say how something looks
_LOOKS = "clip-path color fill font-family font-variant stroke transform"
_LOOKS_MATHML = "mathbackground mathcolor"
#: those that are text for readers, or names
_TEXTS = "class id role title lang xml:lang"
#: what computes a colour, a place or a number
_FUNCTIONS = (
    "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix calc min max clamp matrix matrix3d "
    "linear-gradient perspective rotate rotateX rotateY rotateZ rotate3d scale scaleX scaleY "
    "scaleZ scale3d skew skewX skewY translate translateX translateY translateZ translate3d inset"
)
_PROPERTIES = (
    "background background-color background-image border border-bottom border-color border-left "
    "border-radius border-right border-style border-top border-top-left-radius border-width color "
    "cursor direction display dominant-baseline fill fill-opacity fill-rule font font-family "
    "font-feature-settings font-kerning font-size font-size-adjust font-stretch font-style "
    "font-variant font-variant-caps font-variant-ligatures font-variant-numeric font-weight "
    "height left letter-spacing line-height margin margin-bottom margin-left margin-right "
    "margin-top opacity padding padding-bottom padding-left padding-right padding-top paint-order "
    "rotate scale stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin "
    "stroke-miterlimit stroke-opacity stroke-width text-align text-anchor text-decoration "
    "text-decoration-color text-decoration-line text-decoration-style text-decoration-thickness "
    "text-emphasis text-indent text-transform text-underline-offset text-underline-position top "
    "transform transform-box transform-origin translate unicode-bidi vector-effect vertical-align "
    "visibility white-space width word-spacing"
)


def _any(words: str) -> str:
    return "|".join(map(re.escape, words.split()))


_QUOTED = "&#3[49];|&quot;|&#x(?:22|27);"
#: no end of a declaration, no escape, and no call but of these functions
_LOOK = rf"(?:(?<![\w-])(?i:{_any(_FUNCTIONS)})\(|(?<![\w-])\(|\)|{_QUOTED}|[^\"<>&\\{{}};@()])*"
_DECLARATION = rf"\s*(?:--[\w-]+|{_any(_PROPERTIES)})\s*:{_LOOK}"
#: http, mailto and tel, within the page, or relative; no reference stands where a scheme may be
_LINK = r"(?i:https?:|mailto:|tel:|(?=[^:\"&]*[\"/?#]))[^\"<>]*"
_NAMESPACE = r"http://www\.w3\.org/[\w/]*"


def _tag(elements: str, plain: str, looks: str, never_closed: str = r"\b\B") -> str:
    """A pattern of a start tag or an end tag.

    In HTML `<a/>` is a start tag, whose end does not come: `never_closed` may not end so.
    """
    attribute = (
        rf'(?:{_any(plain)})="[^"<>&()\\:;@]*"'
        rf'|(?:{_any(looks)})="{_LOOK}"'
        rf'|style="(?:{_DECLARATION}(?:;{_DECLARATION})*;?\s*)?"'
        rf'|(?:{_any(_TEXTS)}|(?:data|aria)-[\w-]+)="[^"<>]*"'
        rf'|(?:xlink:)?href="{_LINK}"'
        rf'|xmlns(?::\w+)?="{_NAMESPACE}"'
    )
    # What is drawn elsewhere is in the page
    never = rf"(?!(?:{never_closed})\b[^<>]*/>)(?!use\b[^<>]*href=\"(?!#))"
    starts = rf"{never}(?:{elements})(?:\s+(?:{attribute}))*\s*/?"
    return rf"<(?:/(?:{elements})\s*|{starts})>"


_TAGS: dict[str, re.Pattern[str]] = {
    "svg": re.compile(_tag(_ELEMENTS["svg"], _PLAIN, _LOOKS)),
    "html": re.compile(_tag(_ELEMENTS["html"], _PLAIN, _LOOKS, rf"a|{_TEXT}")),
    "mathml": re.compile(_tag(_ELEMENTS["mathml"], _PLAIN_MATHML, _LOOKS_MATHML)),
}
#: most of what there is, all at once: outlines in their places, groups, elements without attributes
_USUAL = re.compile(
    r'(?:<(?:use) href="#[\w-]+"(?: x="-?[\d.]+")?(?: y="-?[\d.]+")?/>'
    r'|<(?:g) transform="translate\([-\d. ]+\)(?:scale\([-\d. ]+\))?">'
    r'|<(?:rect)(?: (?:x|y|width|height)="-?[\d.]+")*+/>'
    rf"|</?(?:g|{_TEXT}|m(?:i|n|o|row|sup|sub|frac|text))>|[^<]++)*+"
)
_NAME = re.compile(r"[\w-]*", re.ASCII)
_PATH = re.compile(r"(?:-?[\d.]+ )?[\w\s.,+-]*", re.ASCII)
#: characters of what is refused that are told
_TOLD = 60


def refused(typeset: Typeset) -> str | None:
    """The first markup of a typeset that is not allowed; None: all is."""
    if typeset.markup not in _TAGS or not all(map(_is_layout, typeset.layouts)):
        return "values of other types"
    words = (typeset.speech, typeset.braille, typeset.mathml, typeset.error or "")
    labels = (
        part for one in (*typeset.tags, *typeset.refs) for part in (one.text, one.anchor or "")
    )
    if not all(isinstance(one, str) for one in (*words, *labels, *typeset.glyphs)):
        return "values of other types"
    for markup, kind in _markups(typeset):
        if (found := _first_refused(markup, kind)) is not None:
            return found
    names = (*typeset.glyphs, *(one.name for one in _pieces(typeset.layouts)))
    if typeset.markup == "svg" and not all(map(_NAME.fullmatch, names)):
        return next(name for name in names if not _NAME.fullmatch(name))[:_TOLD]
    return None


def _is_layout(layout: Layout) -> bool:
    """Whether all values of a layout are of their types: they stand in styles, unquoted."""
    tag = layout.tag
    numbers: list[object] = [layout.width, layout.height, layout.depth, layout.indent]
    if tag is not None:
        numbers += [tag.width, tag.gap, tag.row or 0]
    if layout.break_before != "newline":
        numbers.append(layout.break_before or 0)
    parts = (part if isinstance(part, str) else part.markup for part in layout.body)
    return (
        all(type(one) in (int, float) and math.isfinite(one) for one in numbers)  # type: ignore[arg-type]
        and all(isinstance(part, str) for part in (*parts, *(tag.body if tag is not None else ())))
        and (tag is None or tag.side in ("left", "right"))
        and isinstance(layout.full_width, bool)
    )


def is_outline(path: str) -> bool:
    """Whether a text is an outline of a glyph (model.JobResult)."""
    return _PATH.fullmatch(path) is not None


def _markups(typeset: Typeset) -> Iterator[tuple[str, Markup | str]]:
    """The markup of a typeset, each with the name of its table."""
    for layout in typeset.layouts:
        parts = (part if isinstance(part, str) else part.markup for part in layout.body)
        yield "".join(parts), typeset.markup
        if layout.tag is not None:
            yield "".join(layout.tag.body), typeset.markup
    if typeset.mathml:
        yield typeset.mathml, "mathml"


def _first_refused(markup: str, kind: str) -> str | None:
    tags, at = _TAGS[kind], 0
    while at < len(markup):
        usual = _USUAL.match(markup, at)
        at = usual.end() if usual else at
        if at < len(markup):
            match = tags.match(markup, at)
            if match is None:
                return markup[at : at + _TOLD]
            at = match.end()
    ends = markup.count("</")
    starts = markup.count("<") - ends - markup.count("/>")
    return None if starts == ends else markup[-_TOLD:]


def _pieces(layouts: Iterable[Layout]) -> Iterator[Piece]:
    return (part for layout in layouts for part in layout.body if isinstance(part, Piece))
