"""Troubles of disks: what is refused, slow, lost, torn, damaged, exchanged or only pretended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from lydite.faults.drawing import millis, share, some
from lydite.faults.process import Crash, OfPower, PowerOff
from lydite.faults.shapes import Hosts, count, duration, hosts, rate, word
from lydite.faults.trouble import EVERYBODY, Hands, Harm, Trouble, listed
from lydite.model import Draws
from lydite.world import Bend, Capability, World


@dataclass(frozen=True, slots=True, kw_only=True)
class OfDisks(Trouble):
    """What all troubles of disks share."""

    needs: ClassVar[Capability] = Capability.DISK

    hosts: Hosts = hosts()

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        chosen = some(draws, everybody)
        return None if chosen is None else cls(hosts=chosen, **cls._figures(draws))

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        """How strong it is, beside for whom."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(OfDisks):
    """Reads, writes or syncs end with EIO, at a rate.

    Breaks what ignores an error, goes on after a failed sync, or ends without a word. At the end they succeed again.
    """

    kind: ClassVar[str] = "disk.fail"
    opposite: ClassVar[str] = "disk.repair"
    harm: ClassVar[Harm] = Harm.DOWN

    operation: str = word("*", "*", "read", "write", "sync")
    path: str = word("")
    rate: float = rate(1.0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.fail(self.hosts, self.operation, self.path, self.rate)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"operation": draws.choice(("*", "read", "write", "sync")), "rate": share(draws, 20, 100)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(OfDisks):
    """Every write that needs room ends with ENOSPC.

    Breaks what writes half a record and does not notice. At the end there is room again.
    """

    kind: ClassVar[str] = "disk.fill"
    opposite: ClassVar[str] = "disk.drain"
    harm: ClassVar[Harm] = Harm.DOWN

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.fill(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(OfDisks):
    """Each operation keeps the host for so long.

    Breaks what syncs in the middle of a heartbeat. At the end the disk is as fast as it was.
    """

    kind: ClassVar[str] = "disk.slow"
    opposite: ClassVar[str] = "disk.quicken"

    by_ns: int = duration()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.slow(self.hosts, self.by_ns)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"by_ns": millis(draws, 5, 200)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie(OfDisks):
    """fsync says yes and does nothing: the next power loss takes the writes.

    Breaks every promise that rests on a sync, so only a system that keeps its data on several hosts survives it. At
    the end syncs are true again; what was written meanwhile is safe after the next one.
    """

    kind: ClassVar[str] = "disk.lie"
    opposite: ClassVar[str] = "disk.confess"
    harm: ClassVar[Harm] = Harm.DATA

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.lie(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rot(OfDisks):
    """Stored bits flip, once.

    Breaks what reads its files without a checksum. Nothing heals it but the program that finds out.
    """

    kind: ClassVar[str] = "disk.rot"
    harm: ClassVar[Harm] = Harm.DATA

    path: str = word("")
    bits: int = count(1, most=1_000_000)

    def pull(self, hands: Hands) -> None:
        hands.world.disk.rot(self.hosts, self.path, self.bits)

    def finds(self, world: World) -> bool:
        return world.disk.stores(self.hosts, self.path)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"bits": draws.choice((1, 1, 2, 8, 64))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tear(OfPower):
    """The power goes in the middle of a write: of each file the last one that was not synced is kept in part.

    What was written before it is there, synced or not. Breaks what takes half a record for a whole one, or stops
    at it for good. At the end there is power again, and the programs are started.
    """

    kind: ClassVar[str] = "disk.tear"
    opposite: ClassVar[str] = "process.power_on"
    verbs: ClassVar[tuple[str, ...]] = ("process.power_off",)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.power_off(self.hosts, "torn")

    def simpler(self) -> Iterator[Trouble]:
        yield Crash(hosts=self.hosts)
        yield from self.weaker()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseUnsynced(OfPower):
    """The power goes, and with it everything that was not synced: bytes and names.

    The worst that a correct disk may do. Breaks what was acknowledged before it was synced, and files that were
    renamed without a sync of their folder. At the end there is power again, and the programs are started.
    """

    kind: ClassVar[str] = "disk.lose_unsynced"
    opposite: ClassVar[str] = "process.power_on"
    verbs: ClassVar[tuple[str, ...]] = ("process.power_off",)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.power_off(self.hosts, "lost")

    def simpler(self) -> Iterator[Trouble]:
        yield PowerOff(hosts=self.hosts)
        yield from self.weaker()


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap(Trouble):
    """Two hosts go down, their disks are exchanged, and both are started again, each on the other's data.

    Breaks what believes that the data on its disk is its own: identities, keys, votes that were cast. At the end the
    disks go back to where they belong, in the same way; what was written meanwhile stays where it was written.
    """

    kind: ClassVar[str] = "disk.swap"
    opposite: ClassVar[str] = "disk.unswap"
    needs: ClassVar[Capability] = Capability.DISK
    harm: ClassVar[Harm] = Harm.DATA

    left: str = hosts()
    right: str = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.swap(self.left, self.right)

    def problems(self) -> Iterator[str]:
        for name, value in (("left", self.left), ("right", self.right)):
            if value == EVERYBODY or listed(value) != (value,):
                yield f"argument {name} is {value!r}, expected one host"
        if self.left == self.right:
            yield f"a disk is swapped with that of another host, found {self.left!r} twice"

    def meets(self, everybody: Sequence[str]) -> bool:
        # Two roles may be held by one host.
        return self.left != self.right

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        if len(everybody) < 2:
            return None
        left, right = draws.sample(everybody, 2)
        return cls(left=left, right=right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip(OfDisks):
    """The power goes in the middle of a sync: what it was to make safe is not, and nobody learns of it.

    Breaks what is answered before its sync, and what needs two files to change together. `skip` syncs may pass first.
    At the end the power is back.
    """

    kind: ClassVar[str] = "disk.trip"
    opposite: ClassVar[str] = "disk.untrip"
    harm: ClassVar[Harm] = Harm.DOWN

    path: str = word("")
    skip: int = count(0, least=0, most=1_000_000)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.disk.trip(self.hosts, self.path, self.skip)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"skip": draws.between(0, 5)}


DISK: Final[tuple[type[Trouble], ...]] = (Fail, Fill, Slow, Lie, Rot, Tear, LoseUnsynced, Trip, Swap)
