"""Formulas and set-ups that mean harm, beside others in one tab: those come out as without them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from prerender.browser.pages import TabLostError
from prerender.engine import FormulaInput, Job, Typeset, encode_job
from prerender.engine.protocol import RUN, decode_answer, encode_call
from prerender.engine.tab import Tab
from prerender.setup.functions import translated
from prerender.setup.packages import KNOWN, to_load
from prerender.source import parse
from tests.support.browser import SessionBrowser
from tests.support.setups import PLAIN
from tests.support.tabs import as_json, opened, run_jobs

_ALL = sorted(KNOWN - {"colorv2", "fontsizev3", "physics", "noerrors", "setoptions"})
FULL = PLAIN | {
    "tex": {"packages": [*_ALL, "setoptions"], "tags": "ams"},
    "load": list(to_load([*_ALL, "setoptions"])),
}
PHYSICS = PLAIN | {"tex": {"packages": ["base", "physics"]}, "load": ["[tex]/physics"]}
SETUPS = {"plain": PLAIN, "full": FULL, "physics": PHYSICS}


def job(setup: str, *formulas: str) -> Job:
    return Job(setup, tuple(FormulaInput(math, True, "tex") for math in formulas))


#: what an innocent page may have in it
INNOCENT = [
    r"\begin{array}{c|lr}a&b&c\end{array}", r"\begin{matrix}a&b\\c&d\end{matrix}",
    r"\begin{pmatrix*}[r]a&b\end{pmatrix*}", r"\color{red}x\textcolor{blue}{y}", r"\unicode{x263a}",
    r"x\tag{7}", r"\begin{equation}x\end{equation}", r"a := b \coloneqq c", r"\Aboxed{x}",
    r"\mathbbm{1}", r"\mathbb{R}\mathcal{A}\mathfrak{g}", r"\ce{H2O -> H+ + OH-}", r"\cancel{x}",
    r"\bra{x}\ket{y}\Braket{a|b}", r"\xrightarrow{a}", r"\text{a $b$ c}", r"\sin x \lim_{n} y",
    r"\begin{cases}a\\b\end{cases}", r"\begin{align}a&=b\\c&=d\end{align}", r"\alpha\Gamma\upalpha",
    r"\href{https://example.org/}{x}\class{a}{y}\cssId{b}{z}", r"\bbox[red]{x}\enclose{circle}{x}",
    r"\left(\frac{a}{b}\right)\big|x", r"x' + y''", r"\operatorname{foo}x", r"\foo \bar x",
    "3,141.59",
    r"\begin{prooftree}\AxiomC{a}\UnaryInfC{b}\end{prooftree}", r"\begin{CD}A@>>>B\end{CD}",
    r"\shortvdotswithin{=}\prescript{a}{b}{X}", r"\begin{multline}a\\b\end{multline}",
    r"\verb|a b|",
    r"\DeclareX\pair{x}\abs{x}\norm{x}\qty(x)", r"\eqref{a}\ref{b}",
]  # fmt: skip

#: what may stay of a formula; each was looked for in MathJax's own source
STAYING = {
    "column type": r"\newcolumntype{c}{r@{\text{evil}}}",
    "column type without use": r"\newcolumntype{l}{r|}x",
    "colour": r"\definecolor{red}{rgb}{0,1,0}",
    "colour of another model": r"\definecolor{blue}{gray}{0.5}\color{blue}x",
    "tag form": r"\newtagform{evil}{<}{>}\usetagform{evil}",
    "tag form renewed": r"\newtagform{a}{<}{>}\renewtagform{a}{!}{!}\usetagform{a}",
    "font of a character": r"\unicode[Papyrus]{x263a}",
    "font and size of a character": r"\unicode[.5,.5][Papyrus]{x263a}",
    "macro": r"\def\alpha{evil}\newcommand\foo{evil}\renewcommand\sin{evil}",
    "macro by let": r"\let\foo=x\let\frac\sqrt",
    "delimiter": r"\let\big\foo\let(\langle",
    "environment": r"\newenvironment{matrix}{evil}{evil}",
    "environment renewed": r"\renewenvironment{cases}{\{evil}{\}}",
    "operator": r"\DeclareMathOperator{\foo}{evil}",
    "paired delimiter": r"\DeclarePairedDelimiter{\abs}{<}{>}",
    "paired delimiter with body": r"\DeclarePairedDelimiterX{\norm}[1]{<}{>}{#1evil}",
    "mathtools option": r"\mathtoolsset{centercolon=true}",
    "mathtools options": r"\mathtoolsset{prescript-sub-format=\mathbf,smallmatrix-align=r,"
    r"multlined-pos=t,firstline-afterskip=3em,legacycolonsymbols=true}",
    "options": r"\setOptions{tagSide=left,mathStyle=upright}",
    "options of a package": r"\setOptions[ams]{multlineWidth=10em}",
    "digits": r"\setOptions{digits=/^x/}",
    "arrow": r"\Newextarrow{\xrightarrow}{5,5}{0x21D2}",
    "label": r"x\label{a}\tag{1}",
    "number": r"\begin{equation}x\label{b}\end{equation}",
    "group left open": r"\begingroup\gdef\foo{evil}\def\bar{evil}",
    "sandbox": r"\begingroupSandbox\gdef\foo{evil}",
    "global": r"\global\def\foo{evil}\global\let\cancel\sqrt",
    "required": r"\require{physics}\qty(x)",
    "required version of colours": r"\require{colorv2}\color{red}{x}",
    "broken off": r"\def\foo{evil}\frac{a",
    "prime": r"\def\prime{evil}\def\mathbbm#1{evil}",
    "shove": r"\begin{multline}\shoveleft a\\b",
    "proof": r"\begin{prooftree}\alwaysRootAtTop\alwaysDashedLine\AxiomC{a}",
    "hyphen": r"\everymath{evil}\mathchardef\foo=1",
    "names of objects": r"\def\constructor{evil}\def\__proto__{evil}\constructor",
    "text macro": r"\def\text#1{evil}\text{a}",
    "ids": r"\cssId{b}{x}\class{a}{y}\data{x=y}{z}",
    "size": r"\Huge\bfseries\color{red}x",
}  # fmt: skip


def _run(browser: SessionBrowser, action: Any) -> Any:
    async def in_tab(running: Any) -> Any:
        tab = await Tab.open(running)
        return await action(tab)

    return browser.run(in_tab)


async def _typeset(tab: Tab, *jobs: Job) -> list[list[Typeset]]:
    return await run_jobs(tab, jobs, SETUPS)


def _innocent(setup: str) -> list[Job]:
    return [job(setup, math) for math in INNOCENT]


@pytest.mark.parametrize("package", sorted(KNOWN))
def test_a_package_is_no_change_of_mathjax(session_browser: SessionBrowser, package: str) -> None:
    """What a package does when it is loaded and configured is no formula's doing."""
    options = {"tex": {"packages": ["base", package]}, "load": list(to_load([package]))}

    async def typeset(tab: Tab) -> list[list[Typeset]]:
        return await run_jobs(tab, [job(package, "x")], {package: PLAIN | options})

    [[x]] = _run(session_browser, typeset)
    assert x.error is None


@pytest.mark.parametrize("setup", ["full", "plain"])
def test_nothing_outlives_its_job(session_browser: SessionBrowser, setup: str) -> None:
    """Beside it in one call, in both orders, and in the next call."""

    async def compare(tab: Tab) -> dict[str, list[str]]:
        clean = await _typeset(tab, *_innocent(setup))
        left: dict[str, list[str]] = {}
        for name, math in STAYING.items():
            evil = job(setup, math)
            between = (await _typeset(tab, evil, *_innocent(setup), evil))[1:-1]
            after = await _typeset(tab, *_innocent(setup))
            three = zip(INNOCENT, clean, between, after, strict=True)
            if wrong := [one for one, *typesets in three if not _equal(typesets)]:
                left[name] = wrong
        return left

    assert _run(session_browser, compare) == {}


def _equal(typesets: Sequence[object]) -> bool:
    return all(one == typesets[0] for one in typesets)


def test_names_that_load_packages_are_a_set_ups_own(session_browser: SessionBrowser) -> None:
    """One set-up's `autoload`, and what its formulas make of it, is none of another's."""
    evil = PLAIN | {"tex": {"autoload": {"cancel": ["cancel", "ce", "foo", "bbox", "cancel"]}}}
    setups = SETUPS | {"evil": evil}
    probes = [job("plain", math) for math in (r"\foo", r"\ce{H2O}", r"\bbox{x}", r"\cancel{x}")]

    async def compare(tab: Tab) -> None:
        clean = await run_jobs(tab, probes, setups)
        beside = [job("evil", r"\cancel{x}"), *probes, job("evil", r"\foo"), *probes]
        both = await run_jobs(tab, beside, setups)
        assert both[1:5] == both[6:] == clean

    _run(session_browser, compare)


#: options that a page may have, each with code that would leave a trace
CODE: dict[str, dict[str, Any]] = {
    "class as digits": {"digits": {"$function": "class { static { globalThis.evil = 1 } }"}},
    "pattern that is code": {"digits": {"$regexp": "/x/, globalThis.evil = 1"}},
    "pattern with a call": {"digits": {"$regexp": "(() => { globalThis.evil = 1; return /x/ })()"}},
    "function": {
        "packages": ["base", "ams", "tagformat"],
        "tags": "all",
        "tagformat": {"number": {"$function": "(globalThis.evil = 1, n => n)"}},
    },
    "made-up operation": {
        "packages": ["base", "ams", "tagformat"],
        "tags": "all",
        "tagformat": {
            "number": {
                "$computes": {
                    "parameters": ["n"],
                    "body": ["return", ["call", ["value", "x"], "constructor", ["value", "evil"]]],
                }
            }
        },
    },
    "prototype": {"__proto__": {"evil": 1}, "autoload": {"__proto__": {"evil": ["x"]}}},
    "constructor": {"constructor": {"evil": 1, "keys": None, "prototype": {"evil": 1}}},
    "constructor below": {"ams": {"constructor": {"prototype": {"evil": 1}}}},
    "names of all objects": {"macros": {"toString": {"evil": 1}, "valueOf": "x"}},
}
_TRACES = "() => [globalThis.evil, ({}).evil, Object.evil, [].evil, typeof Object.keys]"


@pytest.mark.parametrize("options", CODE.values(), ids=CODE.keys())
def test_no_code_of_a_set_up_runs_in_a_tab(
    session_browser: SessionBrowser, options: dict[str, Any]
) -> None:
    evil = PLAIN | {"tex": options, "load": ["[tex]/tagformat"]}
    setups = SETUPS | {"evil": evil}
    probes = [job("plain", math) for math in ("1.5+x", r"\begin{equation}x\end{equation}")]

    async def compare(tab: Tab) -> None:
        clean = await run_jobs(tab, probes, setups)
        jobs = [job("evil", "1.5+x"), *probes]
        call = encode_call(as_json({"evil": evil}), [*map(encode_job, jobs)], careful=False)
        answer = decode_answer(await tab._page.evaluate(RUN, call), len(jobs))
        assert opened(answer, jobs)[1:] == clean
        assert await run_jobs(tab, probes, setups) == clean
        assert await tab._page.evaluate(_TRACES) == [None, None, None, None, "function"]

    _run(session_browser, compare)


def test_a_tab_makes_no_code_of_texts(session_browser: SessionBrowser) -> None:
    """Its policy forbids that, and all requests but for its own files."""
    script = """async () => {
        await new Promise((resolve) => setTimeout(resolve));
        const tries = [() => new Function('return 1')(), () => eval('1')];
        const asked = [fetch('https://example.org/'), import('data:text/javascript,1')];
        const threw = tries.map((one) => { try { return one(); } catch { return 'refused'; } });
        return [...threw, ...(await Promise.allSettled(asked)).map(({ status }) => status)];
    }"""

    async def ask(tab: Tab) -> object:
        return await tab._page.evaluate(script)

    assert _run(session_browser, ask) == ["refused", "refused", "rejected", "rejected"]


@pytest.mark.parametrize(
    "change",
    [
        "Object.prototype.evil = 1",
        "Map.prototype.get = () => 'evil'",
        "MathJax._.input.tex.ParseUtil.ParseUtil.evil = 1",
        "MathJax._.input.tex.MapHandler.MapHandler.getMap('macros').add('foo', 1)",
        "MathJax._.input.tex.base.BaseMethods.default.Macro = () => {}",
    ],
)
def test_a_tab_whose_mathjax_is_changed_answers_no_more(
    session_browser: SessionBrowser, change: str
) -> None:
    async def ask(tab: Tab) -> None:
        await run_jobs(tab, [job("plain", "x")], SETUPS)
        await tab._page.evaluate(f"() => {{ {change} }}")
        with pytest.raises(TabLostError, match="has changed MathJax itself"):
            await run_jobs(tab, [job("plain", "x")], SETUPS)
        assert tab.needs_replacement

    _run(session_browser, ask)


COMPUTED = {
    "n => 'A.' + n": "A.3",
    "function (n) { const s = n.toString(); if (n > 9) return s; else return '0' + s }": "03",
    "n => `(${n})`": "(3)",
    "n => ['I', 'II', 'III'][n - 1]": "III",
    "function (n) { var t = 'x'; t += n; t = t.toUpperCase()\n return t.replace(/x/i, '$&y') }": (
        "Xy3"
    ),
    "n => String(n).padStart(3, '0') + (n % 2 === 1 ? ' odd' : ' even')": "003 odd",
    "n => Math.floor(n / 2) + '.' + (n & 1) + (n > 2 && n < 4 || false)": "1.1true",
}


@pytest.mark.parametrize(("source", "number"), COMPUTED.items())
def test_what_functions_compute(session_browser: SessionBrowser, source: str, number: str) -> None:
    formats = {"number": translated(source)}
    packages = {"packages": ["base", "ams", "tagformat"]}
    own = PLAIN | {
        "tex": packages | {"tags": "all", "tagformat": formats},
        "load": ["[tex]/tagformat"],
    }

    async def ask(tab: Tab) -> list[list[Typeset]]:
        return await run_jobs(tab, [job("own", "a", "b", "c")], {"own": own})

    [[_, _, third]] = _run(session_browser, ask)
    assert third.error is None
    assert third.tags[0].text == f"({number})"


#: `\style` that asks a server, covers the page, or takes names of it
STYLES = [
    "mask-image:var(--a,image-set('https://e.example/a'))", r"--x:u\72l(https://e.example/)",
    r"fill:u\72l(https://e.example/#a)", "background:image-set('https://e.example/a' 1x)",
    "cursor:image-set('https://e.example/a' 1x),auto", "clip-path:url(https://e.example/#a)",
    "filter:url(https://e.example/#a)", "mask:url(https://e.example/)", "stroke:url(//e.example)",
    "list-style-image:url(//e.example)", "content:url(//e.example)", "offset-path:url(//e.example)",
    "shape-outside:url(//e.example)", "border-image-source:url(//e.example)",
    "fill:src('https://e.example/')", "marker-start:url(https://e.example/#a)",
    "mask-image:cross-fade(url(//e.example),red)", "background-image:-webkit-image-set('a' 1x)",
    "position:fixed", "inset:0", "mix-blend-mode:difference", "backdrop-filter:invert(1)",
    "animation:page-animation 1s", "transition:all 9s", "view-transition-name:page",
    "anchor-name:--page", "container-name:page", "counter-reset:page", "z-index:9",
    "pointer-events:all", "isolation:auto", "will-change:transform", "contain:none",
    "font-palette:--page", "d:path('M0 0')", "r:9999px", "width:9999px;x:-999px",
]  # fmt: skip


def test_styles_only_change_looks(session_browser: SessionBrowser) -> None:
    looks = "color:red;transform:rotate(45deg) scale(2);opacity:0.5;font-weight:bold"
    shown = [rf"\style{{{one}}}{{x}}" for one in [looks, *STYLES]]
    setups = {"html": PLAIN | {"tex": {"packages": ["base", "html"]}, "load": ["[tex]/html"]}}

    async def ask(tab: Tab) -> list[list[Typeset]]:
        return await run_jobs(tab, [job("html", math) for math in shown], setups)

    kept, *others = [str(typeset.layouts) for [typeset] in _run(session_browser, ask)]
    assert 'style="color:red;transform:rotate(45deg) scale(2);' in kept.replace(": ", ":")
    left = {
        style: markup
        for style, markup in zip(STYLES, others, strict=True)
        if "style=" in markup or "example" in markup
    }
    assert left == {}


@pytest.mark.parametrize("markup", ["svg", "html"])
def test_a_link_is_nothing_but_a_link(session_browser: SessionBrowser, markup: str) -> None:
    """In both forms of markup; in MathML, too, which some browsers follow."""
    links = ['https://a.example/"onclick="alert(1)', "https://a.example/><script>", "javascript:x"]
    setups = {"form": PLAIN | {"markup": markup}}
    jobs = [
        Job("form", (FormulaInput(rf"\href{{{link}}}{{x}}", False, "tex", 0, "mathml"),))
        for link in links
    ]

    async def ask(tab: Tab) -> list[list[Typeset]]:
        return await run_jobs(tab, jobs, setups)

    for [typeset] in _run(session_browser, ask):
        bodies = [part for layout in typeset.layouts for part in layout.body]
        root = parse("".join(map(str, [*bodies, typeset.mathml])))
        for element in root.walk():
            assert element.tag != "script"
            assert not any(name.startswith("on") for name in element.attrs)
            assert "javascript" not in element.attrs.get("href", "")


def test_characters_that_no_page_may_have_are_errors(session_browser: SessionBrowser) -> None:
    """XML has no way to write them."""
    wrong = [r"\unicode{x1}", r"\unicode{xFFFE}", r"\unicode{xD800}", r"\unicode{xDC80}", r"\char1"]
    wrong += [r"\text{\U{1}}", r"\U{FFFF}", r"\unicode{x110000}", "\x01", "\ufffe", r"\unicode{0}"]
    wrong += ["\\text{a\x0bb}", "\\class{\x02}{x}"]

    async def ask(tab: Tab) -> list[list[Typeset]]:
        return await run_jobs(tab, [job("plain", math) for math in [*wrong, "y"]], SETUPS)

    *answers, [right] = _run(session_browser, ask)
    assert right.error is None
    assert [math for math, [one] in zip(wrong, answers, strict=True) if one.error is None] == []
