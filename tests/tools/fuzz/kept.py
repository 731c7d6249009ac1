"""A cache whose file others have changed: it gives what was put into it, or nothing."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from prerender.cache.disk import Cache, CacheError, open_cache
from prerender.engine import JobResult, Layout, Typeset
from tests.tools.fuzz.model import Check

_KEYS = [f"{number:040x}" for number in range(6)]
_COLUMNS = ["key", "value", "mode", "filename", "size", "store_time", "raw", "expire_time", "tag"]


def _result(key: str) -> JobResult:
    return JobResult((Typeset((Layout(1, 1, 1, (f'<path d="M{int(key, 16)} 0"/>',)),)),))


@contextmanager
def cache() -> Iterator[Check]:
    """Bits flipped in the file, rows changed or swapped: what it gives is right or missing."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        whole = Path(name, "whole")
        with open_cache(whole) as kept:
            for key in _KEYS:
                _fill(kept, key)
        with closing(sqlite3.connect(whole / "cache.db")) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        own = (whole / "cache.db").read_bytes()
        secret = (whole / "key").read_bytes()
        folder = Path(name, "changed")
        folder.mkdir()

        def check(chance: random.Random) -> None:
            for file in folder.iterdir():
                file.unlink()
            (folder / "key").write_bytes(secret)
            (folder / "key").chmod(0o600)
            data = bytearray(own)
            flips = chance.random() < 0.6
            for _ in range(chance.randint(1, 3) if flips else 0):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            (folder / "cache.db").write_bytes(data)
            if not flips:
                _change_rows(chance, folder / "cache.db")
            _look(folder)

        yield check


def _fill(kept: Cache, key: str) -> None:
    kept.keep_page(key, f"page {key}".encode())
    kept.keep_setup(key, {"setup": key})
    kept.keep_answer(key, _result(key))


def _change_rows(chance: random.Random, file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        rows = [row for [row] in database.execute("SELECT rowid FROM Cache")]
        one, other = chance.choice(rows), chance.choice(rows)
        column = chance.choice(_COLUMNS)
        values: list[Any] = [None, 4, 3, 2, 1, 0, -1, 2.5, "x", b"x", "../../x", "/etc/passwd"]
        value = chance.choice(values)
        try:
            if chance.random() < 0.5:
                query = f"UPDATE Cache SET {column} = ? WHERE rowid = ?"
                database.execute(query, (value, one))
            else:
                query = f"UPDATE Cache SET {column} = (SELECT {column} FROM Cache WHERE rowid = ?) "
                database.execute(f"{query} WHERE rowid = ?", (other, one))
        except sqlite3.IntegrityError:
            pass


def _look(folder: Path) -> None:
    try:
        with open_cache(folder, lambda _: None) as kept:
            for key in _KEYS:
                page, setup, answer = kept.page(key), kept.setup(key), kept.answer(key)
                assert page in (None, f"page {key}".encode()), page
                assert setup in (None, {"setup": key}), setup
                assert answer in (None, _result(key)), answer
                _fill(kept, key)
            kept.prune()
    except CacheError:
        pass
