"""A number in; so many network namespaces of their own, joined by a bridge, out.

Each has one address and sees nothing else: not this machine, and no network beyond.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Place(NamedTuple):
    """Where a program runs: what is put before its command, and the address it has there."""

    prefix: tuple[str, ...] = ()
    address: str = ""

    @property
    def host(self) -> tuple[str, ...]:
        """The flag that Dask's programs take."""
        return ("--host", self.address) if self.address else ()


@contextmanager
def namespaces(count: int) -> Iterator[list[Place]]:
    """Make the namespaces, and take them away again. Raises OSError where that cannot be done."""
    names = [f"prerender-{os.getpid()}-{number}" for number in range(count)]
    hub, addresses = names[0], [f"10.77.0.{number + 1}" for number in range(count)]
    if shutil.which("ip") is None:
        raise FileNotFoundError("there is no program ip (iproute2)")
    try:
        _ip("netns", "add", hub)
        _ip("-n", hub, "link", "add", "bridge", "type", "bridge")
        _ip("-n", hub, "address", "add", f"{addresses[0]}/24", "dev", "bridge")
        for number, name in enumerate(names[1:]):
            end = f"end{number}"
            _ip("netns", "add", name)
            peer = ("type", "veth", "peer", "name", "bridge", "netns", name)
            _ip("-n", hub, "link", "add", end, *peer)
            _ip("-n", hub, "link", "set", end, "master", "bridge", "up")
            _ip("-n", name, "address", "add", f"{addresses[number + 1]}/24", "dev", "bridge")
        for name in names:
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "link", "set", "bridge", "up")
        yield [
            Place(("ip", "netns", "exec", name), address)
            for name, address in zip(names, addresses, strict=True)
        ]
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL, check=False)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
