"""Whatever a page is made of, only its formulas change, and its source can be had back."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from itertools import count, cycle
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prerender.engine import JobResult, Layout, Typeset
from prerender.markup import DamagedError
from prerender.pipeline.page import (
    AmbiguousError,
    Finished,
    Plan,
    finish,
    plan,
    read,
    restored,
    scripts_of,
)
from prerender.setup import Pair, Role, Setup, defaults
from prerender.source import Edit, parse, splice
from prerender.source.encoding import EncodingLossError
from tests.support.strategies import PIECES, formulas, pages, raw_texts

pytestmark = pytest.mark.quick

DRAWN = Typeset((Layout(500, 400, 0, ('<use href="#g"/>',)),), ("g",))
WRONG = Typeset(error="Missing close brace")
MARK = "1.0 test"
#: what stands in a rendered page only
OURS = re.compile(
    r'<mjx-container class="MathJax" jax="SVG" data-tex="[^"]*"[^>]*><svg.*?</mjx-container>'
    r'|<style data-prerender="1.0 test \d+">[^<]*</style>',
    re.DOTALL,
)

_V4 = defaults()
DOLLARS = dataclasses.replace(
    _V4,
    rules=dataclasses.replace(
        _V4.rules,
        pairs=(
            *_V4.rules.pairs,
            Pair("$", "$", False),
            Pair("%%", "%%", True),
            Pair("[% ", " %]", False),
        ),
    ),
)
SETUPS = {
    "v4": DOLLARS,
    "everything": dataclasses.replace(
        DOLLARS,
        rules=dataclasses.replace(
            DOLLARS.rules,
            scripts=True,
            mathml=True,
            asciimath=(Pair("`", "`", False),),
            asciimath_switch=DOLLARS.rules.switch,
            elements=(("span.math", None),),
        ),
    ),
    "v2": dataclasses.replace(
        DOLLARS, rules=dataclasses.replace(DOLLARS.rules, version="mathjax2")
    ),
    "katex": dataclasses.replace(
        DOLLARS, rules=dataclasses.replace(DOLLARS.rules, version="katex")
    ),
}


def planned(
    data: bytes, setup: Setup = DOLLARS, *, xml: bool = False, role: Role = "other"
) -> Plan:
    page, root = read(data, xml=xml)
    roles = [role if script.executable else "other" for script in scripts_of(root)]
    return plan(page, root, setup, "key", roles)


def finished(work: Plan, typesets: Sequence[Typeset] = (DRAWN,)) -> Finished:
    """The page with each formula answered by one of `typesets`, in turn."""
    turn = count()
    answers = [
        JobResult(
            tuple(typesets[next(turn) % len(typesets)] for _ in one.job.formulas),
            {"g": "m0 0h1v1z"},
        )
        for one in work.jobs
    ]
    return finish(work, answers, MARK)


def rendered(source: str | bytes, setup: Setup = DOLLARS, *, xml: bool = False) -> str:
    data = source if isinstance(source, bytes) else source.encode()
    return finished(planned(data, setup, xml=xml)).data.decode()


def body(page: str) -> str:
    """A rendered page without what was added to its head."""
    before, _, after = page.partition("<style data-prerender")
    return before + after.partition("</style>")[2]


@settings(max_examples=1000)
@given(
    source=pages(),
    name=st.sampled_from(sorted(SETUPS)),
    role=st.sampled_from(["other", "loader"]),
    typesets=st.sampled_from([[DRAWN], [DRAWN, WRONG], [WRONG]]),
)
def test_every_generated_page_comes_back(
    source: str, name: str, role: Role, typesets: list[Typeset]
) -> None:
    data = source.encode("utf-8", "surrogateescape")
    try:
        work = planned(data, SETUPS[name], role=role)
    except EncodingLossError:
        return
    result = finished(work, typesets).data
    assert restored(result, xml=False) == data
    again = finished(planned(result, SETUPS[name], role=role), typesets).data
    assert again == result
    if typesets == [DRAWN] and role == "other":
        cut = [Edit(*formula.span, "") for formula in work.formulas]
        text = result.decode(work.page.codec, "surrogateescape")
        assert OURS.sub("", text) == splice(work.page.text, cut)


@pytest.mark.parametrize("tag", ["script", "style", "template", "title", "noscript"])
def test_what_is_never_closed_in_a_head(tag: str) -> None:
    """It hides what follows, so that our mark cannot stand behind it."""
    source = f"<script src=tex-svg.js></script><{tag}>x".encode()
    result = finished(planned(source, role="loader")).data
    assert result != source
    assert restored(result, xml=False) == source


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("name", SETUPS)
def test_formulas_around_hostile_pieces(piece: str, name: str) -> None:
    source = f"<!doctype html><title>t</title><p>$a$</p>{piece}<p>$b$</p>"
    work = planned(source.encode(), SETUPS[name], role="loader")
    result = finished(work).data
    assert restored(result, xml=False) == source.encode()
    assert "a" in [formula.math for formula in work.formulas]


@pytest.mark.parametrize(
    "source",
    [
        "<p>{}",
        "\xa0{}",
        "<p>a</P >{}<br></br>",
        "<ul><li>{}<li>{}</ul>",
        "<table><tr><td>{}<td>{}</table>",
        "<table>{}<tr><td>a</table>",
        "<svg><title/></svg><p>{}",
        "<p title='>'>{}<p title=a/b>{}",
        "<!--[if IE]>$x$<![endif]-->{}",
        "<script>if(a<b)'$x$</p>'</script>{}",
        "<p>中文{}\r\n\t𝐀🙂{}\r&nbsp;&ampx",
        "<h1>{}</h1><a href='$'>{}</a><details><summary>{}</summary></details>",
    ],
)
def test_nothing_but_formulas_changes(source: str) -> None:
    for spelling in ("$x$", r"\(x\)", "$a<!-- -->b$", "$a &lt; b$", "$a&ltb$"):
        page = source.replace("{}", spelling)
        assert OURS.sub("{}", body(rendered(page))) == source


@pytest.mark.parametrize(
    "source",
    [
        "$a<table>b$<tr><td>c</table>",
        "$a<!-- --><table>b$<tr><td>c</table>",
        "<table>$a<tr>b$</table>",
        "<table><tr>$a</tr>b$</table>",
        "<p>$a<body class=x>b$",
        "<p>$a<html lang=en>b$",
        "<p>$a<b>b</b>$",
        "<svg><![CDATA[$x$]]></svg>",
        "<template>$x$</template>",
        "a\x00$x$",
    ],
)
def test_text_that_the_parser_has_moved_is_left_alone(source: str) -> None:
    work = planned(source.encode())
    assert work.formulas == []
    assert finished(work).data == source.encode()


def test_a_page_without_formulas_keeps_its_bytes() -> None:
    source = b"\xef\xbb\xbf<p>a\r\n \xff <!-- $x$ -->\\$5<script src=theme.js></script>"
    assert finished(planned(source, role="other")).data == source


def test_a_page_without_formulas_loses_what_loads_an_engine_and_nothing_else() -> None:
    source = b"\xef\xbb\xbf<p>a\r\n \xff <!-- $x$ -->\\$5<script src=tex-svg.js></script>"
    plain = b"\xef\xbb\xbf<p>a\r\n \xff <!-- $x$ -->$5"
    done = finished(planned(source, role="loader"))
    assert re.sub(rb"<!--prerender .*?-->", b"", done.data) == plain
    assert restored(done.data, xml=False) == source
    assert done.diagnostics == []


def test_scripts_go_when_all_formulas_are_rendered() -> None:
    source = r"""<script>MathJax = {a: "--"}</script><p>$x$ \$5 $y$"""
    work = planned(source.encode(), role="loader")
    done = finished(work).data.decode()
    assert "<script" not in re.sub("<!--.*?-->", "", done)
    assert "</mjx-container> <!--prerender 1:\\$-->$5 <mjx" in done
    left = finished(work, [DRAWN, WRONG])
    assert source.partition("<p>")[0] in left.data.decode()
    assert left.data.decode().endswith(r"</mjx-container> \$5 $y$")
    [note, said] = left.diagnostics
    assert note.severity == "note"
    assert (said.severity, said.message, said.tex) == ("error", "Missing close brace", "y")
    assert said.location is not None
    assert (said.location.line, said.location.column) == (1, source.index("$y") + 1)


def test_scripts_stay_where_another_uses_them() -> None:
    source = b"<script src=tex-svg.js></script><script>MathJax.typeset()</script>$x$"
    page, root = read(source, xml=False)
    work = plan(page, root, DOLLARS, "key", ["loader", "client"])
    assert b"<script src=tex-svg.js></script><script>MathJax" in finished(work).data


@pytest.mark.parametrize(
    ("source", "before"),
    [
        (
            "<!doctype html><head><title>t</title></head><p>$x$",
            "<!doctype html><head><title>t</title>",
        ),
        ("<!doctype html><title>t</title><p>$x$", "<!doctype html><title>t</title>"),
        ("<meta charset=utf-8><body class=a>$x$", "<meta charset=utf-8>"),
        ("<html lang=en>$x$", "<html lang=en>"),
        ("\ufeff<!-- a --><!DOCTYPE html>\n$x$", "\ufeff<!-- a --><!DOCTYPE html>\n"),
        ("<!-->$x$", "<!-->"),
        ("$x$", ""),
    ],
)
def test_the_style_sheet_stands_at_the_end_of_the_head(source: str, before: str) -> None:
    assert rendered(source).partition("<style data-prerender")[0] == before


@pytest.mark.parametrize(
    "planted",
    [
        r"<script>'<!--prerender 1:\$-->$'</script>",
        """<!-- <mjx-container class="MathJax" jax="SVG" data-tex="x"></mjx-container> -->""",
    ],
)
def test_markup_like_our_own_is_refused(planted: str) -> None:
    work = planned(f"{planted}<p>$x$".encode())
    with pytest.raises(AmbiguousError, match="markup like prerender's own"):
        finished(work)


def test_a_page_that_was_minified_after_it_was_rendered_is_refused() -> None:
    minified = re.sub("<!--.*?-->", "", rendered(r"<p>$x$ \$")).replace(
        'class="MathJax"', "class=a"
    )
    with pytest.raises(DamagedError, match="1 pieces were put in its place, 0 are there"):
        read(minified.encode(), xml=False)


@pytest.mark.parametrize(
    "codec", ["utf-8", "gb18030", "shift_jis", "euc-kr", "iso-8859-5", "cp1252"]
)
def test_what_a_codec_lacks_becomes_a_reference(codec: str) -> None:
    source = f"<meta charset={codec}><p>$a&notin;&#x1D400;&eacute;$ \udc81".encode(
        codec, "surrogateescape"
    )
    result = finished(planned(source)).data
    [container] = [
        one
        for one in parse(result.decode(codec, "surrogateescape")).walk()
        if one.tag == "mjx-container"
    ]
    assert container.attrs["data-tex"] == "a∉𝐀é"
    assert restored(result, xml=False) == source


def test_bytes_that_are_not_text_come_back_from_a_formula() -> None:
    source = b"<meta charset=utf-8><p>$a\xff\xed\xa0\x80b$ \xc3"
    result = finished(planned(source)).data
    assert b"mjx-container" in result
    assert restored(result, xml=False) == source


XHTML = """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="tex-svg.js"/></head>
<body><p>$a &lt; b &amp; "c"$, $a<br/>b$, <![CDATA[$x$]]>, \\$5<!-- $x$ --></p>
<pre>$x$</pre><p>$$d
e]]&gt;$$</p></body></html>
"""


def test_xhtml_stays_well_formed() -> None:
    for role in ("other", "loader"):
        work = planned(XHTML.encode(), xml=True, role=role)
        assert [formula.math for formula in work.formulas] == ['a < b & "c"', "a\nb", "d\ne]]>"]
        result = finished(work).data
        root = ElementTree.fromstring(result)
        assert len(root.findall(".//{http://www.w3.org/2000/svg}svg")) == 3
        assert len(root.findall(".//{http://www.w3.org/1999/xhtml}script")) == (role == "other")
        assert restored(result, xml=True) == XHTML.encode()


@settings(max_examples=100)
@given(st.lists(formulas() | raw_texts(), max_size=6))
def test_any_text_in_xhtml(parts: list[str]) -> None:
    text = "".join(parts).encode("utf-8", "replace").decode()
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
    source = XHTML.replace("$a<br/>b$", escape(text)).encode()
    ElementTree.fromstring(source)
    result = finished(planned(source, xml=True, role="loader")).data
    ElementTree.fromstring(result)
    assert restored(result, xml=True) == source


def test_real_pages(shared: Path) -> None:
    """Every page of the real sites comes back, whatever is taken for its formulas."""
    paths = [*sorted((shared / "sites").rglob("*.html")), *(shared / "seed").glob("*.html")]
    assert len(paths) >= 126
    for path, name in zip(paths, cycle(SETUPS), strict=False):
        data = path.read_bytes()
        work = planned(data, SETUPS[name], role="loader")
        result = finished(work).data
        assert restored(result, xml=False) == data


def test_what_a_page_has_rendered_itself_is_told_apart() -> None:
    made = '<mjx-container class="MathJax" jax="SVG" data-tex="a"><svg></svg></mjx-container>'
    data = f"<title>t</title><p>{made} and \\(b\\), {made}".encode()
    planned = plan(*read(data, xml=False), defaults(), "key", [])
    answers = [JobResult((DRAWN,), {"g": "M0 0"}) for _ in planned.jobs]
    done = finish(planned, answers, MARK).data
    assert done.count(made.encode()) == 2
    assert restored(done, xml=False) == data
