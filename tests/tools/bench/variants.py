"""Real pages in; the same pages with their math done in other ways out.

What all variants share: the scripts that only render math are gone, all else of the page stays. A
formula that KaTeX cannot parse stands as TeX in KaTeX's pages, which makes these lighter.
"""

from __future__ import annotations

import json
import mimetypes
import subprocess
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from playwright.async_api import Browser, Route

from prerender.cache.disk import Cache, default_folder
from prerender.engine import JobResult
from prerender.hashing import fingerprint
from prerender.pipeline.build import build
from prerender.pipeline.page import (
    OUTLINES_NAME,
    STYLESHEET_NAME,
    Finished,
    Plan,
    RenderOptions,
    finish,
)
from prerender.pipeline.render import RenderSession, job_result
from prerender.report.diagnostics import Diagnostic
from prerender.site.files import open_site
from prerender.source import Edit, splice
from prerender.source.encoding import encode
from tests.support.browser import new_engine
from tests.tools.bench.material import FOLDER

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "node_modules"
ORIGIN = "https://bench.invalid"
_STYLE_LINK = '<link rel="stylesheet" href="katex.min.css">'
#: how client MathJax 4 is set up: as it comes, with a cache for each formula; and with one for the
#: page, without what it does for screen readers
_LOCAL = {"svg": {"fontCache": "local"}}
_GLOBAL = {
    "svg": {"fontCache": "global"},
    "options": {
        "enableMenu": False,
        "enableEnrichment": False,
        "enableSpeech": False,
        "enableBraille": False,
        "enableComplexity": False,
        "enableExplorer": False,
    },
}
_MARK = "0.0.0 00000000"
_READ_DOM = (HERE / "mathjax.js").read_text("utf-8")
_BARE = """() => {
  for (const element of document.querySelectorAll('mjx-container, mjx-container *')) {
    for (const { name } of [...element.attributes]) {
      if (name.startsWith('data-')) element.removeAttribute(name);
    }
  }
}"""


@dataclass(slots=True)
class Sample:
    """A page, by its name, and its variants."""

    name: str
    plan: Plan
    answers: Sequence[JobResult]
    ours: bytes
    variants: dict[str, bytes] = field(default_factory=dict)
    unknown: int = 0
    """Formulas that KaTeX cannot parse."""

    def with_formulas(self, shown: Sequence[str], head: str = "", tail: str = "") -> bytes:
        """The page with these strings where its formulas stand."""
        page = self.plan.page
        edits = [
            Edit(*formula.span, text)
            for formula, text in zip(self.plan.formulas, shown, strict=True)
        ]
        edits += [Edit(*span, "") for span in self.plan.loading.spans]
        text = splice(page.text, edits)
        return encode(_insert(_insert(text, "</head>", head), "</body>", tail), page.codec)

    def source(self, index: int) -> str:
        """A formula as it stands in the page."""
        span = self.plan.formulas[index].span
        return self.plan.page.text[span.start : span.end]


def _insert(text: str, before: str, what: str) -> str:
    at = text.rfind(before)
    return text[:at] + what + text[at:] if at >= 0 else text + what


async def samples(sites: Sequence[tuple[Path, int]]) -> list[Sample]:
    """The pages of sites that have more formulas than the number beside each, in our variants."""
    found: list[Sample] = []
    cache = Cache(default_folder())
    try:
        async with new_engine() as engine:
            for path, least in sites:
                work = RenderSession(engine, cache)

                async def keep(
                    page: PurePosixPath, plan: Plan, finished: Finished
                ) -> list[Diagnostic]:
                    if len(plan.formulas) > least:  # noqa: B023  (awaited in this round)
                        answers = [await job_result(one.job, work) for one in plan.jobs]  # noqa: B023
                        name = str(path.name / page)  # noqa: B023
                        found.append(Sample(name, plan, answers, finished.data))
                    return []

                await build(open_site(path, None), work, write=False, inspect=keep)
    finally:
        cache.close()
    for sample in found:
        nothing = [""] * len(sample.plan.formulas)
        sources = [sample.source(index) for index in range(len(nothing))]
        sample.variants["text"] = sample.with_formulas(nothing)
        sample.variants["text and TeX"] = sample.with_formulas(sources)
        sample.variants["ours, one layout"] = _one_layout(sample)
        sample.variants["ours, all layouts"] = sample.ours
        # `sites` holds sites, each with its own root
        up = "../" * max(0, len(PurePosixPath(sample.name).parents) - 3)
        for name, look in (
            ("ours, glyphs shared", RenderOptions(None, up + OUTLINES_NAME)),
            ("ours, both shared", RenderOptions(up + STYLESHEET_NAME, up + OUTLINES_NAME)),
        ):
            sample.variants[name] = finish(sample.plan, sample.answers, _MARK, look).data
    return sorted(found, key=lambda sample: sample.name)


def _one_layout(sample: Sample) -> bytes:
    """The page as it would be if formulas had their natural layout only."""
    displays = [one.display for one in sample.plan.formulas]
    answers = []
    for planned, answer in zip(sample.plan.jobs, sample.answers, strict=True):
        typesets = tuple(
            replace(one, layouts=one.layouts[:1]) if displays[index] else one
            for index, one in zip(planned.indexes, answer.typesets, strict=True)
        )
        answers.append(replace(answer, typesets=typesets))
    return finish(sample.plan, answers, _MARK).data


def add_katex(found: Sequence[Sample]) -> None:
    """Add what KaTeX makes of the pages on a server: with MathML, its default, and without."""
    for name, output in (("KaTeX", "htmlAndMathml"), ("KaTeX, no MathML", "html")):
        pages = [
            {
                "macros": _katex_macros(sample.plan.setup.tex.get("macros", {})),
                "formulas": [
                    {"tex": one.math, "display": one.display} for one in sample.plan.formulas
                ],
            }
            for sample in found
        ]
        for sample, answers in zip(found, _katex(pages, output), strict=True):
            shown = [
                sample.source(index) if answer is None else answer
                for index, answer in enumerate(answers)
            ]
            sample.unknown = answers.count(None)
            sample.variants[name] = sample.with_formulas(shown, _STYLE_LINK)


def _katex(pages: list[dict[str, Any]], output: str) -> list[list[str | None]]:
    node = Path(sysconfig.get_path("scripts")) / "node"
    told = json.dumps({"pages": pages, "output": output})
    command = [str(node), str(HERE / "katex.js")]
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True)
    answers: list[list[str | None]] = json.loads(done.stdout)
    return answers


def _katex_macros(macros: dict[str, Any]) -> dict[str, str]:
    """MathJax's macros for KaTeX, which counts the arguments itself."""
    bodies = {name: body[0] if isinstance(body, list) else body for name, body in macros.items()}
    return {f"\\{name.removeprefix(chr(92))}": str(body) for name, body in bodies.items()}


async def add_mathjax(found: Sequence[Sample], browser: Browser) -> None:
    """Add what client MathJax 4 leaves in the DOM."""
    for sample in found:
        saved = await _typeset(sample, browser, _LOCAL, bare=False)
        sample.variants["MathJax, DOM saved"] = saved
        lean = await _typeset(sample, browser, _GLOBAL, bare=True)
        sample.variants["MathJax, global cache"] = lean


async def _typeset(
    sample: Sample, browser: Browser, config: dict[str, Any], *, bare: bool
) -> bytes:
    told = {**config, "tex": _tex(sample), "loader": {"paths": {"fonts": "/@mathjax"}}}
    shown = "".join(
        f'<p id="formula-{index}">{_delimited(one.math, one.display)}</p>'
        for index, one in enumerate(sample.plan.formulas)
    )
    html = (
        f"<!doctype html><meta charset=utf-8><body>{shown}"
        f"<script>MathJax = {json.dumps(told)}</script><script src=/mathjax/tex-svg.js></script>"
    )
    # Minutes for all pages, and always the same: the packages are pinned
    file = FOLDER / "mathjax" / f"{fingerprint([html, bare])}.json"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(await _saved(html, browser, bare=bare)), "utf-8")
    dom = json.loads(file.read_text("utf-8"))
    return sample.with_formulas(dom["formulas"], dom["head"], dom["tail"])


async def _saved(html: str, browser: Browser, *, bare: bool) -> Any:
    """What MathJax has made of a page's formulas."""
    page = await browser.new_page()
    try:
        await page.route("**/*", _packages(html))
        await page.goto(f"{ORIGIN}/")
        await page.evaluate("MathJax.startup.promise")
        if bare:
            await page.evaluate(_BARE)
        return await page.evaluate(_READ_DOM)
    finally:
        await page.close()


def client_page(sample: Sample, modules: str) -> bytes:
    """The page as its author writes it for client MathJax 4, loaded from `modules`, a URL."""
    shown = [_delimited(one.math, one.display) for one in sample.plan.formulas]
    told = {"tex": _tex(sample), "loader": {"paths": {"fonts": f"{modules}/@mathjax"}}}
    head = f"<script>MathJax = {json.dumps(told)}</script>"
    return sample.with_formulas(
        shown, f"{head}<script async src={modules}/mathjax/tex-svg.js></script>"
    )


def _tex(sample: Sample) -> dict[str, Any]:
    """The options for TeX that a page's formulas need."""
    tex = sample.plan.setup.tex
    return {"macros": tex["macros"]} if "macros" in tex else {}


def _delimited(math: str, display: bool) -> str:
    return escape(f"\\[{math}\\]" if display else f"\\({math}\\)")


def _packages(html: str) -> Any:
    """What answers a page: its own text, and npm packages."""

    async def serve(route: Route) -> None:
        path = route.request.url.removeprefix(f"{ORIGIN}/").partition("?")[0]
        file = MODULES / path
        if path == "":
            await route.fulfill(body=html, content_type="text/html")
        elif file.is_file():
            kind = mimetypes.guess_type(path)[0] or "text/plain"
            await route.fulfill(path=file, content_type=kind)
        else:
            await route.abort()

    return serve


async def katex_fonts(data: bytes, browser: Browser) -> list[Path]:
    """The font files that a page of KaTeX's asks for."""
    asked: list[Path] = []

    async def serve(route: Route) -> None:
        name = route.request.url.removeprefix(f"{ORIGIN}/")
        file = MODULES / "katex" / "dist" / name
        if name == "":
            await route.fulfill(body=data, content_type="text/html")
        elif file.is_file():
            if file.suffix == ".woff2":
                asked.append(file)
            kind = mimetypes.guess_type(name)[0] or "font/woff2"
            await route.fulfill(path=file, content_type=kind)
        else:
            await route.abort()

    context = await browser.new_context(java_script_enabled=False)
    try:
        page = await context.new_page()
        await page.route("**/*", serve)
        await page.goto(f"{ORIGIN}/")
        await page.evaluate("document.fonts.ready.then(() => null)")
    finally:
        await context.close()
    return asked
