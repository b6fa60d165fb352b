"""Three hosts that talk, write and draw, and one that does nothing at all."""

import asyncio
from collections.abc import Sequence
from typing import Final

from lydite.harness import trial
from lydite.model import seconds
from lydite.world import Cpu, World

TALKERS: Final = ("node-0", "node-1", "node-2")
IDLE: Final = "idle"

PROGRAMS = "tests.determinism.programs"


async def nothing(argv: Sequence[str]) -> None:
    """Wait for ever."""
    await asyncio.Event().wait()


@trial
async def neighbours(world: World) -> None:
    """Leases over UDP, files, and numbers that say whose draws they are."""
    world.host(IDLE, cpu=Cpu(message_ns=1000))
    for name in TALKERS:
        await world.start(name, f"{PROGRAMS}:lease", "8", *(each for each in TALKERS if each != name))
        await world.start(name, f"{PROGRAMS}:files", "10")
    await world.start(IDLE, nothing)
    await world.sleep(seconds(5))
    # What starts late would meet numbers that somebody else has moved.
    await world.start("node-0", f"{PROGRAMS}:gossip", "2", "node-1")
    await world.start("node-1", f"{PROGRAMS}:gossip", "2")
    await world.sleep(seconds(7))
