"""Results that are held for others: as many as fit."""

from __future__ import annotations

import asyncio

import pytest

from prerender.pipeline.held import Held

pytestmark = pytest.mark.quick


class Text(str):
    """A result that takes a byte for each character."""

    __slots__ = ()

    @property
    def size(self) -> int:
        return len(self)


async def _given(value: str) -> Text:
    await asyncio.sleep(0)
    return Text(value)


def test_the_oldest_go_when_it_is_too_much() -> None:
    async def run() -> None:
        held = Held[Text](5)
        for key in "abc":
            assert await held.put(key, asyncio.create_task(_given(key * 2))) == key * 2
        assert [key for key in "abc" if held.get(key)] == ["b", "c"]
        held.drop("b")
        await held.put("d", asyncio.create_task(_given("dd")))
        assert [key for key in "abcd" if held.get(key)] == ["c", "d"]
        await held.put("e", asyncio.create_task(_given("e" * 6)))
        assert not list(held)

    asyncio.run(run())


def test_what_is_not_done_is_held() -> None:
    async def run() -> None:
        held = Held[Text](0)
        tasks = [held.put(str(number), asyncio.create_task(_given("x"))) for number in range(9)]
        assert list(held) == tasks
        await asyncio.gather(*tasks)
        assert not list(held)

    asyncio.run(run())


def test_one_that_fails_takes_nothing() -> None:
    async def run() -> None:
        held = Held[Text](2)
        failed = held.put(
            "a", asyncio.create_task(asyncio.wait_for(asyncio.sleep(9, Text("a")), 0))
        )
        await asyncio.gather(failed, return_exceptions=True)
        await held.put("b", asyncio.create_task(_given("bb")))
        assert held.get("a") is failed
        assert held.get("b") is not None

    asyncio.run(run())
