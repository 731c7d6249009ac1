"""Some MathML in, what of it MathML Core does not have out.

Elements, attributes and values are those of https://www.w3.org/TR/mathml-core/ (sections 2 and 3,
and the content models of MathML 3 that it keeps).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

_TOKENS = {"mi", "mn", "mo", "mtext", "ms"}
#: how many children: None any
_CHILDREN: dict[str, int | None] = {
    **dict.fromkeys(("math", "mrow", "mstyle", "merror", "mphantom", "mpadded", "msqrt"), None),
    **dict.fromkeys(("mtable", "mtr", "mtd", "mmultiscripts", "semantics", "maction"), None),
    **dict.fromkeys(("mspace", "mprescripts", *_TOKENS), 0),
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
_LENGTH = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:em|ex|px|pt|pc|in|cm|mm|rem|%)|0")
_POSITIVE = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:em|ex|px|pt|pc|in|cm|mm|rem|%)|0")
_TRUTH = re.compile(r"true|false")
_NUMBER = re.compile(r"[1-9]\d*")
_COLOUR = re.compile(
    r"#(?:[\da-fA-F]{3,4}|[\da-fA-F]{6}|[\da-fA-F]{8})|[a-zA-Z]+|(?:rgb|hsl)a?\([^()]+\)"
)
_STYLE = re.compile(r"(?:[a-z-]+:[^:;<>]+)(?:;[a-z-]+:[^:;<>]+)*")
_EVERYWHERE = {
    "displaystyle": _TRUTH,
    "scriptlevel": re.compile(r"[-+]?\d+"),
    "mathcolor": _COLOUR,
    "mathbackground": _COLOUR,
    "mathsize": _POSITIVE,
    "dir": re.compile(r"ltr|rtl"),
    "style": _STYLE,
}
_OF_ELEMENTS = {
    "math": {"display": re.compile(r"block|inline")},
    "mi": {"mathvariant": re.compile(r"normal")},
    "mo": {
        "form": re.compile(r"prefix|infix|postfix"),
        **dict.fromkeys(("fence", "separator", "stretchy", "symmetric", "largeop"), _TRUTH),
        "movablelimits": _TRUTH,
        **dict.fromkeys(("lspace", "rspace", "minsize", "maxsize"), _POSITIVE),
    },
    "mspace": dict.fromkeys(("width", "height", "depth"), _POSITIVE),
    "mpadded": {
        **dict.fromkeys(("width", "height", "depth", "lspace"), _POSITIVE),
        "voffset": _LENGTH,
    },
    "mfrac": {"linethickness": _POSITIVE},
    "mover": {"accent": _TRUTH},
    "munder": {"accentunder": _TRUTH},
    "munderover": {"accent": _TRUTH, "accentunder": _TRUTH},
    "mtd": {"columnspan": _NUMBER, "rowspan": _NUMBER},
}
#: what a formula of a page may have besides
_OF_PAGES = {"class": re.compile(r"[^<>]+"), "id": re.compile(r"[^<>]+")}
_WITHIN = {"mtable": {"mtr"}, "mtr": {"mtd"}}


def mistakes(mathml: str, *, in_page: bool = False) -> list[str]:
    """What is not MathML Core in a `<math>` element; none if all is.

    `in_page`: it may have ids, classes and data, and links in its texts, which are HTML.
    """
    try:
        root = ElementTree.fromstring(mathml)
    except ElementTree.ParseError as error:
        return [str(error)]
    found = [] if root.tag == "math" else [f"<{root.tag}> is not math"]
    for token in root.iter("mtext") if in_page else ():
        for link in token.findall("a"):
            if set(link.attrib) != {"href"} or any(child.tag != "math" for child in link):
                found.append("a link")
            token.remove(link)
            found += [said for math in link for said in mistakes(_text(math), in_page=True)]
    more = _OF_PAGES if in_page else {}
    return found + [said for element in root.iter() for said in _mistakes(element, more)]


def _text(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode")


def _mistakes(element: ElementTree.Element, more: Mapping[str, re.Pattern[str]]) -> Iterator[str]:
    name = element.tag
    if name not in _CHILDREN:
        yield f"<{name}>"
        return
    wanted = _CHILDREN[name]
    if wanted is not None and len(element) != wanted:
        yield f"<{name}> with {len(element)} children"
    if name not in _TOKENS and any(text and text.strip() for text in _texts(element)):
        yield f"text in <{name}>"
    inside = _WITHIN.get(name)
    for child in element:
        if inside is not None and child.tag not in inside:
            yield f"<{child.tag}> in <{name}>"
    known = {**_EVERYWHERE, **_OF_ELEMENTS.get(name, {}), **more}
    for attribute, value in element.attrib.items():
        if more and attribute.startswith("data-"):
            continue
        if attribute not in known or not known[attribute].fullmatch(value):
            yield f'{attribute}="{value}" of <{name}>'


def _texts(element: ElementTree.Element) -> Iterator[str | None]:
    yield element.text
    yield from (child.tail for child in element)
