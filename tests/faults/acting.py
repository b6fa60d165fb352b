"""What the tests of troubles share: one trouble performed in a small world, twice, and hosts that chatter."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lydite.faults import CATALOGUE, Trouble
from lydite.model import Event, Fault, Kind, milliseconds, seconds
from lydite.sim import Outcome
from lydite.world import World
from tests.sim.playing import play

BEGIN_NS, LASTING_NS = seconds(1), seconds(4)
DURING, AFTER = (1.5, 4.9), (6.0, 7.0)
"""Windows, in seconds: while the trouble lasts, and when it is over for a while."""

FOUR = ("a", "b", "c", "d")

Scene = Callable[[World], Awaitable[object]]


def trouble(kind: str, **args: Any) -> Trouble:
    """One of the catalogue."""
    made, problems = CATALOGUE[kind].read(args)
    assert not problems, problems
    assert made is not None
    return made


def perform(
    done: Trouble, scene: Callable[[], Scene], *, lasting_ns: int = LASTING_NS, others: Sequence[Fault] = ()
) -> Outcome:
    """Let it happen at one second, for four; twice in two worlds of the same seed, which must be alike."""
    faults = [done.at(BEGIN_NS, lasting_ns=lasting_ns), *others]
    first, second = (play(scene(), faults=faults) for _ in range(2))
    assert first.digest == second.digest
    assert _told(first.story, Kind.SCHEDULED, "phase")[:1] == ["begin"]
    own = next(event for event in first.story if event.kind is Kind.SCHEDULED)
    assert (own.fields["fault"], own.fields["args"]) == (done.kind, done.args)
    return first


def verbs(outcome: Outcome) -> list[str]:
    """The verbs of all levers that were pulled or let go, in their order."""
    return _told(outcome.story, Kind.FAULT, "verb")


def phases(outcome: Outcome) -> list[str]:
    """What became of the faults of the schedule."""
    return _told(outcome.story, Kind.SCHEDULED, "phase")


def _told(story: Iterable[Event], kind: Kind, name: str) -> list[str]:
    return [str(event.fields[name]) for event in story if event.kind is kind]


@dataclass(slots=True)
class Heard:
    """One datagram that has arrived."""

    source: str
    target: str
    number: int
    sent_ns: int
    arrived_ns: int
    payload: bytes


@dataclass(slots=True)
class Chatter:
    """Hosts that send each other a numbered datagram now and then, and remember what they hear."""

    names: Sequence[str] = FOUR
    every_ms: int = 20
    until_s: float = 7.5
    heard: list[Heard] = field(default_factory=list)
    spoiled: list[bytes] = field(default_factory=list)
    sent: list[tuple[str, str, int, int]] = field(default_factory=list)
    leader: str = ""

    async def __call__(self, world: World) -> None:
        """The trial."""
        for name in self.names:
            await world.start(name, self._program(world, name))
        if self.leader:
            world.appoint("leader", self.leader)
        await world.sleep(milliseconds(round(self.until_s * 1000)) - world.now_ns)

    def _program(self, world: World, name: str) -> Callable[[Any], Awaitable[None]]:
        async def talk(_argv: Any) -> None:
            chatter = self

            class Ear(asyncio.DatagramProtocol):
                def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                    chatter._hear(world, name, data)

            loop = asyncio.get_running_loop()
            mouth, _ = await loop.create_datagram_endpoint(Ear, local_addr=("0.0.0.0", 9000))
            addresses = {host.name: host.address for host in world.hosts if host.name != name}
            for number in range(100_000):
                for other in self.names:
                    if other in addresses:
                        self.sent.append((name, other, number, world.now_ns))
                        mouth.sendto(
                            f"{name} {number} {world.now_ns} {'x' * 20}".encode(), (addresses[other], 9000)
                        )
                await asyncio.sleep(self.every_ms / 1000)
                addresses = {host.name: host.address for host in world.hosts if host.name != name}

        return talk

    def _hear(self, world: World, target: str, data: bytes) -> None:
        try:
            source, number, sent_ns, tail = data.decode().split()
            assert tail == "x" * 20
            assert source in self.names
            self.heard.append(Heard(source, target, int(number), int(sent_ns), world.now_ns, data))
        except (ValueError, AssertionError):
            self.spoiled.append(data)

    def within(self, window: tuple[float, float]) -> list[Heard]:
        """What arrived within a window, in the order in which it arrived."""
        return [each for each in self.heard if window[0] * 1e9 <= each.arrived_ns < window[1] * 1e9]

    def pairs(self, window: tuple[float, float]) -> set[str]:
        """Who heard whom within a window: `ab` where b heard a."""
        return {each.source + each.target for each in self.within(window)}

    def deaf(self, window: tuple[float, float]) -> set[str]:
        """Who did not hear whom."""
        everybody = {one + other for one in self.names for other in self.names if one != other}
        return everybody - self.pairs(window)

    def on(self, source: str, target: str, window: tuple[float, float]) -> list[Heard]:
        """What one host heard from another."""
        return [each for each in self.within(window) if (each.source, each.target) == (source, target)]

    def heard_by(self, source: str, target: str) -> list[Heard]:
        """All that one host ever heard from another."""
        return [each for each in self.heard if (each.source, each.target) == (source, target)]

    def spoken(self, source: str, target: str, window: tuple[float, float]) -> list[int]:
        """The numbers of what one host said to another."""
        return [
            number
            for one, other, number, at_ns in self.sent
            if (one, other) == (source, target) and window[0] * 1e9 <= at_ns < window[1] * 1e9
        ]


def chatted(done: Trouble, *, lasting_ns: int = LASTING_NS, **options: Any) -> tuple[Chatter, Outcome]:
    """What hosts heard of each other under a trouble."""
    chatters: list[Chatter] = []

    def scene() -> Chatter:
        chatters.append(Chatter(**options))
        return chatters[-1]

    outcome = perform(done, scene, lasting_ns=lasting_ns)
    return chatters[-1], outcome
