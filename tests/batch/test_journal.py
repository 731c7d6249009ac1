"""The journal keeps what it is told, all or none of a chunk, and refuses what is none."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prerender.batch.journal import (
    DamagedJournalError,
    Journal,
    JournalError,
    Row,
    Site,
    State,
)
from prerender.batch.schedule import in_shard
from tests.support.damage import flipped_bits

pytestmark = pytest.mark.quick

SITE = Site("/a", "s3://b/c")
#: names of files, which need not be Unicode
NAMES = st.binary(min_size=1, max_size=8).map(lambda name: name.decode("utf-8", "surrogateescape"))
STATES = st.sampled_from(get_args(State))
ROWS = st.tuples(NAMES, STATES, st.text("0-")).map(lambda parts: Row(*parts))


@settings(max_examples=30)
@given(st.lists(st.lists(ROWS, max_size=4), max_size=6), st.sets(NAMES), st.sets(NAMES))
def test_it_keeps_what_it_is_told(
    chunks: list[list[Row]], asked: set[str], there: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        told: dict[str, Row] = {}
        for chunk in chunks:
            journal = Journal(Path(folder, "journal"))
            journal.keep((SITE, row) for row in chunk)
            told |= {row.page: row for row in chunk}
            assert journal.rows(SITE) == told
            journal.close()
        journal = Journal(Path(folder, "journal"))
        journal.begin(SITE, asked, there | asked)
        told = {page: Row(page) for page in asked} | told
        assert journal.rows(SITE) == {p: row for p, row in told.items() if p in there | asked}
        assert journal.rows(Site("/a", "")) == {}
        assert sum(journal.counts().values()) == len(journal.rows(SITE))
        journal.close()


def test_a_chunk_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.keep([(SITE, Row("a"))])
    broken = Row("b", state=[])  # type: ignore[arg-type]
    with pytest.raises(JournalError, match="the journal cannot be used"):
        journal.keep([(SITE, Row("a", "done")), (SITE, broken)])
    assert journal.rows(SITE) == {"a": Row("a")}
    journal.close()


def test_what_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    database = sqlite3.connect(other)
    database.execute("CREATE TABLE mine (x)")
    database.close()
    before = other.read_bytes()
    with pytest.raises(JournalError, match="is not a journal of this version; use another file"):
        Journal(other)
    (tmp_path / "text").write_text("x" * 4096)
    with pytest.raises(JournalError, match="file is not a database"):
        Journal(tmp_path / "text")
    assert other.read_bytes() == before
    Journal(tmp_path / "journal").close()
    database = sqlite3.connect(tmp_path / "journal")
    database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(JournalError, match="journal is not a journal of this version; use another"):
        Journal(tmp_path / "journal")


def test_a_damaged_one_tells_what_was_written_or_nothing(tmp_path: Path) -> None:
    rows = {f"{number}.html": Row(f"{number}.html", "done", "s", "h") for number in range(40)}
    journal = Journal(tmp_path / "journal")
    journal.keep((SITE, row) for row in rows.values())
    journal.close()
    damaged = 0
    for folder in flipped_bits(tmp_path / "journal", tmp_path):
        try:
            journal = Journal(folder / "journal")
        except DamagedJournalError:
            damaged += 1
            continue
        except JournalError:  # without our mark it is not told from a file of somebody else
            continue
        assert journal.rows(SITE).items() <= rows.items()
        assert {row.page: row for _, row in journal.named()}.items() <= rows.items()
        journal.close()
    assert damaged > 0


@given(NAMES, st.integers(1, 9))
def test_shards_are_disjoint_and_complete(page: str, count: int) -> None:
    assert sum(in_shard(page, index, count) for index in range(1, count + 1)) == 1
