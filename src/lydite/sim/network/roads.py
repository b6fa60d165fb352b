"""Roads: the one-way links between hosts, with what currently bends them.

A road turns "these bytes, now" into "they arrive then". Its randomness is its own (keyed by the
two hosts' names), so the k-th packet on a road draws the same value whatever else the world does.
Bends are kept as a list and folded into one `Condition`; a road with no bend has none, and that
is the fast path.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from lydite.model import MICROSECOND, Draws
from lydite.sim.hosts.clock import BILLION
from lydite.sim.network.bursts import Burst
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
    refuse: bool = False
    loss: float = 0.0
    burst: float = 1.0
    """How many packets in a row are lost, in the mean; 1: each for itself."""
    duplicate: float = 0.0
    corrupt: float = 0.0
    late: float = 0.0
    late_ns: int = 0
    bytes_per_second: int = 0


class Condition(NamedTuple):
    """All bends of a road together: a tuple, which is made fast, for each pull folds those of many roads."""

    cut: bool
    hold: bool
    closed: bool
    """Does nothing get through?"""
    refuse: bool
    delay_ns: int
    jitter_ns: int
    loss: float
    duplicate: float
    corrupt: float
    late: tuple[tuple[float, int], ...]
    """How many packets are late, and by how much: for each bend."""


def fold(bends: list[RoadBend]) -> Condition | None:
    """The bends of a road as one condition; None for a road that is as it was made."""
    if not bends:
        return None
    cut = hold = refuse = False
    delay_ns = jitter_ns = 0
    pass_loss = pass_duplicate = pass_corrupt = 1.0
    for bend in bends:
        cut = cut or bend.cut
        hold = hold or bend.hold
        refuse = refuse or bend.refuse
        delay_ns += bend.delay_ns
        jitter_ns += bend.jitter_ns
        pass_loss *= 1 - bend.loss if bend.burst <= 1 else 1
        pass_duplicate *= 1 - bend.duplicate
        pass_corrupt *= 1 - bend.corrupt
    return Condition(
        cut=cut,
        hold=hold,
        closed=cut or hold,
        refuse=refuse,
        delay_ns=delay_ns,
        jitter_ns=jitter_ns,
        loss=1 - pass_loss,
        duplicate=1 - pass_duplicate,
        corrupt=1 - pass_corrupt,
        late=tuple((bend.late, bend.late_ns) for bend in bends if bend.late),
    )


class Road(Draws):
    """The way from one host to another, and the stream of its randomness: one object, so that both are near."""

    __slots__ = (
        "bends",
        "bursts",
        "bytes_per_second",
        "condition",
        "free_ns",
        "jitter_ns",
        "latency_ns",
        "link",
        "luck",
        "on_close",
        "source",
        "target",
        "waiting",
    )

    def __init__(
        self,
        source: "SimHost",
        target: "SimHost",
        link: Link,
        seed: int,
        on_close: Callable[["Road"], None],
        luck: Callable[[], Draws],
    ) -> None:
        super().__init__(seed, "road", f"{source.name}>{target.name}")
        self.source = source
        self.target = target
        self.link = link
        self.latency_ns = link.latency_ns
        self.jitter_ns = link.jitter_ns
        self.bytes_per_second = link.bytes_per_second
        self.free_ns = 0
        self.bends: list[RoadBend] = []
        self.condition: Condition | None = None
        self.waiting: dict[int, Callable[[], object]] = {}
        """What to tell when the road opens, by connection: streams that hold segments back."""
        self.bursts: list[tuple[RoadBend, Burst]] = []
        self.luck = luck
        """Makes the draws of bends that have some of their own: so they move nobody else's."""
        self.on_close = on_close
        """Told when it was open, and nothing gets through any more."""

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
            for rate, late_ns in condition.late:
                if self.happens(rate):
                    when_ns += late_ns
        return when_ns

    def happens(self, rate: float) -> bool:
        """Does something of that rate happen to this packet? Draws only where a rate is set."""
        return rate > 0 and (self.word() >> 11) * 2.0**-53 < rate

    def loses(self) -> bool:
        """Is the next packet lost, by itself or in a burst?"""
        condition = self.condition
        lost = condition is not None and self.happens(condition.loss)
        for _, burst in self.bursts:
            lost = burst.loses() or lost
        return lost

    def retransmissions(self) -> int:
        """How long losses keep a stream's segment back: TCP sends again, waiting longer each time."""
        condition = self.condition
        if condition is None:
            return 0
        lost_ns, wait_ns = 0, RETRANSMIT_NS
        while lost_ns < RETRANSMIT_NS_MAX and (self.loses() or self.happens(condition.corrupt)):
            lost_ns += wait_ns
            wait_ns = min(wait_ns * 2, RETRANSMIT_NS_MAX)
        return lost_ns

    def bend(self, bend: RoadBend) -> None:
        """Bend the road."""
        self.bends.append(bend)
        if bend.burst > 1:
            self.bursts.append((bend, Burst(bend.loss, bend.burst, self.luck())))
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
        if self.bursts:
            self.bursts = [each for each in self.bursts if any(each[0] is bend for bend in self.bends)]
        was_closed = self.condition is not None and self.condition.closed
        self.condition = fold(self.bends)
        closed = self.condition is not None and self.condition.closed
        limit = self.link.bytes_per_second
        for bend in self.bends:
            if bend.bytes_per_second and (not limit or bend.bytes_per_second < limit):
                limit = bend.bytes_per_second
        self.bytes_per_second = limit
        if closed and not was_closed:
            self.on_close(self)
        if self.waiting and not closed:
            waiting, self.waiting = self.waiting, {}
            for tell in waiting.values():
                tell()


class Roads:
    """All roads of a world, made when they are first travelled."""

    __slots__ = ("_links", "_luck", "_map", "_on_close", "_roads", "_seed")

    def __init__(self, seed: int, regions: Map, on_close: Callable[[Road], None]) -> None:
        self._seed = seed
        self._on_close = on_close
        self._map = regions
        self._luck: dict[str, int] = {}
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
        luck = partial(self._lucky, f"{source.name}>{target.name}")
        return Road(source, target, link, self._seed, self._on_close, luck)

    def _lucky(self, road: str) -> Draws:
        """A stream for the next bend of a road that has draws of its own."""
        self._luck[road] = number = self._luck.get(road, 0) + 1
        return Draws(self._seed, "road bend", f"{road}/{number}")
