"""A page's tree and settings in; what the languages of a page decide about its formulas, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any, Literal, get_args

from prerender.engine import speech_languages
from prerender.find import Formula
from prerender.settings import Settings
from prerender.source import Element

#: what those who do not see formulas get of them
Speech = Literal["label", "mathml", "none"]
#: the attribute of `<html>` by which a page has its own
SPEECH_ATTRIBUTE = "data-prerender-speech"

#: Languages whose readers expect the sign at which a formula is broken on both lines. Russian:
#: M. Grinchuk, "TeX and Russian Traditional Typesetting Rules", TUGboat 17 (1996), no. 4, p. 385
_REPEATING = {"ru"}
#: MathJax's names (the attribute linebreakstyle of MathML 3, section 3.2.5.2)
_STYLES = {"after": "after", "repeat": "duplicate"}
#: the attributes that say it, in HTML and in XML
_NAMES = ("lang", "xml:lang")
#: the language of a text that does not say one
_DEFAULT = "en"
#: languages by another name: Norwegian, of which Bokmål is the commoner one
_SAME = {"no": "nb"}


def sign_place(line_break: str, root: Element) -> dict[str, Any]:
    """Return what the engine is told of the place of signs at breaks; {}: they start a line."""
    if line_break == "auto":
        line_break = "repeat" if _page_language(root) in _REPEATING else "before"
    return {"signs": _STYLES[line_break]} if line_break in _STYLES else {}


def speech_of(settings: Settings, root: Element) -> Speech:
    """Return what readers get of a page's formulas: as the page says, or the settings."""
    if settings.markup == "mathml":
        return "none"  # Readers have the formula itself
    asked = _asked(root)
    return next((one for one in get_args(Speech) if one == asked), settings.speech)


def speech_mistake(root: Element) -> str:
    """Return what there is to say of what a page says of its speech; "": nothing."""
    asked = _asked(root)
    if asked is None or asked in get_args(Speech):
        return ""
    return f'{SPEECH_ATTRIBUTE}="{asked}" means nothing: {", ".join(get_args(Speech))} do'


def _asked(root: Element) -> str | None:
    element = root.first("html")
    return element.attrs.get(SPEECH_ATTRIBUTE) if element else None


def speech_options(settings: Settings, speech: Speech) -> dict[str, Any]:
    """Return what the engine is told of how it speaks; {}: it does not."""
    if speech != "label":
        return {}
    return {"speech": {"style": settings.speech_style, "braille": settings.braille}}


def languages(root: Element, formulas: Sequence[Formula]) -> list[str]:
    """Return the language of the text around each formula (ISO 639-1)."""
    return list(_languages(root, [formula.span.start for formula in formulas]))


def voices(languages: Sequence[str], speech: Speech) -> list[str]:
    """Return the voice of each formula (FormulaInput), by the language of the text around it."""
    if speech != "label":
        return [speech.replace("none", "")] * len(languages)
    spoken = speech_languages()
    return [language if language in spoken else "mathml" for language in languages]


def _languages(root: Element, places: Sequence[int]) -> Iterator[str]:
    """Yield the language at each place of a page's source (characters, ascending)."""
    told = {element.start_tag: element for name in _NAMES for element in root.having(name)}
    waiting = sorted((tag.start, element) for tag, element in told.items() if tag is not None)
    waiting.reverse()
    inside: list[tuple[float, str]] = []
    for place in places:
        while waiting and waiting[-1][0] <= place:
            _, element = waiting.pop()
            inside.append((_end(element), _language(element)))
        while inside and inside[-1][0] <= place:
            inside.pop()
        yield inside[-1][1] if inside else _DEFAULT


def _page_language(root: Element) -> str:
    """Return the language of a page; "" if it has none."""
    element = root.first("html")
    return _said(element) if element else ""


def _language(element: Element) -> str:
    """Return the language of an element that says one."""
    said = _said(element)
    return _SAME.get(said, said) or _DEFAULT


def _said(element: Element) -> str:
    """Return the primary language of an element (RFC 5646): "ru" for "ru-RU"; "" if it has none."""
    tag = next((element.attrs[name] for name in _NAMES if element.attrs.get(name)), "")
    return tag.lower().partition("-")[0]


def _end(element: Element) -> float:
    """Return where an element ends in the source (characters), whether it has an end tag or not."""
    if element.end_tag is not None:
        return element.end_tag.end
    if element.parent is None:
        return inf
    siblings = element.parent.children
    after = siblings[siblings.index(element) + 1 :]
    starts = (one.start_tag for one in after if isinstance(one, Element))
    return next((start.start for start in starts if start is not None), _end(element.parent))
