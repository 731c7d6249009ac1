"""What is done, and when, in; where the time of a run went, out: as sums, and as a trace.

The trace is what Chrome's and Perfetto's viewers open: the Trace Event Format, one lane for each
thread and each tab.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

#: reading and parsing, finding formulas, the disk cache, layouts of displays and all else that tabs
#: do, and writing (drawing pages, too)
Kind = Literal["reading", "finding", "cache", "typesetting", "layouts", "writing"]


class Timing:
    """The times of a run. `traced`: each stretch of it is remembered."""

    def __init__(self, *, traced: bool = False) -> None:
        self._started = time.perf_counter()
        self._sums: dict[Kind, float] = dict.fromkeys(get_args(Kind), 0.0)
        self._events: list[dict[str, Any]] | None = [] if traced else None
        self._lanes: dict[str, int] = {}

    @contextmanager
    def span(self, kind: Kind, what: str = "") -> Iterator[None]:
        """Count the time that what is in it takes."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.record(kind, time.perf_counter() - start, what)

    def record(self, kind: Kind, seconds: float, what: str = "", lane: str = "") -> None:
        """Count a stretch of time that ends now; `lane`: who took it, if not this thread."""
        self.add(kind, seconds)
        if self._events is not None:
            self._remember(kind, seconds, what, lane or threading.current_thread().name)

    def add(self, kind: Kind, seconds: float) -> None:
        """Count time."""
        self._sums[kind] += seconds

    def summary(self) -> str:
        """One line for a person; what happens side by side is counted twice."""
        sums = ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in self._sums.items())
        return f"side by side: {sums}"

    def trace(self) -> bytes:
        """The trace, as JSON."""
        names = [
            {"name": "thread_name", "ph": "M", "pid": 1, "tid": number, "args": {"name": name}}
            for name, number in self._lanes.items()
        ]
        return json.dumps({"traceEvents": names + (self._events or [])}).encode()

    def _remember(self, kind: Kind, seconds: float, what: str, lane: str) -> None:
        assert self._events is not None
        number = self._lanes.setdefault(lane, len(self._lanes) + 1)
        since = time.perf_counter() - seconds - self._started
        place = {"ph": "X", "pid": 1, "tid": number, "cat": "prerender"}
        took = {"ts": round(since * 1e6), "dur": round(seconds * 1e6)}
        self._events.append({"name": kind, **place, **took, "args": {"of": what} if what else {}})
