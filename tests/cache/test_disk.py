"""The cache gives back what was put in it, or nothing; never code, never a traceback."""

from __future__ import annotations

import multiprocessing
import pickle
import random
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import diskcache
import pytest

from prerender.cache import disk as module
from prerender.cache import version
from prerender.cache.disk import (
    Cache,
    CacheError,
    DamagedCacheError,
    default_folder,
    empty,
    open_cache,
)
from prerender.cache.key import own_key
from prerender.engine import JobResult, Layout, Typeset
from tests.support.damage import flipped_bits

pytestmark = pytest.mark.quick

PICTURE = Layout(572, 442, 11, ('<use href="#g"/>',))
ANSWER = JobResult((Typeset((PICTURE,), ("g",)), Typeset(error="bad \udc81")), {"g": "m0 0h1z"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def cache(folder: Path) -> Iterator[Cache]:
    opened = Cache(folder)
    yield opened
    opened.close()


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What a query finds in the cache's database, or changes there."""
    connection = sqlite3.connect(folder / "cache.db")
    with connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_an_answer_comes_back(cache: Cache, folder: Path) -> None:
    assert cache.answer("key") is None
    cache.keep_answer("key", ANSWER)
    assert cache.answer("key") == ANSWER
    again = Cache(folder)
    assert again.answer("key") == ANSWER
    again.close()


def test_a_set_up_comes_back(cache: Cache) -> None:
    assert cache.setup("key") is None
    cache.keep_setup("key", {"a": [1, "数\udc81"]})
    assert cache.setup("key") == {"a": [1, "数\udc81"]}


def test_without_a_folder_all_is_forgotten() -> None:
    cache = Cache(None)
    cache.keep_answer("key", ANSWER)
    assert cache.answer("key") is None
    assert (len(cache), cache.volume(), cache.clear(), cache.prune()) == (0, 0, 0, 0)
    cache.close()


def test_only_bytes_are_kept(cache: Cache, folder: Path) -> None:
    cache.keep_answer("key", ANSWER)
    cache.keep_setup("key", {"a": "b" * 200_000})
    found = rows(folder, "SELECT raw, mode, typeof(key) FROM Cache")
    assert set(found) <= {(1, 1, "text"), (1, 2, "text")}  # in the database, or a file of bytes
    assert len(found) == 3


def test_an_outline_that_is_gone_makes_the_answer_unknown(cache: Cache, folder: Path) -> None:
    cache.keep_answer("key", ANSWER)
    rows(folder, "DELETE FROM Cache WHERE key LIKE '%outline%'")
    again = Cache(folder)
    assert again.answer("key") is None
    again.close()


class Bomb:
    """Whoever unpickles it makes a file."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return Path.touch, (self.made,)  # type: ignore[return-value]


def plant(folder: Path, key: object, value: object) -> None:
    with diskcache.Cache(str(folder)) as stock:
        stock[key] = value


def test_a_planted_pickle_is_not_opened(cache: Cache, folder: Path, tmp_path: Path) -> None:
    cache.keep_answer("key", ANSWER)
    made = tmp_path / "made"
    for (key,) in rows(folder, "SELECT key FROM Cache"):
        plant(folder, key, Bomb(made))
    again = Cache(folder)
    assert again.answer("key") is None
    assert not made.exists()
    again.keep_answer("key", ANSWER)
    assert again.answer("key") == ANSWER
    again.close()


def test_a_planted_pickle_in_a_key_is_not_opened(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    plant(folder, Bomb(made), b"")
    cache = Cache(folder)
    with pytest.raises(CacheError, match="pickle"):
        cache.prune()
    assert not made.exists()
    assert cache.clear() == 1
    assert cache.prune() == 0
    cache.close()


def test_pickles_are_not_written(cache: Cache) -> None:
    stock = cache._disk
    with pytest.raises(TypeError):
        stock["key"] = ["a"]
    with pytest.raises(TypeError):
        stock[1] = b"a"


@pytest.mark.parametrize(
    "value", [b"", b"junk", zlib.compress(b"{"), zlib.compress(b'[{"layouts":[{"a":1}]}]')]
)
def test_a_damaged_entry_is_not_known(cache: Cache, folder: Path, value: bytes) -> None:
    cache.keep_answer("key", ANSWER)
    for (key,) in rows(folder, "SELECT key FROM Cache WHERE key LIKE '%/job/%'"):
        plant(folder, key, value)
    assert cache.answer("key") is None


def test_what_no_formula_may_have_is_not_believed(cache: Cache) -> None:
    evil = Layout(572, 442, 11, ('<image href="https://a.example/"/>',))
    for answer in (
        JobResult((Typeset((evil,), ("g",)),), ANSWER.outlines),
        JobResult((Typeset((PICTURE,), ("h",)),), {"h": '"/><script>'}),
        JobResult((Typeset(mathml='<math href="javascript:alert(1)"></math>'),)),
    ):
        cache.keep_answer("evil", answer)
        cache._outlines.clear()
        assert cache.answer("evil") is None


def test_what_another_user_has_sealed_is_not_believed(cache: Cache, folder: Path) -> None:
    """Results of pages and set-ups; typesets are checked, whoever has made them."""
    cache.keep_page("page", b"mine")
    cache.keep_setup("setup", {"a": 1})
    cache.keep_answer("key", ANSWER)
    key = folder / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    key.write_bytes(b"x" * 32)  # that others could read
    theirs = Cache(folder)
    assert key.read_bytes() != b"x" * 32
    assert theirs.page("page") is None
    assert theirs.setup("setup") is None
    assert theirs.answer("key") == ANSWER
    theirs.keep_page("page", b"theirs")
    assert theirs.page("page") == b"theirs"
    assert cache.page("page") is None
    theirs.close()


def test_all_runs_of_a_user_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = {*threads.map(lambda _: own_key(tmp_path), range(40))}
    assert keys == {(tmp_path / "key").read_bytes()}
    assert [file.name for file in tmp_path.iterdir()] == ["key"]
    assert len(own_key(tmp_path / "none")) == 32


def test_an_entry_in_the_place_of_another_is_not_known(cache: Cache, folder: Path) -> None:
    cache.keep_page("a", b"page a")
    cache.keep_page("b", b"page b")
    [(a,), (b,)] = rows(folder, "SELECT key FROM Cache WHERE key LIKE '%/page/_' ORDER BY key")
    rows(folder, f"DELETE FROM Cache WHERE key = '{a}'")
    rows(folder, f"UPDATE Cache SET key = '{a}' WHERE key = '{b}'")
    assert cache.page("a") is None


def test_files_elsewhere_are_neither_read_nor_removed(
    cache: Cache, folder: Path, tmp_path: Path
) -> None:
    cache.keep_setup("key", "a" * 200_000)
    (tmp_path / "mine").write_bytes(b"mine")
    for name in (tmp_path / "mine", "../mine"):
        rows(folder, f"UPDATE Cache SET filename = '{name}', mode = 2, value = NULL")
        assert cache.setup("key") is None
    cache.clear()
    assert (tmp_path / "mine").read_bytes() == b"mine"


def test_flipped_bits_are_noticed(folder: Path, tmp_path: Path) -> None:
    """What comes back is what was put in, or nothing, wherever a bit is another one."""
    cache = Cache(folder)
    page = bytes(range(256)) * 40
    cache.keep_page("page", page)
    cache.keep_answer("key", ANSWER)
    setup = {"a": "b" * 2_000}
    cache.keep_setup("key", setup)
    cache.close()
    for copy in flipped_bits(folder / "cache.db", tmp_path):
        try:
            opened = Cache(copy)
        except DamagedCacheError:
            assert empty(copy) == 0
            Cache(copy).close()
            continue
        assert opened.page("page") in (page, None)
        assert opened.answer("key") in (ANSWER, None)
        assert opened.setup("key") in (setup, None)
        opened.close()
        shutil.rmtree(copy)


def test_a_flipped_bit_in_a_file_is_noticed(cache: Cache, folder: Path) -> None:
    text = "".join(random.Random(2).choices("abcdefgh", k=200_000))
    cache.keep_setup("key", text)
    [file] = folder.glob("*/*/*.val")
    data = bytearray(file.read_bytes())
    for place in (0, 20, len(data) // 2, len(data) - 1):
        data[place] ^= 4
        file.write_bytes(data)
        assert cache.setup("key") is None
        data[place] ^= 4
    file.write_bytes(data)
    assert cache.setup("key") == text


def test_a_damaged_database_is_done_without(folder: Path) -> None:
    folder.mkdir()
    (folder / "cache.db").write_bytes(b"no database " * 100)
    with pytest.raises(DamagedCacheError), open_cache(folder):
        pass
    said: list[str] = []
    with open_cache(folder, said.append) as cache:
        cache.keep_answer("key", ANSWER)
        assert cache.answer("key") == ANSWER
    assert "does without it" in said[0]
    empty(folder)
    with open_cache(folder) as cache:
        assert cache.answer("key") is None


def test_the_version_is_that_of_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "prerender"
    shutil.copytree(version._PACKAGE, package, ignore=shutil.ignore_patterns("mathjax"))
    monkeypatch.setattr(version, "_PACKAGE", package)
    before = version.program_version()
    for name in ("setup/katex.json", "markup/common.txt", "engine/worker/draw.js", "settings.py"):
        with (package / name).open("ab") as file:
            file.write(b" ")
        after = version.program_version()
        assert after != before, name
        before = after
    (package / "engine" / "vendor" / "NOTICE").write_text("Another", "utf-8")
    assert version.program_version() == before


def test_typesets_are_those_of_all_that_runs_in_the_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = tmp_path / "worker"
    shutil.copytree(version._SCRIPTS[0], worker)
    monkeypatch.setattr(version, "_SCRIPTS", (worker,))
    seen = {version.typesets_version()}
    for name in ("draw.js", "layout/breaker.js", "constants.json"):
        with (worker / name).open("ab") as file:
            file.write(b" ")
        seen.add(version.typesets_version())
    assert len(seen) == 4


def test_prune_forgets_what_other_versions_have_made(
    cache: Cache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.keep_answer("key", ANSWER)
    monkeypatch.setattr(version, "__version__", "99.0")
    newer = Cache(folder)
    assert newer.answer("key") is None
    newer.keep_answer("key", ANSWER)
    assert len(newer) == 4
    assert newer.prune() == 2
    assert newer.answer("key") == ANSWER
    newer.close()


def test_a_damaged_database_is_told(folder: Path) -> None:
    folder.mkdir()
    (folder / "cache.db").write_bytes(b"no database at all " * 1000)
    with pytest.raises(CacheError, match="cache: the cache cannot be used: file is not a database"):
        Cache(folder)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CacheError, match=f"{folder}: the cache cannot be used"):
            Cache(folder)


def test_a_database_that_is_damaged_in_the_middle_of_a_run(cache: Cache, folder: Path) -> None:
    cache.keep_answer("key", ANSWER)
    rows(folder, "DROP TABLE Cache")
    assert cache.answer("key") is None
    cache.keep_answer("other", ANSWER)
    with pytest.raises(CacheError):
        cache.clear()


def write(folder: Path, name: str) -> None:
    cache = Cache(folder)
    for at in range(100):
        cache.keep_answer(f"{at}", ANSWER)
        cache.keep_setup(f"{name}{at}", {"a": at})
        assert cache.answer(f"{at}") == ANSWER
    cache.close()


def test_two_processes_at_once(folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=write, args=(folder, name)) for name in ("a", "b")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    cache = Cache(folder)
    assert len(cache) == 1 + 100 + 200
    assert cache.setup("b99") == {"a": 99}
    cache.close()


def test_the_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "prerender"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".cache" / "prerender"


def test_bombs_go_off() -> None:
    """The other tests would pass if Bomb were none."""
    with pytest.raises(FileNotFoundError):
        pickle.loads(pickle.dumps(Bomb(Path("/none/there"))))


def test_what_has_been_there_for_longest_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZE_LIMIT", 1_000_000)
    cache = Cache(folder)
    for batch in range(30):
        many = range(batch * 50, batch * 50 + 50)
        cache.keep_answers(
            {str(at): JobResult((Typeset(error=f"{at} {noise(600)}"),)) for at in many}
        )
    assert 500_000 < cache.volume() < 1_100_000
    assert (cache.answer("0"), cache.answer("1499") is None) == (None, False)
    for page in range(300):
        cache.keep_page(str(page), noise(10_000).encode())
    assert cache.volume() < 1_100_000
    assert (cache.page("0"), cache.page("299") is None) == (None, False)
    cache.close()


def noise(length: int) -> str:
    """Text that is hard to compress."""
    return random.Random(length).randbytes(length).hex()
