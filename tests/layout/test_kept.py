"""What later steps and readers do to a page keeps its formulas: joining, saving, files, a base."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.layout.test_contexts import ASKED, SCREENS
from tests.support.layout.formulas import source

ORIGIN = "https://site.invalid"
POLICY = {"Content-Security-Policy": "default-src 'self'"}
_KINDS = {".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml"}
#: pages of formulas that have much, and not all, in common
_PAGES = {
    "index.html": r"<p>\(x^2+y\) \(\sum_i a_i\)</p><p>\[f(x) = a_1 x + a_2 x^2 + b\]</p>",
    "deep/er/other.html": r"<p>\(a_i+z\)</p><p>\(x^2+y\)</p><p>\[g(x) = a_1 x + c_2 x^2 + b\]</p>",
}


def build(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "prerender", "build", str(folder), *words]
    cache = ("--cache-dir", str(folder.parent / "cache"))
    subprocess.run([*command, *cache], check=True, capture_output=True, timeout=120)


def site(folder: Path) -> Path:
    for name, body in _PAGES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"<!doctype html><head><title>t</title></head><body>{body}", "utf-8")
    return folder


@pytest.fixture(scope="module")
def inline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with all in its pages."""
    folder = site(tmp_path_factory.mktemp("inline") / "site")
    build(folder)
    return folder


def served(page: Page, folder: Path, headers: dict[str, str] | None = None) -> list[str]:
    """Have a page served from a folder; what it asks for and does not get is listed."""
    missed: list[str] = []

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
        file = folder / path.lstrip("/")
        if file.is_file():
            kind = _KINDS[file.suffix]
            route.fulfill(path=file, content_type=kind, headers={**(headers or {})})
        else:
            missed.append(path)
            route.fulfill(status=404)

    page.route("**/*", serve)
    return missed


def seen(page: Page) -> Image.Image:
    page.set_viewport_size({"width": 400, "height": 500})
    return Image.open(io.BytesIO(page.screenshot())).convert("L")


def drawn(picture: Image.Image) -> int:
    """Dark pixels."""
    return int((np.asarray(picture) < 128).sum())


def assert_alike(one: Image.Image, other: Image.Image) -> None:
    assert drawn(one) > 200
    difference = np.abs(np.asarray(one, int) - np.asarray(other, int))
    assert int((difference > 96).sum()) == 0


@pytest.mark.parametrize("name", _PAGES)
def test_files_of_the_site_draw_the_same_under_a_strict_policy(
    browser: Browser, tmp_path: Path, inline: Path, name: str
) -> None:
    folder = site(tmp_path / "site")
    build(folder, "--css", "external", "--glyphs", "shared")
    text = (folder / name).read_text("utf-8")
    assert not re.search(r"<style| style=|<path", text)
    pictures = []
    for where, headers in ((folder, POLICY), (inline, {})):
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))  # noqa: B023
        missed = served(page, where, headers)
        page.goto(f"{ORIGIN}/{name}")
        pictures.append(seen(page))
        assert [one for one in missed if one != "/favicon.ico"] == []
        assert [one for one in said if "favicon" not in one] == []
        page.close()
    assert_alike(*pictures)


def test_all_kinds_of_formulas_have_the_right_layout_with_rules_in_a_file(
    browser: Browser, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text(source("tex: {tags: 'ams'}"), "utf-8")
    build(folder, "--css", "external")
    page = browser.new_page()
    served(page, folder, POLICY)
    for width in (280, 390, 820):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{ORIGIN}/index.html")
        assert page.evaluate("document.styleSheets.length") == 1
        assert page.evaluate(SCREENS, ASKED)["violations"] == []
    page.close()


def test_files_are_there_after_a_second_build_and_gone_when_restored(tmp_path: Path) -> None:
    folder = site(tmp_path / "site")
    before = {name: (folder / name).read_bytes() for name in _PAGES}
    options = ("--css", "external", "--glyphs", "shared")
    build(folder, *options)
    made = {file.name: file.read_bytes() for file in folder.glob("prerender-math.*")}
    assert set(made) == {"prerender-math.css", "prerender-math.svg"}
    (folder / "prerender-math.css").unlink()
    build(folder, *options)
    assert {name: (folder / name).read_bytes() for name in made} == made
    command = [sys.executable, "-m", "prerender", "restore", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert {name: (folder / name).read_bytes() for name in _PAGES} == before
    assert not list(folder.glob("prerender-math.*"))


def test_a_page_with_a_base_has_all_in_itself(browser: Browser, tmp_path: Path) -> None:
    pictures = []
    for base in ("", '<base href="https://elsewhere.invalid/deep/">'):
        folder = site(tmp_path / f"site{len(base)}")
        file = folder / "index.html"
        file.write_text(file.read_text("utf-8").replace("<title>", f"{base}<title>"), "utf-8")
        build(folder, "--css", "external", "--glyphs", "shared")
        page = browser.new_page()
        missed = served(page, folder)
        page.goto(f"{ORIGIN}/index.html")
        pictures.append(seen(page))
        assert [one for one in missed if one != "/favicon.ico"] == []
        page.close()
    assert_alike(*pictures)


def body_of(text: str) -> str:
    return text.partition("<body>")[2]


def style_of(text: str) -> str:
    found = re.search(r"<style data-prerender.*?</style>", text, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("sheets", [1, 2])
def test_bodies_of_two_pages_draw_the_same_when_joined(
    browser: Browser, inline: Path, sheets: int
) -> None:
    texts = [(inline / name).read_text("utf-8") for name in _PAGES]
    style = "".join(style_of(text) for text in texts[-sheets:])
    rules = "body{margin:0}div{height:200px;overflow:hidden}"
    head = f"<!doctype html><meta charset=utf-8><style>{rules}</style>"
    page = browser.new_page()
    apart = []
    for text in texts:
        page.set_content(f"{head}{style_of(text)}<body><div>{body_of(text)}</div>")
        apart.append(seen(page).crop((0, 0, 400, 200)))
    boxes = "".join(f"<div>{body_of(text)}</div>" for text in texts)
    page.set_content(f"{head}{style}<body>{boxes}")
    joined = seen(page)
    assert_alike(apart[0], joined.crop((0, 0, 400, 200)))
    assert_alike(apart[1], joined.crop((0, 200, 400, 400)))
    page.close()


def test_a_page_saved_by_the_browser_draws_the_same(
    browser: Browser, inline: Path, tmp_path: Path
) -> None:
    page = browser.new_page()
    served(page, inline)
    page.goto(f"{ORIGIN}/index.html")
    before = seen(page)
    whole = page.context.new_cdp_session(page).send("Page.captureSnapshot", {"format": "mhtml"})
    (tmp_path / "saved.html").write_text(page.content(), "utf-8")
    (tmp_path / "saved.mhtml").write_text(whole["data"], "utf-8", newline="")
    page.unroute("**/*")
    for name in ("saved.html", "saved.mhtml"):
        page.goto((tmp_path / name).as_uri())
        assert_alike(before, seen(page))
    page.close()


def test_no_id_is_there_twice(usual_page: str) -> None:
    ids = Counter(re.findall(r'<[^<>]* id="([^"]*)"', usual_page))
    assert len(ids) > 50
    assert [one for one, count in ids.items() if count > 1] == []


def test_names_are_no_ids_of_the_page(tmp_path: Path) -> None:
    folder = site(tmp_path / "site")
    build(folder)
    file = folder / "index.html"
    names = re.findall(r'<(?:path data-prm=""|g) id="([^"]*)"', file.read_text("utf-8"))
    anchors = "".join(f'<i id="{name}"></i>' for name in names)
    source_of = site(tmp_path / "other") / "index.html"
    source_of.write_text(source_of.read_text("utf-8") + anchors, "utf-8")
    build(source_of.parent)
    ids = re.findall(r'<[^<>]* id="([^"]*)"', source_of.read_text("utf-8"))
    assert len(ids) >= 2 * len(names) > 10
    assert len(set(ids)) == len(ids)


@pytest.fixture(scope="module")
def usual_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Formulas of all kinds, twice on one page."""
    folder = tmp_path_factory.mktemp("twice") / "site"
    folder.mkdir()
    once = source("tex: {tags: 'none'}")
    (folder / "index.html").write_text(once + body_of(once), "utf-8")
    build(folder)
    text = (folder / "index.html").read_text("utf-8")
    assert len(re.findall(r'<use xlink:href="#', text)) > 50
    return text
