"""When Python looks for garbage in a run: the process in which it is called is tuned."""

from __future__ import annotations

import gc

#: the thresholds of the cyclic garbage collector; Python's first is 700. Trees of pages are many
#: objects and have no cycles, but what the browser has answered is garbage of that kind, and large
_OBJECTS = (20_000, 10, 10)


def collect_seldom() -> None:
    """Collect what a run leaves, now and then; what is there before it is not looked at."""
    gc.freeze()
    gc.set_threshold(*_OBJECTS)


def set_aside() -> None:
    """Look no more at what is there now: what lasts is not walked again and again."""
    gc.collect()
    gc.freeze()
