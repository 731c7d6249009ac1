"""A language in, the words that a page says of its formulas in it out."""

from __future__ import annotations

from typing import NamedTuple


class Phrases(NamedTuple):
    """What a formula is called, and an equation that is referred to."""

    formula: str
    equation: str


#: by language (ISO 639-1)
_PHRASES = {
    "af": Phrases("formule", "vergelyking"),
    "ca": Phrases("fórmula", "equació"),
    "cs": Phrases("vzorec", "rovnice"),
    "da": Phrases("formel", "ligning"),
    "de": Phrases("Formel", "Gleichung"),
    "en": Phrases("math", "equation"),
    "es": Phrases("fórmula", "ecuación"),
    "fi": Phrases("kaava", "yhtälö"),
    "fr": Phrases("formule", "équation"),
    "hi": Phrases("सूत्र", "समीकरण"),
    "hu": Phrases("képlet", "egyenlet"),
    "it": Phrases("formula", "equazione"),
    "ja": Phrases("数式", "式"),
    "ko": Phrases("수식", "식"),
    "nb": Phrases("formel", "likning"),
    "nl": Phrases("formule", "vergelijking"),
    "nn": Phrases("formel", "likning"),
    "no": Phrases("formel", "likning"),
    "pl": Phrases("wzór", "równanie"),
    "pt": Phrases("fórmula", "equação"),
    "ru": Phrases("формула", "уравнение"),
    "sv": Phrases("formel", "ekvation"),
    "tr": Phrases("formül", "denklem"),
    "uk": Phrases("формула", "рівняння"),
    "zh": Phrases("公式", "公式"),
}
_NONE = Phrases("", "")


def phrases(language: str) -> Phrases:
    """The words of a language; empty where we do not have them."""
    return _PHRASES.get(language, _NONE)
