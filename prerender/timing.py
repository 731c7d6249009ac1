"""Records how long the steps of a run take; returns sums by kind and a trace.

The trace is in the Trace Event Format, for Chrome's and Perfetto's viewers, with one lane for each
thread and each tab.
"""

from __future__ import annotations

import heapq
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, get_args

#: "reading" includes parsing, "writing" making the markup; "layouts" are those of displays,
#: "speech" is finding out what is said, and "typesetting" is all else that tabs do
Kind = Literal["reading", "finding", "cache", "typesetting", "layouts", "speech", "writing"]


#: how many of the slowest jobs are remembered
_SLOWEST = 10


class SlowJob(NamedTuple):
    """The seconds that a job took, the TeX of its first formula, and how many others it has."""

    seconds: float
    tex: str
    others: int


class Timing:
    """The times of a run. `traced`: keep each interval for the trace."""

    def __init__(self, *, traced: bool = False) -> None:
        self._started = time.perf_counter()
        self._sums: dict[Kind, float] = dict.fromkeys(get_args(Kind), 0.0)
        self._events: list[dict[str, Any]] | None = [] if traced else None
        self._lanes: dict[str, int] = {}
        self._slowest: list[SlowJob] = []

    @contextmanager
    def span(self, kind: Kind, what: str = "") -> Iterator[None]:
        """Record the time that the `with` block takes."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.record(kind, time.perf_counter() - start, what)

    def record(
        self, kind: Kind, seconds: float, what: str = "", lane: str = "", ago: float = 0.0
    ) -> None:
        """Record an interval that ends now, or has ended `ago` seconds before.

        `lane` is its name, if not this thread's.
        """
        self.add(kind, seconds)
        if self._events is not None:
            since = time.perf_counter() - ago - seconds - self._started
            self._remember(kind, since, seconds, what, lane or threading.current_thread().name)

    def add(self, kind: Kind, seconds: float) -> None:
        """Add time to the sums only."""
        self._sums[kind] += seconds

    def is_slow(self, seconds: float) -> bool:
        """Whether a job that took so long is among the slowest so far."""
        return len(self._slowest) < _SLOWEST or seconds > self._slowest[0].seconds

    def note(self, seconds: float, math: Sequence[str]) -> None:
        """Remember a job, what it typeset, and how long that took, if it is among the slowest."""
        if math:
            heapq.heappush(self._slowest, SlowJob(seconds, math[0], len(math) - 1))
            if len(self._slowest) > _SLOWEST:
                heapq.heappop(self._slowest)

    @property
    def slowest(self) -> list[SlowJob]:
        """The jobs that took longest, the slowest first."""
        return sorted(self._slowest, reverse=True)

    def summary(self) -> str:
        """Return the sums as one line; work done in parallel counts twice."""
        sums = ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in self._sums.items())
        return f"time, summed over parallel work: {sums}"

    def trace(self) -> bytes:
        """Return the trace, as JSON."""
        names = [
            {"name": "thread_name", "ph": "M", "pid": 1, "tid": number, "args": {"name": name}}
            for name, number in self._lanes.items()
        ]
        return json.dumps({"traceEvents": names + (self._events or [])}).encode()

    def _remember(self, kind: Kind, since: float, seconds: float, what: str, lane: str) -> None:
        assert self._events is not None
        number = self._lanes.setdefault(lane, len(self._lanes) + 1)
        lane_fields = {"ph": "X", "pid": 1, "tid": number, "cat": "prerender"}
        times = {"ts": round(since * 1e6), "dur": round(seconds * 1e6)}
        args = {"of": what} if what else {}
        self._events.append({"name": kind, **lane_fields, **times, "args": args})
