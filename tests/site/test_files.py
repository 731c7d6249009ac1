"""Files of a site: what is read, what is written, and what is left alone."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import brotli
import pytest

from prerender.site.files import (
    HERE,
    Site,
    SiteError,
    copy_assets,
    list_pages,
    local_file,
    open_site,
    write_page,
)

pytestmark = pytest.mark.quick

Make = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """An empty folder for a site."""
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


def make(site: Path, *names: str, data: bytes = b"<p>") -> None:
    for name in names:
        file = site / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def names(site: Path, output: Path | None = None, **patterns: list[str]) -> list[str]:
    return [str(page) for page in list_pages(open_site(site, output, **patterns))]


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def test_pages_are_found_at_any_depth(site: Path) -> None:
    make(site, "index.html", "a/b/c.htm", "a/d.xhtml", "a/e.xml", "f.txt", "g.HTML", ".h/i.html")
    assert names(site) == [".h/i.html", "a/b/c.htm", "a/d.xhtml", "index.html"]


def test_include_and_exclude_are_as_in_gitignore(site: Path) -> None:
    make(site, "a.html", "b.php", "drafts/c.html", "x/drafts/d.html", "e.html")
    assert names(site, include=["*.php", "/*.html"]) == ["a.html", "b.php", "e.html"]
    assert names(site, exclude=["drafts/"]) == ["a.html", "e.html"]
    assert names(site, exclude=["/drafts/", "e.html"]) == ["a.html", "x/drafts/d.html"]
    assert names(site, exclude=["*.html", "!e.html"]) == ["e.html"]


def test_a_page_may_be_a_site(site: Path) -> None:
    make(site, "a.html", "b.html")
    assert names(site / "a.html") == ["a.html"]
    (site / "c.php").write_text("<!doctype html><p>c")
    assert names(site / "c.php") == ["c.php"]


def test_a_link_to_a_page_means_the_page(site: Path) -> None:
    make(site, "a.html")
    (site / "link.html").symlink_to("a.html")
    opened = open_site(site / "link.html", None)
    assert write_page(opened, list_pages(opened)[0], b"new")
    assert (site / "link.html").is_symlink()
    assert (site / "a.html").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ([], "the folder is empty; has the generator run?"),
        (
            ["a.md", "b.txt"],
            "these look like the sources; name the folder that the generator writes",
        ),
        (["a.txt"], r"1 files, none like \*\*/\*.html, \*\*/\*.htm, \*\*/\*.xhtml; see --include"),
    ],
)
def test_no_pages_is_an_error_with_its_likely_cause(site: Path, made: list[str], said: str) -> None:
    make(site, *made)
    with pytest.raises(SiteError, match=f"no page in {site}: {said}"):
        names(site)


def test_all_pages_excluded(site: Path) -> None:
    make(site, "a.html")
    with pytest.raises(SiteError, match="1 files, none"):
        names(site, exclude=["*.html"])


def test_places_that_cannot_be_built(site: Path, tmp_path: Path) -> None:
    make(site, "a.html")
    (tmp_path / "file").touch()
    for path, output, said in [
        (tmp_path / "none", None, "does not exist; name the folder"),
        (site, site, "is the site itself; leave -o out to build in place"),
        (site, tmp_path / "site" / ".." / "site", "is the site itself"),
        (site, tmp_path, "contains the site itself"),
        (site / "a.html", site, "is the site itself"),
        (site, tmp_path / "file", "is not a folder"),
    ]:
        with pytest.raises(SiteError, match=said):
            open_site(path, output)


def test_links_are_not_followed(site: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    make(outside, "secret.html", "b.html")
    make(site, "a.html", "real/c.html")
    (site / "out").symlink_to(outside)
    (site / "loop").symlink_to(".")
    (site / "b.html").symlink_to(outside / "b.html")
    (site / "gone.html").symlink_to("nowhere")
    (site / "in").symlink_to("real")
    opened = open_site(site, tmp_path / "new")
    pages = list_pages(opened)
    assert [str(page) for page in pages] == ["a.html", "real/c.html"]
    copy_assets(opened, pages)
    assert files(tmp_path / "new") == {"out", "loop", "b.html", "gone.html", "in"}
    assert {(tmp_path / "new" / name).readlink() for name in files(tmp_path / "new")} == {
        outside,
        outside / "b.html",
        Path(),
        Path("nowhere"),
        Path("real"),
    }
    copy_assets(opened, pages)


def test_what_is_no_file_is_no_page(site: Path) -> None:
    make(site, "a.html")
    os.mkfifo(site / "pipe.html")
    assert names(site) == ["a.html"]


def test_a_copy_is_whole_and_as_it_was(site: Path, tmp_path: Path) -> None:
    make(site, "a.html", "a.html.gz", "css/a.css", "empty", ".htaccess", "x.gz", data=b"data")
    (site / "css/a.css").chmod(0o754)
    os.utime(site / "css/a.css", (1_000_000_000, 1_000_000_000))
    opened = open_site(site, tmp_path / "new" / "deep")
    pages = list_pages(opened)
    copy_assets(opened, pages)
    new = tmp_path / "new" / "deep"
    assert files(new) == {"css/a.css", "empty", ".htaccess", "x.gz"}
    status = (new / "css/a.css").stat()
    assert (status.st_mode & 0o7777, status.st_mtime) == (0o754, 1_000_000_000)
    before = (new / "css/a.css").stat().st_ino
    copy_assets(opened, pages)
    assert (new / "css/a.css").stat().st_ino == before
    make(site, "css/a.css", data=b"changed")
    copy_assets(opened, pages)
    assert (new / "css/a.css").read_bytes() == b"changed"


def test_output_in_the_site_is_no_part_of_it(site: Path) -> None:
    make(site, "a.html", "b.css")
    opened = open_site(site, site / "out")
    for _ in range(2):
        pages = list_pages(opened)
        assert [str(page) for page in pages] == ["a.html"]
        copy_assets(opened, pages)
        write_page(opened, pages[0], b"new")
    assert files(site / "out") == {"a.html", "b.css"}


def test_output_over_a_folder_of_the_site_is_refused(site: Path) -> None:
    """Its pages would be lost."""
    make(site, "index.html", "docs/index.html", "docs/b.html")
    with pytest.raises(SiteError, match=r"docs is a folder of the site, which has b.html"):
        open_site(site, site / "docs")
    opened = open_site(site, site / "out")
    copy_assets(opened, list_pages(opened))
    make(site / "out", "prerender-math-12345.woff2", "prerender-math/a.svg")
    open_site(site, site / "out")


def test_nothing_is_written_through_links_of_an_old_copy(site: Path, tmp_path: Path) -> None:
    """`latest` was a link to `v1` when the site was copied first; now it is a folder."""
    new = tmp_path / "new"
    make(site, "v1/a.html", "v1/a.css")
    (site / "latest").symlink_to("v1")
    (site / "b.css").symlink_to(tmp_path / "site" / "v1" / "a.css")
    opened = open_site(site, new)
    copy_assets(opened, list_pages(opened))
    (site / "latest").unlink()
    (site / "b.css").unlink()
    make(site, "latest/a.html", "latest/a.css", "b.css", data=b"new")
    copy_assets(opened, list_pages(opened))
    for page in list_pages(opened):
        write_page(opened, page, site.joinpath(page).read_bytes())
    assert (site / "v1/a.css").read_bytes() == (new / "v1/a.css").read_bytes() == b"<p>"
    assert (new / "v1/a.html").read_bytes() == b"<p>"
    assert (new / "latest/a.css").read_bytes() == (new / "b.css").read_bytes() == b"new"
    assert not (new / "b.css").is_symlink()


def test_a_folder_in_the_way_is_told_and_stops_nothing_else(site: Path, tmp_path: Path) -> None:
    make(site, "a.html", "b.css", "d.css")
    make(tmp_path / "new", "b.css/c")
    opened = open_site(site, tmp_path / "new")
    [(name, error)] = copy_assets(opened, list_pages(opened)).items()
    assert (name, type(error)) == ("b.css", IsADirectoryError)
    assert files(tmp_path / "new") == {"b.css/c", "d.css"}


PAGE = PurePosixPath("a.html")


def test_pages_are_written_once(site: Path) -> None:
    make(site, "a.html")
    opened = open_site(site, None)
    (site / "a.html").chmod(0o640)
    assert write_page(opened, PAGE, b"new")
    assert (site / "a.html").stat().st_mode & 0o7777 == 0o640
    before = (site / "a.html").stat()
    assert not write_page(opened, PAGE, b"new")
    assert (site / "a.html").stat() == before
    assert files(site) == {"a.html"}


def test_what_is_precompressed_is_never_stale(site: Path, tmp_path: Path) -> None:
    make(site, "a.html", "a.html.gz", "a.html.br", "b.html", "b.html.gz")
    (site / "a.html.gz").chmod(0o600)
    for opened in (open_site(site, tmp_path / "new"), open_site(site, None)):
        new = opened.output or opened.root
        assert write_page(opened, PAGE, b"new")
        assert gzip.decompress((new / "a.html.gz").read_bytes()) == b"new"
        assert brotli.decompress((new / "a.html.br").read_bytes()) == b"new"
        assert (new / "a.html.gz").stat().st_mode & 0o7777 == 0o600
        assert write_page(opened, PurePosixPath("b.html"), b"new")
        assert not (new / "b.html.br").exists()
        assert not write_page(opened, PAGE, b"new")
        (new / "a.html.gz").unlink()
    assert (site / "b.html.gz").read_bytes() != b"<p>"


def test_a_page_that_stays_is_copied_as_it_is(site: Path, tmp_path: Path) -> None:
    make(site, "a.html", "a.html.gz", "a.html.br")
    os.utime(site / "a.html", (1_000_000_000, 1_000_000_000))
    opened = open_site(site, tmp_path / "new")
    assert write_page(opened, PAGE, b"<p>")
    for name in ("a.html", "a.html.gz", "a.html.br"):
        assert (tmp_path / "new" / name).read_bytes() == b"<p>"
    assert (tmp_path / "new" / "a.html").stat().st_mtime == 1_000_000_000
    assert not write_page(opened, PAGE, b"<p>")


def test_a_page_that_cannot_be_written_stays(site: Path, tmp_path: Path) -> None:
    make(site, "a.html")
    make(tmp_path / "new", "a.html/b")
    with pytest.raises(IsADirectoryError):
        write_page(open_site(site, tmp_path / "new"), PAGE, b"new")
    assert files(tmp_path / "new") == {"a.html/b"}


def test_what_a_killed_run_has_left_goes(site: Path, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    left, mine = f"{HERE}{ended}-abcdefgh", f"{HERE}{os.getpid()}-abcdefgh"
    odd = ".prerender-x"  # that of the site
    elsewhere = f".prerender-00000000-{ended}-abcdefgh"  # on another machine, which may run yet
    make(site, "a.html", f"b/{left}", f"b/{mine}", odd, elsewhere)
    make(tmp_path / "new", left, mine)
    opened = open_site(site, tmp_path / "new")
    copy_assets(opened, list_pages(opened))
    assert files(site) == {"a.html", f"b/{mine}", odd, elsewhere}
    assert files(tmp_path / "new") == {mine, odd}
    hours_ago = time.time() - 7200
    for name in (odd, elsewhere):
        os.utime(site / name, (hours_ago, hours_ago))
    list_pages(opened)
    assert files(site) == {"a.html", f"b/{mine}", odd}


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("a.js", "blog/a.js"),
        (" ./a.js?v=1#x ", "blog/a.js"),
        ("../b%20c.js", "b c.js"),
        ("/b c.js", "b c.js"),
        ("//cdn.example/a.js", None),
        ("https://cdn.example/a.js", None),
        ("../../outside.js", None),
        ("/link.js", None),
        ("none.js", None),
        ("", None),
        (".", None),
        ("a%00.js", None),
        ("http://[::1", None),
        ("x" * 5000, None),
        ("data:text/javascript,1", None),
    ],
)
def test_files_that_a_page_means(site: Path, tmp_path: Path, url: str, file: str | None) -> None:
    make(site, "blog/p.html", "blog/a.js", "b c.js")
    make(tmp_path, "outside.js")
    (site / "link.js").symlink_to("../outside.js")
    found = local_file(Site(site), PurePosixPath("blog/p.html"), url)
    assert (found and found.resolve()) == (file and site / file)


def test_a_single_page_may_mean_files_of_folders_above(site: Path) -> None:
    make(site, "blog/2020/p.html", "header.js", "js/a.js")
    page = open_site(site / "blog" / "2020" / "p.html", None)
    for url, file in (("../../header.js", "header.js"), ("/js/a.js", "js/a.js"), ("/b.js", None)):
        found = local_file(page, PurePosixPath("p.html"), url)
        assert (found and found.resolve()) == (file and (site / file).resolve())


def test_a_page_is_on_the_disk_before_it_takes_its_place(site: Path, tmp_path: Path) -> None:
    """As the kernel sees it."""
    make(site, "a.html")
    trace = tmp_path / "trace"
    code = (
        "from pathlib import Path, PurePosixPath as P; from prerender.site.files import *\n"
        f"write_page(Site(Path({str(site)!r}), sync={{}}), P('a.html'), b'{{}}')"
    )
    words = ["strace", "-f", "-e", "trace=fsync,rename,renameat,renameat2", "-o", str(trace)]
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    for sync in (False, True):
        subprocess.run([*words, sys.executable, "-c", code.format(sync, sync)], check=True)
        seen = [line.split()[1].partition("(")[0] for line in trace.read_text().splitlines()]
        order = [name.rstrip("at2") for name in seen if name.startswith(("fsync", "rename"))]
        assert order == (["fsync", "rename", "fsync"] if sync else ["rename"])


def test_the_owner_of_a_page_keeps_it(site: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    make(site, "a.html")
    os.chown(site / "a.html", 65534, 65534)
    assert write_page(open_site(site, None), PurePosixPath("a.html"), b"new")
    found = (site / "a.html").stat()
    assert (found.st_uid, found.st_gid) == (65534, 65534)
