"""Troubles of clocks: what is set wrong and what runs wrong."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from lydite.faults.drawing import millis, some
from lydite.faults.shapes import Hosts, duration, factor, hosts
from lydite.faults.steps import Steps, in_steps
from lydite.faults.trouble import Hands, Harm, Trouble
from lydite.model import MILLISECOND, SECOND, Draws
from lydite.world import Bend, Capability, World

DAY_NS: Final = 86_400 * SECOND
CENTURY_NS: Final = 36_500 * DAY_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class OfClocks(Trouble):
    """What all troubles of clocks share."""

    needs: ClassVar[Capability] = Capability.CLOCK
    harm: ClassVar[Harm] = Harm.CLOCK

    hosts: Hosts = hosts()

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        chosen = some(draws, everybody)
        return None if chosen is None else cls(hosts=chosen, **cls._figures(draws))

    @classmethod
    @abstractmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        """How strong it is, beside for whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(OfClocks):
    """The wall clock is set forward, or back, once.

    Breaks what measures durations with the wall clock, and what expects its time stamps to rise. It has no end
    of its own: the clock stays as it was set until `clock.correct` or `world.heal()` sets it right.
    """

    kind: ClassVar[str] = "clock.step"

    by_ns: int = duration(least=-CENTURY_NS, most=CENTURY_NS)

    def pull(self, hands: Hands) -> None:
        hands.world.clock.step(self.hosts, self.by_ns)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"by_ns": millis(draws, -60_000, 60_000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset(OfClocks):
    """The wall clock is off by so much, until the end.

    Breaks what compares time stamps of two hosts: leases, expiry, the age of a block. At the end the clock is set
    right, which is a step the other way.
    """

    kind: ClassVar[str] = "clock.offset"
    opposite: ClassVar[str] = "clock.correct"

    by_ns: int = duration(least=-CENTURY_NS, most=CENTURY_NS)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.clock.offset(self.hosts, self.by_ns)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"by_ns": millis(draws, -60_000, 60_000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift(OfClocks):
    """All clocks of the host run at a rate of their own: 1.1 is ten per cent fast.

    Breaks what believes that two hosts wait equally long. At the end they run true; what was gained stays gained.
    """

    kind: ClassVar[str] = "clock.drift"
    opposite: ClassVar[str] = "clock.steady"

    rate: float = factor(least=0.001, most=1000.0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.clock.drift(self.hosts, self.rate)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"rate": draws.between(25, 300) / 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strobe(OfClocks):
    """The wall clock jumps forward and back again, once every period, until the end.

    Breaks what looks at the clock twice and expects the second look to be the later one. At the end it is right.
    """

    kind: ClassVar[str] = "clock.strobe"
    opposite: ClassVar[str] = "clock.correct"
    verbs: ClassVar[tuple[str, ...]] = ("clock.offset",)

    by_ns: int = duration(least=-CENTURY_NS, most=CENTURY_NS)
    every_ns: int = duration(least=2 * MILLISECOND)

    def pull(self, hands: Hands) -> Bend:
        return in_steps(hands.world, self.told, self._story(hands.world))

    def _story(self, world: World) -> Steps:
        half_ns = self.every_ns // 2
        while True:
            with world.clock.offset(self.hosts, self.by_ns):
                yield half_ns
            yield self.every_ns - half_ns

    def simpler(self) -> Iterator[Trouble]:
        yield Offset(hosts=self.hosts, by_ns=self.by_ns)
        yield from self.weaker()

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"by_ns": millis(draws, -10_000, 10_000), "every_ns": millis(draws, 20, 2_000)}


CLOCK: Final[tuple[type[Trouble], ...]] = (Step, Offset, Drift, Strobe)
