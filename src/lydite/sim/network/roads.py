"""Roads: the one-way links between hosts, with what currently bends them.

A road turns "these bytes, now" into "they arrive then". Its randomness is its own (keyed by the
two hosts' names), so the k-th packet on a road draws the same value whatever else the world does.
Bends are kept as a list and folded into one `Condition`; a road with no bend has none, and that
is the fast path.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lydite.model import MICROSECOND, Draws
from lydite.sim.hosts.clock import BILLION
from lydite.world import Link, Map

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost

LOOPBACK: Final = Link(latency_ns=20 * MICROSECOND, jitter_ns=10 * MICROSECOND)
"""What a host's road to itself is like."""

MASK32: Final = 0xFFFF_FFFF

RETRANSMIT_NS: Final = 200_000_000
"""A lost segment is sent again after this; the wait doubles each time, as in TCP."""

RETRANSMIT_NS_MAX: Final = 120 * BILLION


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadBend:
    """One bend of one road. What it does not name stays as it is."""

    kind: str
    cut: bool = False
    hold: bool = False
    delay_ns: int = 0
    jitter_ns: int = 0
    loss: float = 0.0
    duplicate: float = 0.0
    corrupt: float = 0.0
    bytes_per_second: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """All bends of a road together."""

    cut: bool
    hold: bool
    delay_ns: int
    jitter_ns: int
    loss: float
    duplicate: float
    corrupt: float

    @property
    def closed(self) -> bool:
        """Does nothing get through?"""
        return self.cut or self.hold


def fold(bends: list[RoadBend]) -> Condition | None:
    """The bends of a road as one condition; None for a road that is as it was made."""
    if not bends:
        return None
    pass_loss = pass_duplicate = pass_corrupt = 1.0
    for bend in bends:
        pass_loss *= 1 - bend.loss
        pass_duplicate *= 1 - bend.duplicate
        pass_corrupt *= 1 - bend.corrupt
    return Condition(
        cut=any(bend.cut for bend in bends),
        hold=any(bend.hold for bend in bends),
        delay_ns=sum(bend.delay_ns for bend in bends),
        jitter_ns=sum(bend.jitter_ns for bend in bends),
        loss=1 - pass_loss,
        duplicate=1 - pass_duplicate,
        corrupt=1 - pass_corrupt,
    )


class Road:
    """The way from one host to another."""

    __slots__ = (
        "bends",
        "bytes_per_second",
        "condition",
        "free_ns",
        "jitter_ns",
        "latency_ns",
        "link",
        "source",
        "target",
        "waiting",
        "word",
    )

    def __init__(self, source: "SimHost", target: "SimHost", link: Link, draws: Draws) -> None:
        self.source = source
        self.target = target
        self.link = link
        self.word = draws.word
        self.latency_ns = link.latency_ns
        self.jitter_ns = link.jitter_ns
        self.bytes_per_second = link.bytes_per_second
        self.free_ns = 0
        self.bends: list[RoadBend] = []
        self.condition: Condition | None = None
        self.waiting: dict[int, Callable[[], object]] = {}
        """What to tell when the road opens, by connection: streams that hold segments back."""

    def arrival(self, now_ns: int, size: int) -> int:
        """When a packet that leaves now arrives, all delays counted, losses not."""
        when_ns = now_ns + self.latency_ns + ((self.word() & MASK32) * self.jitter_ns >> 32)
        if self.bytes_per_second:
            self.free_ns = max(self.free_ns, now_ns) + size * BILLION // self.bytes_per_second
            when_ns += self.free_ns - now_ns
        condition = self.condition
        if condition is not None:
            when_ns += condition.delay_ns
            if condition.jitter_ns:
                when_ns += (self.word() & MASK32) * condition.jitter_ns >> 32
        return when_ns

    def happens(self, rate: float) -> bool:
        """Does something of that rate happen to this packet? Draws only where a rate is set."""
        return rate > 0 and (self.word() >> 11) * 2.0**-53 < rate

    def retransmissions(self) -> int:
        """How long losses keep a stream's segment back: TCP sends again, waiting longer each time."""
        condition = self.condition
        if condition is None:
            return 0
        lost_ns, wait_ns = 0, RETRANSMIT_NS
        while lost_ns < RETRANSMIT_NS_MAX and (
            self.happens(condition.loss) or self.happens(condition.corrupt)
        ):
            lost_ns += wait_ns
            wait_ns = min(wait_ns * 2, RETRANSMIT_NS_MAX)
        return lost_ns

    def bend(self, bend: RoadBend) -> None:
        """Bend the road."""
        self.bends.append(bend)
        self._refold()

    def straighten(self, bend: RoadBend) -> None:
        """Take one bend away, if it is still there."""
        for index, present in enumerate(self.bends):
            if present is bend:
                del self.bends[index]
                self._refold()
                return

    def straighten_all(self, kinds: tuple[str, ...]) -> None:
        """Take every bend of these kinds away."""
        self.bends = [bend for bend in self.bends if bend.kind not in kinds]
        self._refold()

    def _refold(self) -> None:
        self.condition = fold(self.bends)
        limits = [bend.bytes_per_second for bend in self.bends if bend.bytes_per_second]
        if self.link.bytes_per_second:
            limits.append(self.link.bytes_per_second)
        self.bytes_per_second = min(limits, default=0)
        if self.waiting and (self.condition is None or not self.condition.closed):
            waiting, self.waiting = self.waiting, {}
            for tell in waiting.values():
                tell()


class Roads:
    """All roads of a world, made when they are first travelled."""

    __slots__ = ("_links", "_map", "_roads", "_seed")

    def __init__(self, seed: int, regions: Map) -> None:
        self._seed = seed
        self._map = regions
        self._links: dict[tuple[str, str], Link] = {}
        self._roads: dict[tuple[int, int], Road] = {}

    def link(self, left: str, right: str, link: Link) -> None:
        """Give two hosts a link of their own, both directions."""
        self._links[left, right] = self._links[right, left] = link
        for road in self._roads.values():
            if (road.source.name, road.target.name) in ((left, right), (right, left)):
                road.link = link
                road.latency_ns, road.jitter_ns = link.latency_ns, link.jitter_ns
                road.bytes_per_second = link.bytes_per_second

    def between(self, source: "SimHost", target: "SimHost") -> Road:
        """The road from one host to another."""
        key = (source.index, target.index)
        road = self._roads.get(key)
        if road is None:
            road = self._roads[key] = self._build(source, target)
        return road

    def _build(self, source: "SimHost", target: "SimHost") -> Road:
        if source is target:
            link = LOOPBACK
        else:
            link = self._links.get((source.name, target.name)) or self._map.between(
                source.region, target.region
            )
        return Road(source, target, link, Draws(self._seed, "road", f"{source.name}>{target.name}"))
