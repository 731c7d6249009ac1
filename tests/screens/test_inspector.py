r"""`check --screens` tells which formulas do not fit which screens, and shows them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from prerender.screens.inspector import widths
from tests.conftest import Run

WIDE = " + ".join(f"a_{{{n}}} x^{{{n}}}" for n in range(20))
PAGE = r"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/look.css"><link rel="stylesheet" href="https://example.org/a.css">
<script src="https://cdn.jsdelivr.net/npm/mathjax@4/tex-svg.js"></script>
<script>document.write('<p style="width:3000px">written</p>')</script>
</head><body><p>A small one: \(x\).</p>
<p>A wide one: \[WIDE\]</p>
</body></html>
"""
MATHJAX = '<script src="https://cdn.jsdelivr.net/npm/mathjax@4/tex-svg.js"></script>\n'
SPOILT = """\
prm-box:not(#a#b#c#d) { container-type: normal !important; overflow: visible !important; }
prm-box > svg:not(#a#b#c#d) { max-width: none !important; }
"""
UNBREAKABLE = r"\begin{matrix}" + "&".join(f"x_{{{n}}}" for n in range(30)) + r"\end{matrix}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text(PAGE.replace("WIDE", WIDE), "utf-8")
    (folder / "look.css").write_text("body { margin: 1em; }", "utf-8")
    return folder


def screens(told: str) -> dict[int, Any]:
    return {screen["width"]: screen for screen in json.loads(told)["screens"]}


def test_a_wide_formula_fits_every_screen(prerender: Run, site: Path, tmp_path: Path) -> None:
    before = (site / "index.html").read_bytes()
    report = tmp_path / "report.html"
    words = ("--screens", "280,360,1440", "--json", "-", "--report", report)
    done = prerender("check", site, *words)
    assert done.returncode == 0, done.stderr
    told = report.read_text("utf-8")
    assert told.count("<figcaption>") == 3, "the display as it is shown on each screen"
    assert told.count('src="data:image/png;base64,iVBOR') == 3
    assert "What took longest to typeset" in told
    seen = screens(done.stdout)
    assert list(seen) == [280, 360, 1440]
    for screen in seen.values():
        assert screen["displays"] == 1
        assert [screen["shrunk"], screen["scrolled"], screen["offences"]] == [[], [], []]
    assert "at 360 px: 1 display, 0 shrunk, 0 scrolled; 0 offences" in done.stderr
    assert sorted(path.name for path in site.iterdir()) == ["index.html", "look.css"]
    assert (site / "index.html").read_bytes() == before


def test_offenders_are_named_and_shown(prerender: Run, site: Path, tmp_path: Path) -> None:
    (site / "look.css").write_text(SPOILT, "utf-8")
    pictures = tmp_path / "pictures"
    done = prerender(
        *("check", site, "--screens", "320,1440", "--pictures", pictures), *("--json", "-")
    )
    assert done.returncode == 1
    seen = screens(done.stdout)
    assert not seen[1440]["offences"]
    offences = seen[320]["offences"]
    assert "it reaches out of its container" in [one["reason"] for one in offences]
    for one in offences:
        assert (one["path"], one["line"], one["column"]) == ("index.html", 7, 16)
        assert one["tex"] == WIDE
        assert Path(one["picture"]).parent == pictures
        assert Path(one["picture"]).read_bytes().startswith(b"\x89PNG")
    place = f"{site / 'index.html'}:7:16: error: at 320 px: it reaches out of its container"
    assert place in done.stderr


def test_what_is_seen_on_one_screen_does_not_change_the_next(prerender: Run, site: Path) -> None:
    box = '<div style="width:200px;overflow:hidden;white-space:nowrap">'
    page = r"\[x\] some words before \(\frac{a+b+c+d+e+f+g+h+i+j+k}{2}\)</div>"
    (site / "index.html").write_text(f"<!doctype html>{box}{page}")
    together = screens(prerender("check", site, "--screens", "320,390,820", "--json", "-").stdout)
    for width in (320, 390, 820):
        done = prerender("check", site, "--screens", str(width), "--json", "-")
        [alone] = screens(done.stdout).values()
        assert len(alone["offences"]) == 1
        told = [[one["column"], one["reason"]] for one in alone["offences"]]
        assert [[o["column"], o["reason"]] for o in together[width]["offences"]] == told


def test_pictures_have_a_folder_of_their_own(prerender: Run, site: Path) -> None:
    (site / "look.css").write_text(SPOILT, "utf-8")
    done = prerender("check", site, "--screens", "320")
    folder = Path(done.stderr.rpartition("pictures of the errors on screens: ")[2].splitlines()[0])
    assert [file.suffix for file in folder.iterdir()] == [".png"]


def test_what_cannot_be_broken_is_listed(prerender: Run, site: Path) -> None:
    page = PAGE.replace("WIDE", UNBREAKABLE)
    (site / "index.html").write_text(page, "utf-8")
    done = prerender("check", site, "--screens", "320,500,1440", "--json", "-")
    assert done.returncode == 0, done.stderr
    seen = screens(done.stdout)
    assert [one["tex"] for one in seen[320]["scrolled"]] == [UNBREAKABLE]
    assert seen[320]["scrolled"][0]["reason"].startswith("its only layout needs ")
    assert not seen[1440]["scrolled"]
    assert not seen[1440]["shrunk"]


@pytest.mark.parametrize(
    ("option", "width"), [("--zoom", "1600"), ("--text-size", "1600")], ids=["zoom", "text"]
)
def test_larger_is_as_narrower(prerender: Run, site: Path, option: str, width: str) -> None:
    (site / "index.html").write_text(PAGE.replace("WIDE", UNBREAKABLE), "utf-8")
    usual = prerender("check", site, "--screens", width, "--json", "-")
    assert not screens(usual.stdout)[int(width)]["scrolled"]
    larger = prerender("check", site, "--screens", width, option, "400", "--json", "-")
    assert len(screens(larger.stdout)[int(width)]["scrolled"]) == 1


def test_a_page_that_goes_elsewhere_is_looked_at(prerender: Run, site: Path) -> None:
    page = PAGE.replace("WIDE", WIDE).replace(
        "<meta charset", '<meta http-equiv="refresh" content="0;url=other.html"><meta charset'
    )
    (site / "index.html").write_text(page, "utf-8")
    (site / "other.html").write_text("<p>other", "utf-8")
    done = prerender("check", site, "--screens", "320", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert screens(done.stdout)[320]["displays"] == 1


def test_widths() -> None:
    assert widths("320, 390,320") == (320, 390)


@pytest.mark.parametrize("words", ["", "wide", "320,", "0", "-5", "1e3", "320;390"])
def test_what_are_no_widths(prerender: Run, site: Path, words: str) -> None:
    with pytest.raises(ValueError, match="is not a list of widths"):
        widths(words)


def test_wrong_words_end_with_two(prerender: Run, site: Path) -> None:
    done = prerender("check", site, "--screens", "phone")
    assert done.returncode == 2
    assert "--screens: 'phone' is not a list of whole numbers" in done.stderr


@pytest.mark.parametrize(("shrink", "how"), [("100", "scrolled"), ("10", "shrunk")])
def test_what_cannot_be_broken_shrinks_as_far_as_set(
    prerender: Run, site: Path, shrink: str, how: str
) -> None:
    (site / "index.html").write_text(PAGE.replace("WIDE", UNBREAKABLE), "utf-8")
    words = ("--shrink", shrink, "--screens", "800", "--json", "-")
    seen = screens(prerender("check", site, *words).stdout)[800]
    assert {kind for kind in ("shrunk", "scrolled") if seen[kind]} == {how}


#: gives what a selector means, and gives all of that a style that no sheet can beat
TOOLS = (
    "const all = (selector) => [...document.querySelectorAll(selector)]; "
    "const set = (selector, name, value) => "
    "all(selector).forEach((one) => one.style.setProperty(name, value, 'important')); "
)


class Case(NamedTuple):
    """A page of one formula, and what a script of it does, when the page is there or at once.

    `around` is what stands around the formula.
    """

    script: str
    tex: str
    around: str = "{}"
    at_once: bool = False

    @property
    def page(self) -> str:
        """The page, with its formula in the last line but one."""
        waits = f"addEventListener('load', () => {{{TOOLS}{self.script}}})"
        script = f"<script>{TOOLS + self.script if self.at_once else waits}</script>"
        formula = self.around.replace("{}", self.tex).replace("WIDE", WIDE)
        start = f"<!DOCTYPE html>\n{MATHJAX}{script}" + "\n<p>Words stand here: <b>so</b>\n"
        return f"{start}{formula} and here.\n"


def write(site: Path, cases: Sequence[Case]) -> None:
    """Make the site's pages of these, by their places."""
    (site / "index.html").unlink()
    for at, case in enumerate(cases):
        (site / f"{at}.html").write_text(case.page, "utf-8")


def told(stderr: str, at: int, place: str = "") -> list[str]:
    """The errors about the page of a case, at a place of it, or anywhere."""
    lines = (line.partition(f"/{at}.html:") for line in stderr.splitlines())
    return [after for _, found, after in lines if found and after.startswith(place)]


FORMULA = "mjx-container[data-tex]"
PICTURE = f"{FORMULA} svg[viewBox]"
INLINE = r"\(\frac{a+b}{c_2}\)"
DISPLAY = r"\[x = \frac{a+b}{c_2}\]"
LONG = r"\[WIDE\]"
HIDDEN = "nothing of it is seen, though its place is shown"
SPOILT_PICTURES = {
    f"set('{PICTURE}', 'transform', 'rotate(180deg)')": "it stands upside down",
    f"set('{PICTURE}', 'rotate', '90deg')": "it is turned by 90°",
    f"set('{PICTURE}', 'scale', '-1 1')": "it is mirrored",
    f"set('{PICTURE}', 'transform', 'rotateX(180deg)')": "it stands upside down, mirrored",
    f"set('{PICTURE}', 'transform', 'skewX(30deg)')": "it is slanted",
    f"set('{PICTURE}', 'height', '5px')": "it is drawn at ",
    f"set('{PICTURE}', 'width', '5px'); set('{PICTURE}', 'min-width', '0')": "it is drawn at ",
    f"set('{FORMULA}', 'font-size', '5px')": "it is drawn at ",
    f"set('{PICTURE}', 'zoom', '.5')": "it is drawn at ",
    f"set('{PICTURE}', 'scale', '1.5')": "it is drawn at 150 % of its size",
    f"set('{PICTURE}', 'transform', 'scaleX(.8)')": "it is out of proportion",
    f"all('{PICTURE}').forEach((one) => one.style.setProperty("
    "'width', getComputedStyle(one).width, 'important')); "
    f"set('{PICTURE}', 'height', '300px')": "it is 300 px in height, and its layout ",
    f"set('{FORMULA}', 'display', 'none')": HIDDEN,
    f"set('{PICTURE}', 'display', 'none')": HIDDEN,
    f"set('{PICTURE}', 'visibility', 'hidden')": HIDDEN,
    f"set('{FORMULA}', 'opacity', '0')": HIDDEN,
    f"all('{FORMULA}').forEach((one) => one.replaceChildren())": HIDDEN,
    f"all('{FORMULA}').forEach((one) => one.remove())": "a script has taken it out of the page",
    f"set('{FORMULA}', 'display', 'inline-block'); set('{FORMULA}', 'height', '3px'); "
    f"set('{FORMULA}', 'overflow', 'hidden')": "it is cut off",
}


@pytest.mark.parametrize("tex", [INLINE, DISPLAY, LONG], ids=["inline", "narrow", "wide"])
def test_what_a_page_does_to_its_formulas_is_an_error(prerender: Run, site: Path, tex: str) -> None:
    write(site, [Case(script, tex) for script in SPOILT_PICTURES])
    done = prerender("check", site, "--screens", "900", "--json", "-")
    assert done.returncode == 1
    for at, (script, reason) in enumerate(SPOILT_PICTURES.items()):
        said = told(done.stderr, at, f"5:1: error: at 900 px: {reason}")
        assert said, (script, told(done.stderr, at))
        assert said[0].endswith(", with the page's scripts")
    for one in screens(done.stdout)[900]["offences"]:
        assert Path(one["picture"]).read_bytes().startswith(b"\x89PNG")


def test_off_its_line(prerender: Run, site: Path) -> None:
    spoilt = {
        f"set('{PICTURE}', 'vertical-align', 'middle')": "0.14 em below",
        f"set('{PICTURE}', 'vertical-align', '-2em')": "em below",
        f"set('{PICTURE}', 'position', 'relative'); set('{PICTURE}', 'top', '2px')": ("em below"),
        f"set('{PICTURE}', 'translate', '0 -4px')": "0.25 em above",
        f"set('{FORMULA}', 'vertical-align', '3px')": "0.19 em above",
        f"set('{FORMULA}', 'display', 'inline-block'); set('{FORMULA}', 'overflow', 'hidden')": (
            "em above"
        ),
    }
    write(site, [Case(script, r"\(A\)") for script in spoilt])
    done = prerender("check", site, "--screens", "900")
    for at, (script, reason) in enumerate(spoilt.items()):
        said = [line for line in told(done.stderr, at, "5:1: ") if reason in line]
        assert said, (script, told(done.stderr, at))
        assert said[0].partition(",")[0].endswith(" its line")


def test_layouts_that_are_not_as_they_were(prerender: Run, site: Path) -> None:
    begin = f"const [box] = all('{FORMULA} > :not(svg)'); const kept = [...box.children]; "
    spoilt = {
        "box.append(...kept.map((one) => one.cloneNode(true)))": " layouts are shown",
        "kept.forEach((one) => one.style.setProperty('display', 'inline', 'important'))": (
            " layouts are shown"
        ),
        "kept.slice(1).forEach((one) => one.remove())": HIDDEN,
        f"set('{FORMULA}', 'width', '85px')": "it has 84 px of the 884 that text has there",
        f"set('{FORMULA}', 'width', '300px')": "it has 299 px of the 884 that text has there",
        f"set('{FORMULA} > svg:not([viewBox])', 'min-height', '50px')": (
            "it is 50 px in height, and its layout 0 px"
        ),
        "box.style.setProperty('max-width', 'none', 'important'); "
        "box.style.setProperty('width', '2000px', 'important')": "reaches out of its container",
        "box.style.setProperty('container-type', 'normal', 'important'); "
        f"set('{FORMULA} svg', 'max-width', 'none')": "is not the widest that fits",
    }
    write(site, [Case(begin + script, LONG) for script in spoilt])
    done = prerender("check", site, "--screens", "900")
    for at, (script, reason) in enumerate(spoilt.items()):
        said = told(done.stderr, at, "5:1: error: at 900 px: ")
        assert any(reason in line for line in said), (script, told(done.stderr, at))


@pytest.mark.parametrize("tex", [INLINE, DISPLAY, LONG, LONG.replace("]", r"\tag{1}\]", 1)])
def test_what_is_right_is_no_error(prerender: Run, site: Path, tex: str) -> None:
    tab = '<div class="tab">{}</div>'
    around = [
        "{}",
        "<details><summary>Closed</summary>{}</details>",
        "<div hidden>{}</div>",
        '<span style="font-size:3px">{}</span>',
        "<sup>{}</sup>",
        '<div style="display:flex">{}</div>',
        '<div style="line-height:0">{}</div>',
        '<div style="vertical-align:top;display:inline-block">{}</div>',
        '<span style="display:contents">{}</span>',
    ]
    around += ['<p style="writing-mode:vertical-rl">{}</p>'] if tex == INLINE else []
    does = [
        "set('.tab', 'visibility', 'hidden')",
        "set('.tab', 'opacity', '0')",
        "all('.tab').forEach((one) => one.remove())",
        "all('.tab').forEach((one) => { one.innerHTML += ''; })",
        "set('body', 'transform', 'rotate(180deg) scale(.5)')",
        "set('body', 'zoom', '.5')",
        "document.body.append(all('.tab')[0].cloneNode(true))",
    ]
    cases = [Case("", tex, one) for one in around] + [Case(script, tex, tab) for script in does]
    # of a page of which all formulas are gone that is told
    write(site, [one._replace(around=f"{one.around} {DISPLAY}") for one in cases])
    done = prerender("check", site, "--screens", "390,900")
    assert done.returncode == 0, done.stderr


def test_what_is_still_to_come_into_sight_is_looked_at(prerender: Run, site: Path) -> None:
    around = '<div style="opacity:0">{}</div>'
    write(site, [Case(f"set('{PICTURE}', 'rotate', '90deg')", LONG, around)])
    done = prerender("check", site, "--screens", "900")
    assert "it is turned by 90°" in done.stderr


def test_a_wrapper_of_a_formula_is_not_its_place(prerender: Run, site: Path) -> None:
    names = ("arithmatex", "math", "MathJax_Preview")
    write(
        site,
        [Case(f"set('.{n}', 'display', 'none')", INLINE, f"<b\nclass={n}>{{}}</b>") for n in names],
    )
    done = prerender("check", site, "--screens", "390")
    for at, name in enumerate(names):
        place = f"6:{len('class=>') + len(name) + 1}"
        assert told(done.stderr, at, f"{place}: error: at 390 px: {HIDDEN}"), done.stderr


def test_a_page_that_shows_no_formula_at_all(prerender: Run, site: Path) -> None:
    gone = {
        "set('body', 'visibility', 'hidden')": "nothing of it is seen",
        "document.body.innerHTML = '<p>Not for you</p>'": "none of its formulas is in it any more",
    }
    write(site, [Case(script, LONG) for script in gone])
    done = prerender("check", site, "--screens", "390,820")
    assert done.returncode == 1
    for at, reason in enumerate(gone.values()):
        assert told(done.stderr, at) == [
            f" error: at 390, 820 px: {reason}, with the page's scripts"
        ]


def test_what_is_wrong_without_scripts(prerender: Run, site: Path) -> None:
    """A page may count on its scripts."""
    small = (
        "<style>.small *:not(#a#b#c#d) { font-size: 3px !important }</style><b class=small>{}</b>"
    )
    write(site, [Case("all('p style')[0].remove()", INLINE, small)])
    done = prerender("check", site, "--screens", "390")
    assert done.returncode == 1
    assert "% of its size, less than 70 %, without scripts" in done.stderr


@pytest.mark.parametrize(("shrink", "code"), [(50, 0), (90, 1)])
def test_smaller_than_readable_is_an_error_within_lines_too(
    prerender: Run, site: Path, shrink: int, code: int
) -> None:
    write(site, [Case(f"set('{FORMULA}', 'font-size', '70%')", INLINE)])
    done = prerender("check", site, "--screens", "390", "--shrink", str(shrink))
    assert ("is drawn at 70 % of its size, less than 90 %" in done.stderr) == (code == 1)
    assert done.returncode == code


def test_what_scripts_do_leads_nowhere(prerender: Run, site: Path) -> None:
    scripts = [
        "location.href = 'other.html'",
        "location.reload()",
        "document.location = '?again'",
        "open('other.html')",
        "open('0.html')",
        "close()",
        "alert('Hello'); confirm('So?'); prompt('What?'); print()",
        "onbeforeunload = (event) => event.preventDefault()",
        "setInterval(() => { document.documentElement.dataset.now = performance.now(); })",
        "new WebSocket('ws://localhost:1')",
        "Array.prototype.map = Array.prototype.filter = window.DOMMatrix = null",
        "Element.prototype.getBoundingClientRect = () => { throw Error('no'); }",
        "Array.prototype.toJSON = () => 'none'",
        "throw Error('no')",
    ]
    cases = [Case(script, LONG, at_once=early) for script in scripts for early in (True, False)]
    write(site, cases)
    (site / "other.html").write_text("<!doctype html><p>Another", "utf-8")
    done = prerender("check", site, "--screens", "320,390", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert [screen["displays"] for screen in screens(done.stdout).values()] == [len(cases)] * 2


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "late"])
def test_a_script_without_end_is_told(prerender: Run, site: Path, at_once: bool) -> None:
    write(site, [Case("for (;;);", LONG, at_once=at_once), Case("", LONG)])
    done = prerender("check", site, "--screens", "390", "--time-limit", "3")
    assert done.returncode == 1
    [said] = told(done.stderr, 0)
    reason = (
        " error: the page cannot be inspected: one of its scripts does not end: no answer within "
    )
    assert said.startswith(reason)
    assert "at 390 px: 1 display," in done.stderr


def test_options_of_screens_want_screens(prerender: Run, site: Path) -> None:
    done = prerender("check", site, "--text-size", "200")
    assert done.returncode == 2
    assert "--screens" in done.stderr


def test_a_reference_that_is_text_is_seen(prerender: Run, site: Path) -> None:
    formulas = r"<p>\begin{equation}x\tag{1}\label{a}\end{equation} \(\ref{a}\)"
    (site / "index.html").write_text(f"<!doctype html><title>x</title>{formulas}", "utf-8")
    done = prerender("check", site, "--screens", "390", "--markup", "mathml")
    assert done.returncode == 0, done.stderr
