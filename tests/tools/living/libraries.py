"""The URL of a library on a CDN in; the file of an npm package that answers it out, if any."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.oracle.cdn import answer
from tests.tools.living.tools import CHECKOUT, NODE_MODULES

_MODULES = (CHECKOUT / "tests" / "node_modules", NODE_MODULES)

#: what cdnjs has under other names and in other folders than npm
_CDNJS = re.compile(r"/ajax/libs/([^/]+)/[^/]+/(.+)")
_NAMES = {"next-theme-pjax": "@next-theme/pjax"}
_FOLDERS = ("", "dist/", "build/", "lib/", "umd/")


def library(url: str) -> Path | None:
    """The file that stands in for what a page asks a CDN for; None refuses it."""
    # jsDelivr minifies by itself what a package has no .min.js of
    urls = (url, url.replace(".min.js", ".js"))
    found = (answer(one, modules) for one in urls for modules in _MODULES if modules.is_dir())
    return next((file for file in found if file), None) or _from_cdnjs(url.split("?")[0])


def _from_cdnjs(address: str) -> Path | None:
    named = _CDNJS.search(address)
    if not named:
        return None
    package, path = named.groups()
    package = _NAMES.get(package, package)
    places = (root / package / folder / path for root in _MODULES for folder in _FOLDERS)
    return next((file for file in places if file.is_file()), None)
