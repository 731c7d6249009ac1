"""Settings from a file, variables, flags and keywords; a mistake is told with its place."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from prerender.cli.options import CommandSettings
from prerender.settings import Settings, SettingsError, flag, load, variables
from tests.conftest import Run

pytestmark = pytest.mark.quick


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded(file: Path | None = None, **flags: Any) -> CommandSettings:
    """The settings without any variable."""
    return load(CommandSettings, flags, file, {})


ALL = """\
output = "out"
include = ["**/*.html"]
exclude = ["drafts/"]
jobs = 3
cache-dir = ".cache"
no_cache = false
browser = "chromium"
time-limit = 5
base_path = "/blog"
keep_loaders = true
strict = true
shrink = 80
screens = [320, 390]
quiet = true
verbose = false
[mathjax.tex]
tags = "ams"
"""
MEANT = CommandSettings(
    output="out",
    include=("**/*.html",),
    exclude=("drafts/",),
    jobs=3,
    cache_dir=Path(".cache"),
    browser="chromium",
    time_limit=5.0,
    base_path="/blog",
    keep_loaders=True,
    strict=True,
    shrink=80,
    screens=(320, 390),
    quiet=True,
    mathjax={"tex": {"tags": "ams"}},
)


def test_no_file_says_nothing() -> None:
    assert loaded() == CommandSettings()


def test_prerender_toml() -> None:
    Path("prerender.toml").write_text(ALL)
    Path("pyproject.toml").write_text("[tool.prerender]\njobs = 9")
    assert loaded() == MEANT


def test_pyproject_toml() -> None:
    tables = ALL.replace("[mathjax", "[tool.prerender.mathjax")
    Path("pyproject.toml").write_text(f"[project]\nname = 'x'\n[tool.prerender]\n{tables}")
    assert loaded() == MEANT


@pytest.mark.parametrize("text", ["", "[tool.other]\nx = 1", "tool = 1"])
def test_pyproject_toml_of_others(text: str) -> None:
    Path("pyproject.toml").write_text(text)
    assert loaded() == CommandSettings()


def test_a_named_file_counts_alone(tmp_path: Path) -> None:
    Path("prerender.toml").write_text("jobs = 3")
    (tmp_path / "other.toml").write_text("quiet = true")
    assert loaded(Path("other.toml")) == CommandSettings(quiet=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("job = 3", "unknown setting job; did you mean jobs?"),
        ("nonesuch = 3", "unknown setting nonesuch; known: base_path, braille, browser"),
        ("jobs = 'four'", 'jobs = "four" is not a whole number'),
        ("jobs = true", "jobs = true is not a whole number"),
        ("jobs = 1.5", "jobs = 1.5 is not a whole number"),
        ("jobs = 0", "jobs = 0 is less than 1"),
        ("shrink = 0.7", "shrink = 0.7 is not a whole number"),
        ("shrink = 120", "shrink = 120 is more than 100"),
        ("time_limit = '5'", 'time_limit = "5" is not a number'),
        ("include = '**/*.html'", 'include = "**/*.html" is not a list of strings'),
        ("include = [1]", "include = [1] is not a list of strings"),
        ("screens = [320, 0]", "screens = [320, 0] is less than 1"),
        ("output = 1", "output = 1 is not a string"),
        ('css = "file"', 'css = "file" is not inline or external'),
        ("quiet = 'yes'", 'quiet = "yes" is not true or false'),
        ("mathjax = 'x'", "is not a table, like the object window.MathJax of a page"),
        ("keep_loaders = 1", "keep_loaders = 1 is not true or false"),
        ("strict = 'yes'", 'strict = "yes" is not true or false'),
        ("[mathjax.txe]", "mathjax.txe is not an option of MathJax 4; did you mean tex?"),
        ("[mathjax.tex]\ninlinemath = []", "mathjax.tex.inlinemath is not an option of MathJax 4"),
        ("[mathjax.tex]\ntags = 1", "mathjax.tex.tags must be a text"),
        ("[mathjax.tex.macros]\nR = 1", "mathjax.tex.macros.R must be a text, or a list"),
        ("[mathjax.tex.macros]\nR = ['x', '1']", "mathjax.tex.macros.R must be a text, or a list"),
        ("[mathjax.tex]\nmacros = 'x'", "mathjax.tex.macros must be a table"),
        ("[mathjax.tex]\npackages = ['physic']", "no package physic; did you mean physics?"),
        ("[mathjax.tex.packages]\n'[+]' = ['nonesuch']", "there is no package nonesuch"),
        (
            "[mathjax.tex.packages]\nadd = ['ams']",
            "mathjax.tex.packages must be a list, or a table",
        ),
        ("[mathjax.tex.physics]\nitalic = true", "mathjax.tex.physics.italic is not an option"),
        (
            "[mathjax.loader]\nload = ['[tex]/phsics']",
            "no package phsics; did you mean physics",
        ),
        ("[mathjax.svg]\nscale = '2'", "mathjax.svg.scale must be a number"),
        ("[mathjax.options]\nskipHTMLTags = []", "did you mean skipHtmlTags?"),
        ("= 3", "Invalid statement"),
        ("a = '\udcff'", "can't decode byte 0xff"),
    ],
)
def test_mistakes_are_named(text: str, said: str) -> None:
    Path("prerender.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError) as caught:
        loaded()
    assert str(caught.value).startswith("prerender.toml: ")
    assert said in str(caught.value)


def test_a_table_that_is_none() -> None:
    Path("pyproject.toml").write_text("[tool]\nprerender = 3")
    with pytest.raises(SettingsError, match=r"pyproject.toml: tool.prerender is not a table"):
        loaded()


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(SettingsError, match=r"none.toml: cannot be read: No such file"):
        loaded(Path("none.toml"))


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
    assert loaded().mathjax["tex"]["tags"] == "ams"


def test_flags_count_before_variables_and_those_before_the_file() -> None:
    Path("prerender.toml").write_text("jobs = 1\nshrink = 50\ntime_limit = 1")
    environment = {"PRERENDER_JOBS": "2", "PRERENDER_SHRINK": "60", "PRERENDER_BROWSER": ""}
    found = load(Settings, {"jobs": 3}, None, environment)
    assert (found.jobs, found.shrink, found.time_limit, found.browser) == (3, 60, 1.0, None)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PRERENDER_STRICT", "yes", Settings(strict=True)),
        ("PRERENDER_NO_CACHE", "0", Settings()),
        ("PRERENDER_SCREENS", "320,390", Settings(screens=(320, 390))),
        ("PRERENDER_INCLUDE", "*.html a/*.htm", Settings(include=("*.html", "a/*.htm"))),
        ("PRERENDER_CACHE", "here", Settings(cache_dir=Path("here"))),
        ("PRERENDER_CACHE_DIR", "here", Settings(cache_dir=Path("here"))),
        (
            "PRERENDER_MATHJAX",
            '{"tex": {"tags": "ams"}}',
            Settings(mathjax={"tex": {"tags": "ams"}}),
        ),
    ],
)
def test_variables(name: str, text: str, value: Settings) -> None:
    assert load(Settings, {}, None, {name: text}) == value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("PRERENDER_JOBS", "0", "PRERENDER_JOBS = 0 is less than 1"),
        ("PRERENDER_JOBS", "x", "PRERENDER_JOBS: 'x' is not a whole number"),
        ("PRERENDER_STRICT", "maybe", "PRERENDER_STRICT: 'maybe' is not true or false"),
        ("PRERENDER_CSS", "file", 'PRERENDER_CSS = "file" is not inline or external'),
        ("PRERENDER_MATHJAX", "{", "PRERENDER_MATHJAX: '{' is not a table"),
        (
            "PRERENDER_MATHJAX",
            '{"txe": {}}',
            "mathjax.txe is not an option of MathJax 4; did you mean tex?",
        ),
    ],
)
def test_mistakes_in_variables_are_named(name: str, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(Settings, {}, None, {name: text})
    assert said in str(caught.value)


def test_keywords_are_checked() -> None:
    with pytest.raises(SettingsError, match=r"^shrink = 5 is less than 10$"):
        Settings(shrink=5)
    with pytest.raises(
        SettingsError, match=r"^mathjax\.tex\.tag is not an option of MathJax 4; did you mean tags"
    ):
        Settings(mathjax={"tex": {"tag": "ams"}})
    assert Settings(include=["*.html"]).include == ("*.html",)  # type: ignore[arg-type]


def test_a_flag_that_goes_with_another() -> None:
    with pytest.raises(SettingsError, match=r"^--zoom requires --screens$"):
        loaded(zoom=200)
    assert loaded(zoom=200, screens="320").screens == (320,)


@pytest.mark.parametrize("name", [one.name for one in fields(Settings) if one.name != "include"])
def test_what_changes_pages_is_in_their_provenance(name: str) -> None:
    """A setting of the group "pages" gives another fingerprint, any other the same."""
    [one] = [one for one in fields(Settings) if one.name == name]
    other = Settings(**{name: OTHERS[name]})
    changes = one.metadata["option"].group == "pages"
    assert (other.fingerprint() != Settings().fingerprint()) == changes
    assert (other.provenance() != Settings().provenance()) == changes


OTHERS: dict[str, Any] = {
    "output": "x",
    "exclude": ("x",),
    "css": "external",
    "markup": "html",
    "fonts": "inline",
    "glyphs": "shared",
    "shrink": 71,
    "line_break": "repeat",
    "speech": "mathml",
    "speech_style": "clearspeak",
    "braille": True,
    "rerender": True,
    "hydrated": True,
    "keep_loaders": True,
    "feeds": "img",
    "trust": "site",
    "memory_limit": 512,
    "page_limit": 1.0,
    "page_time_limit": 70.0,
    "formula_limit": 7,
    "formula_size": 70,
    "macro_limit": 70,
    "sync": True,
    "base_path": "/x",
    "mathjax": {"tex": {"tags": "ams"}},
    "jobs": 7,
    "time_limit": 7.0,
    "browser": "x",
    "cache_dir": Path("x"),
    "no_cache": True,
    "screens": (7,),
    "pictures": Path("x"),
    "libraries": Path(),
    "text_size": 70,
    "zoom": 70,
    "strict": True,
}


def test_the_help_of_build_has_each_of_its_settings(prerender: Run) -> None:
    shown = prerender("build", "--help").stdout
    for one in fields(Settings):
        if one.metadata["option"].group in ("site", "pages", "engine", "cache"):
            assert flag(one.name) in shown


def test_variables_have_the_names_of_flags() -> None:
    for one in fields(CommandSettings):
        assert variables(one)[0] == f"PRERENDER{flag(one.name)[1:].replace('-', '_').upper()}"
