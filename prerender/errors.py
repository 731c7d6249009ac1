"""The exceptions of prerender, as one tree; each class has the exit code that it ends a run with.

Any other exception is a bug: its page is left unchanged, and the run ends with `Exit.BUG`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    SOME_FAILED = 1
    USAGE_ERROR = 2
    ENGINE_UNAVAILABLE = 3
    #: EX_SOFTWARE of sysexits.h
    BUG = 70
    #: 128 + SIGINT, as in shells
    INTERRUPTED = 130


class PrerenderError(Exception):
    """Base class; the message says what was not done, why, and what to do."""

    exit_code: ClassVar[Exit] = Exit.SOME_FAILED


class UsageError(PrerenderError):
    """The request cannot be carried out: invalid settings, site, cache or journal."""

    exit_code = Exit.USAGE_ERROR


class PageError(PrerenderError):
    """A page cannot be rendered and stays unchanged; other pages are not affected.

    `offset` is the location in its text, in characters, if known.
    """

    offset: int | None = None


class LimitError(PageError):
    """A page that is larger than a setting allows."""


class EngineError(PrerenderError):
    """No browser or no MathJax is available; the message says what to do."""

    exit_code = Exit.ENGINE_UNAVAILABLE


class InterruptedRunError(PrerenderError):
    """The run was interrupted by Ctrl-C or SIGTERM."""

    exit_code = Exit.INTERRUPTED


class InternalError(PrerenderError):
    """A bug of prerender; the message is its traceback."""

    exit_code = Exit.BUG


def first_error(error: BaseException) -> BaseException:
    """Return what has ended a group of tasks: the first error of an exception group, or itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
