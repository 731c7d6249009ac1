"""The way between the first process and one that renders pages: questions in, their answers out.

Both send lists of messages, each a kind, a number that its answer has, too, and what there is to
say; a list is a pickle with its length before it.
"""

from __future__ import annotations

import asyncio
import pickle
import struct
from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

#: the length of a list of messages, in bytes
LENGTH = struct.Struct("!Q")


class Message(NamedTuple):
    """A message to the other side, or the answer to one of its own ("answer" or "error")."""

    kind: str
    number: int
    what: Any


def framed(data: bytes) -> bytes:
    """Bytes as they are sent, with their length."""
    return LENGTH.pack(len(data)) + data


def unpack(data: bytes) -> list[Message]:
    """The messages in a list, without its length."""
    return [Message(*one) for one in pickle.loads(data)]


def sendable(error: Exception) -> Exception:
    """The same, or another where it cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(repr(error))
    return error


class Link:
    """Messages to the other side, which go together in the end of each turn of the loop."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.unanswered: set[int] = set()
        """The questions that the other side is at work on, whoever still waits for the answer."""
        self._write = write
        self._waiting: list[Message] = []
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count()

    def send(self, kind: str, number: int, what: Any) -> None:
        """Send a message."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append(Message(kind, number, what))

    async def ask(self, kind: str, what: Any) -> Any:
        """Send a question; return its answer, or raise what the other side has raised."""
        number = next(self._numbers)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        self.unanswered.add(number)
        self.send(kind, number, what)
        try:
            return await future
        finally:
            self._asked.pop(number, None)

    def answered(self, message: Message) -> None:
        """Take the answer to a question, if somebody still waits for it."""
        self.unanswered.discard(message.number)
        future = self._asked.get(message.number)
        if future is None or future.done():
            return
        if message.kind == "error":
            future.set_exception(message.what)
        else:
            future.set_result(message.what)

    def lose(self, error: Exception) -> None:
        """Have all who wait know that the other side is gone."""
        for future in self._asked.values():
            if not future.done():
                future.set_exception(error)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._write(framed(pickle.dumps([tuple(one) for one in waiting], protocol=5)))
