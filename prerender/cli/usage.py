"""What a command raises in; one line that says what to do, and the exit code, out."""

from __future__ import annotations

import sys
import traceback
from typing import Any, NoReturn

from typer import TyperException, echo
from typer.core import TyperGroup

from prerender.errors import Exit, PrerenderError


class OneLine(TyperGroup):
    """Commands that say what is wrong in one line, not with boxes around it."""

    def main(self, *args: Any, **named: Any) -> NoReturn:
        """Run, and leave with the exit code. A bug of ours is told with its traceback."""
        try:
            code = super().main(*args, **{**named, "standalone_mode": False})
        except TyperException as error:
            if message := usage_message(error):  # without any words, the help has been shown
                echo(message, err=True)
            code = Exit.USAGE_ERROR
        except PrerenderError as error:
            echo(f"prerender: error: {error}", err=True)
            code = error.exit_code
        except Exception:
            echo(f"{traceback.format_exc()}prerender: error: {_BUG}", err=True)
            code = Exit.BUG
        sys.exit(code)


_BUG = "a bug of prerender; please report it, with the traceback above"


def usage_message(error: TyperException) -> str:
    """What is wrong with the words of a command, in a line."""
    # Choices are told a line each, and pydantic has a name for what it finds
    message = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "prerender"
    return message and f"prerender: error: {message} (see {command} --help)"
