"""Words that no command understands in; one line that says what to do, and the exit code, out."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from typer import TyperException, echo
from typer.core import TyperGroup

from prerender.report.summary import Exit


class OneLine(TyperGroup):
    """Commands that say what is wrong with the words in one line, not with boxes around it."""

    def main(self, *args: Any, **named: Any) -> NoReturn:
        """Run, and leave with the exit code."""
        try:
            code = super().main(*args, **{**named, "standalone_mode": False})
        except TyperException as error:
            if said := told(error):  # without any words, the help has been shown already
                echo(said, err=True)
            code = Exit.USAGE_ERROR
        sys.exit(code)


def told(error: TyperException) -> str:
    """What is wrong, in a line."""
    # Choices are told a line each, and pydantic has a name for what it finds
    message = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "prerender"
    return message and f"prerender: error: {message} (see {command} --help)"
