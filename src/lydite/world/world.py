"""The world as a trial sees it: hosts, programs, levers, and a notebook for what was seen.

A trial is handed a `World` and cannot tell which kind it is. What only one kind can do is
declared as a capability, and a schedule that needs another is refused before it starts.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from lydite.model import Draws, Facts, Phase, Plain
from lydite.world.levers import (
    Bend,
    ClockLever,
    CpuLever,
    DiskLever,
    MemoryLever,
    NetworkLever,
    ProcessLever,
)
from lydite.world.place import Clock, Cpu, Disk, Link, Tempo
from lydite.world.program import Main, Runnable


class Capability(StrEnum):
    """One lever that a world has, or one promise that it keeps."""

    NETWORK = "network"
    CLOCK = "clock"
    DISK = "disk"
    PROCESS = "process"
    CPU = "cpu"
    BYZANTINE = "byzantine"
    MEMORY = "memory"
    REPLAY = "replay"


class Host(Protocol):
    """A machine in the world."""

    @property
    def name(self) -> str:
        """Its name, which resolves to its address."""
        ...

    @property
    def address(self) -> str:
        """Its IPv4 address."""
        ...

    @property
    def root(self) -> str:
        """The folder that is its disk: relative paths of its programs lie below it."""
        ...


class Process(Protocol):
    """A running program."""

    @property
    def host(self) -> Host:
        """Where it runs."""
        ...

    @property
    def running(self) -> bool:
        """Has it neither ended nor been killed?"""
        ...

    async def wait(self) -> int:
        """Wait until it ends; its exit code (0, or 1 after an exception, or -9 when it was killed)."""
        ...


class World(Protocol):
    """What a trial is handed."""

    @property
    def seed(self) -> int:
        """The seed of the run."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this kind of world can do."""
        ...

    @property
    def tempo(self) -> Tempo:
        """The subject's own beat."""
        ...

    @property
    def network(self) -> NetworkLever:
        """Bend the network."""
        ...

    @property
    def clock(self) -> ClockLever:
        """Bend the clocks."""
        ...

    @property
    def disk(self) -> DiskLever:
        """Bend the disks."""
        ...

    @property
    def process(self) -> ProcessLever:
        """Kill, stop, freeze and revive."""
        ...

    @property
    def cpu(self) -> CpuLever:
        """Slow hosts down."""
        ...

    @property
    def memory(self) -> MemoryLever:
        """Make memory short."""
        ...

    @property
    def now_ns(self) -> int:
        """The world's own clock, which no host sees: nanoseconds since the world began."""
        ...

    @property
    def hosts(self) -> Sequence[Host]:
        """All hosts in the order in which they were made, without the tester's own."""
        ...

    def host(
        self,
        name: str,
        *,
        region: str = "",
        clock: Clock | None = None,
        disk: Disk | None = None,
        cpu: Cpu | None = None,
    ) -> Host:
        """Make a host, or find the one of that name (then without further arguments)."""
        ...

    def link(self, left: str, right: str, link: Link) -> None:
        """Give two hosts a link of their own, both directions."""
        ...

    async def start(self, host: str, program: str | Main | Runnable, *argv: str, ready: int = 0) -> Process:
        """Start a program on a host (made if there is none of that name); with `ready`, wait for that port.

        While a fault keeps the host from it, it waits: until there is power, and with `ready` until the
        program that a fault has felled is started again. The process is the one that runs in the end.
        """
        ...

    async def serve(self, host: str, application: str, *, port: int = 8000) -> Process:
        """Serve an ASGI application on a host, and wait until its port answers."""
        ...

    async def sleep(self, duration_ns: int) -> None:
        """Let the world run on for so long."""
        ...

    def draws(self, entity: str) -> Draws:
        """A stream of keyed randomness for the workload."""
        ...

    def note(self, name: str, **facts: Plain) -> None:
        """Write down what happened, for judges and reports: a NOTE in the trace."""
        ...

    def always(self, name: str, holds: bool, **facts: Plain) -> bool:  # noqa: FBT001 - a condition, not a switch
        """Check that something holds whenever this line runs. Returns the condition."""
        ...

    def sometimes(self, name: str, seen: bool, **facts: Plain) -> bool:  # noqa: FBT001 - a condition, not a switch
        """Check that something is true at least once in the run. Returns the condition."""
        ...

    def reachable(self, name: str, **facts: Plain) -> None:
        """Write down that this line was reached. A trial declares in `reaches` what must be."""
        ...

    async def eventually(
        self,
        name: str,
        probe: Callable[[], Awaitable[bool]],
        *,
        within_ns: int,
        every_ns: int = 0,
        **facts: Plain,
    ) -> bool:
        """Check that something comes true in time, looking once per heartbeat (or `every_ns`).

        A probe that meets a network error has not seen it yet. Heal the world first: the time counts from the last
        moment at which something was bent, and what is bent when time is up makes the claim UNKNOWN. So does what is
        bent again in the time that was added. What comes true while something is bent has come true.
        """
        ...

    def several(self, name: str, count: int, *, least: int = 1) -> tuple[int, ...]:
        """The numbers from 1 to `count`: so many nodes, clients or operations.

        When a failure is shrunk, some of them are left out, but never more than leave `least`.
        """
        ...

    def appoint(self, role: str, host: str) -> None:
        """Say which host has a role now: a fault at `@leader` meets the host that was appointed `leader` last."""
        ...

    @property
    def holders(self) -> Mapping[str, str]:
        """Each role, as `@leader`, and the host that has it."""
        ...

    @property
    def bent(self) -> tuple[str, ...]:
        """What is bent now, in words, the oldest first."""
        ...

    def at(self, when_ns: int, action: Callable[[], None]) -> None:
        """Do something at a moment, or now where it is past. What the action raises ends the run."""
        ...

    def bend(self, what: str, undo: Callable[[], None]) -> Bend:
        """Say that something is bent which no single lever tells of, and what undoes it: `heal` lifts it as well."""
        ...

    def scheduled(self, number: int, fault: str, phase: Phase, args: Facts) -> None:
        """Write down that a fault of the schedule began, ended, or met nobody (SCHEDULED)."""
        ...

    def heal(self) -> None:
        """Lift every bend, set right every clock that was stepped, revive every host: the storm is over."""
        ...
