"""A port of this machine that counts whoever comes, by TCP or UDP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Listener:
    """`port` is where it listens, `heard` what it was sent, in order."""

    def __init__(self) -> None:
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self.heard: list[str] = []
        for listen in (self._hear_tcp, self._hear_udp):
            threading.Thread(target=listen, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._tcp.close()
        self._udp.close()

    def _hear_tcp(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(1)
                try:
                    said = connection.recv(200)
                    connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                except OSError:
                    said = b""
            self.heard.append(said.partition(b"\r\n")[0].decode("latin-1") or "a connection")

    def _hear_udp(self) -> None:
        while True:
            try:
                self._udp.recvfrom(200)
            except OSError:
                return
            self.heard.append("a datagram")


@contextmanager
def listener() -> Iterator[Listener]:
    """Listen for a while."""
    opened = Listener()
    try:
        yield opened
    finally:
        opened.close()
