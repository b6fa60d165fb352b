"""A ballot on its stage: validators in a world, faults among them, and what the honest ones make of it."""

import asyncio
import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lydite.model import Fault, seconds
from lydite.world import World
from tests.faults.byzantine.ballot.codec import BallotCodec
from tests.faults.byzantine.ballot.flaws import ballot
from tests.faults.byzantine.ballot.program import BEAT, PORT, SIDES, is_certified
from tests.sim.playing import play

HEIGHTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the validators tell when it is over."""

    names: tuple[str, ...]
    told: dict[str, dict[str, Any]]
    """By validator: what it took for final, whom it accuses, what it rejected."""

    def broken(self, traitors: Collection[str], absent: Collection[str] = ()) -> set[str]:
        """The promises of a ballot that do not hold for its honest validators."""
        honest = [name for name in self.names if name not in traitors]
        values: dict[int, set[str]] = {}
        broken = set()
        for name in honest:
            for height, (value, votes) in self.told[name]["final"].items():
                values.setdefault(int(height), set()).add(value)
                if not is_certified(self.names, int(height), value, votes):
                    broken.add("certified")
            if not set(self.told[name]["accused"]) <= set(traitors):
                broken.add("the honest are not accused")
        if any(len(different) > 1 for different in values.values()):
            broken.add("agreement")
        if any(value not in SIDES for different in values.values() for value in different):
            broken.add("validity")
        proposers = {height: self.names[height % len(self.names)] for height in range(2, HEIGHTS - 1)}
        due = [height for height, name in proposers.items() if name in honest and name not in absent]
        if any(str(height) not in self.told[name]["final"] for height in due for name in honest):
            broken.add("progress")
        return broken

    def accused(self, by: Collection[str]) -> set[str]:
        """Everybody who is accused by one of these."""
        return {name for accuser in by for name in self.told[accuser]["accused"]}


def staged(faults: Sequence[Fault], *, count: int = 4, flaw: str = "", seed: int = 1) -> Report:
    """A ballot under these faults."""
    names = tuple(f"v{number}" for number in range(1, count + 1))
    told: dict[str, dict[str, Any]] = {}

    async def trial(world: World) -> None:
        epoch = time.time() + 0.5
        for name in names:
            argv = ("--name", name, "--epoch", str(epoch), "--names", *names)
            await world.start(name, program(flaw), *argv, ready=PORT)
        await world.sleep(seconds((HEIGHTS + 0.8) * BEAT))
        for name in names:
            reader, writer = await asyncio.open_connection(name, PORT, limit=2**20)
            writer.write(b'{"kind":"describe"}\n')
            told[name] = json.loads(await reader.readline())

    play(trial, seed=seed, faults=faults, codec=BallotCodec())
    return Report(names=names, told=told)


program = cache(ballot)
