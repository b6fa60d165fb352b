"""The world as a trial sees it: hosts, programs, levers, and a notebook for what was seen.

A trial is handed a `World` and cannot tell which kind it is. What only one kind can do is
declared as a capability, and a schedule that needs another is refused before it starts.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from lydite.model import Draws, Plain, Schedule
from lydite.world.levers import ClockLever, CpuLever, DiskLever, NetworkLever, ProcessLever
from lydite.world.place import Clock, Cpu, Disk, Link, Tempo
from lydite.world.program import Main, Runnable


class Capability(StrEnum):
    """One lever that a world has, or one promise that it keeps."""

    NETWORK = "network"
    CLOCK = "clock"
    DISK = "disk"
    PROCESS = "process"
    CPU = "cpu"
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
        """Start a program on a host (made if there is none of that name); with `ready`, wait for that port."""
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

    def perform(self, schedule: Schedule) -> None:
        """Pull the levers of a schedule at their times; refused whole if one of them cannot be."""
        ...

    def heal(self) -> None:
        """Lift every bend, revive every host: the storm is over."""
        ...
