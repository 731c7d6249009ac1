"""The command line: words in, exit codes, lines and files out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from prerender import __version__
from prerender.cli.options import CommandSettings
from prerender.engine.bundle import mathjax_version
from tests.conftest import Run

pytestmark = pytest.mark.quick

GOOD = "<!doctype html><title>t</title><p>数学 \\(x^2\\) and \\[y\\]"
BAD = "<!doctype html><title>t</title>\n<p>\t数学 \\(\\frac{1}\\) and \\(z\\)"
NO_BROWSER = {"PRERENDER_BROWSER": "/nonexistent"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of three pages: math, no math, and a style sheet."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "a.html").write_text(GOOD, "utf-8")
    (folder / "b.html").write_text("<!doctype html><p>no math")
    (folder / "c.css").write_text("p{}")
    return folder


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """The files of a folder with their times."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def statuses(report: str) -> dict[str, str]:
    return {page["path"]: page["status"] for page in json.loads(report)["pages"]}


def test_build_in_place_and_again(prerender: Run, site: Path) -> None:
    done = prerender("build", "site", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert statuses(done.stdout) == {"a.html": "rendered", "b.html": "no-math"}
    assert "2 pages: 1 rendered, 1 no-math; 1 written. 2 formulas:" in done.stderr
    page = (site / "a.html").read_text("utf-8")
    assert page.count("<mjx-container") == 2
    assert page.endswith("</mjx-container>")
    before = contents(site)
    again = prerender("build", "site", **NO_BROWSER)
    assert again.returncode == 0, "a second build needs no browser"
    assert "1 unchanged, 1 no-math; nothing written. 2 formulas: 2 from the cache." in again.stderr
    assert contents(site) == before
    restored = prerender("restore", "site", **NO_BROWSER)
    assert restored.returncode == 0
    assert "1 restored, 1 unchanged; 1 written." in restored.stderr
    assert (site / "a.html").read_text("utf-8") == GOOD


def test_build_into_a_folder(prerender: Run, site: Path, tmp_path: Path) -> None:
    before = contents(site)
    done = prerender("build", "site", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert contents(site) == before
    assert contents(tmp_path / "out").keys() == before.keys()
    assert (tmp_path / "out" / "b.html").read_bytes() == (site / "b.html").read_bytes()
    out = contents(tmp_path / "out")
    again = prerender("build", "site", "-o", "out", **NO_BROWSER)
    assert "nothing written" in again.stderr
    assert contents(tmp_path / "out") == out
    built = prerender("build", "out", "-o", "twice", **NO_BROWSER)
    assert built.returncode == 0
    assert {name: data for name, (data, _) in contents(tmp_path / "twice").items()} == {
        name: data for name, (data, _) in out.items()
    }
    source = prerender("restore", "out", "-o", "source")
    assert source.returncode == 0
    assert {name: data for name, (data, _) in contents(tmp_path / "source").items()} == {
        name: data for name, (data, _) in before.items()
    }


def test_check_writes_nothing(prerender: Run, site: Path) -> None:
    before = contents(site)
    done = prerender("check", "site", "--json", "report.json")
    assert done.returncode == 0
    assert "1 rendered, 1 no-math; nothing written" in done.stderr
    assert done.stdout == ""
    assert contents(site) == before


def test_a_formula_that_is_wrong(prerender: Run, site: Path) -> None:
    (site / "bad.html").write_text(BAD, "utf-8")
    done = prerender("build", "site", "--json", "report.json")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("site/bad.html"))
    assert lines[at].startswith("site/bad.html:2:8: error: ")
    assert lines[at + 1] == "  <p> 数学 \\(\\frac{1}\\) and \\(z\\)"
    assert lines[at + 2] == "  " + " " * 9 + "^"
    page = (site / "bad.html").read_text("utf-8")
    assert r"\(\frac{1}\) and <mjx-container" in page
    report = json.loads((site.parent / "report.json").read_text("utf-8"))
    [error] = report["pages"][2]["errors"]
    assert {**error, "message": ""} == {"line": 2, "column": 8, "tex": r"\frac{1}", "message": ""}
    assert report["totals"] == {
        "pages": 3,
        "formulas": 4,
        "distinct": 4,
        "typeset": report["totals"]["typeset"],
        "from_cache": 4 - report["totals"]["typeset"],
        "errors": 1,
        "seconds": report["totals"]["seconds"],
    }
    quiet = prerender("build", "site", "--quiet")
    assert quiet.returncode == 1
    assert quiet.stderr.count("\n") == 3


def test_a_page_that_cannot_be_read(prerender: Run, site: Path, tmp_path: Path) -> None:
    unreadable = b"<meta charset=iso-2022-kr><p>\\(x\\)"
    (site / "k.html").write_bytes(unreadable)
    done = prerender("build", "site", "-o", "out", "--json", "-")
    assert done.returncode == 1
    assert statuses(done.stdout) == {"a.html": "rendered", "b.html": "no-math", "k.html": "failed"}
    assert (
        "site/k.html: error: the page is left as it is: cannot be read as replacement"
        in done.stderr
    )
    assert (tmp_path / "out" / "k.html").read_bytes() == unreadable


def test_a_page_that_cannot_be_written(prerender: Run, site: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "a.html").mkdir(parents=True)
    (site / "d.html").write_text(GOOD, "utf-8")
    done = prerender("build", "site", "-o", "out", "--json", "-")
    assert done.returncode == 1
    assert statuses(done.stdout) == {"a.html": "failed", "b.html": "no-math", "d.html": "rendered"}
    assert "site/a.html: error: the page is left as it is: [Errno 21] Is a directory" in done.stderr


def test_a_page_whose_source_is_lost(prerender: Run, site: Path) -> None:
    assert prerender("build", "site").returncode == 0
    page = (site / "a.html").read_text("utf-8")
    (site / "a.html").write_text(page.replace('class="MathJax"', "class=MathJax"), "utf-8")
    for command in ("build", "restore"):
        done = prerender(command, "site", "--json", "-")
        assert done.returncode == 1
        assert (
            "site/a.html:1:32: error: the page is left as it is: its source is lost" in done.stderr
        )
        assert statuses(done.stdout)["a.html"] == "failed"


def test_names_and_text_that_are_no_unicode(prerender: Run, site: Path) -> None:
    name = os.fsdecode(b"\xff.html")
    (site / name).write_bytes(b"<meta charset=utf-8><p>\\(a\xffb\\) \\(\\frac{\xff}\\)")
    done = prerender("build", "site", "--json", "report.json", "--verbose")
    assert done.returncode == 1
    report = json.loads((site.parent / "report.json").read_bytes())
    assert report["pages"][-1]["path"] == name
    assert prerender("build", "site", "--json", "-").returncode == 1
    listed = prerender("list", "site")
    assert [line["path"] for line in map(json.loads, listed.stdout.splitlines())][-1] == name


def test_list(prerender: Run, site: Path) -> None:
    (site / "bad.html").write_text(f"{BAD}<p>&lt; \\(a &lt; b\\)", "utf-8")
    (site / "k.html").write_bytes(b"<meta charset=iso-2022-kr>")
    done = prerender("list", "site", **NO_BROWSER)
    assert done.returncode == 1, "one page cannot be read"
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        listed("a.html", 1, 38, "x^2", display=False),
        listed("a.html", 1, 50, "y", display=True),
        listed("bad.html", 2, 8, r"\frac{1}", display=False),
        listed("bad.html", 2, 25, "z", display=False),
        listed("bad.html", 2, 38, "a < b", display=False),
    ]
    assert "x^2" in done.stdout.splitlines()[0]
    (site / "k.html").unlink()
    assert prerender("list", "site", **NO_BROWSER).returncode == 0


def listed(path: str, line: int, column: int, tex: str, *, display: bool) -> dict[str, Any]:
    return {
        "path": path,
        "line": line,
        "column": column,
        "display": display,
        "input": "tex",
        "tex": tex,
    }


def test_one_page_is_a_site(prerender: Run, site: Path, tmp_path: Path) -> None:
    done = prerender("build", "site/a.html", "-o", "out", "--verbose")
    assert done.returncode == 0
    assert "a.html: rendered, 2 formulas" in done.stderr
    assert contents(tmp_path / "out").keys() == {"a.html"}
    (site / "a.html").write_text(BAD, "utf-8")
    assert "\nsite/a.html:2:8: error:" in "\n" + prerender("check", "site/a.html").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["build"], "Missing argument 'SITE' (see prerender build --help)"),
        (["bild", "site"], "No such command 'bild'. Did you mean 'build'? (see prerender --help)"),
        (["build", "site", "--swift"], "No such option: --swift (see prerender build --help)"),
        (
            ["build", "site", "--screens", "320"],
            "--screens is no option of prerender build, but of",
        ),
        (["build", "site", "--jobs", "0"], "Invalid value for '--jobs'"),
        (["build", "site", "--jobs", "x"], "unable to parse string as an integer"),
        (["build", "site", "--css", "x"], "'--css': 'x' is not one of 'inline', 'external' (see"),
        (["build", "site", "more"], "Got unexpected extra argument(s) (more)"),
        (["build", "site", "-o"], "Option '-o' requires an argument"),
        (["--swift"], "No such option: --swift (see prerender --help)"),
        (["cache", "fill"], "No such command 'fill' (see prerender cache --help)"),
        (["batch", "site"], "Missing option '--journal' (see prerender batch --help)"),
        (["build", "none"], "prerender: error: none does not exist; name the folder"),
        (["build", "site", "-o", "site"], "leave -o out to build in place"),
        (["build", "site", "--include", "*.php"], "none like *.php; see --include"),
        (["restore", "site", "--exclude", "*"], "no page in site"),
        (["list", "site", "--include", "*.php"], "no page in site"),
        (["build", "site", "--config", "none.toml"], "none.toml: cannot be read"),
        (["build", "site", "--json", "none/report.json"], "none/report.json cannot be written"),
        (["build", "site", "--cache-dir", "site/c.css"], "site/c.css: the cache cannot be used"),
    ],
)
def test_wrong_words(prerender: Run, site: Path, words: list[str], said: str) -> None:
    done = prerender(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("prerender: error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_words_and_help(prerender: Run) -> None:
    for words in ([], ["cache"]):
        done = prerender(*words)
        assert (done.returncode, done.stderr) == (2, "")
        assert "Usage: prerender" in done.stdout
    for words in (["--help"], ["build", "--help"], ["cache", "--help"], ["cache", "clear", "-h"]):
        done = prerender(*words)
        assert done.returncode == 0
        assert "<bool>" not in done.stdout  # as if a flag took a value
    assert prerender("build", "-h").stdout == prerender("build", "--help").stdout
    version = f"prerender {__version__} (MathJax {mathjax_version()})\n"
    assert prerender("--version").stdout == version
    # What it prints depends on the shell that runs the tests
    assert "--install-completion" in prerender("--help").stdout


def test_a_message_says_where_to_read_more(prerender: Run, site: Path) -> None:
    """Also where nothing but the program is installed."""
    rows = "\\begin{matrix} a \\\n b \\\\\n c \\end{matrix}"
    page = rf"<!doctype html><p>(\frac{{1}}{{2}}) \({rows}\) \(\ref{{a}}\)"
    (site / "b.html").write_text(page)
    done = prerender("check", "site")
    assert "note: this looks like TeX, and is in no formula" in done.stderr
    assert "looks like TeX" in prerender("list", "site").stderr
    names = re.findall(r"^  more: prerender explain (\w+)$", done.stderr, re.MULTILINE)
    assert names == ["stray", "rows", "label"]
    told = prerender("explain", "label")
    assert (told.returncode, told.stderr) == (0, "")
    assert 'tags = "ams"' in told.stdout
    assert "label " in prerender("explain").stdout
    assert prerender("explain", "nothing").returncode == 2


def test_a_process_of_its_own(environment: dict[str, str], site: Path) -> None:
    (site / "b.html").write_text(BAD, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "prerender", "list", site],
        env=environment | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert [json.loads(line)["tex"] for line in done.stdout.splitlines()][:2] == ["x^2", "y"]
    done = subprocess.run(
        [sys.executable, "-m", "prerender", "check", site],
        env=environment | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert rb"<p> \u6570\u5b66 \(\frac{1}\)" in done.stderr


def test_no_browser(prerender: Run, site: Path) -> None:
    before = contents(site)
    done = prerender("build", "site", "--no-cache", **NO_BROWSER)
    assert done.returncode == 3
    assert "prerender: error: /nonexistent is not a program" in done.stderr
    assert "playwright install chromium" in done.stderr
    assert contents(site) == before
    assert prerender("build", "site", "--no-cache", "--browser", "/bin/true").returncode == 3
    (site / "a.html").unlink()
    assert prerender("build", "site", "--no-cache", **NO_BROWSER).returncode == 0


def test_a_configuration_file(prerender: Run, site: Path, tmp_path: Path) -> None:
    (site / "x.html").write_text(r"<!doctype html><p>\(\R\) \(\Q\)")
    (tmp_path / "prerender.toml").write_text(
        'output = "out"\nexclude = ["a.html"]\nquiet = true\n'
        '[mathjax.tex.macros]\nR = "\\\\mathbb{R}"\n'
    )
    done = prerender("build", "site", "--json", "-")
    assert done.returncode == 0
    assert done.stderr == ""
    assert statuses(done.stdout) == {"b.html": "no-math", "x.html": "rendered"}
    assert (tmp_path / "out" / "a.html").read_text("utf-8") == GOOD, "excluded, but of the copy"
    flags = prerender("build", "site", "--exclude", "b.html", "-o", "other", "--json", "-")
    assert statuses(flags.stdout) == {"a.html": "rendered", "x.html": "rendered"}
    (tmp_path / "prerender.toml").rename(tmp_path / "named.toml")
    for named in (["--config", "named.toml"], []):
        variables = {} if named else {"PRERENDER_CONFIG": "named.toml"}
        again = prerender("build", "site", "--json", "-", *named, **variables)
        assert statuses(again.stdout) == {"b.html": "no-math", "x.html": "unchanged"}


def test_what_is_not_defined_is_a_warning(prerender: Run, site: Path) -> None:
    (site / "x.html").write_text(r"<!doctype html><p>\(\Q\)")
    done = prerender("build", "site")
    assert done.returncode == 0
    assert r"site/x.html:1:19: warning: \Q is not defined" in done.stderr
    assert "warning" not in prerender("build", "site", "--quiet").stderr


def test_a_warning_is_said_once_with_its_cure(prerender: Run, site: Path) -> None:
    (site / "x.html").write_text(r"<!doctype html><p>\(\Q\) \(\Q\) \(\ref{no}\)")
    (site / "y.html").write_text(r"<!doctype html><p>\(\Q\) \(\eqref{no}\) $$ a")
    done = prerender("build", "site", "--json", "-")
    assert done.stderr.count(r"\Q is not defined") == 1
    assert r"3 times on 2 pages, also site/x.html:1:26, site/y.html:1:19; define \Q" in done.stderr
    assert "there is no label no on this page" in done.stderr
    assert "$$ is never closed" in done.stderr
    told = {one["message"].partition(" is")[0]: one for one in json.loads(done.stdout)["warnings"]}
    assert (told["\\Q"]["count"], told["\\Q"]["pages"]) == (3, 2)
    assert "[mathjax.tex.macros]" in told["\\Q"]["cure"]
    assert [place["path"] for place in told["\\Q"]["places"]] == ["x.html", "x.html", "y.html"]


LABELS = r"""<!doctype html><script>MathJax = {tex: {tags: '%s'}}</script>
<script src=https://cdn.jsdelivr.net/npm/mathjax@4/tex-chtml.js></script>
<p>\begin{align} a \label{a} \\ b \label{b} \end{align} \eqref{a}"""


def test_labels_without_numbers_are_told_with_the_cure(prerender: Run, site: Path) -> None:
    (site / "x.html").write_text(LABELS % "none")
    done = prerender("build", "site")
    assert (done.returncode, done.stderr.count('put tags = "ams" under')) == (1, 2)
    assert r"3:4: error: Multiple \label" in done.stderr
    assert "there is no label a on this page" in done.stderr
    (site / "x.html").write_text(LABELS % "ams")
    done = prerender("build", "site")
    assert (done.returncode, "label" in done.stderr) == (0, False)


@pytest.mark.parametrize("words", [["build"], ["check"], ["batch", "--journal", "journal"]])
def test_warnings_fail_where_the_user_is_strict(
    prerender: Run, site: Path, tmp_path: Path, words: list[str]
) -> None:
    (site / "x.html").write_text(r"<!doctype html><p>\(\Q\)")
    for name in ("a.html", "b.html"):
        (site / name).unlink(missing_ok=True)
    assert prerender(*words, "site").returncode == 0
    (tmp_path / "prerender.toml").write_text("strict = true\n")
    assert prerender(*words, "site").returncode == 1
    (tmp_path / "prerender.toml").write_text('strict = true\n[mathjax.tex.macros]\nQ = "q"\n')
    assert prerender(*words, "site").returncode == 0


def test_what_is_not_closed_is_a_warning(prerender: Run, site: Path) -> None:
    (site / "x.html").write_text("<!doctype html><p>\\[ a<p>\\(b and \\(c\\)")
    done = prerender("build", "site")
    assert done.returncode == 0
    assert r"site/x.html:1:19: warning: \[ is never closed: no end of it follows" in done.stderr
    assert r"site/x.html:1:26: warning: there is a \( in this formula" in done.stderr
    assert "0 errors, 2 warnings." in done.stderr


@pytest.mark.parametrize("name", ["prerender.toml", "pyproject.toml"])
def test_an_unknown_setting(prerender: Run, site: Path, tmp_path: Path, name: str) -> None:
    table = "[tool.prerender]\n" if name.startswith("py") else ""
    (tmp_path / name).write_text(f"{table}outptu = 'out'\n")
    done = prerender("build", "site")
    assert done.returncode == 2
    assert f"prerender: error: {name}: unknown setting outptu; did you mean output?" in done.stderr


def test_variables(prerender: Run, site: Path, tmp_path: Path) -> None:
    assert prerender("build", "site", PRERENDER_CACHE="here").returncode == 0
    assert (tmp_path / "here" / "cache.db").exists()
    (tmp_path / "prerender.toml").write_text("cache_dir = 'there'\n")
    assert prerender("cache", "info", PRERENDER_CACHE="here").stdout.startswith("here: ")
    assert prerender("cache", "info", PRERENDER_CACHE="").stdout.startswith("there: ")
    assert "PRERENDER_JOBS: 'x'" in prerender("build", "site", PRERENDER_JOBS="x").stderr
    assert "PRERENDER_TIME_LIMIT = 0" in prerender("build", "site", PRERENDER_TIME_LIMIT="0").stderr


def test_what_took_too_long_is_tried_again(prerender: Run, site: Path) -> None:
    long = "+".join(f"x_{{{n}}}^{{{n}}}" for n in range(3000))
    page = site / "long.html"
    page.write_text(rf"<!doctype html><p>\({long}\)", "utf-8")
    hasty = prerender("build", page, "--time-limit", "0.1")
    assert (hasty.returncode, "0.1 s" in hasty.stderr) == (1, True), hasty.stderr
    assert prerender("build", page).returncode == 0
    assert "<mjx-container" in page.read_text("utf-8")


def test_cache_commands(prerender: Run, site: Path, tmp_path: Path) -> None:
    prerender("build", "site", "--cache-dir", "here")
    info = prerender("cache", "info", "--cache-dir", "here")
    assert info.returncode == 0
    count = int(info.stdout.removeprefix("here: ").partition(" ")[0])
    assert count >= 3
    assert prerender("cache", "prune", "--cache-dir", "here").stdout == "0 entries removed\n"
    assert prerender("cache", "clear", "--cache-dir", "here").stdout == f"{count} entries removed\n"
    assert prerender("cache", "info", "--cache-dir", "here").stdout.startswith("here: 0 entries, ")
    (tmp_path / "here" / "cache.db").write_bytes(b"no database" * 1000)
    said = "here: the cache cannot be used: file is not a database"
    done = prerender("cache", "info", "--cache-dir", "here")
    assert done.returncode == 2
    assert said in done.stderr
    prerender("restore", "site")
    built = prerender("build", "site", "--cache-dir", "here")
    assert built.returncode == 0
    assert f"prerender: {said}; this run does without it" in built.stderr
    assert prerender("cache", "clear", "--cache-dir", "here").stdout == "0 entries removed\n"
    assert prerender("cache", "info", "--cache-dir", "here").returncode == 0


def test_doctor(prerender: Run, tmp_path: Path) -> None:
    done = prerender("doctor")
    assert done.returncode == 0, done.stdout
    for line in (f"prerender  {__version__}", "mathjax    4.", "chromium   ", "sandbox    "):
        assert f"\n{line}" in f"\n{done.stdout}"
    missing = prerender("doctor", **NO_BROWSER)
    assert missing.returncode == 3
    assert "playwright install chromium" in missing.stdout
    odd = prerender("doctor", "--browser", "/bin/false")
    assert odd.returncode == 3
    assert "/bin/false does not start" in odd.stdout


@pytest.mark.parametrize("node", ["/bin/false", "/none"])
def test_doctor_without_a_driver(environment: dict[str, str], node: str) -> None:
    words = [sys.executable, "-m", "prerender", "doctor"]
    variables = environment | {"PLAYWRIGHT_NODEJS_PATH": node}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=variables)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.count("\ndriver     Playwright does not start: ") == 1
    assert "\nchromium   " in done.stdout


def test_an_interrupt_while_the_program_is_loaded(tmp_path: Path) -> None:
    """As Ctrl-C within the first half second."""
    code = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'prerender.pipeline.render': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "sys.argv[1:] = ['build', '.']\n"
        "from prerender.__main__ import main\n"
        "main()\n"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize("words", [("-q", "-v"), ("--quiet",)])
def test_quiet_is_quiet(prerender: Run, site: Path, words: tuple[str, ...]) -> None:
    done = prerender("build", "site", *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("package", ["diskcache", "turbohtml", "jinja2", "pathspec", "brotli"])
def test_doctor_without_a_package(package: str, environment: dict[str, str]) -> None:
    code = (
        "import sys\n"
        f"sys.modules['{package}'] = None\n"
        "sys.argv[1:] = ['doctor']\n"
        "from prerender.__main__ import main\n"
        "main()\n"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (3, "")
    assert f"{package:<10} missing: pip install {package}" in done.stdout


def test_a_bug_is_told_with_its_traceback(
    prerender: Run, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise KeyError("one of ours")

    monkeypatch.setattr("prerender.pipeline.render.finish", fails)
    done = prerender("build", "site", "--no-cache")
    assert done.returncode == 70
    assert "site/a.html: error: the page is left as it is, by a bug of prerender: " in done.stderr
    assert "Traceback (most recent call last)" in done.stderr
    assert (site / "a.html").read_text("utf-8") == GOOD
    job = prerender("batch", "site", "--journal", "journal", "--no-cache", "--retries", "0")
    assert job.returncode == 70
    assert "Traceback (most recent call last)" in job.stderr
    monkeypatch.setattr("prerender.pipeline.build.page_names", fails)
    done = prerender("build", "site")
    assert done.returncode == 70
    assert "prerender: error: a bug of prerender; please report it" in done.stderr


def test_check_looks_at_the_markup_that_build_writes(prerender: Run, site: Path) -> None:
    """Of a site that is built with files that pages share, nothing is left to do."""
    flags = ("--css", "external", "--glyphs", "shared")
    assert prerender("build", "site", *flags).returncode == 0
    done = prerender("check", "site", *flags)
    assert "1 unchanged, 1 no-math; nothing written" in done.stderr
    assert "1 rendered" in prerender("check", "site").stderr


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("mkdocs.yml", "mkdocs.yml is MkDocs's; name the folder that it builds (site/site)"),
        ("_config.yml", "_config.yml is Jekyll's"),
        ("node_modules/x.js", "it has node_modules"),
        ("t/base.html", "site has templates"),
    ],
)
def test_sources_are_not_built(prerender: Run, site: Path, made: str, said: str) -> None:
    """Unless the user says so; a page of a project is not its root."""
    file = site / made
    file.parent.mkdir(exist_ok=True)
    file.write_text("{% block title %}{% endblock %} \\(x\\)")
    for page in ("a.html", "b.html") if made.startswith("t/") else ():
        (site / page).write_text("<title>{{ .Title }}</title>\\(x\\)")
    before = contents(site)
    for words in (["build", "site"], ["build", "site", "-o", "out"]):
        done = prerender(*words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert said in done.stderr
        assert "--yes" in done.stderr
    assert contents(site) == before
    assert prerender("check", "site").returncode == 0
    assert prerender("build", "site", "--yes", "-o", "out").returncode == 0
    assert prerender("build", "site/a.html").returncode == 0


def test_pages_about_templates_are_no_templates(prerender: Run, site: Path) -> None:
    for name in ("a.html", "b.html"):
        page = r"<!doctype html><pre>{% block x %}</pre>\({{a}\choose{b}}\) \({%\)"
        (site / name).write_text(page)
    assert prerender("build", "site", "-o", "out").returncode in (0, 1)


@pytest.mark.parametrize("name", ["a.md", "a.tex", "a.css", "a.xml"])
def test_what_is_no_html_is_refused(prerender: Run, site: Path, name: str) -> None:
    (site / name).write_text("<?xml version='1.0'?><rss>" if name == "a.xml" else "$$ x $$")
    done = prerender("build", f"site/{name}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"site/{name} is no HTML" in done.stderr
    everything = prerender("check", "site", "--include", "*", "--json", "-")
    assert statuses(everything.stdout) == {"a.html": "rendered", "b.html": "no-math"}


def test_a_page_into_a_file(prerender: Run, site: Path, tmp_path: Path) -> None:
    (site / "a.html.gz").write_bytes(b"")
    for target in ("x.html", "site/x.html", "new/x.xhtml"):
        done = prerender("build", "site/a.html", "-o", target)
        assert done.returncode == 0, done.stderr
        assert "<mjx-container" in (tmp_path / target).read_text("utf-8")
        again = prerender("build", "site/a.html", "-o", target, **NO_BROWSER)
        assert "1 unchanged; nothing written" in again.stderr
        assert (tmp_path / f"{target}.gz").exists()
    assert (site / "a.html").read_text("utf-8") == GOOD
    assert prerender("restore", "x.html", "-o", "source.html").returncode == 0
    assert (tmp_path / "source.html").read_text("utf-8") == GOOD
    done = prerender("build", "site/a.html", "-o", "site/a.html")
    assert (done.returncode, "leave -o out" in done.stderr) == (2, True)


def test_restore_takes_no_output_from_the_configuration(
    prerender: Run, site: Path, tmp_path: Path
) -> None:
    assert prerender("build", "site").returncode == 0
    (tmp_path / "prerender.toml").write_text("output = 'out'\n")
    assert prerender("restore", "site", PRERENDER_OUTPUT="out").returncode == 0
    assert (site / "a.html").read_text("utf-8") == GOOD
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("program", ["/bin/cat", sys.executable])
def test_a_browser_that_is_no_chromium(prerender: Run, site: Path, program: str) -> None:
    (site / "d.html").write_text(GOOD)
    done = prerender("build", "site", "--no-cache", "--browser", program)
    assert done.returncode == 3
    [line] = [line for line in done.stderr.splitlines() if "error" in line]
    assert f"{program} is no Chromium: asked for its version, it says " in line


def test_a_home_that_cannot_be_written(prerender: Run, site: Path) -> None:
    done = prerender("build", "site", HOME="/dev/null", XDG_CACHE_HOME="", PRERENDER_CACHE="")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "the cache cannot be used" in done.stderr


def test_what_may_not_be_read_is_one_line(
    prerender: Run, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root all may be read: what the system would say is said in its place."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "site/secret")

    monkeypatch.setattr("prerender.pipeline.build.page_names", refused)
    done = prerender("build", "site")
    assert (done.returncode, done.stderr) == (
        2,
        "prerender: error: site/secret: Permission denied\n",
    )


def test_annotations_for_github(prerender: Run, site: Path) -> None:
    (site / "bad.html").write_text(BAD + r" \(\Q\) \(\Q\)", "utf-8")
    done = prerender("build", "site", "--format", "github")
    lines = [line for line in done.stderr.splitlines() if line.startswith("::")]
    assert lines[0].startswith("::error file=site/bad.html,line=2,col=8::Missing argument")
    assert lines[1].startswith("::warning file=site/bad.html,line=2,col=31::\\Q is not defined")
    assert "%0A2 times on 1 page, also site/bad.html:2:38; define" in lines[1]
    assert len(lines) == 2


def test_a_sarif_document(prerender: Run, site: Path) -> None:
    (site / "bad 1.html").write_text(BAD + r" \(\Q\) \(\Q\)", "utf-8")
    done = prerender("build", "site", "--format", "sarif", "--strict")
    assert "Missing argument" not in done.stderr
    document = json.loads(done.stdout)
    assert document["version"] == "2.1.0"
    [run] = document["runs"]
    assert run["tool"]["driver"]["name"] == "prerender"
    assert [one["level"] for one in run["results"]] == ["error", "warning", "warning"]
    first = run["results"][0]["locations"][0]["physicalLocation"]
    assert first["artifactLocation"] == {"uri": "site/bad%201.html"}
    assert first["region"] == {"startLine": 2, "startColumn": 8}
    assert {one["ruleId"] for one in run["results"]} <= {
        rule["id"] for rule in run["tool"]["driver"]["rules"]
    }
    both = prerender("build", "site", "--format", "sarif", "--json", "-")
    assert (both.returncode, both.stderr.count("\n")) == (2, 1)


def test_colours_where_they_are_wanted(prerender: Run, site: Path) -> None:
    (site / "bad.html").write_text(BAD, "utf-8")
    plain = prerender("build", "site", "-q")
    assert "\x1b" not in plain.stderr
    coloured = prerender("build", "site", "-q", FORCE_COLOR="1", TERM="xterm")
    assert "\x1b[1;31merror: \x1b[0m" in coloured.stderr
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured.stderr) == plain.stderr
    without = prerender("build", "site", "-q", FORCE_COLOR="1", NO_COLOR="1", TERM="xterm")
    assert "\x1b[1;31m" not in without.stderr


def test_the_summary_adds_up(prerender: Run, site: Path) -> None:
    (site / "bad.html").write_text(BAD + r" \(z\) \(x^2\)", "utf-8")
    for _ in range(2):
        done = prerender("check", "site", "--no-cache")
        assert (
            "6 formulas: 3 typeset, 2 repeated, 1 with an error. 1 error. 137 B became "
            in done.stderr
        ), done.stderr


def test_little_is_loaded_for_the_version() -> None:
    code = (
        "import sys\n"
        "sys.argv[1:] = ['--version']\n"
        "from prerender.__main__ import main\n"
        "try: main()\n"
        "finally: print({'rich', 'jinja2', 'dask', 'distributed', 'fontTools', 'starlette'}"
        " & set(sys.modules))\n"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == ["set()"]


def test_init(prerender: Run, site: Path, tmp_path: Path) -> None:
    """Of the folder that the configuration names; what it writes changes nothing."""
    assert prerender("init").returncode == 2
    (tmp_path / "mkdocs.yml").write_text("site_name: t\ntheme:\n  name: material\nsite_dir: site\n")
    loader = "<script src=https://cdn/mathjax@3/es5/tex-svg.js></script>"
    made = "<meta name=generator content='mkdocs-1.6.1'>"
    (site / "m.html").write_text(f"<!doctype html>{made}{loader}<p>\\(x\\) \\(y\\)")
    (site / "k.html").write_bytes(b"<meta charset=iso-2022-kr><p>\\(x\\)")
    before = contents(site)
    done = prerender("init")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "site       site, 4 pages",
        "generator  MkDocs (mkdocs.yml), theme material",
        "made by    mkdocs-1.6.1",
        "formulas   2 on 1 page: no engine (read with MathJax 4's defaults)",
        "formulas   2 on 1 page: MathJax 3",
        "unread     1 page cannot be read (see below)",
    ]
    assert "site/k.html: warning: the page is left as it is" in done.stderr
    assert contents(site) == before
    text = (tmp_path / "prerender.toml").read_text("utf-8")
    assert tomllib.loads(text) == {}
    settings = "".join(line[2:] + "\n" for line in text.splitlines() if " = " in line)
    known = {one.name for one in fields(CommandSettings)}
    assert set(tomllib.loads(settings)) - {"RR"} == known - {"mathjax", "yes"}
    (tmp_path / "prerender.toml").write_text("jobs = 1\n")
    again = prerender("init", "site")
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert (tmp_path / "prerender.toml").read_text() == "jobs = 1\n"


def test_init_before_the_site_is_built(prerender: Run, tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text("publishDir = 'docs'\n")
    done = prerender("init")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "docs is not there yet: let Hugo build it (from hugo.toml)" in done.stderr
