r"""Formulas that share state go together; the others go alone."""

from __future__ import annotations

from typing import Any

import pytest

from prerender.engine.jobs import plan_jobs
from prerender.find import Formula, Input
from prerender.source import Span

pytestmark = pytest.mark.quick


def together(*formulas: str, display: bool = False, kind: Input = "tex", **tex: Any) -> list[int]:
    """The indexes of the formulas that are one job; those that are not are each one of its own."""
    found = [Formula(Span(0, 1), None, math, display, kind) for math in formulas]
    planned = plan_jobs(found, "key", tex)
    assert sorted(index for one in planned for index in one.indexes) == list(range(len(formulas)))
    for one in planned:
        assert [item.math for item in one.job.formulas] == [
            formulas[index] for index in one.indexes
        ]
    *alone, last = planned
    if len(last.indexes) > 1 or _counts(formulas, planned):
        assert all(len(one.indexes) == 1 for one in alone)
        return list(last.indexes)
    return []


def _counts(formulas: tuple[str, ...], planned: list[Any]) -> bool:
    """Whether the last job is out of order, as that of the formulas with state is."""
    return len(planned) > 1 and planned[-1].indexes[0] < len(formulas) - 1


@pytest.mark.parametrize(
    "formula",
    [
        r"\label{a} x",
        r"\ref{a}",
        r"\eqref{a}",
        r"\nonumber x",
        r"\notag",
        r"\let\a=\b",
        r"\def\a{1}",
        r"\newcommand{\a}{1}",
        r"\newcommand \a[1][x]{1}",
        r"\renewcommand*\a{1}",
        r"\newenvironment{a}{b}{c}",
        r"\DeclareMathOperator{\a}{a}",
        r"\DeclarePairedDelimiter\a{(}{)}",
        r"\Newextarrow{\a}{1,2}{0x21c0}",
        r"\gdef\a{1}",
        r"\require{cancel}",
        r"\definecolor{a}{RGB}{1,2,3}",
        r"\newcolumntype{a}{c}",
        r"\newtagform{a}{[}{]}",
        r"\usetagform{a}",
        r"\mathtoolsset{}",
        r"\begingroup",
    ],
)
def test_what_sets_or_uses_state(formula: str) -> None:
    assert together(formula, formula, "x")[:2] == [0, 1]


@pytest.mark.parametrize(
    "formula",
    [
        "x",
        r"\\label",
        r"\labelled",
        r"\defx",
        r"a \\ ref",
        r"\text{\letx}",
        r"\begin{matrix}a\end{matrix}",
    ],
)
def test_what_does_not(formula: str) -> None:
    assert together(formula, formula, "x", tags="ams") == []


@pytest.mark.parametrize(
    ("definition", "use"),
    [
        (r"\def\a{1}", r"\a"),
        (r"\def \a{1}", r"\a"),
        (r"\def\|{1}", r"\|"),
        (r"\gdef\a#1{1}", r"\a x"),
        (r"\let\a\b", r"\a"),
        (r"\newcommand\a{1}", r"\a"),
        (r"\newcommand{a}{1}", r"\a"),
        (r"\newcommand{ \a }{1}", r"\a"),
        (r"\renewcommand*{\a}{1}", r"\a"),
        (r"\providecommand\a{1}", r"\a"),
        (r"\DeclareMathOperator{\Foo}{a}", r"\Foo"),
        (r"\DeclareMathOperator*{Foo}{a}", r"\Foo"),
        (r"\DeclarePairedDelimiter\abs{(}{)}", r"\abs{x}"),
        (r"\DeclarePairedDelimiterX{\abs}[1]{(}{)}{x}", r"\abs{x}"),
        (r"\Newextarrow{\a}{1,2}{0x21c0}", r"\a{x}"),
        (r"\newenvironment{foo}{a}{b}", r"\begin{foo}x\end{foo}"),
        (r"\renewenvironment*{foo}{a}{b}", r"\begin {foo}x\end{foo}"),
    ],
)
def test_uses_go_with_their_definition(definition: str, use: str) -> None:
    assert together("x", use, definition, r"\alpha") == [1, 2]


@pytest.mark.parametrize(
    "formula",
    [
        r"\require{cancel}",
        r"\definecolor{a}{RGB}{1,2,3}",
        r"\newcolumntype{a}{c}",
        r"\usetagform{a}",
        r"\begingroup",
        r"\setOptions{tags=all}",
        r"\mathtoolsset{}",
    ],
)
def test_nobody_knows_what_they_change(formula: str) -> None:
    assert together("x", formula, "y", r"\color{a}z") == [1, 2, 3]


@pytest.mark.parametrize(
    ("tags", "environment", "numbered"),
    [
        ("none", "equation", False),
        ("ams", "equation", True),
        ("ams", "align", True),
        ("ams", "align*", False),
        ("ams", "aligned", False),
        ("ams", "numcases", True),
        ("all", "matrix", False),
        ("all", "gather", True),
    ],
)
def test_numbers(tags: str, environment: str, numbered: bool) -> None:
    formula = rf"\begin{{{environment}}}x\end{{{environment}}}"
    assert together(formula, formula, "x", tags=tags) == ([0, 1] if numbered else [])


def test_all_displays_have_numbers_under_tags_all() -> None:
    assert together("x", "y", tags="all", display=True) == [0, 1]
    assert together("x", "y", "z", tags="all", display=False) == []


@pytest.mark.parametrize(
    ("macros", "counts"),
    [
        ({"a": r"\label{x}"}, [1, 2]),
        ({"a": [r"\label{#1}", 1]}, [1, 2]),
        ({"a": [r"\begin{equation}#1\end{equation}", 1]}, [1, 2]),
        ({"b": r"\label{x}", "c": r"\b", "a": r"\c"}, [1, 2]),
        ({"a": r"\def\b{1}"}, [1, 2, 3]),
        ({"a": [r"\def\b{#1}", 1]}, [1, 2, 3]),
        ({"a": r"\require{cancel}"}, [1, 2, 3]),
        ({"d": r"\gdef\b{}", "a": r"\d"}, [1, 2, 3]),
        ({"a": r"\mathbb{R}"}, []),
        ({"a": {"$function": "f"}}, []),
        ({"a": 1, "b": None}, []),
        (["a"], []),
    ],
)
def test_macros_of_the_set_up(macros: Any, counts: list[int]) -> None:
    assert together("x", r"\a{y}", r"\a z", "w", macros=macros) == counts


@pytest.mark.parametrize(
    ("environment", "counts"),
    [
        ([r"\begin{equation}", r"\end{equation}"], [1, 2]),
        ([r"\def\b{}", ""], [1, 2, 3]),
        (["a", "b"], []),
    ],
)
def test_environments_of_the_set_up(environment: list[str], counts: list[int]) -> None:
    formula = r"\begin{a}x\end{a}"
    assert (
        together("x", formula, formula, "w", environments={"a": environment}, tags="ams") == counts
    )


@pytest.mark.parametrize("kind", ["mathml", "asciimath"])
def test_only_tex_has_state(kind: Input) -> None:
    assert together(r"\def\a{}", r"\a", r"\label{x}", kind=kind, tags="all") == []


def test_jobs_of_their_own_may_be_shared_by_pages() -> None:
    formulas = [Formula(Span(at, at + 1), None, "x", False) for at in (0, 7)]
    first, second = plan_jobs(formulas, "key", {})
    assert first.job == second.job
    assert first.job.key == second.job.key
    [other] = plan_jobs(formulas[:1], "other", {})
    assert other.job.key != first.job.key
