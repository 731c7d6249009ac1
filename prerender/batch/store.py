"""Storage of a site in a folder or at a URL: lists and reads pages and scripts, writes results.

Folders are read and written as `build` does. URLs are those that fsspec supports (s3://, gs://, …);
an object there is written atomically.
"""

from __future__ import annotations

import posixpath
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from prerender.batch.journal import Site
from prerender.cache.index import stable_stat
from prerender.pipeline.scripts import ScriptReader, SiteScripts
from prerender.site.assets import AssetStore, Folder
from prerender.site.files import (
    COMPRESSED,
    DEFAULT_INCLUDE,
    FileStat,
    SiteError,
    copy_assets,
    filter_names,
    open_site,
    page_names,
    remove_stale_files,
    stat_file,
    write_page,
)

#: metadata of object stores that change with the object
_STAMPS = ("ETag", "etag", "md5Hash", "content_md5", "mtime", "LastModified", "updated", "created")


class File(NamedTuple):
    """A page in a listing: its size in bytes, a stamp that changes with it ("": not known).

    `copies` are the suffixes of its precompressed copies, which we have to write, too.
    """

    size: int
    stamp: str
    copies: tuple[str, ...] = ()


class Store(ABC):
    """The source and the target of a site. Methods that read or write raise OSError."""

    scripts: ScriptReader
    files: AssetStore
    """The storage of the files that the pages of the target share."""
    is_remote: bool
    """Whether reading and writing are slow."""

    @abstractmethod
    def pages(self, include: Sequence[str], exclude: Sequence[str]) -> dict[str, File]:
        """Return all pages. Raises SiteError if there are none."""

    @abstractmethod
    def page(self, name: str) -> File:
        """Return one page; an empty File if it does not exist, so that reading it fails."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Read a page."""

    @abstractmethod
    def result(self, name: str) -> bytes | None:
        """Read a page in the target; None if there is none."""

    @abstractmethod
    def has_result(self, name: str) -> bool:
        """Whether the target has the page."""

    @abstractmethod
    def write(self, name: str, data: bytes, file: File) -> bool:
        """Write a result atomically; return False if the target is known to have it."""

    @abstractmethod
    def copy_rest(self, pages: Iterable[str]) -> None:
        """Copy all files except pages that the target does not have. Raises SiteError."""

    def stamp(self, name: str) -> str:
        """Return the source's stamp in future listings; "": not known."""
        return ""


def open_store(site: Site) -> Store:
    """Open the store of a site. Raises SiteError."""
    if is_url(site.source) or is_url(site.target):
        return _Objects(site)
    return _Folders(site)


def is_url(name: str) -> bool:
    """Whether a name is a URL, not a local path."""
    return "://" in name


class _Folders(Store):
    """A store whose source and target are local folders; the source may be a page."""

    is_remote = False

    def __init__(self, site: Site) -> None:
        self._site = open_site(Path(site.source), Path(site.target) if site.target else None)
        self.scripts = SiteScripts(self._site)
        self.files = Folder(self._site.output or self._site.root)

    def pages(self, include: Sequence[str], exclude: Sequence[str]) -> dict[str, File]:
        site = open_site(self._site.root, self._site.output, include, exclude)
        names = [str(self._site.single)] if self._site.single else page_names(site)
        return {name: self.page(name) for name in names}

    def page(self, name: str) -> File:
        found = stat_file(f"{self._site.root}/{name}")
        if found is None:
            return File(0, "")
        stable = stable_stat(found, time.time_ns()) == found
        return File(found.size, _stamp(found) if stable else "")

    def read(self, name: str) -> bytes:
        return self._site.source(PurePosixPath(name)).read_bytes()

    def result(self, name: str) -> bytes | None:
        with suppress(OSError):
            return self._site.target(PurePosixPath(name)).read_bytes()
        return None

    def has_result(self, name: str) -> bool:
        return stat_file(f"{self._site.output or self._site.root}/{name}") is not None

    def write(self, name: str, data: bytes, file: File) -> bool:
        return write_page(self._site, PurePosixPath(name), data)

    def copy_rest(self, pages: Iterable[str]) -> None:
        for name, error in copy_assets(self._site, list(pages)).items():
            raise SiteError(f"{self._site.root}/{name} cannot be copied: {error}")

    def stamp(self, name: str) -> str:
        found = stat_file(f"{self._site.root}/{name}")
        return _stamp(found) if found else ""


def _stamp(file: FileStat) -> str:
    return "-".join(map(str, file))


class _Objects(Store):
    """A store whose source, target or both are on an fsspec file system."""

    is_remote = True

    def __init__(self, site: Site) -> None:
        self._name = site.source
        self._from, self._root = _file_system(site.source)
        self._to, self._target = _file_system(site.target or site.source)
        self._in_place = not site.target
        self.scripts = _Scripts(self._from, self._root)
        self.files = _Bucket(self._to, self._target)
        if "file" in self._to.protocol:
            self.files = Folder(Path(self._target))
            remove_stale_files(self.files.path)

    def pages(self, include: Sequence[str], exclude: Sequence[str]) -> dict[str, File]:
        found = self._source_files
        pages = filter_names(found, include or DEFAULT_INCLUDE, exclude)
        if not pages:
            cause = f"{len(found)} objects, none of them a page" if found else "it is empty"
            raise SiteError(f"no page in {self._name}: {cause}")
        return {name: _file(found[name], self._copies(name)) for name in pages}

    def page(self, name: str) -> File:
        with suppress(OSError), _as_os_error():
            return _file(self._from.info(f"{self._root}/{name}"), ())
        return File(0, "")

    def read(self, name: str) -> bytes:
        with _as_os_error():
            return bytes(self._from.cat_file(f"{self._root}/{name}"))

    def result(self, name: str) -> bytes | None:
        with suppress(OSError):
            return self.files.read(name)
        return None

    def has_result(self, name: str) -> bool:
        return self._in_place or name in self._target_files

    def write(self, name: str, data: bytes, file: File) -> bool:
        for ending in file.copies:
            self.files.write(name + ending, COMPRESSED[ending](data))
        self.files.write(name, data)
        return True

    def copy_rest(self, pages: Iterable[str]) -> None:
        if self._in_place:
            return
        written = {f"{page}{ending}" for page in pages for ending in ("", *COMPRESSED)}
        for name, info in self._source_files.items():
            if name not in written and self._target_files.get(name, {}).get("size") != info["size"]:
                try:
                    self.files.write(name, self.read(name))
                except OSError as error:
                    raise SiteError(f"{self._name}/{name} cannot be copied: {error}") from error

    @cached_property
    def _source_files(self) -> dict[str, Any]:
        """All files in the source, with their metadata."""
        return self._list(self._from, self._root)

    @cached_property
    def _target_files(self) -> dict[str, Any]:
        """All files in the target, with their metadata."""
        return self._list(self._to, self._target)

    def _list(self, files: Any, root: str) -> dict[str, Any]:
        try:
            with _as_os_error():
                found = files.find(root, detail=True)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise SiteError(f"{self._name} cannot be read: {error}") from error
        return {posixpath.relpath(name, root): info for name, info in found.items()}

    def _copies(self, page: str) -> tuple[str, ...]:
        return tuple(ending for ending in COMPRESSED if page + ending in self._source_files)


class _Bucket(NamedTuple):
    """The files of a target on an fsspec file system, which has no locks."""

    files: Any
    root: str

    def read(self, name: str) -> bytes:
        with _as_os_error():
            return bytes(self.files.cat_file(f"{self.root}/{name}"))

    def write(self, name: str, data: bytes) -> None:
        # Stores derive the content type from a file's name
        with tempfile.TemporaryDirectory(prefix="prerender-") as folder:
            file = Path(folder, posixpath.basename(name))
            file.write_bytes(data)
            with _as_os_error():
                self.files.put_file(str(file), f"{self.root}/{name}")

    def lock(self) -> AbstractContextManager[None]:
        return nullcontext()


class _Scripts(ScriptReader):
    """Reads the scripts of a site on an fsspec file system."""

    def __init__(self, files: Any, root: str) -> None:
        super().__init__()
        self._files, self._folder = files, root

    def __reduce__(self) -> tuple[Any, ...]:
        return _Scripts, (self._files, self._folder)

    def base(self, page: PurePosixPath) -> PurePosixPath:
        return page.parent

    def _pages(self) -> list[str]:
        with _as_os_error():
            found = self._files.find(self._folder)
        names = [posixpath.relpath(name, self._folder) for name in found]
        return filter_names(names, DEFAULT_INCLUDE, ())

    def _names(self, page: PurePosixPath, url: str) -> list[str]:
        try:
            parts = urlsplit(url.strip())
        except ValueError:
            return []
        if parts.scheme or parts.netloc or not parts.path:
            return []
        path = unquote(parts.path)
        name = posixpath.normpath(path.lstrip("/") if path[0] == "/" else page.parent / path)
        return [] if name.startswith("../") else [name]

    def _exists(self, name: str) -> bool:
        with _as_os_error():
            return bool(self._files.isfile(f"{self._folder}/{name}"))

    def _read(self, name: str) -> bytes:
        with _as_os_error():
            return bytes(self._files.cat_file(f"{self._folder}/{name}"))


def _file_system(name: str) -> tuple[Any, str]:
    """Return the fsspec file system of a folder or a URL, and the path on it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise SiteError(f"{name}: to read URLs, pip install 'prerender-math[remote]'") from error
    try:
        files, path = url_to_fs(name, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise SiteError(f"{name}: {error}") from error
    return files, path.rstrip("/")


def _file(info: dict[str, Any], copies: tuple[str, ...]) -> File:
    stamp = next((f"{key} {info[key]}" for key in _STAMPS if info.get(key)), "")
    size = int(info.get("size") or 0)
    return File(size, stamp and f"{size} {stamp}", copies)


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Raise all errors of a file system, which may be its library's own, as OSError."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
