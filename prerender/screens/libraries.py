"""Finds the local file for a URL on a CDN in a folder of libraries.

The folder is laid out like a mirror (`cdn.jsdelivr.net/npm/mathjax@3/es5/…`) or as npm does it:
packages by name (`node_modules`), or by name and version (`katex@0.16.8/dist/…`). A package of
another version than the URL requests does not match.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: the URLs of CDNs: a package, possibly with a scope, its version, and a file in it
_URLS = (
    r"//(?:cdn|fastly|gcore)\.jsdelivr\.net/npm/(?P<name>(?:@[^/@]+/)?[^/@]+)(?:@(?P<version>[^/]+))?/(?P<file>.+)",
    r"//(?:www\.)?unpkg\.com/(?P<name>(?:@[^/@]+/)?[^/@]+)(?:@(?P<version>[^/]+))?/(?P<file>.+)",
    r"//cdnjs\.cloudflare\.com/ajax/libs/(?P<name>[^/]+)/(?P<version>[^/]+)/(?P<file>.+)",
)
#: folders of npm packages whose files other CDNs (cdnjs) have at the top level
_BUILT = ("", "dist/")


def library_file(folder: Path, url: str) -> Path | None:
    """Return the file for a URL; None if the folder does not have it."""
    try:
        parts = urlsplit(url)
        address = f"//{parts.hostname}{unquote(parts.path)}"
        candidates = [folder / address.lstrip("/"), *_package_files(folder, address)]
        return next((file for file in candidates if _is_in(file, folder)), None)
    except (OSError, ValueError):  # not a URL, or not a possible file name
        return None


def _package_files(folder: Path, address: str) -> Iterator[Path]:
    """Yield the possible files of npm packages for an address."""
    for pattern in _URLS:
        if found := re.fullmatch(pattern, address):
            name, version, file = found["name"], found["version"] or "", found["file"]
            for package in _packages(folder, name, version):
                yield from (package / built / file for built in _BUILT)


def _packages(folder: Path, name: str, version: str) -> Iterator[Path]:
    """Yield the possible folders of a package in the requested version."""
    for spelled in dict.fromkeys((name, name.lower())):
        yield folder / f"{spelled}@{version}"
        near = (folder / spelled).parent.glob(f"{Path(spelled).name}@*")
        yield from (
            folder
            for folder in sorted(near)
            if _version_matches(folder.name.rpartition("@")[2], version)
        )
        if _version_matches(_version(folder / spelled), version):
            yield folder / spelled


def _version_matches(version: str, requested: str) -> bool:
    """Whether a version is the requested one; every version matches `latest`, `^1.0` etc."""
    exact = re.fullmatch(r"\d+(\.\d+)*(-.*)?", requested)
    return not version or not exact or f"{version}.".startswith(f"{requested}.")


def _version(package: Path) -> str:
    """Return the version in a package's package.json; "" if there is none."""
    try:
        package_json = json.loads((package / "package.json").read_bytes())
    except (OSError, ValueError):
        return ""
    return str(package_json.get("version", "")) if isinstance(package_json, dict) else ""


def _is_in(file: Path, folder: Path) -> bool:
    return file.is_file() and file.resolve().is_relative_to(folder.resolve())
