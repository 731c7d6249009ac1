"""Files with a JavaScript function in; its source, to be evaluated in a page, out."""

from __future__ import annotations

import re
from pathlib import Path


def read_function(file: Path) -> str:
    """Return the source of a file with one JavaScript function, as an expression.

    The comment at the start of the file is not included.
    """
    return _COMMENT.sub("", file.read_text("utf-8")).rstrip().removesuffix(";")


_COMMENT = re.compile(r"\A\s*/\*.*?\*/\s*", re.DOTALL)
