"""A folder of built files in; its pages with their bytes out, and changed pages back by rename.

Only this module touches the files of a site.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import brotli
from pathspec import GitIgnoreSpec

DEFAULT_INCLUDE = ("**/*.html", "**/*.htm", "**/*.xhtml")
_TEMPORARY = ".prerender-"
_STALE_SECONDS = 3600.0
#: file name endings of precompressed copies, and how they are made
_COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, 9, mtime=0),
    ".br": lambda data: brotli.compress(data, mode=brotli.MODE_TEXT),
}


class SiteError(ValueError):
    """The site cannot be built as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of built files, or one page. `output` is where the result goes; None: in place.

    `include` and `exclude` are patterns as in .gitignore, relative to the folder.
    """

    root: Path
    output: Path | None = None
    include: Sequence[str] = DEFAULT_INCLUDE
    exclude: Sequence[str] = ()
    single: PurePosixPath | None = field(default=None)

    def source(self, page: PurePosixPath) -> Path:
        """The file of a page."""
        return self.root / page

    def target(self, page: PurePosixPath) -> Path:
        """The file that its result goes to."""
        return (self.output or self.root) / page


def open_site(
    path: Path, output: Path | None, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> Site:
    """The site at `path`, a folder or a single page. Raises SiteError."""
    if not path.exists():
        raise SiteError(f"{path} does not exist; name the folder that your generator has built")
    if path.is_dir():
        root, single = path, None
    else:
        file = path.resolve()
        root, single = file.parent, PurePosixPath(file.name)
    if output is not None:
        if output.resolve() == root.resolve():
            raise SiteError(f"{output} is the site itself; leave -o out to build in place")
        if output.exists() and not output.is_dir():
            raise SiteError(f"{output} is not a folder")
        if root.resolve().is_relative_to(output.resolve()):
            raise SiteError(f"{output} holds the site itself; name a folder of its own")
    return Site(root, output, tuple(include) or DEFAULT_INCLUDE, tuple(exclude), single)


def list_pages(site: Site) -> list[PurePosixPath]:
    """The pages of a site, sorted. Raises SiteError where there is none, with the likely cause."""
    if site.single is not None:
        return [site.single]
    included = GitIgnoreSpec.from_lines(site.include)
    excluded = GitIgnoreSpec.from_lines(site.exclude)
    names = [str(path) for path, link in _walk(site) if not link]
    pages = [
        PurePosixPath(name)
        for name in names
        if included.match_file(name) and not excluded.match_file(name)
    ]
    if not pages:
        raise SiteError(_no_pages(site, names))
    return sorted(pages)


def copy_assets(site: Site, pages: Sequence[PurePosixPath]) -> None:
    """Copy all files but the pages, and their precompressed copies, to the output folder.

    Links are copied as links. Files that are there already, as old and as large, are left alone.
    Raises SiteError where something cannot be copied.
    """
    if site.output is None or site.single is not None:
        return
    for left in site.output.rglob(f"{_TEMPORARY}*"):
        _remove_stale(left)
    written = {f"{page}{ending}" for page in pages for ending in ("", *_COMPRESSED)}
    for path, link in _walk(site):
        if str(path) in written:
            continue
        source, target = site.root / path, site.output / path
        try:
            if link or not _same_file(source, target):
                _make_folder(site, path)
                _copy(source, target)
        except OSError as error:
            raise SiteError(f"{source} cannot be copied: {error}") from error


def write_page(site: Site, page: PurePosixPath, data: bytes) -> bool:
    """Write a page's result, and what is precompressed of it; False where it stands there already.

    The page itself comes last: whoever is killed in between finds it old, and does all again.
    """
    source, target = site.source(page), site.target(page)
    with suppress(OSError):
        if target.read_bytes() == data and not target.is_symlink() and _has_copies(site, page):
            return False
    _make_folder(site, page)
    same = source.read_bytes() == data
    for ending, compress in _COMPRESSED.items():
        original = source.with_name(source.name + ending)
        copy = target.with_name(target.name + ending)
        if original.is_file() and not same:
            _write(copy, compress(data), like=original)
        elif original.is_file() and original != copy:
            _copy(original, copy)
    if same:
        _copy(source, target)
    else:
        _write(target, data, like=source)
    return True


def local_file(site: Site, page: PurePosixPath, url: str) -> Path | None:
    """The file of the site that a page means by a URL; None where it is none of this site's.

    Of a single page the site is not known: any folder above it may be its root, but that
    of all files.
    """
    try:
        parts = urlsplit(url.strip())
        if parts.scheme or parts.netloc or not parts.path:
            return None
        path = unquote(parts.path)
        folder = site.source(page).resolve().parent
        roots = [site.root] if site.single is None else [folder, *folder.parents[:-1]]
        bases = roots if path.startswith("/") else [folder]
        files = [base / path.lstrip("/") for base in bases]
        return next((file for file in files if file.is_file() and _is_within(roots, file)), None)
    except (OSError, ValueError):  # no URL, or none that a file could have
        return None


def _is_within(roots: Sequence[Path], file: Path) -> bool:
    return any(file.resolve().is_relative_to(root.resolve()) for root in roots)


def _walk(site: Site) -> Iterator[tuple[PurePosixPath, bool]]:
    """All files of a site, and whether each is a link. Links are not followed."""
    output = site.output.resolve() if site.output is not None else None
    for folder, names, files in os.walk(site.root, onerror=_refuse):
        names[:] = sorted(
            name for name in names if output is None or Path(folder, name).resolve() != output
        )
        for name in sorted([*files, *(n for n in names if Path(folder, n).is_symlink())]):
            path = Path(folder, name)
            if name.startswith(_TEMPORARY):
                _remove_stale(path)
                continue
            if path.is_symlink() or path.is_file():
                yield PurePosixPath(path.relative_to(site.root).as_posix()), path.is_symlink()


def _refuse(error: OSError) -> NoReturn:
    raise SiteError(f"{error.filename} cannot be read: {error.strerror}")


def _no_pages(site: Site, names: Sequence[str]) -> str:
    where = f"no page in {site.root}"
    if not names:
        return f"{where}: the folder is empty; has the generator run?"
    if any(name.endswith((".md", ".rst", ".markdown", ".adoc")) for name in names):
        return f"{where}: it looks like the sources; name the folder that the generator writes"
    return f"{where}: {len(names)} files, none like {', '.join(site.include)}; see --include"


def _make_folder(site: Site, path: PurePosixPath) -> None:
    """Make the folders above a file of the output. A link there was the site's once, and goes."""
    if site.output is not None:
        for folder in reversed(path.parents[:-1]):
            if (site.output / folder).is_symlink():
                (site.output / folder).unlink()
    site.target(path).parent.mkdir(parents=True, exist_ok=True)


def _same_file(source: Path, target: Path) -> bool:
    try:
        old, new = source.stat(), target.lstat()
    except OSError:
        return False
    return (old.st_size, old.st_mtime_ns) == (new.st_size, new.st_mtime_ns)


def _has_copies(site: Site, page: PurePosixPath) -> bool:
    """Whether all precompressed copies that the source has are in the output."""
    source, target = site.source(page), site.target(page)
    return all(
        target.with_name(target.name + ending).exists()
        for ending in _COMPRESSED
        if source.with_name(source.name + ending).exists()
    )


def _write(path: Path, data: bytes, like: Path) -> None:
    """Write a file whole or not at all, with the mode bits of `like`."""
    with _whole(path) as temporary:
        temporary.write_bytes(data)
        temporary.chmod(like.stat().st_mode & 0o7777)


def _copy(source: Path, target: Path) -> None:
    """Copy a file, or a link, whole or not at all, with its mode bits and its time."""
    with _whole(target) as temporary:
        if source.is_symlink():
            temporary.unlink()
        shutil.copy2(source, temporary, follow_symlinks=False)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place when it is done, and is gone when it fails."""
    handle, name = tempfile.mkstemp(prefix=f"{_TEMPORARY}{os.getpid()}-", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _remove_stale(path: Path) -> None:
    """Remove what a run that was killed has left."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > _STALE_SECONDS or not _runs(path.name):
            path.unlink()


def _runs(name: str) -> bool:
    """Whether the process that has made a temporary file may still be there."""
    number = name.removeprefix(_TEMPORARY).partition("-")[0]
    if os.name != "posix" or not number.isdecimal():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
