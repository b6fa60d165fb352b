"""Troubles of the network: what is lost, late, doubled, damaged or refused on the way between hosts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from lydite.faults.drawing import millis, share, sides, some
from lydite.faults.shapes import Hosts, count, duration, factor, hosts, rate
from lydite.faults.trouble import EVERYBODY, Hands, Harm, Trouble, listed
from lydite.model import Draws
from lydite.world import Bend, Capability, World


class OfNetwork(Trouble):
    """What all troubles of the network share."""

    __slots__ = ()
    needs: ClassVar[Capability] = Capability.NETWORK


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(OfNetwork):
    """What all troubles between two sides share. The smaller side is its victim: the larger one lives on."""

    left: Hosts = hosts()
    right: Hosts = hosts()

    def victims(self, everybody: Sequence[str]) -> tuple[str, ...]:
        return smaller_side(self.left, self.right, everybody)

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        drawn = sides(draws, everybody)
        return None if drawn is None else cls(left=drawn[0], right=drawn[1], **cls._figures(draws))

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        """How strong it is, beside between whom."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Between):
    """Everything between two sides is lost, silently, both ways.

    Breaks what takes silence for an answer: timeouts, elections, acknowledgements that never come. Datagrams are gone;
    streams send again when the road is healed, or time out.
    """

    kind: ClassVar[str] = "network.cut"
    opposite: ClassVar[str] = "network.heal"
    harm: ClassVar[Harm] = Harm.DOWN

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.cut(self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(OfNetwork):
    """Everything from one side to the other is lost; the way back stays open.

    Breaks what believes that whoever hears is heard: a leader whose heartbeats arrive and who hears no answer.
    Healed as a cut is.
    """

    kind: ClassVar[str] = "network.block"
    opposite: ClassVar[str] = "network.unblock"
    harm: ClassVar[Harm] = Harm.DOWN

    source: Hosts = hosts()
    target: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.block(self.source, self.target)

    def victims(self, everybody: Sequence[str]) -> tuple[str, ...]:
        return smaller_side(self.source, self.target, everybody)

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        drawn = sides(draws, everybody)
        return None if drawn is None else cls(source=drawn[0], target=drawn[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Between):
    """Everything between two sides is kept back in order, and delivered at the end.

    Breaks what trusts that a message is about now: old votes, leases and requests arrive all at once when it ends.
    """

    kind: ClassVar[str] = "network.hold"
    opposite: ClassVar[str] = "network.release"
    harm: ClassVar[Harm] = Harm.DOWN

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.hold(self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Between):
    """Latency is added, and up to so much jitter on each packet.

    Breaks timeouts that are too tight, and with jitter whatever relies on the order of datagrams. At the end the
    latency is as it was; what is under way still comes late.
    """

    kind: ClassVar[str] = "network.delay"
    opposite: ClassVar[str] = "network.hasten"

    by_ns: int = duration()
    jitter_ns: int = duration(0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.delay(self.left, self.right, self.by_ns, self.jitter_ns)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        most = draws.between(20, 800)
        return {"by_ns": millis(draws, most // 4, most), "jitter_ns": millis(draws, 0, most // 2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lose(Between):
    """Packets are lost at a rate: datagrams vanish, streams wait for a retransmission.

    Breaks protocols on datagrams that do not repeat themselves; makes streams slow, by 200 ms for the first loss of a
    segment and twice as long for each one more. At the end nothing is lost any more.
    """

    kind: ClassVar[str] = "network.lose"
    opposite: ClassVar[str] = "network.keep"

    rate: float = rate()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.lose(self.left, self.right, self.rate)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"rate": share(draws, 5, 60)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst(Between):
    """Packets are lost at a rate, and mean so many in a row: bad moments and good ones (Gilbert-Elliott).

    Breaks what survives single losses because it sends twice: here both are lost. Each road has moments of its own.
    At the end nothing is lost any more.
    """

    kind: ClassVar[str] = "network.burst"
    opposite: ClassVar[str] = "network.keep"
    verbs: ClassVar[tuple[str, ...]] = ("network.lose",)

    rate: float = rate()
    length: float = factor(least=1.0, most=10_000.0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.lose(self.left, self.right, self.rate, self.length)

    def problems(self) -> Iterator[str]:
        # The chance to fall into a bad moment would be above 1: so much cannot be lost in bursts so short.
        if self.rate < 1 and self.rate / (1 - self.rate) > self.length:
            least = self.rate / (1 - self.rate)
            yield f"a rate of {self.rate:g} needs bursts of at least {least:.3g} packets, found {self.length:g}"

    def simpler(self) -> Iterator[Trouble]:
        yield Lose(left=self.left, right=self.right, rate=self.rate)
        yield from self.weaker()

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"rate": share(draws, 5, 50), "length": float(draws.between(2, 30))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(Between):
    """Datagrams arrive twice at a rate; streams hide it, as TCP does.

    Breaks what counts messages and not their senders. At the end each arrives once.
    """

    kind: ClassVar[str] = "network.duplicate"
    opposite: ClassVar[str] = "network.dedupe"

    rate: float = rate()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.duplicate(self.left, self.right, self.rate)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"rate": share(draws, 5, 100)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder(Between):
    """A share of the packets is late by so much, and is overtaken by others.

    Breaks what takes the order of datagrams for the order of events. In a stream nothing is overtaken: what comes
    behind a late segment waits for it, as in TCP. At the end no packet is late any more.
    """

    kind: ClassVar[str] = "network.reorder"
    opposite: ClassVar[str] = "network.order"

    rate: float = rate()
    by_ns: int = duration()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.reorder(self.left, self.right, self.rate, self.by_ns)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"rate": share(draws, 5, 50), "by_ns": millis(draws, 5, 500)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(Between):
    """The bandwidth of each direction is limited.

    Breaks what sends more than it must: queues grow, and with them the age of what arrives. At the end the road is as
    wide as it was.
    """

    kind: ClassVar[str] = "network.throttle"
    opposite: ClassVar[str] = "network.unthrottle"

    bytes_per_second: int = count()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.throttle(self.left, self.right, self.bytes_per_second)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"bytes_per_second": draws.choice((1_000, 5_000, 20_000, 100_000, 1_000_000))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrupt(Between):
    """One bit of a datagram flips at a rate; a stream's checksum turns it into a retransmission.

    Breaks what parses datagrams without a checksum of its own. At the end what arrives is what was sent.
    """

    kind: ClassVar[str] = "network.corrupt"
    opposite: ClassVar[str] = "network.mend"

    rate: float = rate()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.corrupt(self.left, self.right, self.rate)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"rate": share(draws, 1, 30)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(Between):
    """New connections between two sides are refused; those that are open go on.

    Breaks what connects anew for each request, and what gives up at the first refusal. At the end connections are
    taken again.
    """

    kind: ClassVar[str] = "network.refuse"
    opposite: ClassVar[str] = "network.admit"
    harm: ClassVar[Harm] = Harm.DOWN

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.refuse(self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(Between):
    """Every open connection between two sides is reset, once.

    Breaks what does not connect again, or cannot tell whether its last request was done. Nothing to heal.
    """

    kind: ClassVar[str] = "network.reset"

    def pull(self, hands: Hands) -> None:
        hands.world.network.reset(self.left, self.right)

    def finds(self, world: World) -> bool:
        return world.network.connected(self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(OfNetwork):
    """The names of hosts do not resolve (DNS failure); their addresses still work.

    Breaks what looks a name up for every connection, and what takes a failed look-up for a host that is gone. At the
    end the names resolve again.
    """

    kind: ClassVar[str] = "network.forget"
    opposite: ClassVar[str] = "network.recall"

    names: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.forget(self.names)

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        chosen = some(draws, everybody)
        return None if chosen is None else cls(names=chosen)


def smaller_side(left: Hosts, right: Hosts, everybody: Sequence[str]) -> tuple[str, ...]:
    """Of two sides the one with fewer hosts, and the left one of equals; everybody, where all are on both."""
    named_left = set(everybody) if left == EVERYBODY else set(listed(left))
    named_right = set(everybody) if right == EVERYBODY else set(listed(right))
    if named_left == named_right:
        return tuple(everybody) if left == EVERYBODY else listed(left)
    if left == EVERYBODY:
        named_left -= named_right
    elif right == EVERYBODY:
        named_right -= named_left
    smaller = named_left if len(named_left) <= len(named_right) else named_right
    return tuple(sorted(smaller))


NETWORK: Final[tuple[type[Trouble], ...]] = (
    Cut,
    Block,
    Hold,
    Delay,
    Lose,
    Burst,
    Duplicate,
    Reorder,
    Throttle,
    Corrupt,
    Refuse,
    Reset,
    Forget,
)
