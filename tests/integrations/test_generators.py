"""The plugins, each with its real generator: what it builds, what it says, how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

GOOD, BAD = r"\(x^2 + y^2\)", r"\(\frac{1}\)"


class Generator:
    """Programs of this environment, run in a folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, "utf-8")

    def words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.words(*words),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def formulas(self, *pages: str) -> list[int]:
        """How many rendered formulas pages have."""
        texts = ((self.folder / page).read_text("utf-8") for page in pages)
        return [text.count("<mjx-container") for text in texts]


@pytest.fixture
def generator(tmp_path: Path, environment: dict[str, str]) -> Generator:
    return Generator(tmp_path, environment)


MKDOCS = """
site_name: t
theme: {name: material}
plugins: [search, {prerender: {css: external}}]
markdown_extensions: [{pymdownx.arithmatex: {generic: true}}]
extra_javascript: [js/math.js, 'https://cdn.example/mathjax@3/es5/tex-mml-chtml.js']
"""
_LOADER = r"window.MathJax = {tex: {inlineMath: [['\\(', '\\)']], macros: {half: '\\frac12'}}}"
_DOCS = {
    "mkdocs.yml": MKDOCS,
    "docs/js/math.js": _LOADER,
    "docs/index.md": f"# a\n\n{GOOD} \\(\\half\\)\n",
    "docs/b/c.md": f"# c\n\n{GOOD}\n",
}


def test_mkdocs(generator: Generator) -> None:
    generator.write(_DOCS)
    done = generator.run("mkdocs", "build")
    assert done.returncode == 0, done.stderr
    assert generator.formulas("site/index.html", "site/b/c/index.html") == [2, 1]
    assert (generator.folder / "site" / "prerender-math.css").exists(), "a setting of mkdocs.yml"
    assert "3 formulas" in done.stderr


def test_mkdocs_tells_what_is_wrong(generator: Generator) -> None:
    generator.write({**_DOCS, "docs/bad.md": f"{BAD} {GOOD}", "docs/odd.md": r"\(\nope\)"})
    done = generator.run("mkdocs", "build")
    assert done.returncode == 1
    assert "bad/index.html:" in done.stderr
    assert "error: Missing argument" in done.stderr
    assert generator.formulas("site/index.html", "site/bad/index.html") == [2, 1]
    (generator.folder / "docs" / "bad.md").unlink()
    assert generator.run("mkdocs", "build").returncode == 0
    assert generator.run("mkdocs", "build", "--strict").returncode == 1, "a warning"
    generator.write({"mkdocs.yml": MKDOCS.replace("css: external", "css: shared")})
    done = generator.run("mkdocs", "build")
    assert done.returncode == 1
    assert 'css = "shared" is not inline or external' in done.stderr.replace("'", '"')


def test_mkdocs_gh_deploy(generator: Generator) -> None:
    """What is pushed is rendered."""
    generator.write(_DOCS)
    name = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    git = ["git", *name]
    subprocess.run([*git, "init", "-q"], cwd=generator.folder, check=True)
    subprocess.run([*git, "init", "-q", "--bare", "remote"], cwd=generator.folder, check=True)
    words = [*git, "remote", "add", "origin", str(generator.folder / "remote")]
    subprocess.run(words, cwd=generator.folder, check=True)
    subprocess.run([*git, "add", "docs"], cwd=generator.folder, check=True)
    subprocess.run([*git, "commit", "-qm", "a"], cwd=generator.folder, check=True)
    generator.environment = generator.environment | {
        f"GIT_{who}_{what}": "t@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = generator.run("mkdocs", "gh-deploy")
    assert done.returncode == 0, done.stderr
    shown = subprocess.run(
        ["git", "show", "gh-pages:index.html"],
        cwd=generator.folder / "remote",
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.count("<mjx-container") == 2


def test_mkdocs_serve(generator: Generator) -> None:
    """Pages are rendered at first and after each change, also while one is wrong."""
    generator.write(_DOCS)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
    process = subprocess.Popen(
        generator.words("mkdocs", "serve", "-a", address),
        cwd=generator.folder,
        env=generator.environment,
        stderr=subprocess.DEVNULL,
        # what runs in the background of a shell ignores Ctrl-C, and so would what it starts
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    try:
        _wait_for(f"http://{address}/", 2)
        generator.write({"docs/index.md": f"# a\n\n{GOOD} {GOOD} {GOOD} {BAD}\n"})
        _wait_for(f"http://{address}/", 3)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def _wait_for(url: str, formulas: int) -> None:
    """Wait until a page has so many rendered formulas."""
    text = ""
    for _ in range(600):
        try:
            with urlopen(url) as answer:
                text = answer.read().decode()
        except (URLError, ConnectionError):
            text = ""
        if text.count("<mjx-container") == formulas:
            return
        time.sleep(0.1)
    raise AssertionError(text)


SPHINX = """
project = "t"
html_theme = "furo"
extensions = ["sphinx.ext.mathjax", "prerender.integrations.sphinx"]
prerender = {"speech": "none"}
"""
_RST = {
    "conf.py": SPHINX,
    "index.rst": "t\n=\n\n.. toctree::\n\n   b\n\n:math:`x^2` and\n\n.. math:: a = b\n",
    "b.rst": "b\n=\n\n:math:`y`\n",
}


@pytest.mark.parametrize(
    ("builder", "pages", "formulas"),
    [
        ("html", ["index.html", "b.html"], [2, 1]),
        ("dirhtml", ["index.html", "b/index.html"], [2, 1]),
        ("singlehtml", ["index.html"], [3]),
    ],
)
def test_sphinx(generator: Generator, builder: str, pages: list[str], formulas: list[int]) -> None:
    generator.write(_RST)
    done = generator.run("sphinx", "-W", "-b", builder, ".", "out")
    assert done.returncode == 0, done.stderr
    built = [f"out/{page}" for page in pages]
    assert generator.formulas(*built) == formulas
    assert (
        "aria-label" not in (generator.folder / built[0]).read_text().partition("<mjx-co")[2][:300]
    )
    again = generator.run("sphinx", "-W", "-b", builder, ".", "out")
    assert again.returncode == 0, again.stderr
    assert generator.formulas(*built) == formulas


def test_sphinx_leaves_other_builders_alone(generator: Generator) -> None:
    generator.write(_RST)
    for builder in ("epub", "text"):
        assert generator.run("sphinx", "-q", "-b", builder, ".", "out").returncode == 0
    assert b"<mjx-container" not in (generator.folder / "out" / "index.xhtml").read_bytes()


def test_sphinx_tells_what_is_wrong(generator: Generator) -> None:
    generator.write({**_RST, "b.rst": "b\n=\n\n:math:`\\frac{1}` :math:`y`\n"})
    done = generator.run("sphinx", "-b", "html", ".", "out")
    assert done.returncode == 1
    assert "error: Missing argument" in done.stderr
    assert generator.formulas("out/b.html") == [1]


PELICAN = """
SITENAME = AUTHOR = "t"
SITEURL = ""
TIMEZONE = "UTC"
PATH = "content"
PLUGINS = ["prerender.integrations.pelican"]
PRERENDER = {"exclude": ["archives.html"]}
"""
_ARTICLE = "Title: a\nDate: 2020-01-01\nSlug: a\n\n\\\\(x^2\\\\) {}\n"


def test_pelican(generator: Generator) -> None:
    generator.write({"pelicanconf.py": PELICAN, "content/a.md": _ARTICLE.format("")})
    done = generator.run("pelican", "-s", "pelicanconf.py", "-o", "output")
    assert done.returncode == 0, done.stdout + done.stderr
    assert generator.formulas("output/a.html") == [1]
    generator.write({"content/a.md": _ARTICLE.format(r"\\(\\frac{1}\\)")})
    done = generator.run("pelican", "-s", "pelicanconf.py", "-o", "output")
    assert done.returncode == 1
    assert "Missing argument" in done.stdout + done.stderr
    assert generator.formulas("output/a.html") == [1]


def test_settings_of_prerender_toml_count_too(generator: Generator) -> None:
    """And what belongs to the command line there is of no use here."""
    generator.write({**_DOCS, "prerender.toml": "output = 'elsewhere'\nmarkup = 'html'\n"})
    assert generator.run("mkdocs", "build", "-q").returncode == 0
    assert 'jax="SVG"' not in (generator.folder / "site" / "index.html").read_text()
    assert generator.formulas("site/index.html") == [2]
    assert not (generator.folder / "elsewhere").exists()


def test_without_a_browser(generator: Generator) -> None:
    generator.write(_DOCS)
    generator.environment = generator.environment | {"PRERENDER_BROWSER": os.devnull}
    generator.write({"docs/index.md": r"\(brand + new\)"})
    done = generator.run("mkdocs", "build")
    assert done.returncode == 1
    assert "prerender: " in done.stderr
    assert "Traceback" not in done.stderr
