"""Reads the scripts of a page by their URLs, and records the files that its result depends on.

A page's math set-up may be in files of its site, so its result depends on them, including those
that do not exist.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import PurePath, PurePosixPath
from typing import Any

from prerender.hashing import digest
from prerender.markup import DamagedError
from prerender.pipeline.fragments import Loads, loads
from prerender.pipeline.page import is_xml, restored
from prerender.site.files import (
    DEFAULT_INCLUDE,
    Site,
    is_local,
    local_files,
    page_names,
    read_local,
)
from prerender.source.encoding import EncodingLossError

#: the files that a result depends on, by their path from the site's root, with a hash; None: does
#: not exist. After `_LOADED`, the name of a fragment: it depends on the page that loads it
Dependencies = dict[str, str | None]
_LOADED = "\0"

#: texts kept in memory: enough for the scripts of one theme
_MAX_TEXTS = 64


class ScriptReader(ABC):
    """Reads the scripts in a site's own files, each once a run.

    A pickled one is a reader of the same files that has read none of them.
    """

    def __init__(self) -> None:
        self._digests: Dependencies = {}
        self._meanings: dict[tuple[PurePosixPath, str], list[str]] = {}
        self._texts: OrderedDict[str, str] = OrderedDict()

    @abstractmethod
    def base(self, page: PurePosixPath) -> PurePath:
        """Return the folder that the URLs of a page's scripts are relative to."""

    @abstractmethod
    def _names(self, page: PurePosixPath, url: str) -> list[str]:
        """Return the files that a URL in a page may refer to, the likeliest first."""

    @abstractmethod
    def _exists(self, name: str) -> bool: ...

    @abstractmethod
    def _read(self, name: str) -> bytes:
        """Read a file. Raises OSError."""

    @abstractmethod
    def _pages(self) -> list[str]:
        """Return the pages of the site, sorted. Raises OSError."""

    @cached_property
    def loads(self) -> Loads:
        """Which pages of the site load which fragments. Reads all pages. Raises OSError."""

        def candidates(page: str, url: str) -> list[str]:
            return self._candidates(PurePosixPath(page), url)

        return loads(self._pages(), self._read, candidates)

    def host(
        self, page: PurePosixPath, dependencies: Dependencies
    ) -> tuple[PurePosixPath, bytes] | None:
        """Return the page that loads `page` as a fragment, and its bytes; add a dependency on it.

        Raises OSError.
        """
        name = self.loads.hosts.get(str(page))
        if name is None:
            return None
        dependencies[f"{_LOADED}{page}"] = self.digest(f"{_LOADED}{page}")
        return PurePosixPath(name), self._read(name)

    def _host_digest(self, fragment: str) -> str | None:
        """Hash the source of the page that loads a fragment, whether it is rendered or not."""
        name = self.loads.hosts.get(fragment)
        if name is None:
            return None
        data = self._read(name)
        with suppress(EncodingLossError, DamagedError):
            data = restored(data, xml=is_xml(PurePosixPath(name)))
        return digest(b"\0".join([os.fsencode(name), data]))

    def reader(self, page: PurePosixPath) -> tuple[Callable[[str], str | None], Dependencies]:
        """Return a function that reads a page's scripts by URL, and the dependencies it records.

        The function raises OSError where a file cannot be read.
        """
        dependencies: Dependencies = {}

        def read(url: str) -> str | None:
            for name in self._candidates(page, url):
                dependencies[name] = self.digest(name)
                if dependencies[name] is not None:
                    return self._text(name)
            return None

        return read, dependencies

    def _candidates(self, page: PurePosixPath, url: str) -> list[str]:
        """Return the files that a URL may refer to in a page, and in all others of its folder."""
        key = (page.parent, url)
        if key not in self._meanings:
            self._meanings[key] = self._names(page, url)
        return self._meanings[key]

    def digest(self, name: str) -> str | None:
        """Return the hash of a file; None if it does not exist. Raises OSError."""
        if name not in self._digests:
            if name.startswith(_LOADED):
                self._digests[name] = self._host_digest(name.removeprefix(_LOADED))
            else:
                exists = self._exists(name)
                self._digests[name] = digest(self._read(name)) if exists else None
        return self._digests[name]

    def unchanged(self, dependencies: Dependencies) -> bool:
        """Whether the files have the recorded hashes."""
        try:
            return all(self.digest(name) == known for name, known in dependencies.items())
        except OSError:
            return False

    def _text(self, name: str) -> str:
        if name not in self._texts:
            self._texts[name] = self._read(name).decode("utf-8", "replace")
            if len(self._texts) > _MAX_TEXTS:
                self._texts.popitem(last=False)
        self._texts.move_to_end(name)
        return self._texts[name]


class SiteScripts(ScriptReader):
    """Reads the scripts of a local site."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site
        self._root = site.root.resolve()

    def __reduce__(self) -> tuple[Any, ...]:
        return SiteScripts, (self._site,)

    def base(self, page: PurePosixPath) -> PurePath:
        return page.parent if self._site.single is None else self._root

    def _pages(self) -> list[str]:
        if self._site.single is not None:
            return []
        return page_names(replace(self._site, include=DEFAULT_INCLUDE, exclude=()))

    def _names(self, page: PurePosixPath, url: str) -> list[str]:
        return [os.path.relpath(file, self._root) for file in local_files(self._site, page, url)]

    def _exists(self, name: str) -> bool:
        return is_local(self._site, self._root / name)

    def _read(self, name: str) -> bytes:
        return read_local(self._root / name)


class NoScripts(ScriptReader):
    """The reader for a page without a site: it has no scripts in other files."""

    def __reduce__(self) -> tuple[Any, ...]:
        return NoScripts, ()

    def base(self, page: PurePosixPath) -> PurePath:
        return page.parent

    def _pages(self) -> list[str]:
        return []

    def _names(self, page: PurePosixPath, url: str) -> list[str]:
        return []

    def _exists(self, name: str) -> bool:
        return False

    def _read(self, name: str) -> bytes:
        raise FileNotFoundError(name)
