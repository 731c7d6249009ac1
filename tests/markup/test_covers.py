"""Formulas that would cover their page: what they draw, and link, ends beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.conftest import Run
from tests.support.browser import SessionBrowser

_COVERS = [
    r"\href{https://evil.example/}{\style{stroke-width:200000px}{x}}",
    r"\href{https://evil.example/}{\style{transform:scale(999)}{x}}",
    r"\style{transform:translate(-50em,-9em) scale(99)}{\href{https://evil.example/}{x}}",
    r"\smash{\rlap{\href{https://evil.example/}{\rule{900em}{900em}}}}",
    r"\smash{\llap{\href{https://evil.example/}{\rule[-400em]{900em}{900em}}}}",
    r"\href{https://evil.example/}{\bbox[900em,border:900em solid red]{}}\kern-1800em",
    r"\href{https://evil.example/}{\mmlToken{mtext}[mathsize='9000em']{x}}\kern-8000em",
    r"\kern-900em\href{https://evil.example/}{\rule{900em}{1em}}",
    r"\lower90em{\href{https://evil.example/}{xxx}}",
    r"\mathmakebox[0pt]{\href{https://evil.example/}{\rule{400em}{400em}}}",
]  # fmt: skip
_REACHED = """() => {
    const [formula] = document.getElementsByTagName('mjx-container');
    const boxes = [formula, ...formula.querySelectorAll('svg, math')].map((one) => one.getBoundingClientRect());
    const [left, top] = ['left', 'top'].map((side) => Math.min(...boxes.map((box) => box[side])));
    const [right, bottom] = ['right', 'bottom'].map((side) => Math.max(...boxes.map((box) => box[side])));
    const room = 1.6 * parseFloat(getComputedStyle(formula).fontSize);
    const reached = [];
    for (let x = 2; x < innerWidth; x += 12) for (let y = 2; y < innerHeight; y += 12) {
        const besides = x < left - room || x > right + room || y < top - room || y > bottom + room;
        const hit = besides && document.elementFromPoint(x, y);
        if (hit && hit.closest('mjx-container')) reached.push([x, y]);
    }
    return reached;
}"""  # noqa: E501


@pytest.mark.parametrize("markup", ["svg", "html", "mathml"])
@pytest.mark.parametrize("tex", _COVERS)
def test_no_click_beside_a_formula_is_its_own(
    session_browser: SessionBrowser, prerender: Run, tmp_path: Path, tex: str, markup: str
) -> None:
    page = tmp_path / "page.html"
    loader = "<script src=https://cdn.example/npm/mathjax@4/tex-mml-chtml.js></script>"
    words = "<p>words of the page</p>" * 9
    page.write_text(f"<!doctype html><title>t</title>{loader}{words}<p>a \\({tex}\\)</p>{words}")
    done = prerender("build", page, "--markup", markup)
    assert done.returncode in (0, 1), done.stderr
    if "<mjx-container" not in page.read_text():
        pytest.skip("the formula is not rendered: it stays as it is")

    async def reached(browser: Browser) -> list[object]:
        opened = await browser.new_page(viewport={"width": 820, "height": 900})
        await opened.goto(page.as_uri())
        found: list[object] = await opened.evaluate(_REACHED)
        return found

    assert session_browser.run(reached) == []
