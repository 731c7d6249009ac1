"""A configuration file says what flags would, or its mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from prerender.settings import SettingsError, load

pytestmark = pytest.mark.quick


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


ALL = """\
output = "out"
include = ["**/*.html"]
exclude = ["drafts/"]
jobs = 3
cache-dir = ".cache"
no_cache = false
browser = "chromium"
time-limit = 5
quiet = true
verbose = false
[mathjax.tex]
tags = "ams"
"""
MEANT = {
    "output": "out",
    "include": ["**/*.html"],
    "exclude": ["drafts/"],
    "jobs": 3,
    "cache_dir": ".cache",
    "no_cache": False,
    "browser": "chromium",
    "time_limit": 5,
    "quiet": True,
    "verbose": False,
    "mathjax": {"tex": {"tags": "ams"}},
}


def test_no_file_says_nothing() -> None:
    assert load(None) == {}


def test_prerender_toml() -> None:
    Path("prerender.toml").write_text(ALL)
    Path("pyproject.toml").write_text("[tool.prerender]\njobs = 9")
    assert load(None) == MEANT


def test_pyproject_toml() -> None:
    tables = ALL.replace("[mathjax", "[tool.prerender.mathjax")
    Path("pyproject.toml").write_text(f"[project]\nname = 'x'\n[tool.prerender]\n{tables}")
    assert load(None) == MEANT


@pytest.mark.parametrize("text", ["", "[tool.other]\nx = 1", "tool = 1"])
def test_pyproject_toml_of_others(text: str) -> None:
    Path("pyproject.toml").write_text(text)
    assert load(None) == {}


def test_a_named_file_counts_alone(tmp_path: Path) -> None:
    Path("prerender.toml").write_text("jobs = 3")
    (tmp_path / "other.toml").write_text("quiet = true")
    assert load(Path("other.toml")) == {"quiet": True}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("job = 3", "unknown setting job; known: base_path, browser, cache_dir"),
        ("jobs = 'four'", "jobs is a whole number"),
        ("jobs = true", "jobs is a whole number"),
        ("jobs = 1.5", "jobs is a whole number"),
        ("time_limit = '5'", "time_limit is a number"),
        ("include = '**/*.html'", "include is a list of strings"),
        ("include = [1]", "include is a list of strings"),
        ("output = 1", "output is a string"),
        ('css = "file"', "css is inline or external"),
        ("quiet = 'yes'", "quiet is true or false"),
        ("mathjax = 'x'", "mathjax is a table, like the object window.MathJax of a page"),
        ("keep_loaders = 1", "keep_loaders is true or false"),
        ("strict = 'yes'", "strict is true or false"),
        ("[mathjax.txe]", "mathjax.txe is no option of MathJax 4; is tex meant?"),
        ("[mathjax.tex]\ninlinemath = []", "mathjax.tex.inlinemath is no option of MathJax 4"),
        ("[mathjax.tex]\ntags = 1", "mathjax.tex.tags is a text"),
        ("[mathjax.tex.macros]\nR = 1", "mathjax.tex.macros.R is a text, or a list"),
        ("[mathjax.tex.macros]\nR = ['x', '1']", "mathjax.tex.macros.R is a text, or a list"),
        ("[mathjax.tex]\nmacros = 'x'", "mathjax.tex.macros is a table"),
        ("[mathjax.tex]\npackages = ['physic']", "no package physic; is physics meant?"),
        ("[mathjax.tex.packages]\n'[+]' = ['nonesuch']", "there is no package nonesuch"),
        ("[mathjax.tex.packages]\nadd = ['ams']", "mathjax.tex.packages is a list, or a table"),
        ("[mathjax.tex.physics]\nitalic = true", "mathjax.tex.physics.italic is no option"),
        ("[mathjax.loader]\nload = ['[tex]/phsics']", "there is no package phsics; is physics"),
        ("[mathjax.svg]\nscale = '2'", "mathjax.svg.scale is a number"),
        ("[mathjax.options]\nskipHTMLTags = []", "is skipHtmlTags meant?"),
        ("= 3", "Invalid statement"),
        ("a = '\udcff'", "can't decode byte 0xff"),
    ],
)
def test_mistakes_are_named(text: str, said: str) -> None:
    Path("prerender.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError) as caught:
        load(None)
    assert str(caught.value).startswith("prerender.toml: ")
    assert said in str(caught.value)


def test_a_table_that_is_none() -> None:
    Path("pyproject.toml").write_text("[tool]\nprerender = 3")
    with pytest.raises(SettingsError, match=r"pyproject.toml: tool.prerender is not a table"):
        load(None)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(SettingsError, match=r"none.toml: cannot be read: No such file"):
        load(Path("none.toml"))


GOOD = """
[mathjax.tex]
inlineMath = [["$", "$"]]
displayMath = {"[+]" = [["%%", "%%"]]}
packages = {"[+]" = ["physics", ["color", 3]], "[-]" = ["noundefined"]}
tags = "ams"
multlineWidth = "80%"
[mathjax.tex.macros]
RR = "\\\\mathbb{R}"
pair = ["(#1,#2)", 2]
opt = ["(#1,#2)", 2, "a"]
[mathjax.tex.environments]
box = ["\\\\boxed{", "}"]
[mathjax.tex.mathtools]
"multlined-gap" = "1em"
[mathjax.options]
skipHtmlTags = {"[+]" = ["aside"]}
[mathjax.loader]
load = ["[tex]/physics", "input/asciimath"]
[mathjax.output]
scale = 1.2
"""


def test_what_mathjax_knows_is_no_mistake() -> None:
    Path("prerender.toml").write_text(GOOD)
    assert load(None)["mathjax"]["tex"]["tags"] == "ams"
