"""A host of the simulated world: a name, an address, clocks, a disk, a processor, and its processes."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lydite.sim.hosts.clock import HostClock
from lydite.world import Clock, Cpu

if TYPE_CHECKING:
    from asyncio import Future

    from lydite.sim.disk.disk import SimDisk
    from lydite.sim.hosts.process import SimProcess
    from lydite.world import Runnable

ROOT = "/disk"
"""Where a host's disk is mounted, for its programs. Each host sees its own."""

LAST_WORDS = 50
"""How many lines of a host's output are kept."""

NOMINAL_NS = 50_000
"""What a message costs a burdened host that was given no cost of its own."""


def _ignore(_receiver: object, _payload: object) -> None:
    """Nobody is there to answer."""


class SimHost:
    """One machine. It outlives its processes, as its disk does."""

    __slots__ = (
        "address",
        "awaited",
        "bury",
        "busy_until_ns",
        "burdens",
        "clock",
        "cpu",
        "disk",
        "done",
        "down",
        "drifts",
        "held",
        "incarnations",
        "index",
        "last_words",
        "memory_limits",
        "name",
        "offsets",
        "paused",
        "ports_used",
        "powered",
        "processes",
        "programs",
        "rate",
        "region",
        "root",
        "salt",
        "tolled",
    )

    def __init__(
        self, name: str, index: int, *, region: str, clock: Clock, disk: "SimDisk", cpu: Cpu, salt: int
    ) -> None:
        self.name = name
        self.index = index
        self.address = f"10.{index >> 16 & 255}.{index >> 8 & 255}.{index & 255}"
        self.root = ROOT
        self.region = region
        self.clock = HostClock(clock)
        self.disk = disk
        self.cpu = cpu
        self.tolled = bool(cpu.message_ns or cpu.byte_ns)
        """Does a message cost its processor something?"""
        self.rate = clock.rate
        """How fast its clock was made to run; `drifts` bend that, the latest one wins."""
        self.drifts: dict[object, float] = {}
        self.offsets: dict[object, int] = {}
        """By how much its wall clock is wrong until somebody sets it right."""
        self.memory_limits: dict[object, int] = {}
        self.burdens: dict[object, float] = {}
        self.busy_until_ns = 0
        self.salt = salt
        self.incarnations = 0
        self.ports_used = 32_768
        self.powered = True
        self.paused: list[object] = []
        """The pauses that hold it."""
        self.down: list[object] = []
        """The crashes, stops and power cuts that keep its programs from running."""
        self.held: deque[Any] = deque()
        """What waits for the host: it is paused, or its processor is busy."""
        self.bury: Callable[[Any, Any], None] = _ignore
        """What the host's kernel does with a segment for a process that is gone."""
        self.processes: list[SimProcess] = []
        self.programs: list[Runnable] = []
        """What was started here, to be started again when the host is revived."""
        self.done: list[Runnable | None] = []
        """Those of them that ended by themselves, and well."""
        self.awaited: list[tuple[Runnable, Future[SimProcess]]] = []
        """Of programs that are down with the host: what to tell when they are started again."""
        self.last_words: deque[tuple[int, str, str]] = deque(maxlen=LAST_WORDS)

    def tie(self, when_ns: int) -> int:
        """What decides between hosts at an equal instant: a hash of two integers, equal on every machine."""
        return hash((when_ns, self.salt))  # house: of integers, equal everywhere

    def work(self, size: int, now_ns: int) -> None:
        """Let the processor be busy with a message of that size."""
        cpu = self.cpu
        cost_ns = cpu.message_ns + cpu.byte_ns * size
        if self.burdens:
            cost_ns = cost_ns or NOMINAL_NS
            for factor in self.burdens.values():
                cost_ns *= factor
        if cost_ns:
            self.charge(int(cost_ns), now_ns)

    def charge(self, cost_ns: int, now_ns: int) -> None:
        """Keep the processor busy for so long."""
        self.busy_until_ns = max(self.busy_until_ns, now_ns) + cost_ns

    def __repr__(self) -> str:
        return f"<SimHost {self.name} {self.address}>"
