"""A site that is built for a folder of its host; we must find what its scripts do there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.oracle.compare import differences, parse_list
from tests.support.oracle.oracle import pages_of, typeset_by_site

CONFIG = "MathJax = {tex: {inlineMath: [['!', '!']], macros: {RR: '\\\\mathbb{R}'}}};"
LOADER = '<script src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js"></script>'
PAGE = "<!DOCTYPE html><title>x</title>{head}{loader}<p>!a \\in \\RR! and \\(b\\)</p>"
#: what stands in a page's head, by how the site names its own script; the site stands in /blog
HEADS = {
    "the folder is not there": '<script src="/blog/js/math.js"></script>',
    "two folders are not there": '<script src="/me/blog/js/math.js"></script>',
    "its canonical address": '<link rel="canonical" href="https://site.test{folder}/post/1/">'
    '<script src="https://site.test{folder}/js/math.js"></script>',
    "what it tells others": '<meta property="og:url" content="https://site.test{folder}/post/1/">'
    '<script src="//site.test{folder}/js/math.js"></script>',
}


def site_at(folder: Path, head: str) -> Path:
    """A site in a folder of its host."""
    (folder / "post" / "1").mkdir(parents=True)
    (folder / "js").mkdir()
    (folder / "js" / "math.js").write_text(CONFIG)
    page = folder / "post" / "1" / "index.html"
    page.write_text(PAGE.format(head=head, loader=LOADER))
    return page


def found(site: Path, *words: str) -> list[str]:
    command = [sys.executable, "-m", "prerender", "list", str(site), "--no-cache", *words]
    listed = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert listed.returncode == 0, listed.stderr
    return listed.stdout.splitlines()


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_its_scripts_are_read(tmp_path: Path, head: str) -> None:
    name = "me/blog" if "/me/" in head else "blog"
    folder = tmp_path / name
    page = site_at(folder, head.format(folder=f"/{name}"))
    [seen] = asyncio.run(typeset_by_site(pages_of(folder), tmp_path)).values()
    assert [one.tex for one in seen] == ["a \\in \\RR"]
    ours = parse_list(found(folder))[page.relative_to(folder).as_posix()]
    assert not list(differences("page", ours, seen))


def test_it_may_be_said(tmp_path: Path) -> None:
    """Where the folder's name is also one of the site, nothing but the author knows better."""
    folder = tmp_path / "blog"
    page = site_at(folder, '<script src="https://site.test/blog/js/math.js"></script>')
    [seen] = asyncio.run(typeset_by_site(pages_of(folder), tmp_path)).values()
    config = tmp_path / "prerender.toml"
    config.write_text('base_path = "https://site.test/blog/"\n')
    name = page.relative_to(folder).as_posix()
    ours = parse_list(found(folder, "--config", str(config)))[name]
    assert not list(differences("page", ours, seen))
    assert list(differences("page", parse_list(found(folder))[name], seen))
