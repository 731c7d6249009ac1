"""Holds results for others that ask for the same: takes tasks, gives those that are still held.

The oldest that are done go when all that is held is larger than it may be.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What takes memory."""

    @property
    def size(self) -> int:
        """How much, in bytes, about."""


T = TypeVar("T", bound=Sized)


class Held(Generic[T]):
    """Tasks by key, whose results have at most a size together, in bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: dict[str, asyncio.Task[T]] = {}
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._total = 0

    def __iter__(self) -> Iterator[asyncio.Task[T]]:
        return iter(list(self._tasks.values()))

    def get(self, key: str) -> asyncio.Task[T] | None:
        """The task of a key, if it is held."""
        return self._tasks.get(key)

    def put(self, key: str, task: asyncio.Task[T]) -> asyncio.Task[T]:
        """Hold a task, and its result."""
        self.drop(key)
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._weigh(key, done))
        return task

    def drop(self, key: str) -> None:
        """Hold it no longer."""
        self._tasks.pop(key, None)
        self._total -= self._sizes.pop(key, 0)

    def _weigh(self, key: str, done: asyncio.Task[T]) -> None:
        if self._tasks.get(key) is not done:
            return
        failed = done.cancelled() or done.exception() is not None
        self._sizes[key] = 0 if failed else done.result().size
        self._total += self._sizes[key]
        while self._total > self._most:
            self.drop(next(iter(self._sizes)))
