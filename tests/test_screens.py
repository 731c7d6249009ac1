r"""`check --screens` tells which formulas do not fit which screens, and shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from prerender.screens import widths

from .conftest import Run

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
SPOILT = """\
prm-box { container-type: normal !important; }
prm-box > svg { max-width: none !important; }
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
    done = prerender("check", site, "--screens", "280,360,1440", "--json", "-")
    assert done.returncode == 0, done.stderr
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
    folder = Path(done.stderr.rpartition("pictures of what is wrong: ")[2].splitlines()[0])
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
    with pytest.raises(ValueError, match="are no widths"):
        widths(words)


def test_wrong_words_end_with_two(prerender: Run, site: Path) -> None:
    done = prerender("check", site, "--screens", "phone")
    assert done.returncode == 2
    assert "'phone' are no widths" in done.stderr


@pytest.mark.parametrize(("shrink", "how"), [("100", "scrolled"), ("10", "shrunk")])
def test_what_cannot_be_broken_shrinks_as_far_as_set(
    prerender: Run, site: Path, shrink: str, how: str
) -> None:
    (site / "index.html").write_text(PAGE.replace("WIDE", UNBREAKABLE), "utf-8")
    words = ("--shrink", shrink, "--screens", "800", "--json", "-")
    seen = screens(prerender("check", site, *words).stdout)[800]
    assert {kind for kind in ("shrunk", "scrolled") if seen[kind]} == {how}


def test_options_of_screens_want_screens(prerender: Run, site: Path) -> None:
    done = prerender("check", site, "--text-size", "200")
    assert done.returncode == 2
    assert "--screens" in done.stderr
