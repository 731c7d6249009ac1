"""Diagnostics point at their place, whatever stands in the line."""

from __future__ import annotations

from unicodedata import category, east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prerender.errors import Exit
from prerender.report.diagnostics import Diagnostic
from prerender.report.summary import PageReport, Report
from prerender.source.lines import LineIndex, Location

pytestmark = pytest.mark.quick


def shown(text: str, column: int) -> tuple[str, str]:
    """The line that is shown and its caret, without their indent."""
    _, line, caret = (
        Diagnostic("error", "bad", Location(3, column, text)).excerpt.show("a.html").split("\n")
    )
    return line[2:], caret[2:]


def test_a_diagnostic_is_three_lines() -> None:
    diagnostic = Diagnostic(
        "error", "Missing close brace", Location(3, 5, r"<p>\(\frac{1\)"), r"\frac{1"
    )
    assert diagnostic.excerpt.show("site/a.html") == (
        "site/a.html:3:5: error: Missing close brace\n"
        "  <p>\\(\\frac{1\\)\n"
        "      ^"
    )  # fmt: skip


def test_without_a_place_it_is_one_line() -> None:
    assert Diagnostic("warning", "odd").excerpt.show("a.html") == "a.html: warning: odd"


@pytest.mark.parametrize(
    ("text", "column", "caret"),
    [
        ("$x$", 1, 0),
        ("数学$x$", 3, 4),
        ("ｆ：$x$", 3, 4),
        ("\t\t$x$", 3, 2),
        ("é$x$", 2, 1),
        ("e\u0301$x$", 3, 1),
        ("🙂$x$", 2, 2),
        ("𝐀$x$", 2, 1),
        ("\u200f$x$", 2, 1),
    ],
)
def test_the_caret_stands_under_the_place(text: str, column: int, caret: int) -> None:
    assert shown(text, column) == (shown(text, 1)[0], " " * caret + "^")


def test_long_lines_are_cut_around_the_place() -> None:
    text = "a" * 5000 + "$x$" + "b" * 5000
    line, caret = shown(text, 5001)
    assert len(line) < 110
    assert line[len(caret) - 1 :].startswith("$x$b")
    assert line.startswith("…a")
    assert line.endswith("b…")
    assert shown("$x$" + "b" * 500, 1)[1] == "^"


def test_no_name_of_a_file_tells_a_terminal_what_to_do() -> None:
    found = Diagnostic("error", "bad").excerpt
    assert found.show("a\x1b]0;x\x07\u202e\udcff.html") == "a?]0;x??\udcff.html: error: bad"


def test_no_terminal_is_told_what_to_do() -> None:
    odd = "a\x1b[2J\x07\x85\u2028\u202e$x$"
    line, _ = shown(odd, 4)
    assert line.isprintable()
    assert Diagnostic("error", f"Unknown environment '{odd}'").excerpt.show("a.html").isprintable()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")), st.data())
def test_any_line(text: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, len(text) + 1))
    line, caret = shown(text, column)
    assert caret.endswith("^")
    assert all(c.isprintable() for c in line)
    if len(text) <= 100:
        before = line[: column - 1]
        assert len(caret) - 1 == sum(
            0 if category(c) in ("Mn", "Me") else 2 if east_asian_width(c) in "FW" else 1
            for c in before
        )


PLACE = LineIndex("a\n$x$").locate(2)


def report() -> Report:
    error = Diagnostic("error", "bad", PLACE, "x")
    pages = [
        PageReport(
            "a.html", "rendered", 3, True, [error, Diagnostic("warning", "odd", PLACE, "x")]
        ),
        PageReport("b.html", "failed", diagnostics=[Diagnostic("error", "cannot be read")]),
        PageReport("c.html", "unchanged", 2),
        PageReport("d.html", "no-math", 0, True),
    ]
    return Report(pages, distinct=4, typeset=3, from_cache=1, seconds=1.23456)


def test_the_summary_is_one_line() -> None:
    assert report().summary() == (
        "4 pages: 1 rendered, 1 unchanged, 1 no-math, 1 failed; 2 written. "
        "5 formulas: 3 typeset, 1 from the cache, 1 with an error. 2 errors, 1 warning. 1.2 s"
    )
    one = Report([PageReport("c.html", "unchanged", 1)])
    assert one.summary() == (
        "1 page: 1 unchanged; nothing written. 1 formula: 1 repeated. 0 errors. 0.0 s"
    )


def test_what_became_of_formulas_adds_up() -> None:
    error = Diagnostic("error", "bad", PLACE, "x")
    pages = [
        PageReport("a.html", "rendered", 6, True, [error, error], before=900, after=12_345),
        PageReport("b.html", "rendered", 4, True, before=100, after=100_000),
        PageReport("c.html", "unchanged", 0, before=50, after=50),
    ]
    run = Report(pages, distinct=7, typeset=4, from_cache=3, failed=1, failed_before=0)
    assert run.shares() == {
        "typeset": 3,
        "from the cache": 3,
        "repeated": 2,
        "with an error": 2,
    }
    assert sum(run.shares().values()) == run.formulas == 10
    assert "10 formulas: 3 typeset, 3 from the cache, 2 repeated, 2 with an error." in run.summary()
    assert " 1.0 kB became 112 kB." in run.summary()


@pytest.mark.parametrize(
    ("typeset", "cached", "failed"), [(0, 0, 0), (9, 0, 3), (1, 9, 0), (0, 3, 9)]
)
def test_it_adds_up_whatever_a_run_counts(typeset: int, cached: int, failed: int) -> None:
    error = Diagnostic("error", "bad", PLACE, "x")
    run = Report([PageReport("a.html", "rendered", 3, True, [error])], 0, typeset, cached)
    run.failed = failed
    assert sum(run.shares().values()) == 3
    assert min(run.shares().values()) >= 0


def test_restored_pages_are_not_called_rendered() -> None:
    summary = Report([PageReport("c.html", "restored", written=True)]).summary()
    assert summary.startswith("1 page: 1 restored; 1 written.")


def test_json() -> None:
    odd = [{"path": "a.html", "line": 2, "column": 1, "tex": "x"}]
    assert report().to_json() == {
        "version": 1,
        "warnings": [{"message": "odd", "count": 1, "pages": 1, "places": odd}],
        "pages": [
            {
                "path": "a.html",
                "status": "rendered",
                "formulas": 3,
                "errors": [{"line": 2, "column": 1, "tex": "x", "message": "bad"}],
            },
            {
                "path": "b.html",
                "status": "failed",
                "formulas": 0,
                "errors": [{"line": 1, "column": 1, "tex": "", "message": "cannot be read"}],
            },
            {"path": "c.html", "status": "unchanged", "formulas": 2, "errors": []},
            {"path": "d.html", "status": "no-math", "formulas": 0, "errors": []},
        ],
        "totals": {
            "pages": 4,
            "formulas": 5,
            "distinct": 4,
            "typeset": 3,
            "from_cache": 1,
            "errors": 2,
            "seconds": 1.235,
        },
    }


def test_exit_codes() -> None:
    warning = PageReport("a.html", "rendered", 1, True, [Diagnostic("warning", "odd")])
    assert Report([warning]).exit == Exit.DONE
    assert Report([warning], strict=True).exit == Exit.SOME_FAILED
    noted = PageReport("a.html", "rendered", 1, True, [Diagnostic("note", "loads MathJax")])
    assert Report([noted], strict=True).exit == Exit.DONE
    assert Report([warning, PageReport("b.html", "failed")]).exit == Exit.SOME_FAILED
    assert report().exit == Exit.SOME_FAILED
