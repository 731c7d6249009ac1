"""Computes version hashes from the package's files; cached results are stored under them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from prerender import __version__
from prerender.engine.bundle import bundle_version, mathjax_version

_PACKAGE = Path(__file__).parents[1]
_SCRIPTS = (_PACKAGE / "engine" / "worker", _PACKAGE / "setup" / "sandbox")
#: folders of the package whose files do not affect pages, or have a version of their own
_EXCLUDED = {"mathjax", "vendor", "__pycache__"}


def program_version() -> str:
    """Return a hash of all code that pages depend on: our version and files, and the bundle.

    Raises MathJaxMissingError.
    """
    hashed = hashlib.blake2b(digest_size=8)
    for text in (__version__, bundle_version()):
        hashed.update(f"{text}/".encode())
    for file in sorted(_files(_PACKAGE)):
        hashed.update(f"{file.relative_to(_PACKAGE).as_posix()}/".encode())
        hashed.update(file.read_bytes())
    return hashed.hexdigest()


def typesets_version() -> str:
    """Return the version of typesets and set-ups: ours, MathJax's, a hash of what runs in tabs.

    Raises MathJaxMissingError.
    """
    scripts = sorted(file for folder in _SCRIPTS for file in folder.rglob("*.*"))
    hashed = hashlib.blake2b(b"".join(map(Path.read_bytes, scripts)), digest_size=4)
    hashed.update(bundle_version().encode())
    return f"{__version__}/{mathjax_version()}/{hashed.hexdigest()}"


def _files(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.is_file():
            yield entry
        elif entry.name not in _EXCLUDED and not entry.name.startswith("."):
            yield from _files(entry)
