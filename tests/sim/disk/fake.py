"""A world of two hosts without network or time: just enough for programs that use files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar, cast

from lydite.model import Draws, Refused
from lydite.sim.context import enter_world, leave_world
from lydite.sim.disk.disk import SimDisk
from lydite.sim.hosts.host import SimHost
from lydite.sim.hosts.process import SimProcess
from lydite.sim.patches import install
from lydite.world import Clock, Cpu, Disk

Result = TypeVar("Result")

EPOCH_NS = 1_767_225_600_000_000_000

install()


class FakeWorld:
    """What the disk needs of a world."""

    def __init__(self, seed: int = 1, spec: Disk | None = None) -> None:
        self.seed = seed
        self.now_ns = 0
        self.records: list[tuple[str, str, str, int]] = []
        self.charged_ns = 0
        self.refusals: list[Refused] = []
        self.printed: list[str] = []
        self.trace = self
        self.spec = spec or Disk()
        self.hosts: list[SimHost] = []
        self.node = self.host("node")
        self.other = self.host("other")
        self.tester = self.process(self.host("tester"))

    def host(self, name: str) -> SimHost:
        """A host whose disk writes into `records`."""

        def record(operation: str, path: str, size: int, content: bytes = b"") -> None:
            del content
            self.records.append((name, operation, path, size))

        disk = SimDisk(
            self.spec,
            Draws(self.seed, "disk", name),
            record=record,
            charge=self.charge,
            now=lambda: EPOCH_NS + self.now_ns,
        )
        host = SimHost(name, len(self.hosts), region="", clock=Clock(), disk=disk, cpu=Cpu(), salt=0)
        self.hosts.append(host)
        return host

    def process(self, host: SimHost | None = None) -> SimProcess:
        """A new process on a host, the node unless told otherwise."""
        host = host or self.node
        host.incarnations += 1
        process = SimProcess(
            host, None, pid=100 + host.incarnations, seed=self.seed, finished=cast("Any", None)
        )
        host.processes.append(process)
        return process

    def kill(self, process: SimProcess) -> None:
        """As a crash does: it is dead before its kernel tidies up."""
        process.alive = False
        for closer in list(process.closers.values()):
            closer()

    def charge(self, duration_ns: int) -> None:
        """Time that the disk took."""
        self.charged_ns += duration_ns

    def log(self, process: SimProcess, stream: str, text: str) -> None:
        """What a program printed."""
        self.printed.append(text)

    def refuse(self, what: str, remedy: str) -> NoReturn:
        """Refuse, and remember it."""
        error = Refused(what, remedy=remedy)
        self.refusals.append(error)
        raise error

    def run(
        self, program: Callable[..., Result], *arguments: object, process: SimProcess | None = None
    ) -> Result:
        """Run a function as a process: a new one of the node unless told otherwise."""
        with self.running():
            return (process or self.process()).context.run(program, *arguments)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be the world for a while."""
        enter_world(cast("Any", self))
        try:
            yield
        finally:
            leave_world(cast("Any", self))
