"""Troubles of the network: what is lost, late, doubled or damaged on the way between hosts."""

from dataclasses import dataclass
from typing import ClassVar, Final

from lydite.faults.shapes import Hosts, count, duration, hosts, rate
from lydite.faults.trouble import Hands, Harm, Trouble
from lydite.world import Bend, Capability


class OfNetwork(Trouble):
    """What all troubles of the network share."""

    __slots__ = ()
    needs: ClassVar[Capability] = Capability.NETWORK


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(OfNetwork):
    """Everything between two sides is lost, silently, both ways."""

    kind: ClassVar[str] = "network.cut"
    opposite: ClassVar[str] = "network.heal"
    harm: ClassVar[Harm] = Harm.DOWN

    left: Hosts = hosts()
    right: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.cut(self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(OfNetwork):
    """Everything from one side to the other is lost; the way back stays open."""

    kind: ClassVar[str] = "network.block"
    opposite: ClassVar[str] = "network.unblock"
    harm: ClassVar[Harm] = Harm.DOWN

    source: Hosts = hosts()
    target: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.block(self.source, self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(OfNetwork):
    """Everything between two sides is kept back in order, and delivered at the end."""

    kind: ClassVar[str] = "network.hold"
    opposite: ClassVar[str] = "network.release"
    harm: ClassVar[Harm] = Harm.DOWN

    left: Hosts = hosts()
    right: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.hold(self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(OfNetwork):
    """Latency is added, and up to so much jitter on each packet."""

    kind: ClassVar[str] = "network.delay"
    opposite: ClassVar[str] = "network.hasten"

    left: Hosts = hosts()
    right: Hosts = hosts()
    by_ns: int = duration()
    jitter_ns: int = duration(0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.delay(self.left, self.right, self.by_ns, self.jitter_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lose(OfNetwork):
    """Packets are lost at a rate: datagrams vanish, streams wait for a retransmission."""

    kind: ClassVar[str] = "network.lose"
    opposite: ClassVar[str] = "network.keep"

    left: Hosts = hosts()
    right: Hosts = hosts()
    rate: float = rate()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.lose(self.left, self.right, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(OfNetwork):
    """Datagrams arrive twice at a rate; streams hide it, as TCP does."""

    kind: ClassVar[str] = "network.duplicate"
    opposite: ClassVar[str] = "network.dedupe"

    left: Hosts = hosts()
    right: Hosts = hosts()
    rate: float = rate()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.duplicate(self.left, self.right, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(OfNetwork):
    """The bandwidth of each direction is limited."""

    kind: ClassVar[str] = "network.throttle"
    opposite: ClassVar[str] = "network.unthrottle"

    left: Hosts = hosts()
    right: Hosts = hosts()
    bytes_per_second: int = count()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.throttle(self.left, self.right, self.bytes_per_second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrupt(OfNetwork):
    """One bit of a datagram flips at a rate; a stream's checksum turns it into a retransmission."""

    kind: ClassVar[str] = "network.corrupt"
    opposite: ClassVar[str] = "network.mend"

    left: Hosts = hosts()
    right: Hosts = hosts()
    rate: float = rate()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.corrupt(self.left, self.right, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(OfNetwork):
    """Every open connection between two sides is reset, once."""

    kind: ClassVar[str] = "network.reset"

    left: Hosts = hosts()
    right: Hosts = hosts()

    def pull(self, hands: Hands) -> None:
        hands.world.network.reset(self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(OfNetwork):
    """The names of hosts do not resolve; their addresses still work."""

    kind: ClassVar[str] = "network.forget"
    opposite: ClassVar[str] = "network.recall"

    names: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.forget(self.names)


NETWORK: Final[tuple[type[Trouble], ...]] = (
    Cut,
    Block,
    Hold,
    Delay,
    Lose,
    Duplicate,
    Throttle,
    Corrupt,
    Reset,
    Forget,
)
