"""`prerender serve`: a real process, asked as browsers ask, and a real browser that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.conftest import Run
from tests.support.browser import SessionBrowser
from tests.support.serving import Serving, serving

HEAD = "<!doctype html><meta charset=utf-8><title>t</title>"
BAD = f"{HEAD}\n<p>\\(x\\)\n<p>数学 \\(\\frac{{1}}\\)"


def make(folder: Path) -> Path:
    """A site of a few pages, and files beside it that are none of its business."""
    site = folder / "site"
    (site / "notes").mkdir(parents=True)
    (site / "index.html").write_text(f"{HEAD}<link rel=stylesheet href=a.css><p>\\(a\\)", "utf-8")
    (site / "a.css").write_text("p { color: rgb(1, 2, 3) }")
    (site / "notes" / "index.html").write_text(f"{HEAD}<p>\\(n\\) <a href=b.html>b</a>", "utf-8")
    script = "<script>document.title = 'its own script'</script>"
    (site / "notes" / "b.html").write_text(f"{HEAD}{script}<p>\\(b\\)", "utf-8")
    (site / "404.html").write_text(f"{HEAD}<p>not here: \\(\\emptyset\\)", "utf-8")
    (site / "wide.html").write_bytes(f"{HEAD}<p>\\(w\\)".encode("utf-16"))
    xhtml = '<html xmlns="http://www.w3.org/1999/xhtml"><head/><body><p>\\(x\\)</p></body></html>'
    (site / "x.xhtml").write_text(xhtml)
    (site / ".secret").write_text("secret")
    (folder / "outside.html").write_text("secret")
    (site / "link.html").symlink_to(folder / "outside.html")
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("serve"))


@pytest.fixture(scope="module")
def served(site: Path, environment: dict[str, str]) -> Iterator[Serving]:
    """A preview that the tests of this module share; each changes pages of its own."""
    with serving(site, environment=environment) as running:
        yield running


def test_pages_are_rendered_and_files_stay(served: Serving, site: Path) -> None:
    before = {file: file.read_bytes() for file in site.rglob("*") if file.is_file()}
    for path in ("/", "/notes/", "/notes/b.html", "/notes/b", "/blog/notes/b.html"):
        status, headers, body = served.get(path)
        assert (status, headers["content-type"]) == (200, "text/html")
        assert body.count(b"<mjx-container") == 1, path
        assert body.count(b"/_prerender/live.js") == 1
    assert served.get("/a.css")[2] == b"p { color: rgb(1, 2, 3) }"
    assert served.get("/notes")[1]["location"] == "/notes/"
    status, _, body = served.get("/none")
    assert (status, b"<mjx-container" in body) == (404, True)
    assert {file: file.read_bytes() for file in site.rglob("*") if file.is_file()} == before


def test_the_script_is_in_each_kind_of_page(served: Serving) -> None:
    assert '/_prerender/live.js"' in served.get("/wide.html")[2].decode("utf-16")
    _, headers, body = served.get("/x.xhtml")
    assert headers["content-type"] == "application/xhtml+xml"
    assert body.rstrip().endswith(b"</script></body></html>")


@pytest.mark.parametrize(
    "path",
    ["/.secret", "/../outside.html", "/%2e%2e/outside.html", "/link.html", "/_prerender/%2e%2e/a"],
)
def test_nothing_outside_the_site_is_shown(served: Serving, path: str) -> None:
    status, _, body = served.get(path)
    assert status == 404
    assert b"secret" not in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "script"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "iframe", "Sec_Fetch_Mode": "navigate"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Dest": "empty"},
    ],
)
def test_pages_of_other_hosts_get_nothing(served: Serving, headers: dict[str, str]) -> None:
    for path in ("/", "/a.css", "/_screens", "/_prerender/live.js", "/_prerender/events?path=/"):
        status, _, body = served.get(path, **headers)
        assert status == 403
        assert b"mjx" not in body


def test_who_may_look(served: Serving) -> None:
    port = served.address[1]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert served.get("/", Host=host)[0] == 200
    followed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "document"}
    assert served.get("/", **followed)[0] == 200, "a link"


def test_another_hosts_page_in_a_browser(served: Serving, session_browser: SessionBrowser) -> None:
    """It asks with `fetch`, a script, a frame and an EventSource."""

    async def ask(browser: Browser) -> list[object]:
        page = await browser.new_page()
        await page.route(
            "http://evil.example/",
            lambda route: route.fulfill(body="<p>", content_type="text/html"),
        )
        await page.goto("http://evil.example/")
        return await page.evaluate(_ASK, served.url)  # type: ignore[no-any-return]

    assert session_browser.run(ask) == ["no answer", "no answer", "no script", "no events"]


_ASK = """async (url) => [
  await fetch(`${url}/`).then((a) => a.text(), () => 'no answer'),
  await fetch(`${url}/`, {mode: 'no-cors'}).then((a) => a.type, () => 'no answer'),
  await new Promise((done) => {
    const script = document.createElement('script');
    script.onload = () => done('a script');
    script.onerror = () => done('no script');
    script.src = `${url}/_prerender/live.js`;
    document.body.append(script);
  }),
  await new Promise((done) => {
    const events = new EventSource(`${url}/_prerender/events?path=/`);
    events.onopen = () => done('events');
    events.onerror = () => { events.close(); done('no events'); };
  }),
]"""


def test_a_page_is_reloaded_and_says_what_is_wrong(
    served: Serving, site: Path, session_browser: SessionBrowser
) -> None:
    file = site / "notes" / "saved.html"
    file.write_text(BAD, "utf-8")

    async def look(browser: Browser) -> None:
        page = await browser.new_page()
        await page.goto(f"{served.url}/notes/saved.html")
        panel = page.locator("prerender-panel section")
        await panel.wait_for()
        said = await panel.inner_text()
        assert "1 error" in said
        assert "notes/saved.html:3:7" in said
        assert "Missing argument for \\frac" in said
        assert await page.locator("prerender-panel pre").inner_text() == "<p>数学 \\(\\frac{1}\\)"
        marked = page.locator("prerender-panel pre b")
        assert await marked.inner_text() == "\\"
        assert await marked.evaluate("b => getComputedStyle(b, '::after').content") == '"^"'
        file.write_text(BAD.replace("{1}", "{1}{2}"), "utf-8")
        await page.wait_for_function("document.querySelectorAll('mjx-container').length === 2")
        assert await page.locator("prerender-panel").count() == 0
        await page.goto(f"{served.url}/notes/b.html")
        assert await page.title() == "its own script"

    session_browser.run(look)


def test_a_style_sheet_reloads_pages_that_have_it(
    served: Serving, site: Path, session_browser: SessionBrowser
) -> None:
    async def look(browser: Browser) -> None:
        page = await browser.new_page()
        await page.goto(f"{served.url}/")
        (site / "a.css").write_text("p { color: rgb(3, 2, 1) }")
        await page.wait_for_function(
            "getComputedStyle(document.querySelector('p')).color === 'rgb(3, 2, 1)'"
        )
        (site / "a.css").write_text("p { color: rgb(1, 2, 3) }")

    session_browser.run(look)


def test_what_was_saved_while_nobody_listened(served: Serving, site: Path) -> None:
    """A page that reloads listens to nobody for a moment."""
    file = site / "missed.html"
    file.write_text(f"{HEAD}<p>\\(m\\)", "utf-8")
    version = served.version("/missed.html")
    file.write_text(f"{HEAD}<p>\\(mm\\)", "utf-8")
    with served.events("/missed.html", version) as events:
        assert next(events) == ("reload", served.version("/missed.html"))
    assert served.version("/missed.html") != version


def test_a_set_up_in_a_file_of_its_own(served: Serving, site: Path) -> None:
    (site / "setup.js").write_text("MathJax = {tex: {macros: {half: '\\\\frac12'}}}")
    loaders = "<script src=setup.js></script><script src=https://cdn/mathjax@4/tex-svg.js></script>"
    (site / "macro.html").write_text(f"{HEAD}{loaders}<p>\\(\\half\\)", "utf-8")
    version = served.version("/macro.html")
    with served.events("/macro.html", version) as events:
        assert next(events) == ("diagnostics", [])
        (site / "setup.js").write_text("MathJax = {tex: {macros: {half: '\\\\frac34'}}}")
        name, changed = next(events)
        assert name == "reload"
        assert changed != version


def test_a_page_that_is_new_or_gone(served: Serving, site: Path) -> None:
    version = served.version("/later.html")
    with served.events("/later.html", version) as events:
        next(events)
        (site / "later.html").write_text(f"{HEAD}<p>\\(l\\)", "utf-8")
        assert next(events)[0] == "reload"
        (site / "later.html").unlink()
        assert next(events) == ("reload", version)


def test_three_screens(served: Serving, session_browser: SessionBrowser) -> None:
    async def look(browser: Browser) -> None:
        page = await browser.new_page()
        await page.goto(f"{served.url}/_screens/notes/", wait_until="networkidle")
        frames = page.frames[1:]
        assert [await frame.evaluate("innerWidth") for frame in frames] == [320, 390, 820]
        await frames[1].click("a")
        for frame in frames:
            await frame.wait_for_url("**/notes/b.html")
        assert page.url == f"{served.url}/_screens/notes/b.html"

    session_browser.run(look)


def test_a_folder_that_is_made_again(tmp_path: Path, environment: dict[str, str]) -> None:
    site = make(tmp_path)
    with serving(site, environment=environment) as served:
        version = served.version("/")
        with served.events("/", version) as events:
            next(events)
            shutil.rmtree(site)
            assert next(events)[0] == "reload"
            make(tmp_path / "again").rename(site)
            assert next(events) == ("reload", version)
            (site / "index.html").write_text(f"{HEAD}<p>\\(again\\)", "utf-8")
            assert next(events)[0] == "reload"


@pytest.mark.parametrize(
    "flags", [("--css", "external", "--glyphs", "shared"), ("--markup", "html")]
)
def test_files_that_pages_share(
    tmp_path: Path, environment: dict[str, str], flags: tuple[str, ...]
) -> None:
    site = make(tmp_path)
    with serving(site, *flags, environment=environment) as served:
        page = served.text("/notes/")
        names = {
            word.strip("\"'()").partition("#")[0].removeprefix("../")
            for word in page.replace("=", " ")
            .replace(">", " ")
            .replace("/ ", " ")
            .replace("url(", " ")
            .replace(")", " ")
            .split()
            if "prerender-math" in word and word.strip("\"'()").startswith("../")
        }
        assert names, page
        for name in names:
            assert served.get(f"/{name}")[0] == 200, name
    assert not list(site.glob("prerender-math*"))


def test_a_page_is_a_site(tmp_path: Path, environment: dict[str, str]) -> None:
    site = make(tmp_path)
    with serving(site / "notes" / "b.html", environment=environment) as served:
        assert "<mjx-container" in served.text("/b.html")
        assert "<mjx-container" not in served.text("/index.html")


def test_the_generator_beside_it(tmp_path: Path, environment: dict[str, str]) -> None:
    """It makes the site first, and is ended with all that it has started."""
    pages = make(tmp_path / "made")
    command = f"sleep 1; cp -r {pages} site; sleep 987 & echo $! > child; wait"
    with serving("site", "--build", command, environment=environment, cwd=tmp_path) as served:
        assert "<mjx-container" in served.text("/")
        child = int((tmp_path / "child").read_text())
        os.kill(child, 0)
    ended = time.monotonic() + 20
    while time.monotonic() < ended and _runs(child):
        time.sleep(0.05)
    assert not _runs(child)


def _runs(process: int) -> bool:
    """Whether a process runs: one that has ended may wait for its parent."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_it_ends_with_exit_code_0(tmp_path: Path, environment: dict[str, str]) -> None:
    with serving(make(tmp_path), environment=environment) as served, served.events("/") as events:
        next(events)
    assert served.process.returncode == 0


def test_a_port_that_is_taken(prerender: Run, tmp_path: Path) -> None:
    make(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = prerender("serve", "site", "--port", str(port))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"127.0.0.1:{port} cannot be listened on: Address already in use" in done.stderr


def test_it_says_what_is_wrong_at_once(prerender: Run, tmp_path: Path) -> None:
    assert prerender("serve", "none", "--port", "0").returncode == 2
    make(tmp_path)
    done = prerender("serve", "site", "--port", "0", "--browser", "/nonexistent")
    assert done.returncode == 3


def test_nobody_else_can_connect(served: Serving) -> None:
    """It listens on the loopback interface only."""
    listening = subprocess.run(
        [sys.executable, "-c", _LISTENING, str(served.address[1])], capture_output=True, text=True
    )
    assert listening.stdout.split() == ["0100007F"]


#: addresses (hexadecimal) that this machine listens on at a port
_LISTENING = """
import sys
port = f"{int(sys.argv[1]):04X}"
for name in ("tcp", "tcp6"):
    for line in open(f"/proc/net/{name}").readlines()[1:]:
        _, local, _, state, *_ = line.split()
        address, _, used = local.partition(":")
        if used == port and state == "0A":
            print(address)
"""
