"""A rehearsal: a small world of the platform's own, run once in a nursery before anything is forked from it.

Whatever an interpreter does for the first time takes longer: caches are empty, patterns are not compiled,
bytecode is not specialized yet. A process that lives for one run would pay for that in every run. So the
nursery goes through the motions once: two hosts that talk, write to their disks and are bent in a few ways.

Nothing of the target takes part, and nothing reaches a run: the world of the rehearsal is over before the
nursery is frozen, and its objects are kept, so that none of them is collected in the middle of another world.
"""

import argparse
import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from lydite.harness import Trial, trial
from lydite.model import Draws, Facts, Fault, Schedule, milliseconds, seconds
from lydite.world import World

HOSTS: Final = ("left", "right")
PORT: Final = 1_000
ROUNDS: Final = 12
"""Often enough for the interpreter to specialize what it runs."""

_BOTH: Final[Facts] = {"left": ["left"], "right": ["right"]}
_FAULTS: Final[tuple[tuple[str, Facts], ...]] = (
    ("network.cut", _BOTH),
    ("network.hold", _BOTH),
    ("network.delay", {**_BOTH, "by_ns": milliseconds(5), "jitter_ns": milliseconds(5)}),
    ("network.lose", {**_BOTH, "rate": 0.5}),
    ("process.crash", {"hosts": ["left"]}),
    ("process.pause", {"hosts": ["right"]}),
    ("process.power_off", {"hosts": ["left"]}),
    ("disk.slow", {"hosts": ["left"], "by_ns": milliseconds(5)}),
    ("clock.drift", {"hosts": ["right"], "rate": 1.5}),
)


def _storm(draws: Draws) -> Schedule:
    """Each fault once, one after the other."""
    return Schedule.of(
        Fault(at_ns=seconds(number) + draws.below(1_000), kind=kind, args=args, lasting_ns=seconds(1))
        for number, (kind, args) in enumerate(_FAULTS, 1)
    )


async def _program(argv: Sequence[str]) -> None:
    """Answer lines, and keep them on the disk; tell the other host of the time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("other")
    parser.add_argument("--ports", nargs="*", type=int, default=[])
    options = parser.parse_args(argv)
    with Path("lines").open("a+b", buffering=0) as file:

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                while line := await reader.readline():
                    file.write(line)
                    os.fsync(file.fileno())
                    writer.write(line)
                    await writer.drain()
            writer.close()

        await asyncio.start_server(answer, port=options.ports[0])
        while True:
            await _ask(options.other, b"from a program\n")
            await asyncio.sleep(0.5)


async def _ask(host: str, line: bytes) -> bytes:
    try:
        async with asyncio.timeout(0.4):
            reader, writer = await asyncio.open_connection(host, PORT)
            writer.write(line)
            answer = await reader.readline()
            writer.close()
            return answer
    except OSError:
        return b""


async def _rehearsal(world: World) -> None:
    """Two hosts that talk to each other and to the tester."""
    for name, other in zip(HOSTS, reversed(HOSTS), strict=True):
        await world.start(name, _program, other, "--ports", str(PORT))
    for number in range(ROUNDS):
        await world.sleep(seconds(1))
        answer = await _ask(HOSTS[number % 2], b"from the tester\n")
        world.note("asked", number=number, answered=bool(answer))
    world.heal()
    world.always("over", True)


REHEARSAL: Final[Trial] = trial(name="rehearsal", storm=_storm)(_rehearsal)
