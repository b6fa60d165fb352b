"""Timers that are cancelled leave the heap, and what remains on it keeps its order."""

import asyncio
import random
from typing import Any

from lydite.world import World
from tests.sim.playing import PORT, ask, echo, play


def test_timeouts_that_never_fire_do_not_pile_up() -> None:
    largest = 0

    async def trial(world: Any) -> None:
        nonlocal largest
        for _ in range(100_000):
            async with asyncio.timeout(3600):
                pass
            largest = max(largest, len(world.loop.heap))

    play(trial)

    assert largest < 500


def test_many_timers_at_once_of_which_most_are_cancelled_leave_the_rest() -> None:
    rang: list[int] = []
    left = 0

    async def trial(world: Any) -> None:
        nonlocal left
        loop = asyncio.get_running_loop()
        delays = list(range(10_000))
        random.Random(1).shuffle(delays)
        timers = {delay: loop.call_later(1 + delay / 1000, rang.append, delay) for delay in delays}
        for delay in delays:
            if delay % 10:
                timers[delay].cancel()
                timers[delay].cancel()
        left = len(world.loop.heap)
        await asyncio.sleep(20)

    play(trial)

    assert rang == list(range(0, 10_000, 10))
    assert left < 2500


def test_the_order_of_what_remains_is_the_same_whether_the_heap_was_swept_or_not() -> None:
    def digest_with(cancelled: int) -> str:
        async def trial(world: World) -> None:
            for name in ("a", "b", "c"):
                await world.start(name, echo, ready=PORT)
            loop = asyncio.get_running_loop()
            ends = [await asyncio.open_connection(name, PORT) for name in ("a", "b", "c")]
            questions = [asyncio.ensure_future(ask(*end)) for end in ends for _ in range(1)]
            for timer in [loop.call_later(5000, print) for _ in range(cancelled)]:
                timer.cancel()
            await asyncio.gather(*questions)

        return play(trial, seed=5).digest

    assert digest_with(0) == digest_with(50) == digest_with(5000)
