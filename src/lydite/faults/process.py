"""Troubles of processes, processors and memory: what is killed, frozen, starved, slow or short of room."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from lydite.faults.drawing import millis, several, some
from lydite.faults.partitions import names_of
from lydite.faults.shapes import Hosts, count, duration, factor, hosts
from lydite.faults.steps import FOREVER, Steps, in_steps
from lydite.faults.trouble import EVERYBODY, Hands, Harm, Trouble, listed
from lydite.model import MILLISECOND, SECOND, Draws
from lydite.world import Bend, Capability, World


@dataclass(frozen=True, slots=True, kw_only=True)
class OfMachines(Trouble):
    """What all troubles of processes share."""

    needs: ClassVar[Capability] = Capability.PROCESS
    harm: ClassVar[Harm] = Harm.DOWN

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
class OfPrograms(OfMachines):
    """What all share that end programs: it takes one that runs."""

    def finds(self, world: World) -> bool:
        return world.process.runs(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPower(OfMachines):
    """What all share that take the power: it takes a program that runs, or something that was not synced."""

    def finds(self, world: World) -> bool:
        return world.process.runs(self.hosts) or world.disk.unsynced(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash(OfPrograms):
    """Every process of a host is killed; the kernel closes its sockets.

    Breaks what was only in memory, and what was half done: no `finally` and no exit handler runs. What was written to
    the disk is there, synced or not. At the end the programs are started again.
    """

    kind: ClassVar[str] = "process.crash"
    opposite: ClassVar[str] = "process.revive"

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.crash(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOff(OfPower):
    """The power goes: peers hear nothing, and what was not synced is lost or torn.

    Breaks what was acknowledged before it was synced. At the end there is power again, and the programs are started on
    what the disk has kept.
    """

    kind: ClassVar[str] = "process.power_off"
    opposite: ClassVar[str] = "process.power_on"

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.power_off(self.hosts)

    def simpler(self) -> Iterator[Trouble]:
        yield Crash(hosts=self.hosts)
        yield from self.weaker()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(OfPrograms):
    """Every process is asked to end (SIGTERM), and may tidy up.

    Breaks what does not hand over before it goes. At the end the programs are started again.
    """

    kind: ClassVar[str] = "process.stop"
    opposite: ClassVar[str] = "process.revive"

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.stop(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart(OfPrograms):
    """Every process is asked to end, killed if it has not done so in time, and started again at the end.

    What a service manager does: SIGTERM, after `patience_ns` SIGKILL, and a fresh start. Breaks what tidies up longer
    than it is given, and what a fresh start does not find on the disk.
    """

    kind: ClassVar[str] = "process.restart"
    opposite: ClassVar[str] = "process.revive"
    verbs: ClassVar[tuple[str, ...]] = ("process.stop", "process.crash")

    patience_ns: int = duration(10 * SECOND)

    def pull(self, hands: Hands) -> Bend:
        return in_steps(hands.world, self.told, self._story(hands.world))

    def _story(self, world: World) -> Steps:
        with world.process.stop(self.hosts):
            yield self.patience_ns
            with world.process.crash(self.hosts):
                yield FOREVER

    def simpler(self) -> Iterator[Trouble]:
        yield Stop(hosts=self.hosts)
        yield from self.weaker()

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"patience_ns": millis(draws, 1, 2_000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(OfMachines):
    """Every process is frozen: time passes, nothing runs.

    Breaks what still believes in its lease when it wakes. At the end it runs on, with all that has come meanwhile.
    """

    kind: ClassVar[str] = "process.pause"
    opposite: ClassVar[str] = "process.resume"

    def pull(self, hands: Hands) -> Bend:
        return hands.world.process.pause(self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll(OfPrograms):
    """Hosts crash and come back one after the other, each down for so long, as in an upgrade.

    Breaks what needs more time to catch up than it is given: data that lived in memory everywhere is lost although
    never more than one host was down. Over when all have had their turn, or at the end.
    """

    kind: ClassVar[str] = "process.roll"
    opposite: ClassVar[str] = "process.revive"
    verbs: ClassVar[tuple[str, ...]] = ("process.crash",)

    each_ns: int = duration(least=MILLISECOND)
    between_ns: int = duration(0)

    def pull(self, hands: Hands) -> Bend:
        return in_steps(hands.world, self.told, self._story(hands.world))

    def _story(self, world: World) -> Steps:
        for name in _in_turn(self.hosts, world):
            with world.process.crash(name):
                yield self.each_ns
            yield self.between_ns

    def simpler(self) -> Iterator[Trouble]:
        yield Crash(hosts=self.hosts if self.hosts == EVERYBODY else listed(self.hosts)[:1])
        yield from self.weaker()

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        chosen = several(draws, everybody, least=2)
        if chosen is None:
            return None
        return cls(hosts=chosen, each_ns=millis(draws, 100, 2_000), between_ns=millis(draws, 0, 2_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade(OfPrograms):
    """One host crashes, then with a delay the next one, and so on; all of them stay down until the end.

    Breaks what shifts the load of the dead to the living, and what must still know when the last one falls what the
    first one knew. At the end all are started again.
    """

    kind: ClassVar[str] = "process.cascade"
    opposite: ClassVar[str] = "process.revive"
    verbs: ClassVar[tuple[str, ...]] = ("process.crash",)

    after_ns: int = duration(least=MILLISECOND)

    def pull(self, hands: Hands) -> Bend:
        return in_steps(hands.world, self.told, self._story(hands.world))

    def _story(self, world: World) -> Steps:
        with ExitStack() as fallen:
            for name in _in_turn(self.hosts, world):
                fallen.enter_context(world.process.crash(name))
                yield self.after_ns
            yield FOREVER

    def simpler(self) -> Iterator[Trouble]:
        yield Crash(hosts=self.hosts)
        yield from self.weaker()

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        chosen = several(draws, everybody, least=2)
        return None if chosen is None else cls(hosts=chosen, after_ns=millis(draws, 50, 2_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden(OfMachines):
    """Everything takes that many times longer.

    Breaks timeouts that were measured on an idle machine. At the end it is as fast as it was.
    """

    kind: ClassVar[str] = "cpu.burden"
    opposite: ClassVar[str] = "cpu.relieve"
    needs: ClassVar[Capability] = Capability.CPU
    harm: ClassVar[Harm] = Harm.NOTHING

    factor: float = factor(least=1.0, most=1_000_000.0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.cpu.burden(self.hosts, self.factor)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"factor": float(draws.choice((2, 5, 10, 50, 200)))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(OfMachines):
    """Memory is short: what would hold more bytes than the limit raises MemoryError in the program.

    Counted is what the world holds for the host's programs: what they have sent and the other side has not taken, and
    what has come for them and they have not read. A `write` that would go over raises, a connection that would receive
    more breaks with MemoryError, and so does the read of a file. The objects of the program itself are not counted.
    Breaks queues without a bound, and what does not survive a failed allocation. At the end the limit is gone.
    """

    kind: ClassVar[str] = "memory.limit"
    opposite: ClassVar[str] = "memory.unlimit"
    needs: ClassVar[Capability] = Capability.MEMORY

    bytes_max: int = count(least=0)

    def pull(self, hands: Hands) -> Bend:
        return hands.world.memory.limit(self.hosts, self.bytes_max)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"bytes_max": 1_024 * draws.choice((1, 4, 16, 64, 256))}


def _in_turn(hosts: Hosts, world: World) -> tuple[str, ...]:
    return names_of(world) if hosts == EVERYBODY else listed(hosts)


PROCESS: Final[tuple[type[Trouble], ...]] = (
    Crash,
    PowerOff,
    Stop,
    Restart,
    Pause,
    Roll,
    Cascade,
    Burden,
    Limit,
)
