"""Jobs for a real MathJax in a real Chromium, and what may happen to both."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Collection, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from prerender.browser.discover import BrowserNotFound
from prerender.engine import Engine, FormulaInput, Job, Typeset
from prerender.engine.tab import Tab
from tests.support.browser import new_engine
from tests.support.tabs import run_jobs

SETUP: dict[str, Any] = {
    "version": "mathjax4",
    "tex": {},
    "load": [],
    "mathml": None,
    "asciimath": None,
    "output": {},
}
AMS = {**SETUP, "tex": {"tags": "ams"}}
SETUPS = {"plain": SETUP, "ams": AMS}

T = TypeVar("T")


def tex(math: str, *, display: bool = True) -> FormulaInput:
    return FormulaInput(math, display, "tex")


def alone(math: str) -> Job:
    return Job("plain", (tex(math),))


def run(action: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(action)


async def typeset(engine: Engine, *jobs: Job) -> list[tuple[Typeset, ...]]:
    answers = await asyncio.gather(*(engine.typeset(job, SETUPS) for job in jobs))
    return [answer.typesets for answer in answers]


async def in_new_engine(
    *jobs: Job, tabs: int = 1, seconds: float = 20.0
) -> list[tuple[Typeset, ...]]:
    async with new_engine(tabs=tabs, seconds=seconds) as engine:
        return await typeset(engine, *jobs)


def test_a_picture_has_the_size_that_mathjax_gives_it() -> None:
    [[x]] = run(in_new_engine(alone("x")))
    [picture] = x.layouts
    # the box of an italic x in New Computer Modern: 572 wide, 442 high, 11 deep
    assert (picture.width, picture.height, picture.depth) == (572, 442, 11)
    assert x.error is None
    assert len(x.glyphs) == 1
    assert picture.body == (f'<use href="#{x.glyphs[0]}"/>',)


def test_outlines_come_with_the_answer() -> None:
    async def ask() -> dict[str, str]:
        async with new_engine(tabs=1) as engine:
            return (await engine.typeset(alone("x+x"), SETUPS)).outlines

    outlines = run(ask())
    assert len(outlines) == 2
    assert all(path[0] in "Mm" for path in outlines.values())


WRONG = {
    r"\frac{a}{": "Missing close brace",
    r"\begin{foo}x\end{foo}": "Unknown environment 'foo'",
    r"\left( x": r"Extra \left or missing \right",
    r"x^2^3": "Double exponent: use braces to clarify",
    r"\require{nosuchpackage}": 'Extension "nosuchpackage" failed to load',
    r"\def\x{\x\x}\x": "MathJax maximum macro substitution count exceeded",
}


def test_what_is_not_tex_is_an_error_and_nothing_else_suffers() -> None:
    mixed = [math for wrong in WRONG for math in ("a", wrong)]
    answers = run(in_new_engine(*map(alone, mixed)))
    errors = dict(zip(mixed, [one.error for (one,) in answers], strict=True))
    assert errors.pop("a") is None
    assert all(message in (errors[math] or "") for math, message in WRONG.items())


def test_undefined_control_sequences_are_named() -> None:
    [[one]] = run(in_new_engine(alone(r"\foo + \frac{\bAr}{2}")))
    assert one.error is None
    assert r"\foo" in one.undefined


def test_old_extension_names_mean_what_they_meant() -> None:
    names = ["HTML", "AMSmath", "AMSsymbols", "cancel", "mhchem"]
    answers = run(in_new_engine(*(alone(rf"\require{{{name}}} x") for name in names)))
    assert [one.error for (one,) in answers] == [None] * len(names)


def test_state_is_shared_within_a_job_and_nowhere_else() -> None:
    together = Job(
        "ams",
        (
            tex(r"\newcommand{\w}{xyz}"),
            tex(r"\w"),
            tex(r"\ref{e}"),
            tex(r"\begin{equation}\label{e}1\end{equation}"),
        ),
    )
    other = Job("ams", (tex(r"\w"), tex(r"\begin{equation}2\end{equation}")))
    first, second = run(in_new_engine(together, other))
    assert first[1].undefined == ()
    assert second[0].undefined == (r"\w",)
    tags = [one.layouts[0].tag for one in (first[3], second[1])]
    bodies = ["".join(tag.body) if tag else "" for tag in tags]
    assert "mjx-eqn" in bodies[0]
    # both equations are number 1 of their pages: they have the same glyphs in their tags
    first_glyphs, second_glyphs = (body.split("<use", 1)[1] for body in bodies)
    assert first_glyphs.removesuffix("</g>") == second_glyphs.removesuffix("</g>")


def test_macros_of_single_jobs_do_not_outlive_them() -> None:
    jobs = [alone(r"\def\leak{y}\leak" if i % 2 else r"\leak") for i in range(40)]
    answers = run(in_new_engine(*jobs, tabs=2))
    assert [one.undefined for (one,) in answers] == [
        () if i % 2 else (r"\leak",) for i in range(40)
    ]


def test_a_table_in_a_line_has_its_width_whatever_was_broken_before() -> None:
    cells = r"\begin{array}{cccc}1+ & 1+1 & (,) & 1++1\\ & & & 3\times)\end{array}"
    table = Job("plain", (tex(cells, display=False),))
    derivative = r"\frac{\partial^2 f}{\partial x_1\,\partial x_2}"
    wide = alone(rf"\begin{{matrix}} {' & '.join([derivative] * 6)} \end{{matrix}}")
    [[before], _, [after]] = run(in_new_engine(table, wide, table))
    assert after == before


@pytest.mark.parametrize("tabs", [1, 2])
def test_a_formula_that_hangs_is_an_error_and_the_rest_is_typeset(tabs: int) -> None:
    # far beyond what a tab can draw in the time that it has
    endless = "+".join(["x"] * 200_000)
    jobs = [alone(f"a_{{{i}}}") for i in range(30)]
    job = Job("plain", (tex("b"), tex(endless), tex("c")))
    more = [alone(f"b_{{{i}}}") for i in range(3000)]
    answers = run(in_new_engine(*jobs, job, *more, seconds=3.0, tabs=tabs))
    assert all(one.error is None for (one,) in answers[:30])
    assert [one.error is None for one in answers[30]] == [True, False, True]
    assert "no answer within 3 s" in (answers[30][1].error or "")
    assert all(one.error is None for (one,) in answers[31:])


def test_the_limit_is_that_of_a_formula_not_of_its_page() -> None:
    many = Job(
        "ams",
        tuple(tex(rf"x_{{{i}}}+\frac{{a}}{{b}}\label{{l{i}}}\tag{{{i}}}") for i in range(900)),
    )
    [answers] = run(in_new_engine(many, seconds=1.0))
    assert [one.error for one in answers] == [None] * 900


def test_a_job_that_costs_tab_after_tab_is_given_up() -> None:
    endless = "+".join(["x"] * 200_000)
    job = Job("plain", tuple(tex(f"{endless}+{i}") for i in range(14)))
    answers = run(in_new_engine(job, alone("x"), seconds=0.5))
    assert all(one.error for one in answers[0])
    assert answers[1][0].error is None


def children(pid: int) -> dict[int, str]:
    """The processes below one, and their command lines."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    found = {pid: ""}
    for _ in range(8):
        found |= {int(p): args for p, parent, args in rows if int(parent) in found}
    del found[pid]
    return found


def kill(kind: str, spared: Collection[int]) -> int:
    """Kill Chromium's processes of a kind ("" is the browser itself); how many there were.

    `spared` are those of other tests.
    """
    count = 0
    for pid, args in children(os.getpid()).items():
        if pid in spared:
            continue
        chromium = "headless" in args.lower() and "playwright" not in args.split()[0]
        wanted = f"--type={kind}" in args if kind else "--type=" not in args
        if chromium and wanted and not args.startswith(("/bin/sh", "sh ", "/bin/bash", "bash ")):
            os.kill(pid, signal.SIGKILL)
            count += 1
    return count


@pytest.mark.parametrize("kind", ["renderer", ""])
def test_what_is_killed_from_outside_is_replaced(kind: str) -> None:
    others = children(os.getpid()).keys()

    async def ask() -> list[Typeset]:
        async with new_engine(tabs=2) as engine:
            first = await typeset(engine, alone("x"))
            jobs = [alone(rf"\sum_{{i={i}}}^n \frac{{x_i^{{{i}}}}}{{y_i}}") for i in range(6000)]
            running = asyncio.ensure_future(typeset(engine, *jobs))
            await asyncio.sleep(0.5)
            assert kill(kind, others) > 0
            assert not running.done()
            rest = await running
            return [one for answer in (*first, *rest) for one in answer]

    answers = run(ask())
    assert len(answers) == 6001
    assert [one.error for one in answers if one.error] == []


def test_what_is_asked_of_a_tab_that_is_busy_waits_for_its_turn() -> None:
    async def ask() -> list[list[list[Typeset]]]:
        async with new_engine() as engine:
            tab = await Tab.open(await engine.browser())
            asked = [[alone(f"{name}_{{{i}}}") for i in range(200)] for name in "xyz"]
            done = await asyncio.gather(*(run_jobs(tab, jobs, SETUPS, 20.0) for jobs in asked))
            assert done == [await run_jobs(tab, jobs, SETUPS, 20.0) for jobs in asked]
            return done

    first, second, third = run(ask())
    assert len(first) == len(second) == len(third) == 200
    assert first != second != third


def test_a_tab_is_there_before_jobs_that_are_sure_to_come() -> None:
    async def tabs(*, prewarm: bool) -> int:
        async with new_engine(prewarm=prewarm) as engine:
            browser = await engine.browser()
            for _ in range(100):
                if browser.contexts:
                    break
                await asyncio.sleep(0.02)
            return len(browser.contexts)

    assert run(tabs(prewarm=True)) == 1
    assert run(tabs(prewarm=False)) == 0


def test_little_work_waits_for_the_tab_that_is_opened_and_opens_no_other() -> None:
    async def tabs() -> int:
        async with new_engine(tabs=2, prewarm=True) as engine:
            browser = await engine.browser()
            await typeset(engine, alone("x"), alone("y"))
            return len(browser.contexts)

    assert run(tabs()) == 1


def test_nothing_starts_before_the_first_job() -> None:
    async def ask() -> bool:
        async with Engine(program="/nowhere/chromium") as engine:
            return engine.started

    assert run(ask()) is False


def test_no_browser_says_how_to_get_one() -> None:
    with pytest.raises(BrowserNotFound, match="playwright install chromium"):
        run(_with_program("/nowhere/chromium"))


async def _with_program(path: str) -> None:
    async with Engine(program=path) as engine:
        await engine.typeset(alone("x"), SETUPS)


def test_requests_are_refused(tmp_path: Path) -> None:
    outside = r"\href{https://example.com/}{x}\style{background:url(https://example.com/a.png)}{y}"
    script = r"\href{javascript:alert(1)}{x}"
    [[one], [two]] = run(in_new_engine(alone(outside), alone(script)))
    bodies = ["".join(map(str, typeset.layouts[0].body)) for typeset in (one, two)]
    assert 'href="https://example.com/"' in bodies[0]
    assert "url(" not in bodies[0]
    assert "javascript" not in bodies[1]
