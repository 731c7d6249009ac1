"""Set-ups that are wrong: each is an error of its page, and of no other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import Run

_LOADER = "<script src=https://cdn.example/npm/mathjax@4/tex-mml-chtml.js></script>"
_LOADER_2 = "<script src=https://cdn.example/mathjax/2.7.9/MathJax.js?config=TeX-AMS_HTML></script>"
_BROKEN = [
    "tex:{macros:{foo:undefined}}", "tex:{macros:{foo:null}}", "tex:{macros:{foo:1n}}",
    "tex:{macros:null}", "tex:{require:null}", "tex:{autoload:null}", "tex:{packages:null}",
    "tex:{packages:[[null]]}", "tex:{ams:null}", "tex:{color:3}", "tex:{textmacros:null}",
    "tex:{textmacros:{packages:null}}", "tex:{mathStyle:[]}", "tex:{tagSide:['left']}",
    "tex:{tagSide:'middle'}", "tex:{tagIndent:{}}", "tex:{digits:'('}", "tex:{digits:/(?:)/}",
    "tex:{digits:/x*/g}", "tex:{maxMacros:null}", "tex:{baseURL:{}}", "tex:{environments:[1]}",
    "tex:{inlineMath:[[]]}", "tex:{constructor:{a:1}}", "tex:{['__proto__']:{a:1}}", "tex:[1,2]",
    "options:{skipHtmlTags:['(']}", "options:{skipHtmlTags:{'[+]':['[']}}", "options:null",
    "options:{ignoreHtmlClass:'(?i)x'}", "options:{processHtmlClass:'(?i)x'}",
    "options:{ignoreHtmlClass:'(a|a)*b'}", "options:{processHtmlClass:'a)|(b'}",
    "options:{includeHtmlTags:{br:null}}", "svg:null", "svg:{scale:{}}", "output:{displayAlign:[]}",
    "loader:{load:[null,{}]}", "loader:null", "startup:{elements:['((']}", "mml:1",
]  # fmt: skip
_BROKEN_2 = [
    "TeX:{TagSide:['left']}", "TeX:{TagSide:'middle'}", "TeX:{Macros:{a:[[]]}}", "TeX:null",
    "tex2jax:{skipTags:['(']}", "tex2jax:{ignoreClass:'(?i)x'}", "tex2jax:{processClass:'('}",
    "TeX:{equationNumbers:{autoNumber:{}}}", "extensions:[null]", "tex2jax:{inlineMath:[['']]}",
]  # fmt: skip


#: more of them: each of these options with each of these values
_OPTIONS = [
    "tex:{macros:{foo:%s}}", "tex:{tags:%s}", "tex:{tagSide:%s}", "tex:{packages:{'[+]':[%s]}}",
    "tex:{inlineMath:[[%s,'$']]}", "tex:{digits:%s}", "tex:{tagformat:{number:%s}}",
    "tex:{ams:{a:%s}}", "options:{skipHtmlTags:[%s]}", "options:{ignoreHtmlClass:%s}",
    "loader:{load:[%s]}", "svg:{scale:%s}",
]  # fmt: skip
_VALUES = [
    "undefined",
    "1n",
    "Symbol()",
    "NaN",
    "()=>{throw 1}",
    "new Proxy({},{})",
    "'['",
    "[[[]]]",
]


def test_a_broken_set_up_is_an_error_of_its_page_only(prerender: Run, tmp_path: Path) -> None:
    _check(prerender, tmp_path, _BROKEN)


@pytest.mark.slow
def test_many_broken_set_ups(prerender: Run, tmp_path: Path) -> None:
    _check(prerender, tmp_path, [one % value for one in _OPTIONS for value in _VALUES])


def _check(prerender: Run, tmp_path: Path, broken: Sequence[str]) -> None:
    site = tmp_path / "site"
    site.mkdir()
    formulas = r"<p class=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac>\(1.5+x\) \[y\tag{1}\]</p>"
    title = "<!doctype html><title>t</title>"
    for number, config in enumerate(broken):
        page = f"{title}<script>MathJax = {{{config}}}</script>{_LOADER}{formulas}"
        (site / f"a{number}.html").write_text(page)
    for number, config in enumerate(_BROKEN_2):
        script = f"<script type=text/x-mathjax-config>MathJax.Hub.Config({{{config}}})</script>"
        (site / f"b{number}.html").write_text(f"{title}{script}{_LOADER_2}{formulas}")
    for number in range(4):
        (site / f"c{number}.html").write_text(f"{title}{_LOADER}{formulas}<p>\\(x_{number}\\)")
    done = prerender("build", site, "-o", tmp_path / "out", "--json", tmp_path / "report.json")
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert "a bug of prerender" not in done.stderr
    pages = json.loads((tmp_path / "report.json").read_text())["pages"]
    innocent = [one for one in pages if Path(one["path"]).name.startswith("c")]
    assert [(one["status"], one["errors"]) for one in innocent] == [("rendered", [])] * 4
    assert len(pages) == len(broken) + len(_BROKEN_2) + 4
