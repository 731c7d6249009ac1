"""One run at a time writes to a folder; a run that ends, however it ends, keeps nobody waiting."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from prerender.errors import Exit
from prerender.site.lock import alone_in

pytestmark = pytest.mark.quick


def test_runs_wait_for_each_other_and_say_so(tmp_path: Path) -> None:
    said: list[str] = []
    order: list[str] = []

    async def run(name: str) -> None:
        async with alone_in(tmp_path, said.append):
            order.append(f"{name} begins")
            await asyncio.sleep(0.3)
            order.append(f"{name} ends")

    async def both() -> None:
        await asyncio.gather(run("a"), run("b"))

    asyncio.run(both())
    assert order in (
        ["a begins", "a ends", "b begins", "b ends"],
        ["b begins", "b ends", "a begins", "a ends"],
    )
    assert said == [f"another run is writing to {tmp_path}: waiting for it to end"]


def test_folders_are_apart_and_none_is_left_behind(tmp_path: Path) -> None:
    said: list[str] = []

    async def both() -> None:
        async with (
            alone_in(tmp_path / "a", said.append),
            alone_in(tmp_path / "b", said.append),
        ):
            assert (tmp_path / "b").is_dir()

    asyncio.run(both())
    assert not said
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("command", ["build", "restore"])
def test_a_command_waits(command: str, tmp_path: Path, environment: dict[str, str]) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.html").write_text("<!doctype html><title>t</title><p>a")

    async def waiting() -> tuple[str, int]:
        async with alone_in(site, lambda _: None):
            done = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "prerender", command, str(site)),
                env=environment,
                stderr=subprocess.PIPE,
            )
            assert done.stderr is not None
            line = (await done.stderr.readline()).decode()
            assert done.returncode is None
        await done.stderr.read()
        return line, await done.wait()

    line, code = asyncio.run(waiting())
    assert line == f"prerender: another run is writing to {site}: waiting for it to end\n"
    assert code == Exit.DONE
