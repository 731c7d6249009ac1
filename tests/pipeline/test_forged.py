"""What only looks like a rendered page, or a part of one, is source like any other."""

from __future__ import annotations

import re

import pytest

from prerender.engine import JobResult, Layout, Typeset
from prerender.markup import restore
from prerender.pipeline.page import AmbiguousError, finish, plan, read, restored, scripts_of
from prerender.setup import defaults
from prerender.source import parse

pytestmark = pytest.mark.quick

_DRAWN = Typeset((Layout(500, 400, 0, ('<use href="#g"/>',)),), ("g",))
_LIVE = "&lt;img src=x onerror=alert(1)>"
_HIDDEN = f"<!--prerender 0:{_LIVE}-->"
_MARKS = [
    '<style data-prerender="1.0 ab 1">a{}</style>',
    '<link data-prerender="1.0 ab 1" rel="stylesheet" href="x.css"/>',
    "<!--prerender by 1.0 ab 1-->",
]
_CONTAINER = (
    f'<mjx-container class="MathJax" jax="SVG" data-tex="x" data-original="{_LIVE}">'
    "</mjx-container>"
)
#: where others write in a page: {} is what they write
_PLACES = {
    "comment of a reader": "<!doctype html><head><title>t</title></head><body><p>{}</p></body>",
    "title": "<!doctype html><title>{}</title><p>a</p>",
    "title in a head": "<!doctype html><html><head><title>{}</title></head><body>a</body></html>",
    "attribute": "<!doctype html><head></head><body><p title='{}'>a</p>",
    "attribute in the head": "<!doctype html><head><meta content='{}'></head><body>a",
    "textarea": "<!doctype html><title>t</title><textarea>{}</textarea>",
    "script": "<!doctype html><head><script type=text/x>{}</script></head><body>a",
    "template": "<!doctype html><head><template>{}</template></head><body>a",
    "noscript": "<!doctype html><head><noscript>{}</noscript></head><body>a",
    "behind the body": "<!doctype html><title>t</title><body>a</body></html>{}",
    "no tags but a paragraph": "<p>{}</p>",
    "svg": "<!doctype html><title>t</title><svg><desc>{}</desc></svg>",
    "frame": "<!doctype html><title>t</title><iframe srcdoc='{}'></iframe>",
}  # fmt: skip


def _formulas(text: str) -> str:
    """A page rendered, whatever its formulas."""
    data = text.encode()
    page, root = read(data, xml=False)
    work = plan(page, root, defaults(), "key", ["other"] * len(scripts_of(root)))
    jobs = [JobResult((_DRAWN,) * len(one.job.formulas), {"g": "m0 0z"}) for one in work.jobs]
    return finish(work, jobs, "1.0 test").data.decode()


@pytest.mark.parametrize("mark", _MARKS)
@pytest.mark.parametrize("carrier", [_HIDDEN, _CONTAINER])
@pytest.mark.parametrize("place", _PLACES.values(), ids=_PLACES.keys())
def test_a_forged_page_is_its_own_source(place: str, carrier: str, mark: str) -> None:
    page = place.replace("{}", mark + carrier)
    assert restore(page) == page
    assert _formulas(page) == page


@pytest.mark.parametrize("carrier", [_HIDDEN, _CONTAINER, *_MARKS])
def test_what_is_forged_in_a_page_with_formulas_stays_what_it_is(carrier: str) -> None:
    source = f"<!doctype html><title>t</title><p>{carrier}</p>\\(x\\)"
    done = _formulas(source)
    assert restored(done.encode(), xml=False) == source.encode()
    assert _formulas(done) == done
    assert [one.tag for one in parse(done).walk() if "onerror" in one.attrs] == []
    assert carrier in done


@pytest.mark.parametrize("around", ["<title>{}</title>", "<title>t</title><p title='{}'>a</p>"])
def test_where_that_cannot_be_told_the_page_stays(around: str) -> None:
    with pytest.raises(AmbiguousError, match="markup like prerender's own"):
        _formulas(f"<!doctype html>{around.replace('{}', _HIDDEN)}<p>\\(x\\)</p>")


def test_marks_are_found_in_xhtml() -> None:
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/>{}</head>'
        "<body><p><![CDATA[{}]]></p></body></html>"
    )
    mark = '<style data-prerender="1.0 ab 1">a{}</style>'
    forged = page.replace("{}", "", 1).replace("{}", mark + _HIDDEN)
    assert restore(forged, xml=True) == forged
    ours = page.replace("{}", mark, 1).replace("<![CDATA[{}]]>", r"<!--prerender 1:\$-->$")
    assert r"<p>\$</p>" in restore(ours, xml=True)


@pytest.mark.parametrize("piece", ["<!--prerender 1:", _MARKS[2], '<p title="<!--prerender 1:">'])
def test_many_of_them_take_no_longer_than_their_length(piece: str) -> None:
    """Not in a time, but in steps: a search that began anew for each would not end here."""
    page = f"<!doctype html><head>{_MARKS[0]}</head><body>{piece * 20_000}"
    counted = re.findall("<!--prerender", page)
    assert len(counted) >= 20_000 or piece == _MARKS[0]
    with pytest.raises(Exception, match="its source is lost"):
        restore(page.replace("ab 1", "ab 7", 1))
