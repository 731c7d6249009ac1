"""A real Chromium, started on demand; and a program that is none."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from prerender.browser.launch import Chromium
from prerender.errors import EngineError


def test_a_browser_is_started_when_it_is_asked_for_and_again_when_it_is_gone() -> None:
    async def versions() -> list[str]:
        notices: list[str] = []
        chromium = Chromium(os.environ.get("PRERENDER_BROWSER"), notices.append)
        assert not chromium.started
        first, same = await asyncio.gather(chromium.running(), chromium.running())
        assert first is same
        assert chromium.started
        await first.close()
        second = await chromium.running()
        assert second is not first
        found = [first.version, second.version]
        assert len(notices) <= 1
        await chromium.close()
        assert not second.is_connected()
        return found

    first, second = asyncio.run(versions())
    assert first == second


@pytest.mark.skipif(sys.platform == "win32", reason="there is no `false`")
def test_what_is_no_browser_does_not_start() -> None:
    async def start() -> None:
        chromium = Chromium(shutil.which("false"))
        try:
            await chromium.running()
        finally:
            await chromium.close()

    with pytest.raises(EngineError, match=r"/false is no Chromium: "):
        asyncio.run(start())


@pytest.mark.skipif(sys.platform == "win32", reason="files are no programs there")
@pytest.mark.parametrize("named", ["./browser", "browser"])
def test_a_file_that_is_no_program(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is named as in the folder that it is in."""
    (tmp_path / "browser").write_text("no program")
    (tmp_path / "browser").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".")
    with pytest.raises(EngineError, match=f"^{tmp_path}/browser cannot be run: "):
        asyncio.run(Chromium(named).running())
