"""Turns what a command raises into a one-line error message and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import Any, NoReturn

from typer import TyperException, echo
from typer.core import TyperGroup

from prerender.cli.options import commands_with
from prerender.cli.terminal import print_error
from prerender.errors import Exit, PrerenderError


class OneLine(TyperGroup):
    """A command group that prints errors in one line, not in boxes as rich does."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return what the group itself takes."""
        return _without_values(super().get_params(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name; None: there is none."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _without_values(command.get_params(ctx))
        return command

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
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _FULL:
                _discard_output()
                print_error(f"{error.filename or 'standard output'}: {error.strerror}")
                code = Exit.USAGE_ERROR
            else:
                echo(f"{traceback.format_exc()}prerender: error: {_BUG}", err=True)
                code = Exit.BUG
        sys.exit(code)


def _without_values(parameters: list[Any]) -> list[Any]:
    """Parameters whose help shows no value for those that take none (typer shows `<bool>`)."""
    for one in parameters:
        if getattr(one, "is_flag", False):
            one.metavar = ""
    return parameters


#: what is said of a disk, or another place to write to, that takes nothing more
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def _discard_output() -> None:
    """Have what is left of the output go nowhere: Python would say once more that it fails."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


_BUG = "a bug of prerender; please report it, with the traceback above"


def usage_message(error: TyperException) -> str:
    """Return a usage error in one line."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "prerender"
    option = getattr(error, "option_name", "")
    others = commands_with(option)
    if others and command.rpartition(" ")[2] not in others:
        return f"{option} is no option of {command}, but of {', '.join(others)}"
    # typer lists choices on lines of their own, and pydantic adds a prefix
    message = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    return message and f"{message} (see {command} --help)"
