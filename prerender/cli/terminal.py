"""Prints diagnostics and errors to standard error, in colours where that is a terminal.

NO_COLOR and FORCE_COLOR are read as rich reads them.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from unicodedata import category

import typer

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def terminal() -> Console | None:
    """Return the console of standard error; None if that is no terminal.

    Only then rich is imported, which takes as long as a small build.
    """
    if not sys.stderr.isatty() and not os.environ.get("FORCE_COLOR"):
        return None
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    return console if console.is_terminal else None


def print_diagnostic(severity: str, shown: str) -> None:
    """Print the lines of a diagnostic: where it is, its severity, and the caret in colours."""
    console = terminal()
    if console is None:
        typer.echo(shown, err=True)
        return
    from rich.text import Text

    head, *rest = shown.split("\n")
    where, _, message = head.partition(f"{severity}: ")
    text = Text.assemble((where, "bold"), (f"{severity}: ", _STYLES[severity]), message)
    for line in rest:
        text.append(f"\n{line}", _STYLES[severity] if line.strip() == "^" else "dim")
    console.print(text, soft_wrap=True)


def print_error(message: str) -> None:
    """Print what ends a run."""
    print_diagnostic("error", f"prerender: error: {safe(message)}")


def safe(text: str) -> str:
    """Return a text whose names of files, which may have control characters, do nothing."""
    return "".join(one if one == "\n" or category(one) not in ("Cc", "Cf") else "?" for one in text)
