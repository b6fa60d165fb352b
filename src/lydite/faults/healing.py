"""Healing as troubles: each happens once and lifts bends, so that a schedule written by hand can say when.

A fault of a schedule ends by itself, after its `lasting_ns`. Where that is 0 it lasts, until one of these heals it. One
that falls into the time of a fault with an end of its own is refused before the run: that fault would end twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from lydite.faults.shapes import Hosts, hosts
from lydite.faults.trouble import Hands, Trouble
from lydite.model import Draws
from lydite.world import Capability


class Healing(Trouble):
    """What all that heals shares."""

    __slots__ = ()
    stormy: ClassVar[bool] = False

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> None:
        """No storm heals: its faults end by themselves."""

    def pull(self, hands: Hands) -> None:
        lever, _, verb = self.kind.partition(".")
        values: dict[str, Any] = {name: getattr(self, name) for name in self.args}
        getattr(getattr(hands.world, lever), verb)(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRoads(Healing):
    """What heals roads, both ways."""

    needs: ClassVar[Capability] = Capability.NETWORK

    left: Hosts = hosts()
    right: Hosts = hosts()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfHosts(Healing):
    """What heals single hosts."""

    hosts: Hosts = hosts()


class Heal(OfRoads):
    """Every cut and every block between two sides is lifted."""

    __slots__ = ()
    kind: ClassVar[str] = "network.heal"
    heals: ClassVar[tuple[str, ...]] = ("network.cut", "network.block")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unblock(Healing):
    """Every block from one side to the other is lifted."""

    kind: ClassVar[str] = "network.unblock"
    heals: ClassVar[tuple[str, ...]] = ("network.block",)
    needs: ClassVar[Capability] = Capability.NETWORK

    source: Hosts = hosts()
    target: Hosts = hosts()


class Release(OfRoads):
    """What was held between two sides is delivered."""

    __slots__ = ()
    kind: ClassVar[str] = "network.release"
    heals: ClassVar[tuple[str, ...]] = ("network.hold",)


class Hasten(OfRoads):
    """Every added latency between two sides is taken away."""

    __slots__ = ()
    kind: ClassVar[str] = "network.hasten"
    heals: ClassVar[tuple[str, ...]] = ("network.delay",)


class Keep(OfRoads):
    """Nothing is lost between two sides any more, neither singly nor in bursts."""

    __slots__ = ()
    kind: ClassVar[str] = "network.keep"
    heals: ClassVar[tuple[str, ...]] = ("network.lose",)


class Dedupe(OfRoads):
    """Nothing is duplicated between two sides any more."""

    __slots__ = ()
    kind: ClassVar[str] = "network.dedupe"
    heals: ClassVar[tuple[str, ...]] = ("network.duplicate",)


class Order(OfRoads):
    """No packet between two sides is overtaken any more."""

    __slots__ = ()
    kind: ClassVar[str] = "network.order"
    heals: ClassVar[tuple[str, ...]] = ("network.reorder",)


class Unthrottle(OfRoads):
    """Every limit of the bandwidth between two sides is lifted."""

    __slots__ = ()
    kind: ClassVar[str] = "network.unthrottle"
    heals: ClassVar[tuple[str, ...]] = ("network.throttle",)


class Mend(OfRoads):
    """Nothing is corrupted between two sides any more."""

    __slots__ = ()
    kind: ClassVar[str] = "network.mend"
    heals: ClassVar[tuple[str, ...]] = ("network.corrupt",)


class Admit(OfRoads):
    """Connections between two sides are taken again."""

    __slots__ = ()
    kind: ClassVar[str] = "network.admit"
    heals: ClassVar[tuple[str, ...]] = ("network.refuse",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(Healing):
    """Names resolve again."""

    kind: ClassVar[str] = "network.recall"
    heals: ClassVar[tuple[str, ...]] = ("network.forget",)
    needs: ClassVar[Capability] = Capability.NETWORK

    names: Hosts = hosts()


class Restore(OfHosts):
    """What hosts say leaves them as they say it."""

    __slots__ = ()
    kind: ClassVar[str] = "network.restore"
    heals: ClassVar[tuple[str, ...]] = ("network.tamper",)
    needs: ClassVar[Capability] = Capability.NETWORK


class Correct(OfHosts):
    """The wall clock is set right: every offset and every step is taken away."""

    __slots__ = ()
    kind: ClassVar[str] = "clock.correct"
    heals: ClassVar[tuple[str, ...]] = ("clock.offset",)
    needs: ClassVar[Capability] = Capability.CLOCK


class Steady(OfHosts):
    """Clocks run true again; what was gained stays gained."""

    __slots__ = ()
    kind: ClassVar[str] = "clock.steady"
    heals: ClassVar[tuple[str, ...]] = ("clock.drift",)
    needs: ClassVar[Capability] = Capability.CLOCK


class Repair(OfHosts):
    """Reads, writes and syncs succeed again."""

    __slots__ = ()
    kind: ClassVar[str] = "disk.repair"
    heals: ClassVar[tuple[str, ...]] = ("disk.fail",)
    needs: ClassVar[Capability] = Capability.DISK


class Drain(OfHosts):
    """There is room on the disk again."""

    __slots__ = ()
    kind: ClassVar[str] = "disk.drain"
    heals: ClassVar[tuple[str, ...]] = ("disk.fill",)
    needs: ClassVar[Capability] = Capability.DISK


class Quicken(OfHosts):
    """The disk is as fast as it was."""

    __slots__ = ()
    kind: ClassVar[str] = "disk.quicken"
    heals: ClassVar[tuple[str, ...]] = ("disk.slow",)
    needs: ClassVar[Capability] = Capability.DISK


class Confess(OfHosts):
    """Syncs are true again."""

    __slots__ = ()
    kind: ClassVar[str] = "disk.confess"
    heals: ClassVar[tuple[str, ...]] = ("disk.lie",)
    needs: ClassVar[Capability] = Capability.DISK


@dataclass(frozen=True, slots=True, kw_only=True)
class Unswap(Healing):
    """Two hosts go down, get their own disks back, and are started again."""

    kind: ClassVar[str] = "disk.unswap"
    heals: ClassVar[tuple[str, ...]] = ("disk.swap",)
    needs: ClassVar[Capability] = Capability.DISK

    left: Hosts = hosts()
    right: Hosts = hosts()


class Untrip(OfHosts):
    """No sync takes the power any more; what has lost its power is not given it back."""

    __slots__ = ()
    kind: ClassVar[str] = "disk.untrip"
    heals: ClassVar[tuple[str, ...]] = ("disk.trip",)
    needs: ClassVar[Capability] = Capability.DISK


class Revive(OfHosts):
    """What was started on a host is started again, whatever has felled it; power it gets as well."""

    __slots__ = ()
    kind: ClassVar[str] = "process.revive"
    heals: ClassVar[tuple[str, ...]] = ("process.crash", "process.stop", "process.power_off")
    needs: ClassVar[Capability] = Capability.PROCESS


class PowerOn(OfHosts):
    """There is power again, and what was started on a host is started again, whatever has felled it."""

    __slots__ = ()
    kind: ClassVar[str] = "process.power_on"
    heals: ClassVar[tuple[str, ...]] = ("process.power_off", "process.crash", "process.stop")
    needs: ClassVar[Capability] = Capability.PROCESS


class Resume(OfHosts):
    """Frozen processes run on."""

    __slots__ = ()
    kind: ClassVar[str] = "process.resume"
    heals: ClassVar[tuple[str, ...]] = ("process.pause",)
    needs: ClassVar[Capability] = Capability.PROCESS


class Relieve(OfHosts):
    """Every burden of the processor is lifted."""

    __slots__ = ()
    kind: ClassVar[str] = "cpu.relieve"
    heals: ClassVar[tuple[str, ...]] = ("cpu.burden",)
    needs: ClassVar[Capability] = Capability.CPU


class Unlimit(OfHosts):
    """Every limit of the memory is lifted."""

    __slots__ = ()
    kind: ClassVar[str] = "memory.unlimit"
    heals: ClassVar[tuple[str, ...]] = ("memory.limit",)
    needs: ClassVar[Capability] = Capability.MEMORY


HEALING: Final[tuple[type[Trouble], ...]] = (
    Heal,
    Unblock,
    Release,
    Hasten,
    Keep,
    Dedupe,
    Order,
    Unthrottle,
    Mend,
    Admit,
    Recall,
    Restore,
    Correct,
    Steady,
    Repair,
    Drain,
    Quicken,
    Confess,
    Unswap,
    Untrip,
    Revive,
    PowerOn,
    Resume,
    Relieve,
    Unlimit,
)
