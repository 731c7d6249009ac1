"""A folder of libraries and the URL of a file on a CDN in; the file that is meant out.

The folder has files where a mirror would have them (`cdn.jsdelivr.net/npm/mathjax@3/es5/…`), or is
one that npm fills: packages by their names (`node_modules`), or by name and version
(`katex@0.16.8/dist/…`). A package of another version than a URL asks for is not meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: what the paths of CDNs are made of: a package, with a scope perhaps, its version, a file in it
_URLS = (
    r"//(?:cdn|fastly|gcore)\.jsdelivr\.net/npm/(?P<name>(?:@[^/@]+/)?[^/@]+)(?:@(?P<version>[^/]+))?/(?P<file>.+)",
    r"//(?:www\.)?unpkg\.com/(?P<name>(?:@[^/@]+/)?[^/@]+)(?:@(?P<version>[^/]+))?/(?P<file>.+)",
    r"//cdnjs\.cloudflare\.com/ajax/libs/(?P<name>[^/]+)/(?P<version>[^/]+)/(?P<file>.+)",
)
#: where packages keep what CDNs that list no packages of npm have at their top
_BUILT = ("", "dist/")


def library_file(folder: Path, url: str) -> Path | None:
    """The file that a URL means; None where the folder does not have it."""
    try:
        parts = urlsplit(url)
        address = f"//{parts.hostname}{unquote(parts.path)}"
        candidates = [folder / address.lstrip("/"), *_of_package(folder, address)]
        return next((file for file in candidates if _is_in(file, folder)), None)
    except (OSError, ValueError):  # no URL, or none that a file could have
        return None


def _of_package(folder: Path, address: str) -> Iterator[Path]:
    """The files of packages that an address may mean."""
    for pattern in _URLS:
        if found := re.fullmatch(pattern, address):
            name, version, file = found["name"], found["version"] or "", found["file"]
            for package in _packages(folder, name, version):
                yield from (package / built / file for built in _BUILT)


def _packages(folder: Path, name: str, version: str) -> Iterator[Path]:
    """The folders of a package in the version that is asked for."""
    for spelled in dict.fromkeys((name, name.lower())):
        yield folder / f"{spelled}@{version}"
        near = (folder / spelled).parent.glob(f"{Path(spelled).name}@*")
        yield from (
            folder for folder in sorted(near) if _fits(folder.name.rpartition("@")[2], version)
        )
        if _fits(_version(folder / spelled), version):
            yield folder / spelled


def _fits(has: str, wanted: str) -> bool:
    """Whether a version is one that is asked for; what is no number (`latest`, `^1.0`) all are."""
    exact = re.fullmatch(r"\d+(\.\d+)*(-.*)?", wanted)
    return not has or not exact or f"{has}.".startswith(f"{wanted}.")


def _version(package: Path) -> str:
    """The version that a package says it has, or none."""
    try:
        package_json = json.loads((package / "package.json").read_bytes())
    except (OSError, ValueError):
        return ""
    return str(package_json.get("version", "")) if isinstance(package_json, dict) else ""


def _is_in(file: Path, folder: Path) -> bool:
    return file.is_file() and file.resolve().is_relative_to(folder.resolve())
