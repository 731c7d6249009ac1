"""A file in, copies of it in which one bit is another out."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

#: more with FLIPS=1000 in the environment
_COPIES = int(os.environ.get("FLIPS", "120"))


def flipped_bits(file: Path, folder: Path) -> Iterator[Path]:
    """Yield folders below one, each with a file of that name; the same on every run."""
    own = file.read_bytes()
    randomness = random.Random(1)
    for number in range(_COPIES):
        damaged = bytearray(own)
        damaged[randomness.randrange(len(own))] ^= 1 << randomness.randrange(8)
        (copy := folder / str(number)).mkdir()
        (copy / file.name).write_bytes(damaged)
        yield copy
