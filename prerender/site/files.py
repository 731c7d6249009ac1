"""Reads and writes the files of a site: lists its pages, reads them, writes results atomically.

No other module accesses the files of a site.
"""

from __future__ import annotations

import errno
import gzip
import os
import platform
import re
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple, NoReturn
from urllib.parse import unquote, urlsplit

import brotli
from pathspec import GitIgnoreSpec

from prerender.errors import UsageError

DEFAULT_INCLUDE = ("**/*.html", "**/*.htm", "**/*.xhtml")
#: what feeds may be called: what is one shows in what it begins with
FEED_NAMES = ("*.xml", "*.rss", "*.rdf", "*.atom", "*.json", "feed", "rss", "atom")
_TEMPORARY = ".prerender-"
#: prefix of this machine's temporary files: other machines may write to the same folder
HERE = f"{_TEMPORARY}{zlib.crc32(platform.node().encode()):08x}-"
#: the file that is there while lines are added to the files that pages share (lock.py)
LOCK_NAME = f"{_TEMPORARY}lock"
#: all of these, on any machine (`atomic_write`); what is only called alike is the site's
_OURS = re.compile(rf"{re.escape(_TEMPORARY)}(?:lock|[0-9a-f]{{8}}-\d+-[a-z0-9_]{{8}})")
_STALE_SECONDS = 3600.0
#: file name suffixes of precompressed copies, and the functions that compress them
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, 9, mtime=0),
    ".br": lambda data: brotli.compress(data, mode=brotli.MODE_TEXT),
}


class SiteError(UsageError):
    """The site cannot be built as requested; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of built files, or a single page. `output` is the target folder; None: in place.

    `include` and `exclude` are patterns as in .gitignore, relative to the folder.
    """

    root: Path
    output: Path | None = None
    include: Sequence[str] = DEFAULT_INCLUDE
    exclude: Sequence[str] = ()
    single: PurePosixPath | None = field(default=None)
    sync: bool = False
    """Whether files are on the disk before they take the place of others."""
    renamed: str = ""
    """The name of the file that the result of a single page is written to, if not its own."""

    @property
    def is_whole(self) -> bool:
        """Whether its pages are all that its folder has."""
        return self.single is None and self.include == DEFAULT_INCLUDE and not self.exclude

    def source(self, page: PurePosixPath) -> Path:
        """Return the source file of a page."""
        return self.root / page

    def target(self, page: PurePosixPath) -> Path:
        """Return the file that a page's result is written to."""
        return (self.output or self.root) / (self.renamed or page)


def open_site(
    path: Path,
    output: Path | None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    others: Sequence[str] = (),
) -> Site:
    """Open the site at `path`, a folder or a single page. Raises SiteError.

    For a single page, `output` may also be the file to write, if it is named like a page; `others`
    are names that it may have besides those of pages.
    """
    if not path.exists():
        raise SiteError(f"{path} does not exist; name the folder that your generator has built")
    include = tuple(include) or DEFAULT_INCLUDE
    if path.is_dir():
        _refuse_output(path, output)
        return Site(path, output, include, tuple(exclude))
    file = path.resolve()
    _refuse_other_than_html(path, [*include, *others])
    single = PurePosixPath(file.name)
    if output is None or output.is_dir() or output.suffix not in (*_PAGE_SUFFIXES, file.suffix):
        _refuse_output(file.parent, output)
        return Site(file.parent, output, include, tuple(exclude), single)
    if output.resolve() == file:
        raise SiteError(f"{output} is the page itself; leave -o out to build in place")
    return Site(file.parent, output.parent, include, tuple(exclude), single, renamed=output.name)


def _refuse_output(root: Path, output: Path | None) -> None:
    """Check that a folder may get the result of the site in `root`. Raises SiteError."""
    if output is None:
        return
    if output.resolve() == root.resolve():
        raise SiteError(f"{output} is the site itself; leave -o out to build in place")
    if output.exists() and not output.is_dir():
        raise SiteError(f"{output} is not a folder")
    if root.resolve().is_relative_to(output.resolve()):
        raise SiteError(f"{output} contains the site itself; name a separate folder")
    if output.resolve().is_relative_to(root.resolve()) and (own := _own_file(root, output)):
        raise SiteError(f"{output} is a folder of the site, which has {own}; name another")


_PAGE_SUFFIXES = (".html", ".htm", ".xhtml")
#: bytes at the start of a file that say whether it is HTML
_HEAD = 4096
#: what a page begins with: a tag, but none of a feed, a picture or another kind of XML
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?!\?xml|svg|rss|feed|urlset|sitemapindex)[a-z!?]|"
    rb".*<html",
    re.IGNORECASE | re.DOTALL,
)
_SOURCES = (".md", ".rst", ".markdown", ".adoc", ".qmd", ".ipynb", ".tex")


def _is_html(file: Path) -> bool:
    """Whether a file of any name is a page, by its first bytes. Raises OSError."""
    with file.open("rb") as opened:
        return file.suffix not in _SOURCES and bool(_HTML.match(opened.read(_HEAD)))


def _may_be_html(file: Path) -> bool:
    """Whether a file is a page, or cannot be read, which is told later."""
    try:
        return _is_html(file)
    except OSError:
        return True


def _refuse_other_than_html(page: Path, include: Sequence[str]) -> None:
    """Check that a single page is HTML: by its name, or what is in it. Raises SiteError."""
    if filter_names([page.name], [*DEFAULT_INCLUDE, *include], ()):
        return
    try:
        if _is_html(page):
            return
    except OSError as error:
        raise SiteError(f"{page} cannot be read: {error.strerror}") from error
    raise SiteError(f"{page} is no HTML; name the page that your generator has made of it")


def _own_file(root: Path, output: Path) -> str | None:
    """A file in an output folder that no copy of the site would have; None: it may be one."""
    for above, _, names in os.walk(output):
        for name in names:
            path = (Path(above) / name).relative_to(output)
            is_ours = str(path).startswith("prerender-math") or _OURS.fullmatch(name)
            if not is_ours and not os.path.lexists(root / path):
                return str(path)
    return None


def read_source(site: Site, page: PurePosixPath) -> bytes:
    """Read a page's source. Raises OSError."""
    return site.source(page).read_bytes()


def read_target(site: Site, page: PurePosixPath) -> bytes | None:
    """Read the file in the place of a page's result; None where it cannot be read."""
    with suppress(OSError):
        return site.target(page).read_bytes()
    return None


def read_local(file: Path) -> bytes:
    """Read a file of the site (from `local_files`). Raises OSError."""
    return file.read_bytes()


def list_pages(site: Site) -> list[PurePosixPath]:
    """Return a site's pages, sorted. Raises SiteError with the likely cause if there are none."""
    return [PurePosixPath(name) for name in page_names(site)]


def page_names(site: Site) -> list[str]:
    """Return a site's pages as strings, which is faster than paths. Raises SiteError."""
    if site.single is not None:
        return [str(site.single)]
    names = [name for name, link in _walk(site) if not link]
    pages = filter_names(names, site.include, site.exclude)
    if site.include != DEFAULT_INCLUDE:
        usual = set(filter_names(pages, DEFAULT_INCLUDE, ()))
        pages = [name for name in pages if name in usual or _may_be_html(site.root / name)]
    if not pages:
        raise SiteError(_no_pages_message(site, names))
    return pages


def feed_names(site: Site) -> list[str]:
    """Return the files of a site that may be feeds. Raises SiteError."""
    if site.single is not None:
        return filter_names([str(site.single)], FEED_NAMES, ())
    names = (name for name, link in _walk(site) if not link)
    return filter_names(names, FEED_NAMES, site.exclude)


def filter_names(names: Iterable[str], include: Sequence[str], exclude: Sequence[str]) -> list[str]:
    """Return the names that match `include` and not `exclude`, sorted."""
    included, excluded = GitIgnoreSpec.from_lines(include), GitIgnoreSpec.from_lines(exclude)
    return sorted(n for n in names if included.match_file(n) and not excluded.match_file(n))


def copy_assets(site: Site, pages: Sequence[PurePosixPath | str]) -> dict[str, OSError]:
    """Copy all files except the pages and their precompressed copies to the output folder.

    Links are copied as links. Files that exist with the same size and time are not copied again.
    Returns the files that could not be copied, and why. Raises SiteError where the disk is full.
    """
    failed: dict[str, OSError] = {}
    if site.output is None or site.single is not None:
        return failed
    remove_stale_files(site.output)
    written = {f"{page}{ending}" for page in pages for ending in ("", *COMPRESSED)}
    for name, link in _walk(site):
        source, target = f"{site.root}/{name}", f"{site.output}/{name}"
        if name in written or (not link and _same_file(source, target)):
            continue
        try:
            _make_folder(site, PurePosixPath(name))
            _copy(Path(source), Path(target))
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
                raise SiteError(f"{source} cannot be copied: {error}") from error
            failed[name] = error
    return failed


def write_page(site: Site, page: PurePosixPath, data: bytes) -> bool:
    """Write a page's result and its precompressed copies; return False if nothing has changed.

    The page itself is written last: after a killed run it is still the old one, and all is redone.
    """
    source, target = site.source(page), site.target(page)
    with suppress(OSError):
        if target.read_bytes() == data and not target.is_symlink() and has_copies(site, str(page)):
            return False
    _make_folder(site, page)
    same = source.read_bytes() == data
    for ending, compress in COMPRESSED.items():
        original = source.with_name(source.name + ending)
        copy = target.with_name(target.name + ending)
        if original.is_file() and not same:
            _write(copy, compress(data), like=original, sync=site.sync)
        elif original.is_file() and original != copy:
            _copy(original, copy)
    if same:
        _copy(source, target)
    else:
        _write(target, data, like=source, sync=site.sync)
    return True


class FileStat(NamedTuple):
    """A file's state in the file system: size in bytes, time in nanoseconds, inode number."""

    size: int
    time: int
    inode: int


def stat_file(path: str) -> FileStat | None:
    """Return the state of a file or a link; None if missing. (Path.stat is five times slower.)"""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return FileStat(found.st_size, found.st_mtime_ns, found.st_ino)


def has_copies(site: Site, page: str) -> bool:
    """Whether the output has all precompressed copies that a page's source has."""
    return site.output is None or all(
        os.path.lexists(f"{site.output}/{site.renamed or page}{ending}")
        for ending in COMPRESSED
        if os.path.lexists(f"{site.root}/{page}{ending}")
    )


def local_file(site: Site, page: PurePosixPath, url: str) -> Path | None:
    """Return the site's file that a URL in a page refers to; None if it is not in the site."""
    return next((file for file in local_files(site, page, url) if is_local(site, file)), None)


def local_files(site: Site, page: PurePosixPath, url: str) -> list[Path]:
    """Return candidates for the file that a URL in a page refers to; the first `is_local` counts.

    They need not exist. For a single page the site is unknown: any folder above may be its root.
    """
    try:
        parts = urlsplit(url.strip())
        if parts.scheme or parts.netloc or not parts.path:
            return []
        path = unquote(parts.path)
        bases = _roots(site) if path.startswith("/") else [site.source(page).resolve().parent]
        return [Path(os.path.normpath(base / path.lstrip("/"))) for base in bases]
    except (OSError, ValueError):  # not a URL, or not a possible file name
        return []


def is_local(site: Site, file: Path) -> bool:
    """Whether a file exists and belongs to the site."""
    try:
        return file.is_file() and any(file.resolve().is_relative_to(root) for root in _roots(site))
    except (OSError, ValueError):
        return False


def _roots(site: Site) -> list[Path]:
    """Return the possible roots of the site: for a single page, every folder above except /."""
    root = site.root.resolve()
    return [root] if site.single is None else [root, *root.parents[:-1]]


def _walk(site: Site) -> Iterator[tuple[str, bool]]:
    """Yield all files of a site, and whether each is a link. Links are not followed."""
    output = os.path.realpath(site.output) if site.output is not None else None
    folders = [("", os.path.realpath(site.root))]
    while folders:
        above, folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            _raise_unreadable(error)
        for entry in found:
            link = entry.is_symlink()
            if _OURS.fullmatch(entry.name):
                _remove_stale(Path(entry.path))
            elif entry.is_dir(follow_symlinks=False):
                if entry.path != output:
                    folders.append((f"{above}{entry.name}/", entry.path))
            elif link or entry.is_file():
                yield above + entry.name, link


def remove_stale_files(folder: Path) -> None:
    """Remove temporary files that killed runs have left anywhere in a folder."""
    for above, _, names in os.walk(folder):
        for name in names:
            if _OURS.fullmatch(name):
                _remove_stale(Path(above, name))


def _raise_unreadable(error: OSError) -> NoReturn:
    raise SiteError(f"{error.filename} cannot be read: {error.strerror}")


def _no_pages_message(site: Site, names: Sequence[str]) -> str:
    where = f"no page in {site.root}"
    if not names:
        return f"{where}: the folder is empty; has the generator run?"
    if any(name.endswith(_SOURCES) for name in names):
        return f"{where}: these look like the sources; name the folder that the generator writes"
    return f"{where}: {len(names)} files, none like {', '.join(site.include)}; see --include"


def _make_folder(site: Site, path: PurePosixPath) -> None:
    """Create the parent folders of an output file, replacing links that the site once had there."""
    if site.output is not None:
        for folder in reversed(path.parents[:-1]):
            if (site.output / folder).is_symlink():
                (site.output / folder).unlink()
    site.target(path).parent.mkdir(parents=True, exist_ok=True)


def _same_file(source: str, target: str) -> bool:
    old, new = stat_file(source), stat_file(target)
    return old is not None and new is not None and old[:2] == new[:2]


def _write(path: Path, data: bytes, *, like: Path, sync: bool) -> None:
    """Write a file atomically, with the mode bits of `like`; in its place, its owner keeps it."""
    with atomic_write(path, sync=sync) as temporary:
        temporary.write_bytes(data)
        found = like.stat()
        if path == like and hasattr(os, "chown"):
            with suppress(PermissionError):
                os.chown(temporary, found.st_uid, found.st_gid)
        temporary.chmod(found.st_mode & 0o7777)


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a link atomically, with its mode bits and its time."""
    with atomic_write(target) as temporary:
        if source.is_symlink():
            temporary.unlink()
        shutil.copy2(source, temporary, follow_symlinks=False)


@contextmanager
def atomic_write(path: Path, *, sync: bool = False) -> Iterator[Path]:
    """Yield a temporary file that replaces `path` on success and is removed on failure.

    `sync`: it is on the disk before, and the change of names after.
    """
    handle, name = tempfile.mkstemp(prefix=f"{HERE}{os.getpid()}-", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        if sync:
            _sync(temporary)
        temporary.replace(path)
        if sync:
            _sync(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk, where that can be asked for."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_stale(path: Path) -> None:
    """Remove a temporary file if a killed run has left it."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > _STALE_SECONDS or not _may_be_in_use(path.name):
            path.unlink()


def _may_be_in_use(name: str) -> bool:
    """Whether the process that created a temporary file may still be running."""
    number = name.removeprefix(HERE).partition("-")[0]
    if os.name != "posix" or not number.isdecimal():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
