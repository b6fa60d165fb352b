"""Running small trials in this process, for the tests of the simulated world itself."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from lydite.faults import Codec, under
from lydite.model import Fault, Header, Schedule
from lydite.sim import Outcome, simulate
from lydite.world import Limits, Map, World

PORT = 7000

Play = Callable[[World], Awaitable[object]]


def play(
    trial: Play,
    *,
    seed: int = 1,
    faults: Sequence[Fault] = (),
    regions: Map | None = None,
    limits: Limits | None = None,
    codec: Codec | None = None,
    fails: bool = False,
) -> Outcome:
    """Run a trial; its error is this test's error, unless the test wants to look at it."""
    schedule = Schedule.of(faults)
    header = Header(trial=getattr(trial, "__name__", "trial"), seed=seed, schedule=schedule)
    with warnings.catch_warnings():
        # A program that dies leaves its connections open, and so do most of these trials.
        warnings.simplefilter("ignore", ResourceWarning)
        outcome = simulate(under(schedule, trial, codec=codec), header, regions=regions, limits=limits)
    if outcome.error is not None and not fails:
        raise outcome.error
    return outcome


async def echo(_argv: Any) -> None:
    """A program: sends back each line in capitals."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line.upper())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", PORT)
    async with server:
        await server.serve_forever()


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes = b"hello\n", within: float = 5
) -> bytes:
    """One question to the echo program."""
    writer.write(line)
    async with asyncio.timeout(within):
        return await reader.readline()
