"""Troubles of clocks: what is set wrong and what runs wrong."""

from dataclasses import dataclass
from typing import ClassVar, Final

from lydite.faults.shapes import Hosts, duration, factor, hosts
from lydite.faults.trouble import Hands, Harm, Trouble
from lydite.model import SECOND
from lydite.world import Bend, Capability

DAY_NS: Final = 86_400 * SECOND


class OfClock(Trouble):
    """What all troubles of clocks share."""

    __slots__ = ()
    needs: ClassVar[Capability] = Capability.CLOCK
    harm: ClassVar[Harm] = Harm.CLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(OfClock):
    """The wall clock is set forward, or back, once."""

    kind: ClassVar[str] = "clock.step"

    hosts: Hosts = hosts()
    by_ns: int = duration(least=-36_500 * DAY_NS, most=36_500 * DAY_NS)

    def pull(self, hands: Hands) -> None:
        hands.world.clock.step(self.hosts, self.by_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift(OfClock):
    """All clocks of the host run at a rate of their own: 1.1 is ten per cent fast."""

    kind: ClassVar[str] = "clock.drift"
    opposite: ClassVar[str] = "clock.steady"

    hosts: Hosts = hosts()
    rate: float = factor(least=0.001, most=1000.0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.clock.drift(self.hosts, self.rate)


CLOCK: Final[tuple[type[Trouble], ...]] = (Step, Drift)
