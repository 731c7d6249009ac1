"""Finds the formulas that another tool has rendered into a page, with the source left in them.

The marks are those of the output of KaTeX (0.1 to 0.19), MathJax 2.7, 3.2 and 4.1, and
mathjax-node-page 3 (MathJax 2 in Node).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape, unescape
from typing import NamedTuple

from prerender.find.elements import math_of_script
from prerender.find.model import Formula, Input, Rendering
from prerender.find.runs import IGNORE_ATTRIBUTE
from prerender.setup import Version
from prerender.source import Element, Span, Text
from prerender.source.selectors import start_offset

_CONTAINER = "mjx-container"
_KATEX = frozenset({"katex", "katex-display", "katex-error"})
#: what MathJax 2 puts beside the script of a formula, the outermost of it
_MATHJAX_2 = frozenset(
    {"MathJax", "MathJax_Display", "MathJax_CHTML", "mjx-chtml", "MathJax_SVG"}
    | {"MathJax_SVG_Display", "MathJax_MathML", "MathJax_Error"}
)
_DISPLAYS_2 = frozenset({"MathJax_Display", "MathJax_SVG_Display", "MJXc-display"})
_ERRORS_2 = frozenset({"merror", "mjx-merror", "noError", "MathJax_Error"})
_CLASSES = _KATEX | _MATHJAX_2 | {"mjpage"}
#: the same in lower case, what they begin with, and what stands before a class
_NAME = re.compile(rf"\b(?:{'|'.join(map(str.lower, _CLASSES))})\b".encode())
_BEGINNINGS = (b"katex", b"mathjax", b"mjx-chtml", b"mjpage")
_CLASS = re.compile(rb"class\s*=")
_QUOTED = re.compile(rb"class\s*=\s*\Z")
#: characters that a class, its sign, and white space around that may take
_NEAR = 100
#: the anchor of an equation number: that of MathJax 2, of 3 and 4
_NUMBER = re.compile(r"mjx-eqn[-:]")
#: the glyph that a picture of MathJax 2 refers to: "#E1-MJMAIN-31"
_GLYPH = re.compile(r"#.*MJ[A-Z0-9]+-([0-9A-F]+)")
#: what TeX does not show as it is written: commands, and arguments that are names and lengths
_UNSHOWN = re.compile(
    r"\\(?:begin|end|label|(?:eq)?ref|color|textcolor|colorbox|fcolorbox|bbox|href|class|cssId|style"
    r"|require|[hv]space|unicode)\s*(?:\*\s*)?(?:\[[^]]{0,99}\]\s*)?\{[^{}]*\}"
    r"|(?<=\})\{[lcr|@ ]*\}|\\\\\s*\[[^]]{0,99}\]|\\[a-zA-Z]+|\\."
)
#: what shows itself in TeX: a word, a sign that is an operation in AsciiMath
_SHOWN = re.compile(r"[A-Za-z]{2,}|[/<>=!(]")
#: a parenthesis, or pieces of a tall one
_PARENTHESES = "(\u239b\u239c\u239d"
_WORD = re.compile(r"[A-Za-z]{3,}")


class Rendered(NamedTuple):
    """A formula that `engine` has rendered, at `span`.

    `formula` is None where no source of it is in the page, or where `failed`: what the engine shows
    is an error.
    """

    engine: Version
    span: Span
    formula: Formula | None = None
    failed: bool = False


class _Source(NamedTuple):
    """What an engine has rendered, and how it shows that."""

    math: str
    display: bool
    input: Input = "tex"


def find_rendered(root: Element, source: str) -> list[Rendered]:
    """Find what a page (`root`: the tree of `source`) has of rendered formulas, in order."""
    if not _may_have(source):
        return []
    beside = _Beside(root, source)
    taken: dict[Element, bool] = {}
    found = []
    for element in sorted(_candidates(root), key=start_offset):
        if not _is_taken(element, taken) and (one := _read(element, source, beside)):
            taken[element] = True
            found.append(one)
    return found


def _may_have(source: str) -> bool:
    """Whether there may be such a class, or element, in a page.

    It is looked for in bytes: their letters are lowered, and found, far faster than those of texts.
    """
    lower = source.encode("utf-8", "surrogatepass").lower()
    return f"<{_CONTAINER}".encode() in lower or any(
        _is_class(lower, at) for name in _BEGINNINGS for at in _places(name, lower)
    )


def _places(name: bytes, source: bytes) -> Iterator[int]:
    """Yield where a name stands."""
    at = source.find(name)
    while at >= 0:
        yield at
        at = source.find(name, at + 1)


def _is_class(source: bytes, at: int) -> bool:
    """Whether what begins there may be a class, in the value of the attribute."""
    if _NAME.match(source, at) is None:
        return False
    quote = max(source.rfind(sign, 0, at) for sign in (b'"', b"'", b">"))
    before = source[max(0, quote - _NEAR) : max(0, quote)]
    return _CLASS.search(source, quote + 1, at) is not None or _QUOTED.search(before) is not None


def _is_taken(element: Element, known: dict[Element, bool]) -> bool:
    """Whether an element is in a formula, or in what is ignored; `known` grows by what is asked.

    Elements are asked for in the order of the page, so that each has its answer before those in it.
    """
    path = []
    for above in element.above():
        if above in known:
            break
        path.append(above)
    around = path[-1].parent if path else element
    state = around is not None and known[around]
    for one in reversed(path):
        state = known[one] = state or IGNORE_ATTRIBUTE in one.attrs
    return state


def _candidates(root: Element) -> Iterator[Element]:
    yield from root.all(_CONTAINER)
    for tag in ("span", "div"):
        for element in root.all(tag):
            if not _CLASSES.isdisjoint(element.classes):
                yield element


def _read(element: Element, source: str, beside: _Beside) -> Rendered | None:
    """Read a rendered formula; None where the element is none."""
    span = element.span
    if span is None:
        return None
    if element.tag == _CONTAINER:
        return _container(element, span, source)
    classes = set(element.classes)
    if not _KATEX.isdisjoint(classes):
        return _katex(element, span)
    if "mjpage" in classes:
        return _mathjax_node(element, span)
    return _mathjax_2(element, span, beside)


def _katex(element: Element, span: Span) -> Rendered | None:
    """Read what KaTeX has rendered: its MathML has the TeX as an annotation."""
    if "katex-error" in element.classes:
        return Rendered("katex", span, failed=True)
    wrapped = "katex-display" in element.classes
    inner = _only_child(element) if wrapped else element
    if inner is None or "katex" not in inner.classes or not any(map(_is_katex, inner.children)):
        return None
    display = wrapped or any(math.attrs.get("display") == "block" for math in _all(inner, "math"))
    notes = [one for one in _all(inner, "annotation") if one.attrs.get("encoding") == _KATEX_TEX]
    texts = [one.text() for one in notes] or _notes_in_scripts(inner)
    if not texts:
        return Rendered("katex", span)
    numbers = ("",) * sum("eqn-num" in one.classes for one in _all(inner, "span"))
    sides = set(element.classes) if wrapped else set()
    rendering = Rendering(
        "katex", numbers, "left" if "fleqn" in sides else "", "left" if "leqno" in sides else ""
    )
    return _rendered(span, _Source(texts[0], display), rendering)


_KATEX_TEX = "application/x-tex"
_NOTE = re.compile(r'<annotation encoding="application/x-tex">\s*(.*?)\s*</annotation>', re.DOTALL)


def _notes_in_scripts(element: Element) -> list[str]:
    """Return the annotations in MathML that MathJax 2 has found on the page, and put in scripts."""
    scripts = _all(element, "script")
    return [unescape(note) for script in scripts for note in _NOTE.findall(script.text())]


def _all(element: Element, *tags: str) -> list[Element]:
    """Return the elements with these names in an element, in order.

    `Element.all` looks through the whole page, which is quicker once, but not for each formula.
    """
    return [one for one in element.walk() if one.tag in tags]


def _is_katex(node: object) -> bool:
    """Whether a node is one of the two that KaTeX makes of a formula."""
    if not isinstance(node, Element):
        return False
    return node.tag == "math" or not {"katex-html", "katex-mathml"}.isdisjoint(node.classes)


def _only_child(element: Element) -> Element | None:
    """Return the child of an element that has no other, and no text."""
    children = [
        node for node in element.children if not isinstance(node, Text) or node.data.strip()
    ]
    return children[0] if len(children) == 1 and isinstance(children[0], Element) else None


def _container(element: Element, span: Span, source: str) -> Rendered:
    """Read what MathJax 3 or 4 has rendered.

    The root of MathJax 4's tree has the TeX (`data-latex`), or tools have put it on the container;
    version 3 leaves MathML for readers.
    """
    nodes = list(element.walk())
    roots = [one for one in nodes if _kind(one) == "math"]
    newest = any("data-latex" in one.attrs for one in nodes)
    engine: Version = "mathjax4" if newest else "mathjax3"
    if any(_kind(one) == "merror" for one in nodes):
        return Rendered(engine, span, failed=True)
    display = element.attrs.get("display") == "true"
    align = element.attrs.get("justify", "")
    named = (one for one in (*roots, element) if "data-latex" in one.attrs)
    tex = next((one.attrs["data-latex"] for one in named), None)
    if tex is not None:
        side = "left" if any(one.attrs.get("side") == "left" for one in nodes) else ""
        rendering = Rendering("mathjax4", _numbers(nodes), align, side)
        return _rendered(span, _Source(tex, display), rendering)
    for math in (one for one in nodes if one.tag == "math"):
        if math.span is not None and not _has_unknown(math):
            text = _with_anchors(source[math.span.start : math.span.end], nodes)
            return _rendered(
                span, _Source(text, display, "mathml"), Rendering("mathjax3", (), align)
            )
    return Rendered(engine, span, failed=any(map(_has_unknown, roots)))


def _kind(element: Element) -> str:
    """Return what an element stands for in MathJax's tree: "math" for `mjx-math`."""
    return element.attrs.get("data-mml-node") or element.tag.removeprefix("mjx-")


def _has_unknown(math: Element) -> bool:
    """Whether there is a command in MathML that MathJax did not know, and shows in red."""
    return any(
        "mathcolor" in one.attrs and re.fullmatch(r"\\(?:[a-zA-Z]+|.)", one.text())
        for one in _all(math, "mtext")
    )


def _mathjax_node(element: Element, span: Span) -> Rendered:
    """Read what mathjax-node-page has rendered: its TeX is the title, or the label, for readers."""
    tex = _label(element)
    if tex is None:
        return Rendered("mathjax2", span, failed=_only_child(element) is None)
    display = "mjpage__block" in element.classes
    rendering = Rendering("mathjax2", _numbers(element.walk()))
    return _rendered(span, _Source(tex, display), rendering)


def _label(element: Element) -> str | None:
    """Return what MathJax 2 in Node says that a formula is; None where that is not its TeX.

    It may be AsciiMath, or words, as a plugin has made them.
    """
    label = next(_labels(element), None)
    if label is None:
        return None
    shown = "".join(_characters(element))
    words = _SHOWN.findall(_UNSHOWN.sub(" ", label))
    if not shown:
        is_tex = " " not in label or _WORD.search(label) is None or "\\" in label
        return label if is_tex else None
    is_tex = all(
        any(sign in shown for sign in _PARENTHESES) if word == "(" else word in shown
        for word in words
    )
    return label if is_tex else None


def _characters(element: Element) -> Iterator[str]:
    """Yield what a formula of MathJax 2 shows, as text or as outlines of glyphs."""
    pictures = _all(element, "use", "text")
    if not _all(element, "svg"):
        yield "".join(element.text().split())
    for one in pictures:
        yield _glyph(one.attrs) or "".join(one.text().split())


def _labels(element: Element) -> Iterator[str]:
    for one in element.walk():
        if one.tag == "title" and one.attrs.get("id", "").startswith("MathJax-SVG"):
            yield one.text()
        elif "mjx-math" in one.classes and "aria-label" in one.attrs:
            yield one.attrs["aria-label"]
        elif one.tag == "math" and "alttext" in one.attrs:
            yield one.attrs["alttext"]


class _Beside:
    """What MathJax 2 puts before and behind its output, by where it stands in the source."""

    def __init__(self, root: Element, source: str) -> None:
        self._source = source
        scripts = root.all("script")
        self._scripts = {tag.start: one for one in scripts if (tag := one.start_tag) is not None}
        spans = (one for one in root.all("span") if "MathJax_Preview" in one.classes)
        self._previews = {one.span.end: one.span.start for one in spans if one.span is not None}

    def script(self, span: Span) -> Element | None:
        """Return the script behind a formula."""
        rest = self._source[span.end : span.end + 200]
        return self._scripts.get(span.end + len(rest) - len(rest.lstrip()))

    def start(self, span: Span) -> int:
        """Return where the preview before a formula begins, or the formula itself."""
        before = self._source[max(0, span.start - 200) : span.start]
        return self._previews.get(span.start - len(before) + len(before.rstrip()), span.start)


def _mathjax_2(element: Element, span: Span, beside: _Beside) -> Rendered | None:
    """Read what MathJax 2 has rendered: its source is in the script behind it."""
    nodes = list(element.walk())
    mathml = next((one.attrs["data-mathml"] for one in nodes if "data-mathml" in one.attrs), None)
    script = beside.script(span)
    found = math_of_script(script) if script is not None else None
    start = beside.start(span)
    display = any(not _DISPLAYS_2.isdisjoint(one.classes) for one in nodes)
    kept: _Source | None = None
    if script is not None and found is not None and script.span is not None:
        span, kept = Span(start, script.span.end), _Source(*found)
    elif mathml is not None:
        math = _with_anchors(mathml, nodes)
        span, kept = Span(start, span.end), _Source(math, display, "mathml")
    elif "mjx-chtml" in element.classes:
        tex = _label(element)
        kept = None if tex is None else _Source(tex, display)
    elif element.classes == ["MathJax"]:
        return None  # a name that themes use, too
    failed = "<merror" in (mathml or "") or any(
        not _ERRORS_2.isdisjoint(one.classes) for one in nodes
    )
    if kept is None or failed:
        return Rendered("mathjax2", span, failed=failed)
    engine: Version = "mathjax3" if kept.input == "mathml" else "mathjax2"
    numbers = () if kept.input == "mathml" else _numbers(nodes)
    return _rendered(span, kept, Rendering(engine, numbers))


def _rendered(span: Span, kept: _Source, rendering: Rendering) -> Rendered:
    math = kept.math.strip() if rendering.engine == "mathjax2" else kept.math
    formula = Formula(span, None, math, kept.display, kept.input, rendered=rendering)
    return Rendered(rendering.engine, span, formula)


_LABEL = re.compile(r"<mlabeledtr\b[^>]*>\s*<mtd\b(?![^>]*\sid=)")


def _with_anchors(mathml: str, nodes: Iterable[Element]) -> str:
    """Return MathML with the anchors of its numbers, which stand only in what `nodes` show."""
    anchors = [one.attrs["id"] for one in nodes if _NUMBER.match(one.attrs.get("id", ""))]
    if len(anchors) != len(_LABEL.findall(mathml)):
        return mathml
    rest = iter(anchors)
    return _LABEL.sub(lambda label: f'{label[0]} id="{escape(next(rest))}"', mathml)


def _numbers(nodes: Iterable[Element]) -> tuple[str, ...]:
    """Return the numbers that MathJax shows beside an equation, from above."""
    shown = (_shown(one) for one in nodes if _NUMBER.match(one.attrs.get("id", "")))
    return tuple(text for text in shown if text)


def _shown(element: Element) -> str:
    """Return the text that an element shows, as text or as outlines of glyphs."""
    text = "".join(element.text().split())
    return text or "".join(filter(None, (_glyph(one.attrs) for one in element.walk())))


def _glyph(attributes: Mapping[str, str]) -> str:
    code = attributes.get("data-c", "")
    if not code and (link := _GLYPH.fullmatch(attributes.get("xlink:href", ""))):
        code = link[1]
    return chr(int(code, 16)) if re.fullmatch("[0-9A-F]{1,5}", code) else ""
