"""Troubles of processes and processors: what is killed, frozen, starved or slow."""

from dataclasses import dataclass
from typing import ClassVar, Final

from lydite.faults.shapes import Hosts, factor, hosts
from lydite.faults.trouble import Hands, Harm, Trouble
from lydite.world import Bend, Capability


class OfProcess(Trouble):
    """What all troubles of processes share."""

    __slots__ = ()
    needs: ClassVar[Capability] = Capability.PROCESS
    harm: ClassVar[Harm] = Harm.DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash(OfProcess):
    """Every process of a host is killed; the kernel closes its sockets."""

    kind: ClassVar[str] = "process.crash"
    opposite: ClassVar[str] = "process.revive"

    hosts: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.crash(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOff(OfProcess):
    """The power goes: peers hear nothing, and what was not synced is lost or torn."""

    kind: ClassVar[str] = "process.power_off"
    opposite: ClassVar[str] = "process.power_on"

    hosts: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.power_off(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(OfProcess):
    """Every process is asked to end (SIGTERM), and may tidy up."""

    kind: ClassVar[str] = "process.stop"
    opposite: ClassVar[str] = "process.revive"

    hosts: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.stop(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(OfProcess):
    """Every process is frozen: time passes, nothing runs."""

    kind: ClassVar[str] = "process.pause"
    opposite: ClassVar[str] = "process.resume"

    hosts: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.pause(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden(Trouble):
    """Everything takes that many times longer."""

    kind: ClassVar[str] = "cpu.burden"
    opposite: ClassVar[str] = "cpu.relieve"
    needs: ClassVar[Capability] = Capability.CPU

    hosts: Hosts = hosts()
    factor: float = factor(least=1.0, most=1_000_000.0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.cpu.burden(self.hosts, self.factor)


PROCESS: Final[tuple[type[Trouble], ...]] = (Crash, PowerOff, Stop, Pause, Burden)
