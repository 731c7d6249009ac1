"""Some MathML in, what of it MathML Core does not have out.

Elements, attributes and values are those of https://www.w3.org/TR/mathml-core/ (sections 2 and 3,
and the content models of MathML 3 that it keeps).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_WITHIN = {"mtable": {"mtr"}, "mtr": {"mtd"}}


def mistakes(mathml: str) -> list[str]:
    """What is not MathML Core in a `<math>` element; none if all is."""
    try:
        root = ElementTree.fromstring(mathml)
    except ElementTree.ParseError as error:
        return [str(error)]
    found = [] if root.tag == "math" else [f"<{root.tag}> is not math"]
    return found + [said for element in root.iter() for said in _mistakes(element)]


def _mistakes(element: ElementTree.Element) -> Iterator[str]:
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
    known = _EVERYWHERE | _OF_ELEMENTS.get(name, {})
    for attribute, value in element.attrib.items():
        if attribute not in known or not known[attribute].fullmatch(value):
            yield f'{attribute}="{value}" of <{name}>'


def _texts(element: ElementTree.Element) -> Iterator[str | None]:
    yield element.text
    yield from (child.tail for child in element)
