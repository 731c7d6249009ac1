"""Maintains the files that a site's pages share: takes the lines a page needs, adds them to a file.

A style sheet or glyph sheet that a whole site shares is a set of lines between a fixed start and
end. It only grows, and before the page that needs the new lines is written, so that a killed run
leaves no page without its rules. Before lines are added, the file is read again, because other
processes may have added some.

A font, or a picture, is a file of its own, named by its content; its one line is its content in
base64.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Protocol

from prerender import SIGNATURE
from prerender.site.files import LOCK_NAME, SiteError, atomic_write
from prerender.site.lock import lock_file

#: by file name, the text that the file begins and ends with
AssetFrames = Mapping[str, tuple[str, str]]


class AssetStore(Protocol):
    """Storage of shared files: the root of a site."""

    def read(self, name: str) -> bytes:
        """Read a file. Raises FileNotFoundError, OSError."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file atomically. Raises OSError."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold a lock against other writing processes, where locks are available."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A local folder, created if needed; `locked`: this run has it to itself (lock.py)."""

    path: Path
    locked: bool = False

    def read(self, name: str) -> bytes:
        """Read a file."""
        return (self.path / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        """Write a file atomically."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(self.path / name) as temporary:
            temporary.write_bytes(data)
            temporary.chmod(0o644)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Lock out other processes that add lines, where the file system has locks."""
        self.path.mkdir(parents=True, exist_ok=True)
        with contextlib.nullcontext() if self.locked else lock_file(self.path / LOCK_NAME):
            yield


@dataclass(frozen=True, slots=True)
class Memory:
    """Files in memory, by name."""

    files: dict[str, bytes] = field(default_factory=dict)

    def read(self, name: str) -> bytes:
        """Read a file. Raises FileNotFoundError."""
        if name not in self.files:
            raise FileNotFoundError(name)
        return self.files[name]

    def write(self, name: str, data: bytes) -> None:
        """Store a file."""
        self.files[name] = data

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Do nothing: no other process sees these files."""
        yield


@dataclass(slots=True)
class SharedAssets:
    """The shared files at the root of a site; `frames` has their names."""

    files: AssetStore
    frames: AssetFrames
    _texts: dict[str, bytes] = field(default_factory=dict)
    _lines: dict[str, set[str]] = field(default_factory=dict)
    _there: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def missing(self) -> bool:
        """Whether a file is missing or was written by another version. Raises SiteError."""
        try:
            return any(self._known(name) is None for name in self.frames)
        except OSError as error:
            raise SiteError(str(error)) from error

    def add(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Add lines to the files. Raises OSError where a file is not ours or not writable."""
        for name, lines in wanted.items():
            if name not in self.frames:
                self._place(name, lines)
                continue
            if self._lines.get(name, set()).issuperset(lines):
                continue
            with self._lock, self.files.lock():
                known = self._known(name) or set()
                if not known.issuperset(lines):
                    self._write(name, known.union(lines))

    def has(self, name: str) -> bool:
        """Whether a font or a picture is there."""
        if name not in self._there:
            with contextlib.suppress(OSError):
                self.files.read(name)
                self._there.add(name)
        return name in self._there

    def _place(self, name: str, lines: Iterable[str]) -> None:
        if not self.has(name):
            self.files.write(name, base64.b64decode("".join(lines)))
            self._there.add(name)

    def _known(self, name: str) -> set[str] | None:
        """Return the lines that a file has now; None if missing or written by another version."""
        start, end = self.frames[name]
        try:
            data = self.files.read(name)
        except FileNotFoundError:
            data = b""
        if data != self._texts.get(name):
            text = data.decode("utf-8", "replace")
            if data and not is_ours(text):
                raise FileExistsError(f"{name} at the site's root is not prerender's: rename it")
            self._lines.pop(name, None)
            if text.startswith(start) and text.endswith(end):
                self._lines[name] = set(text[len(start) : -len(end)].splitlines())
            self._texts[name] = data
        return self._lines.get(name)

    def _write(self, name: str, lines: set[str]) -> None:
        start, end = self.frames[name]
        data = "".join([start, *(f"{line}\n" for line in sorted(lines)), end]).encode()
        self.files.write(name, data)
        self._texts[name], self._lines[name] = data, lines


def is_ours(text: str) -> bool:
    """Whether a file with this text was written by prerender."""
    return SIGNATURE in text.partition("\n")[0]


def remove(folder: Path, names: Iterable[str]) -> None:
    """Delete those of the files that were written by prerender."""
    for name in names:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if is_ours((folder / name).read_text("utf-8")):
                (folder / name).unlink()


def remove_others(folder: Path, is_of_kind: Callable[[str], bool], keep: Collection[str]) -> None:
    """Take the files of a kind away, by their names, that nobody needs."""
    for file in folder.iterdir():
        if is_of_kind(file.name) and file.name not in keep:
            with contextlib.suppress(OSError):
                file.unlink()


def remove_folder(folder: Path, is_ours: Callable[[str], bool]) -> None:
    """Take the files of a folder away that are ours, by their names, and it if it has no other."""
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            if is_ours(f"{folder.name}/{file.name}"):
                file.unlink()
        folder.rmdir()


def relative_url(page: PurePosixPath, name: str) -> str:
    """Return the URL of a file at the site's root, relative to a page."""
    return "../" * (len(page.parts) - 1) + name
