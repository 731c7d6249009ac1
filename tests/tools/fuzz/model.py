"""What the fuzzer's parts share: a target is entered, and checks one case after the other."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager

#: checks the case that a source of chance stands for; raises where something is wrong with it
Check = Callable[[random.Random], None]
Target = Callable[[], AbstractContextManager[Check]]
