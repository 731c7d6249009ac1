"""Lines that rendered pages need of a file of their site in; the file, grown by them, out.

A style sheet or a sheet of outlines that a whole site shares is a set of lines between a start and
an end. It only grows, and does so before the page that needs more is written: whoever is killed in
between leaves no page without its rules.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from prerender.site import whole

#: by name, what the file begins and ends with
Frames = Mapping[str, tuple[str, str]]


@dataclass(slots=True)
class Shared:
    """The files of these names in a folder, the root of a site."""

    folder: Path
    frames: Frames
    _lines: dict[str, set[str]] = field(default_factory=dict)

    def missing(self) -> bool:
        """Whether one of the files is not there as this version writes it."""
        return any(self._known(name) is None for name in self.frames)

    def add(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Have these lines in the files. Raises OSError where one is not ours or not writable."""
        for name, lines in wanted.items():
            known = self._known(name)
            grown = (known or set()).union(lines)
            if grown != known:
                self._write(name, grown)

    def _known(self, name: str) -> set[str] | None:
        """The lines of a file; None where it is not there, or is another version's."""
        if name not in self._lines:
            start, end = self.frames[name]
            with contextlib.suppress(FileNotFoundError):
                text = (self.folder / name).read_text("utf-8")
                if not is_ours(text):
                    raise FileExistsError(f"{self.folder / name} is not prerender's: rename it")
                if text.startswith(start) and text.endswith(end):
                    self._lines[name] = set(text[len(start) : -len(end)].splitlines())
        return self._lines.get(name)

    def _write(self, name: str, lines: set[str]) -> None:
        start, end = self.frames[name]
        text = "".join([start, *(f"{line}\n" for line in sorted(lines)), end])
        with whole(self.folder / name) as temporary:
            temporary.write_bytes(text.encode())
            temporary.chmod(0o644)
        self._lines[name] = lines


#: in the first line of each file
SIGNATURE = "written by prerender"


def is_ours(text: str) -> bool:
    """Whether a file is one of these."""
    return SIGNATURE in text.partition("\n")[0]


def remove(folder: Path, names: Iterable[str]) -> None:
    """Take the files away that are ours."""
    for name in names:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if is_ours((folder / name).read_text("utf-8")):
                (folder / name).unlink()


def address(page: PurePosixPath, name: str) -> str:
    """The URL of a file at the root of a site, from one of its pages."""
    return "../" * (len(page.parts) - 1) + name
