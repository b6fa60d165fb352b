"""Troubles of disks: what is refused, slow, lost, damaged or only pretended."""

from dataclasses import dataclass
from typing import ClassVar, Final

from lydite.faults.shapes import Hosts, count, duration, hosts, rate, word
from lydite.faults.trouble import Hands, Harm, Trouble
from lydite.world import Bend, Capability


class OfDisk(Trouble):
    """What all troubles of disks share."""

    __slots__ = ()
    needs: ClassVar[Capability] = Capability.DISK


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(OfDisk):
    """Reads, writes or syncs end with EIO, at a rate."""

    kind: ClassVar[str] = "disk.fail"
    opposite: ClassVar[str] = "disk.repair"
    harm: ClassVar[Harm] = Harm.DOWN

    hosts: Hosts = hosts()
    operation: str = word("*", "*", "read", "write", "sync")
    path: str = word("")
    rate: float = rate(1.0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.fail(self.hosts, self.operation, self.path, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(OfDisk):
    """Every write that needs room ends with ENOSPC."""

    kind: ClassVar[str] = "disk.fill"
    opposite: ClassVar[str] = "disk.drain"
    harm: ClassVar[Harm] = Harm.DOWN

    hosts: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.fill(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(OfDisk):
    """Each operation keeps the host for so long."""

    kind: ClassVar[str] = "disk.slow"
    opposite: ClassVar[str] = "disk.quicken"

    hosts: Hosts = hosts()
    by_ns: int = duration()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.slow(self.hosts, self.by_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie(OfDisk):
    """fsync says yes and does nothing: the next power loss takes the writes."""

    kind: ClassVar[str] = "disk.lie"
    opposite: ClassVar[str] = "disk.confess"
    harm: ClassVar[Harm] = Harm.DATA

    hosts: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.lie(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rot(OfDisk):
    """Stored bits flip, once."""

    kind: ClassVar[str] = "disk.rot"
    harm: ClassVar[Harm] = Harm.DATA

    hosts: Hosts = hosts()
    path: str = word("")
    bits: int = count(1, most=1_000_000)

    def pull(self, hands: Hands) -> None:
        hands.world.disk.rot(self.hosts, self.path, self.bits)


DISK: Final[tuple[type[Trouble], ...]] = (Fail, Fill, Slow, Lie, Rot)
