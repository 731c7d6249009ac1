"""A process in; what it and all below it take out: memory, and processor time by what they are.

Linux only: all is read in /proc.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
#: what is in the command line of a process, and what that is; the first that fits
_KINDS = {
    "pipeline.worker": "workers",
    "--type=renderer": "tabs",
    "--type=": "browser",
    "playwright": "driver",
    "headless": "browser",
}
FIRST = "first process"


def memory(root: int) -> float:
    """The proportional set sizes of a process and all below it, in MB."""
    return sum(map(own_memory, tree(root)))


def memory_by_kind(root: int, part: str = "Pss") -> dict[str, float]:
    """The same as `memory`, of each kind of process."""
    sums: dict[str, float] = defaultdict(float)
    for pid in tree(root):
        with suppress(OSError):
            sums[FIRST if pid == root else _kind(pid)] += own_memory(pid, part)
    return dict(sums)


def own_memory(pid: int, part: str = "Pss") -> float:
    """The proportional set size of a process, in MB; 0 where it has ended.

    Its share of a program's file falls and rises with others that run the same program: what it has
    taken itself is the part `Pss_Anon`.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    kibibytes = sum(int(line.split()[1]) for line in lines if line.startswith(f"{part}:"))
    return kibibytes * 1024 / 1e6


class Times:
    """The processor time of a process and all below it, in seconds, as far as it was looked at."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._seconds: dict[int, float] = {}
        self._kinds: dict[int, str] = {root: FIRST}

    def look(self) -> None:
        """Note what they have taken so far."""
        for pid in tree(self._root):
            try:
                fields = _stat(pid)
                self._kinds.setdefault(pid, _kind(pid))
            except OSError:
                continue
            self._seconds[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
            if pid != self._root and self._seconds[pid] < 1:
                self._kinds[pid] = _kind(pid)  # it may have become another program

    def by_kind(self) -> dict[str, float]:
        """The sum of each kind of process."""
        sums: dict[str, float] = defaultdict(float)
        for pid, seconds in self._seconds.items():
            sums[self._kinds[pid]] += seconds
        return dict(sums)


def tree(root: int) -> Iterator[int]:
    """Yield a process and all below it."""
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            children[int(_stat(int(folder.name))[1])].append(int(folder.name))
        except OSError:
            continue
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        waiting += children[pid]
        yield pid


def _stat(pid: int) -> list[str]:
    """The fields of a process behind its name, which may have spaces. Raises OSError."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _kind(pid: int) -> str:
    """What a process is, by its command line. Raises OSError."""
    command = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace")
    return next((kind for part, kind in _KINDS.items() if part in command), "others")
