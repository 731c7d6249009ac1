"""Pages in every encoding: rendered, they stay in it, and their bytes can be had back."""

from __future__ import annotations

import codecs

import pytest

from prerender.engine import JobResult, Layout, Typeset
from prerender.pipeline.page import finish, plan, read, restored
from prerender.setup import defaults
from tests.source.test_encoding import SAMPLES

pytestmark = pytest.mark.quick

DRAWN = Typeset((Layout(500, 400, 0, ('<use href="#g"/>',)),), ("g",))
UNICODE = [
    ("utf-8", "utf-8", codecs.BOM_UTF8),
    ("utf-16le", "utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16be", "utf-16-be", codecs.BOM_UTF16_BE),
]


def page(label: str, words: str) -> str:
    return (
        f'<!DOCTYPE html>\r\n<html><head><meta charset="{label}"><title>{words}</title></head>'
        f"<body><p>{words} \\(a &lt; \\text{{{words}}}\\), {words}\r\n\\[ b \\]</body></html>"
    )


def rendered(data: bytes) -> bytes:
    work = plan(*read(data, xml=False), defaults(), "key", [])
    assert len(work.formulas) == 2
    answers = [JobResult((DRAWN,) * len(one.indexes), {"g": "M0 0"}) for one in work.jobs]
    return finish(work, answers, "mark").data


@pytest.mark.parametrize(("label", "codec", "words"), SAMPLES)
def test_an_encoding_that_the_page_names(label: str, codec: str, words: str) -> None:
    data = page(label, words).encode(codec)
    result = rendered(data)
    text = result.decode(codec)
    assert text.count("<mjx-container") == 2
    assert text.count(words) >= 4
    assert restored(result, xml=False) == data
    assert rendered(result) == result


@pytest.mark.parametrize(("label", "codec", "mark"), UNICODE)
def test_an_encoding_that_a_mark_tells(label: str, codec: str, mark: bytes) -> None:
    data = mark + page("gbk", "数学 é 🙂").encode(codec)
    result = rendered(data)
    assert result.startswith(mark)
    assert result[len(mark) :].decode(codec).count("<mjx-container") == 2
    assert restored(result, xml=False) == data
