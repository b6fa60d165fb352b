"""A world that lives long has its memory gathered, and nobody in it notices."""

import asyncio
import ctypes

import pytest

from lydite.model import Header
from lydite.sim import loop as loops
from lydite.sim import pages, simulate
from lydite.world import World


def test_what_is_gathered_holds_what_it_held() -> None:
    large = bytearray(range(256)) * (4 * pages.HUGE // 256)
    before = bytes(large)
    pages.gather()
    assert large == before


def test_only_whole_pages_that_are_ours_alone_are_gathered() -> None:
    large = bytearray(8 * pages.HUGE)
    place = ctypes.addressof(ctypes.c_char.from_buffer(large))
    spans = pages._private()
    assert all(first % pages.HUGE == 0 and end % pages.HUGE == 0 and first < end for first, end in spans)
    assert any(first <= place + 4 * pages.HUGE < end for first, end in spans)


def test_a_long_run_is_gathered_at_each_doubling(monkeypatch: pytest.MonkeyPatch) -> None:
    gathered: list[int] = []

    async def trial(world: World) -> None:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loops, "gather", lambda: gathered.append(loop.events))  # type: ignore[attr-defined]
        while loop.events < 9 * loops.LOOK_UP_EVERY:  # type: ignore[attr-defined]
            await asyncio.sleep(0)

    monkeypatch.setattr(loops, "GATHER_FROM", 2 * loops.LOOK_UP_EVERY)
    assert simulate(trial, Header(trial="long", seed=1)).error is None
    assert gathered == [2 * loops.LOOK_UP_EVERY, 4 * loops.LOOK_UP_EVERY, 8 * loops.LOOK_UP_EVERY]
