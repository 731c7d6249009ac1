"""Builds a site of attacks and innocent pages, opens it, and says what an attack has come to.

    python -m tests.tools.attacks [--part N] [--markup svg|html|mathml]... [--firefox]

With `--part N` only each N-th attack. The last line says how many there were, and that all is well.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize

from prerender.browser.functions import read_function
from prerender.hashing import digest
from tests.support.browser import blocking_chromium
from tests.tools.attacks.corpus import Attack, attacks
from tests.tools.attacks.innocent import innocent
from tests.tools.attacks.listener import Listener, listener
from tests.tools.firefox import firefox, program

_JUDGE = read_function(Path(__file__).with_name("judge.js"))
_OWN = "".join(
    f"<i id='{name}' data-own hidden></i>" for name in ("comment-form", "config", "_a", "content")
)
_HEAD = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>t</title>"
    "<style>body{{margin:300px 200px}}</style>{}</head><body>"
)
_SIZE: ViewportSize = {"width": 1000, "height": 800}
#: a page on which everything is wrong: what is not seen of it is not looked for
_CONTROL = (
    "<mjx-container><a href='javascript:1' style='position:fixed;inset:0;background:red' "
    "onclick=1><b id=config class=btn>x</b></a></mjx-container><script>evil=1</script>"
    "<img src='URL/control'>"
)
_SEEN = ("script", "captured", "id or a name", "class is", "handler", "link to", "clicks", "pixels")


def main() -> int:
    """Attack; 1 where that does any harm."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.attacks")
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--markup", action="append")
    parser.add_argument("--firefox", action="store_true")
    given = parser.parse_args()
    chosen = attacks()[:: given.part]
    wrong: list[str] = []
    with listener() as ears, tempfile.TemporaryDirectory(prefix="attacks-") as folder:
        for markup in given.markup or ["svg", "html", "mathml"]:
            wrong += attack(chosen, Path(folder, markup), ears, markup, in_firefox=given.firefox)
    print("\n".join(wrong))
    print(f"{len(chosen)} attacks, {len(wrong)} that do harm")
    return 1 if wrong else 0


def attack(
    chosen: Sequence[Attack], folder: Path, ears: Listener, markup: str, *, in_firefox: bool
) -> Iterator[str]:
    """Yield what attacks come to, in one form of markup."""
    pages = dict(zip(_names("innocent", "4b"), innocent(), strict=False))
    alone = _build(folder, "alone", pages, markup, "clean")
    results: dict[Attack, bytes] = {}
    for order, digits in {"first": "03", "last": "cf"}.items():
        texts = [_page(one, ears.port) for one in chosen]
        evil = dict(zip(_names("attack", digits), texts, strict=False))
        both = _build(folder, order, pages | evil, markup, order)
        yield from _unlike(alone, both, f"{markup}, beside attacks that come {order}")
        after = _build(folder, f"{order}-after", pages, markup, order)
        yield from _unlike(alone, after, f"{markup}, from the cache of attacks that came {order}")
        results = {one: both[name] for one, name in zip(chosen, evil, strict=True) if one.readers}
    yield from (f"{markup}, while building: {heard}" for heard in ears.heard)
    ears.heard.clear()
    yield from _opened(results, folder, ears, markup)
    if in_firefox and program():
        yield from _in_firefox(results, ears, markup)


def _names(stem: str, digits: str) -> Iterator[str]:
    """Yield names of pages that are built in this part of all (pipeline/build.py: by a hash)."""
    number = 0
    while True:
        number += 1
        name = f"{stem}-{number}.html"
        if digits[0] <= digest(os.fsencode(name))[0] <= digits[1]:
            yield name


def _page(one: Attack, port: int) -> str:
    text = f"{_HEAD.format(one.head)}{_OWN}{one.body}</body></html>"
    return text.replace("PORT", str(port)).replace("URL", f"http://127.0.0.1:{port}")


def _build(
    folder: Path, name: str, pages: Mapping[str, str], markup: str, cache: str
) -> dict[str, bytes]:
    """What a build makes of pages. Raises AssertionError where it fails."""
    site, out = folder / name / "site", folder / name / "out"
    site.mkdir(parents=True)
    for file, text in pages.items():
        (site / file).write_bytes(text.encode("utf-8", "surrogateescape"))
    words = ["build", site, "-o", out, "--markup", markup, "--cache-dir", folder / f"cache-{cache}"]
    limits = ["--jobs", "1", "--time-limit", "8", "--page-time-limit", "30", "--quiet"]
    command = [sys.executable, "-m", "prerender", *map(str, words), *limits]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"{markup}: {name} is built", file=sys.stderr, flush=True)
    assert done.returncode in (0, 1), done.stderr[-4000:]
    assert "Traceback" not in done.stderr, done.stderr[-4000:]
    return {file: (out / file).read_bytes() for file in pages}


def _unlike(alone: Mapping[str, bytes], both: Mapping[str, bytes], where: str) -> Iterator[str]:
    for name, data in alone.items():
        assert b"<mjx-container" in data, f"{name} is not rendered: it shows nothing"
        if both[name] != data:
            yield f"{where}: {name} is another page"


def _opened(
    results: Mapping[Attack, bytes], folder: Path, ears: Listener, markup: str
) -> Iterator[str]:
    file = folder / "opened.html"
    with blocking_chromium() as browser:
        page = browser.new_page(viewport=_SIZE)
        page.on("dialog", lambda dialog: dialog.dismiss())
        local = re.compile(rf"^(?:file:|http://127\.0\.0\.1:{ears.port}/)")
        page.route(lambda url: local.match(url) is None, lambda route: route.abort())
        text = f"{_HEAD.format('')}{_OWN}{_CONTROL}".replace("URL", f"http://127.0.0.1:{ears.port}")
        file.write_text(text.replace(_OWN, "") + _OWN)
        said = " ".join(_wrong(page, file))
        assert all(one in said for one in _SEEN), f"it is not seen what is wrong: {said}"
        assert ears.heard, "nothing is heard"
        ears.heard.clear()
        drawn = sum(b"<mjx-container" in data for data in results.values())
        told = f"{len(results)} pages to open, {drawn} with formulas that are rendered"
        print(f"{markup}: {told}", file=sys.stderr, flush=True)
        assert drawn > len(results) / 2, f"{told}: what is left as it was shows nothing"
        for one, data in results.items():
            file.write_bytes(data)
            for found in _wrong(page, file):
                yield f"{markup}, {one.kind}: {one.body[:200]!r}: {found}"
            if ears.heard:
                yield f"{markup}, {one.kind}: {one.body[:200]!r}: asks for {ears.heard}"
                ears.heard.clear()


def _wrong(page: Page, file: Path) -> Iterator[str]:
    page.goto(file.as_uri())
    yield from page.evaluate(_JUDGE)
    box = page.evaluate("() => window.box")
    if box is None:
        return
    shown = Image.open(io.BytesIO(page.screenshot())).convert("L")
    left, top, right, bottom = (int(box[side]) for side in ("left", "top", "right", "bottom"))
    shown.paste(255, (max(0, left), max(0, top), max(0, left, right + 1), max(0, top, bottom + 1)))
    if shown.getextrema() != (255, 255):
        yield "pixels outside of its box"


def _in_firefox(results: Mapping[Attack, bytes], ears: Listener, markup: str) -> Iterator[str]:
    print(f"{markup}: as many in Firefox", file=sys.stderr, flush=True)
    with firefox() as browser:
        for one, data in results.items():
            browser.show(data.decode("utf-8", "replace"), 1000)
            for found in browser.evaluate(_JUDGE):
                yield f"{markup}, in Firefox, {one.kind}: {one.body[:200]!r}: {found}"
            if ears.heard:
                yield f"{markup}, in Firefox, {one.kind}: {one.body[:200]!r}: asks {ears.heard}"
                ears.heard.clear()


if __name__ == "__main__":
    sys.exit(main())
