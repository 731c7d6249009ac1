"""`prerender serve` as a process of its own: started, waited for, asked, and ended by a signal."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit


@dataclass(frozen=True)
class Serving:
    """A running preview: its process and its URL, without a slash at the end."""

    process: subprocess.Popen[str]
    url: str

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 0

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Ask for a path; return status, headers and body."""
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=named)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read()
        connection.close()
        return answer.status, found, body

    def text(self, path: str) -> str:
        """Return the page at a path."""
        return self.get(path)[2].decode()

    def version(self, path: str) -> str:
        """Return the version of a page that is shown."""
        found = re.search('data-prerender-version="([^"]*)"', self.text(path))
        assert found is not None
        return found[1]

    @contextmanager
    def events(self, path: str, version: str = "") -> Iterator[Iterator[tuple[str, Any]]]:
        """Listen as a page does; yields the events, names and data."""
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        connection.request("GET", f"/_prerender/events?path={quote(path)}&version={version}")
        answer = connection.getresponse()
        assert answer.status == 200

        def read() -> Iterator[tuple[str, Any]]:
            name = ""
            while line := answer.readline().decode():
                kind, _, value = line.rstrip("\n").partition(": ")
                if kind == "event":
                    name = value
                elif kind == "data":
                    yield name, json.loads(value) if name == "diagnostics" else value

        try:
            yield read()
        finally:
            connection.close()


@contextmanager
def serving(
    site: Path | str, *flags: str, environment: Mapping[str, str], cwd: Path | None = None
) -> Iterator[Serving]:
    """Run `prerender serve` on a free port, and end it as Ctrl-C does."""
    words = [sys.executable, "-m", "prerender", "serve", str(site), "--port", "0", *flags]
    process = subprocess.Popen(
        words, env=dict(environment), cwd=cwd, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said = ""
    try:
        for line in process.stderr:
            said += line
            if found := re.search(r" at (http://\S+?:\d+)/", line):
                yield Serving(process, found[1])
                break
        else:
            raise AssertionError(said)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=30)
        finally:
            process.kill()
            process.wait()
