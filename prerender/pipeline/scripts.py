"""A page and the addresses of its scripts in; their texts out, and what there was to read.

What a page says of its math may stand in files beside it, so its result depends on them, and on
those that are not there.
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

#: the files that decided, by their path from the site's root, with a hash; None: not there. Behind
#: `_LOADED` stands the name of a fragment: the page that loads it decided
Dependencies = dict[str, str | None]
_LOADED = "\0"

#: texts that are held: the scripts of one theme, not all that a site may have
_HELD = 64


class ScriptReader(ABC):
    """The scripts that stand in a site's own files, each looked at once a run."""

    def __init__(self) -> None:
        self._digests: Dependencies = {}
        self._meanings: dict[tuple[PurePosixPath, str], list[str]] = {}
        self._texts: OrderedDict[str, str] = OrderedDict()

    @abstractmethod
    def base(self, page: PurePosixPath) -> PurePath:
        """What the addresses of a page's scripts count from."""

    @abstractmethod
    def _names(self, page: PurePosixPath, url: str) -> list[str]:
        """The files that a page may mean by a URL, the likeliest first."""

    @abstractmethod
    def _is_there(self, name: str) -> bool: ...

    @abstractmethod
    def _read(self, name: str) -> bytes:
        """The bytes of a file. Raises OSError."""

    @abstractmethod
    def _pages(self) -> list[str]:
        """The pages of the site, sorted. Raises OSError."""

    @cached_property
    def loads(self) -> Loads:
        """Which pages of the site are loaded by which. Reads them all. Raises OSError."""

        def meant(page: str, url: str) -> list[str]:
            return self._meant(PurePosixPath(page), url)

        return loads(self._pages(), self._read, meant)

    def host(self, page: PurePosixPath, needs: Dependencies) -> tuple[PurePosixPath, bytes] | None:
        """The page that loads a page as a fragment, and its bytes, which `needs` will know of.

        Raises OSError.
        """
        name = self.loads.hosts.get(str(page))
        if name is None:
            return None
        needs[f"{_LOADED}{page}"] = self.digest(f"{_LOADED}{page}")
        return PurePosixPath(name), self._read(name)

    def _host_digest(self, fragment: str) -> str | None:
        """A hash of the page that loads a fragment: of its source, rendered or not."""
        name = self.loads.hosts.get(fragment)
        if name is None:
            return None
        data = self._read(name)
        with suppress(EncodingLossError, DamagedError):
            data = restored(data, xml=is_xml(PurePosixPath(name)))
        return digest(b"\0".join([os.fsencode(name), data]))

    def reader(self, page: PurePosixPath) -> tuple[Callable[[str], str | None], Dependencies]:
        """What reads the scripts of a page by their addresses, and what it will have looked at.

        It raises OSError where a file cannot be read.
        """
        needs: Dependencies = {}

        def read(url: str) -> str | None:
            for name in self._meant(page, url):
                needs[name] = self.digest(name)
                if needs[name] is not None:
                    return self._text(name)
            return None

        return read, needs

    def _meant(self, page: PurePosixPath, url: str) -> list[str]:
        """The files that a page, and all others in its folder, may mean by a URL."""
        key = (page.parent, url)
        if key not in self._meanings:
            self._meanings[key] = self._names(page, url)
        return self._meanings[key]

    def digest(self, name: str) -> str | None:
        """The hash of a file; None where it is not there. Raises OSError."""
        if name not in self._digests:
            if name.startswith(_LOADED):
                self._digests[name] = self._host_digest(name.removeprefix(_LOADED))
            else:
                there = self._is_there(name)
                self._digests[name] = digest(self._read(name)) if there else None
        return self._digests[name]

    def unchanged(self, needs: Dependencies) -> bool:
        """Whether the files are what they were."""
        try:
            return all(self.digest(name) == known for name, known in needs.items())
        except OSError:
            return False

    def _text(self, name: str) -> str:
        if name not in self._texts:
            self._texts[name] = self._read(name).decode("utf-8", "replace")
            if len(self._texts) > _HELD:
                self._texts.popitem(last=False)
        self._texts.move_to_end(name)
        return self._texts[name]


class SiteScripts(ScriptReader):
    """The scripts of a site that is here."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site
        self._root = site.root.resolve()

    def base(self, page: PurePosixPath) -> PurePath:
        return page.parent if self._site.single is None else self._root

    def _pages(self) -> list[str]:
        if self._site.single is not None:
            return []
        return page_names(replace(self._site, include=DEFAULT_INCLUDE, exclude=()))

    def _names(self, page: PurePosixPath, url: str) -> list[str]:
        return [os.path.relpath(file, self._root) for file in local_files(self._site, page, url)]

    def _is_there(self, name: str) -> bool:
        return is_local(self._site, self._root / name)

    def _read(self, name: str) -> bytes:
        return read_local(self._root / name)


class NoScripts(ScriptReader):
    """The scripts of a page that is alone: none but those that stand in it."""

    def base(self, page: PurePosixPath) -> PurePath:
        return page.parent

    def _pages(self) -> list[str]:
        return []

    def _names(self, page: PurePosixPath, url: str) -> list[str]:
        return []

    def _is_there(self, name: str) -> bool:
        return False

    def _read(self, name: str) -> bytes:
        raise FileNotFoundError(name)
