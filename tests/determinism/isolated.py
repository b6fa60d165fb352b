"""A trial that leaves as much behind as it can: tasks that wait for ever, and clean-up that cancels whom it meets."""

import asyncio
import atexit
import gc
import random
from collections.abc import AsyncIterator, Sequence
from typing import Final

from lydite.harness import trial
from lydite.model import seconds
from lydite.world import World

CLEANED: Final[list[str]] = []
"""What clean-up code has run. There must be none: its processes were killed."""


class Ring:
    """Garbage that only the collector finds."""

    def __init__(self, held: object) -> None:
        self.held = held
        self.itself = self

    def __del__(self) -> None:
        CLEANED.append("ring")


async def numbers() -> AsyncIterator[int]:
    try:
        while True:
            yield random.getrandbits(32)
            await asyncio.sleep(0.1)
    finally:
        cancel_whom_it_meets("generator")


def cancel_whom_it_meets(who: str) -> None:
    CLEANED.append(who)
    task = asyncio.current_task()
    if task is not None:
        task.cancel()


async def clinging(argv: Sequence[str]) -> None:
    """Wait for ever in every way there is, and want to tidy up in each of them."""
    atexit.register(cancel_whom_it_meets, "exit handler")

    async def wait(number: int) -> None:
        ring = Ring(asyncio.current_task())
        try:
            async with asyncio.timeout(100), asyncio.TaskGroup() as group:
                group.create_task(asyncio.sleep(50, ring))
                async for _ in numbers():
                    await asyncio.sleep(0.01 * number)
        finally:
            cancel_whom_it_meets("finally")

    await asyncio.gather(*map(wait, range(10)))


@trial
async def left_behind(world: World) -> None:
    """Killed in the middle, revived, killed by a power loss, and left when the trial ends."""
    for name in ("node-1", "node-2"):
        await world.start(name, clinging)
    await world.sleep(seconds(2))
    world.process.crash("node-1")
    gc.collect()
    await world.sleep(seconds(2))
    world.process.revive("node-1")
    world.process.power_off("node-2")
    gc.collect()
    await world.sleep(seconds(2))
    world.note("over", drawn=random.getrandbits(64))
