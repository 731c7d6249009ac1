"""Runs targets on generated cases until their time is over; prints how many, and each that fails.

    python -m tests.tools.fuzz [--seconds N] [--cases N] [--first N] [TARGET...]

A case is its number: with `--first N --cases 1` it is the same one again.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
from types import FrameType

from tests.tools.fuzz.model import Target
from tests.tools.fuzz.targets import TARGETS

#: seconds of processor time that a case may take: what takes more would be a hang in a large page
PATIENCE = 5.0
#: faults of a target after which it is given up
_MOST = 5


class TooSlowError(Exception):
    """A case that takes more than its time."""


def main() -> int:
    """Run the targets that are named, or all, and tell; 1 where a case fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.fuzz")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each target")
    parser.add_argument("--cases", type=int, default=0, help="of each target, whatever the time")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    given = parser.parse_args()
    failures = 0
    for name in given.targets or TARGETS:
        done, failed, took = run(TARGETS[name], given.first, given.cases, given.seconds)
        failures += failed
        print(f"{name}: {done:,} cases, {failed} failed, {took:.0f} s", flush=True)
    return 1 if failures else 0


def run(make: Target, first: int, cases: int, seconds: float) -> tuple[int, int, float]:
    """How many cases of a target were run, how many have failed, and the seconds that took."""
    started = time.monotonic()
    done = failed = 0
    signal.signal(signal.SIGPROF, _too_slow)
    with make() as check:
        while done < cases if cases else time.monotonic() - started < seconds:
            number = first + done
            done += 1
            signal.setitimer(signal.ITIMER_PROF, PATIENCE)
            try:
                check(random.Random(number))
            except Exception:
                failed += 1
                print(f"case {number}:\n{traceback.format_exc(limit=-4)}", flush=True)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
            if failed >= _MOST:
                break
    return done, failed, time.monotonic() - started


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError(f"more than {PATIENCE:g} s of processor time")


if __name__ == "__main__":
    sys.exit(main())
