"""Troubles of traffic: roads that are crowded, hosts that are hard to reach, connections that do not last.

Each of them bends several things of the network at once, and all of them together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from lydite.faults.drawing import millis, share, some
from lydite.faults.network import Between, Delay, OfNetwork, Refuse
from lydite.faults.partitions import names_of, others
from lydite.faults.shapes import Hosts, count, duration, hosts, rate
from lydite.faults.trouble import EVERYBODY, Bends, Hands, Harm, Trouble, listed
from lydite.model import MILLISECOND, Draws
from lydite.world import Bend

QUEUE_NS: Final = 400 * MILLISECOND
"""How long a packet waits in the queues of a road that is wholly congested; as much again is jitter."""

LOST: Final = 0.2
"""The share of packets that such a road loses, because its queues are full."""

BYTES_PER_SECOND: Final = 1_250_000
"""What is left for us on a road that hardly anybody else uses: ten megabits per second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Congest(Between):
    """Others crowd the road: packets wait in queues or are lost, and the bandwidth shrinks, all by one level.

    At level 1 each packet waits 400 ms and up to 400 ms more, one of five is lost, and of 1,250,000 bytes per second
    12,500 are left. Waiting and bandwidth go with the level, loss with its square: queues grow before they overflow.
    Breaks what answers slowness with more messages. At the end the road is as it was.
    """

    kind: ClassVar[str] = "network.congest"
    opposite: ClassVar[str] = "network.hasten"
    verbs: ClassVar[tuple[str, ...]] = ("network.delay", "network.lose", "network.throttle")

    level: float = rate()

    def pull(self, hands: Hands) -> Bend:
        network, wait_ns = hands.world.network, round(QUEUE_NS * self.level)
        return Bends.of(
            (
                network.delay(self.left, self.right, wait_ns, wait_ns),
                network.lose(self.left, self.right, LOST * self.level * self.level),
                network.throttle(self.left, self.right, round(BYTES_PER_SECOND * (1 - 0.99 * self.level))),
            )
        )

    def simpler(self) -> Iterator[Trouble]:
        wait_ns = round(QUEUE_NS * self.level)
        yield Delay(left=self.left, right=self.right, by_ns=wait_ns, jitter_ns=wait_ns)
        yield from self.weaker()

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"level": share(draws, 20, 100)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(OfNetwork):
    """Every road to and from a host is slow and narrow: the peer that everybody waits for.

    Breaks what waits for all instead of for enough. At the end its roads are as they were.
    """

    kind: ClassVar[str] = "network.slow"
    opposite: ClassVar[str] = "network.hasten"
    verbs: ClassVar[tuple[str, ...]] = ("network.delay", "network.throttle")

    hosts: Hosts = hosts()
    by_ns: int = duration()
    bytes_per_second: int = count()

    def pull(self, hands: Hands) -> Bend:
        network = hands.world.network
        return Bends.of(
            (
                network.delay(self.hosts, EVERYBODY, self.by_ns),
                network.throttle(self.hosts, EVERYBODY, self.bytes_per_second),
            )
        )

    def holds(self) -> Iterator[tuple[str, str]]:
        return ((name, EVERYBODY) for name in listed(self.hosts))

    def simpler(self) -> Iterator[Trouble]:
        yield Delay(left=self.hosts, right=EVERYBODY, by_ns=self.by_ns)
        yield from self.weaker()

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        chosen = some(draws, everybody) if len(everybody) > 1 else None
        if chosen is None:
            return None
        return cls(
            hosts=chosen,
            by_ns=millis(draws, 50, 1_000),
            bytes_per_second=draws.choice((1_000, 10_000, 100_000)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(OfNetwork):
    """Every connection of a host with the others is reset, and none is made anew until the end: the reconnect delay.

    Breaks what does not connect again, or gives up doing so. Datagrams go on. At the end connections are taken again;
    it is for the programs to make them.
    """

    kind: ClassVar[str] = "network.disconnect"
    opposite: ClassVar[str] = "network.admit"
    verbs: ClassVar[tuple[str, ...]] = ("network.reset", "network.refuse")
    harm: ClassVar[Harm] = Harm.DOWN

    hosts: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        network, rest = hands.world.network, others(self.hosts, names_of(hands.world)) or EVERYBODY
        network.reset(self.hosts, rest)
        return network.refuse(self.hosts, rest)

    def holds(self) -> Iterator[tuple[str, str]]:
        return ((name, EVERYBODY) for name in listed(self.hosts))

    def simpler(self) -> Iterator[Trouble]:
        yield Refuse(left=self.hosts, right=EVERYBODY)
        yield from self.weaker()

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        chosen = some(draws, everybody) if len(everybody) > 1 else None
        return None if chosen is None else cls(hosts=chosen)


TRAFFIC: Final[tuple[type[Trouble], ...]] = (Congest, Slow, Disconnect)
