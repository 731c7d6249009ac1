"""What may go wrong, as one tree of exceptions; each knows the exit code that it ends a run with.

What is none of these is a bug: its page is left as it is, and the run ends with `Exit.BUG`.
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
    #: 128 + SIGINT, as shells have it
    INTERRUPTED = 130


class PrerenderError(Exception):
    """Something was not done; the message says what, why, and what to do."""

    exit_code: ClassVar[Exit] = Exit.SOME_FAILED


class UsageError(PrerenderError):
    """What was asked for cannot be done: settings, a site, a cache or a journal that is no good."""

    exit_code = Exit.USAGE_ERROR


class PageError(PrerenderError):
    """A page that cannot be rendered and stays as it is; others are not concerned.

    `offset` is where in its text, in characters, if that is known.
    """

    offset: int | None = None


class EngineError(PrerenderError):
    """There is no browser, or no MathJax, to run; the message says what to do."""

    exit_code = Exit.ENGINE_UNAVAILABLE


class InterruptedRunError(PrerenderError):
    """The run was ended by Ctrl-C or SIGTERM."""

    exit_code = Exit.INTERRUPTED


class InternalError(PrerenderError):
    """A bug of prerender; the message is its traceback."""

    exit_code = Exit.BUG
