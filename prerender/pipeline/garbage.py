"""Python's garbage collector, told that a run makes much and leaves little behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: objects more than were let go, before those are looked at that only know each other. By itself
#: Python takes 700: it then looks through what was just made, all the time, and finds nothing
_MANY = 50_000


@contextmanager
def relaxed_gc() -> Iterator[None]:
    """What stands in it does not wait for the collector so often; what is there already stays."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_MANY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
