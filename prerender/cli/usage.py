"""Turns what a command raises into a one-line error message and an exit code."""

from __future__ import annotations

import sys
import traceback
from typing import Any, NoReturn

from typer import TyperException, echo
from typer.core import TyperGroup

from prerender.cli.terminal import print_error
from prerender.errors import Exit, PrerenderError


class OneLine(TyperGroup):
    """A command group that prints errors in one line, not in boxes as rich does."""

    def main(self, *args: Any, **named: Any) -> NoReturn:
        """Run a command and exit with its code; print a bug of prerender with its traceback."""
        try:
            code = super().main(*args, **{**named, "standalone_mode": False})
        except TyperException as error:
            if message := usage_message(error):  # without arguments, the help has been printed
                print_error(message)
            code = Exit.USAGE_ERROR
        except PrerenderError as error:
            print_error(str(error))
            code = error.exit_code
        except PermissionError as error:
            print_error(f"{error.filename or 'a file'}: {error.strerror}")
            code = Exit.USAGE_ERROR
        except Exception:
            echo(f"{traceback.format_exc()}prerender: error: {_BUG}", err=True)
            code = Exit.BUG
        sys.exit(code)


_BUG = "a bug of prerender; please report it, with the traceback above"


def usage_message(error: TyperException) -> str:
    """Return a usage error in one line."""
    # typer lists choices on lines of their own, and pydantic adds a prefix
    message = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "prerender"
    return message and f"{message} (see {command} --help)"
