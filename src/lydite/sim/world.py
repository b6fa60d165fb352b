"""The simulated world: hosts, roads and clocks on one virtual loop, and the notebook of the trial."""

import asyncio
import ctypes
import gc
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, BinaryIO, Final, NoReturn

from lydite.model import (
    TESTER,
    Deadlock,
    Draws,
    Facts,
    Header,
    InputError,
    Phase,
    Refused,
    SimulationError,
    TraceWriter,
    near,
)
from lydite.sim.context import enter_world, leave_world
from lydite.sim.disk.disk import SimDisk
from lydite.sim.hosts.host import SimHost
from lydite.sim.hosts.process import SimProcess
from lydite.sim.levers.bending import SimBend
from lydite.sim.levers.machine_levers import SimClockLever, SimCpuLever, SimDiskLever, SimProcessLever
from lydite.sim.levers.memory_lever import SimMemoryLever
from lydite.sim.levers.network_lever import SimNetworkLever
from lydite.sim.network.endpoints import WorldLoop
from lydite.sim.network.network import Network
from lydite.sim.network.ports import ANY, LOCAL
from lydite.sim.network.streams import SimStream
from lydite.sim.notebook import Notebook
from lydite.sim.outcome import Outcome
from lydite.sim.patches import install, real
from lydite.sim.programs.culprit import culprit, waiting_places
from lydite.sim.programs.lifecycle import Lifecycle, Vanished, exit_code_of, refuse_the_dead
from lydite.sim.programs.watchdog import Watchdog
from lydite.sim.recorder import Recorder
from lydite.world import (
    Asgi,
    Capability,
    Clock,
    Cpu,
    Disk,
    Limits,
    Link,
    Main,
    Map,
    Program,
    Runnable,
    Tempo,
    Unsynced,
)

HOST_NAME: Final = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
CAPABILITIES: Final = frozenset(Capability)
BURIED: Final[list[object]] = []
"""What dead worlds leave behind. Collected, it would run clean-up code in the middle of a later world."""

# One reference too many, so that not even the end of the interpreter collects it.
ctypes.pythonapi.Py_IncRef(ctypes.py_object(BURIED))


class SimWorld(Notebook):
    """One world, from its first event to its last. It is run once."""

    capabilities = CAPABILITIES

    def __init__(
        self,
        writer: TraceWriter,
        *,
        regions: Map | None = None,
        tempo: Tempo | None = None,
        limits: Limits | None = None,
        parts: Mapping[str, tuple[int, ...]] | None = None,
    ) -> None:
        super().__init__(parts)
        self.seed = writer.header.seed
        self.tempo = tempo or Tempo()
        self.limits = limits or Limits()
        self.loop = WorldLoop(self.limits)
        self.loop.on_idle = self._nothing_will_happen
        self.loop.on_exit = self._exited
        self.trace = Recorder(writer, lambda: self.loop.now_ns)
        self.network_model = Network(self.loop, self.trace, self.seed, regions or Map())
        self.loop.network = self.network_model
        self.lifecycle = Lifecycle(self)
        self.hosts: list[SimHost] = []
        self.bends: dict[int, SimBend] = {}
        self._bends_made = 0
        self.failure: Exception | None = None
        self.network = SimNetworkLever(self)
        self.clock = SimClockLever(self)
        self.disk = SimDiskLever(self)
        self.process = SimProcessLever(self)
        self.cpu = SimCpuLever(self)
        self.memory = SimMemoryLever(self)
        self._by_name: dict[str, SimHost] = {}
        self.tester = self.lifecycle.launch(self._make_host(TESTER, 65_534 << 8 | 254), None)

    # -- hosts and programs

    @property
    def now_ns(self) -> int:
        """The world's own clock: nanoseconds since it began."""
        return self.loop.now_ns

    def host(
        self,
        name: str,
        *,
        region: str = "",
        clock: Clock | None = None,
        disk: Disk | None = None,
        cpu: Cpu | None = None,
    ) -> SimHost:
        """Make a host, or find the one of that name."""
        found = self._by_name.get(name)
        if found is not None:
            if region or clock or disk or cpu:
                raise InputError(
                    f"host {name} exists already and cannot be made anew",
                    remedy="describe a host the first time that it is named",
                )
            return found
        if not HOST_NAME.fullmatch(name):
            raise InputError(
                f"{name!r} is not a host name: small letters, digits and hyphens, a letter first",
                remedy="call it something like node-1",
            )
        made = self._make_host(name, len(self.hosts) + 1, region=region, clock=clock, disk=disk, cpu=cpu)
        self.hosts.append(made)
        return made

    def _make_host(
        self,
        name: str,
        index: int,
        *,
        region: str = "",
        clock: Clock | None = None,
        disk: Disk | None = None,
        cpu: Cpu | None = None,
    ) -> SimHost:
        simulated = SimDisk(disk or Disk(), Draws(self.seed, "disk", name))
        host = SimHost(
            name,
            index,
            region=region,
            clock=clock or Clock(),
            disk=simulated,
            cpu=cpu or Cpu(),
            salt=Draws(self.seed, "ties", name).word(),
        )
        simulated.record = partial(self.trace.disk, host)
        simulated.charge = lambda duration_ns: self.charge(host, duration_ns)
        simulated.now = lambda: host.clock.wall(self.loop.now_ns)
        simulated.guard = refuse_the_dead
        host.bury = self.network_model.for_the_dead
        self.loop.gated = self.loop.gated or cpu is not None
        self._by_name[name] = host
        self.network_model.names.add(host)
        self.trace.host(host)
        return host

    def known(self, name: str) -> SimHost:
        """The host of that name, or an error that says which there are."""
        host = self._by_name.get(name)
        if host is None:
            raise InputError(f"there is no host {name!r}", remedy=near(name, list(self._by_name)))
        return host

    def charge(self, host: SimHost, duration_ns: int) -> None:
        """Keep a host's processor busy for so long."""
        if duration_ns > 0:
            self.loop.gated = True
            host.charge(duration_ns, self.loop.now_ns)

    def link(self, left: str, right: str, link: Link) -> None:
        """Give two hosts a link of their own."""
        self.network_model.roads.link(self.known(left).name, self.known(right).name, link)

    async def start(
        self, host: str, program: str | Main | Runnable, *argv: str, ready: int = 0
    ) -> SimProcess:
        """Start a program on a host; with `ready`, wait until it listens on that port."""
        target = self.host(host)
        runnable = program if isinstance(program, Program | Asgi) else Program(program, argv)
        target.programs.append(runnable)
        if target.powered:
            process = self.lifecycle.launch(target, runnable)
        else:
            process = await self.lifecycle.until_started(target, runnable)
        return await self.lifecycle.until_listening(process, ready) if ready else process

    async def serve(self, host: str, application: str, *, port: int = 8000) -> SimProcess:
        """Serve an ASGI application on a host, and wait until its port answers."""
        return await self.start(host, Asgi(application, port), ready=port)

    async def sleep(self, duration_ns: int) -> None:
        """Let the world run on for so long."""
        waiter = self.loop.create_future()
        self.loop.at(
            self.loop.now_ns + max(0, duration_ns),
            self.tester.host,
            _settle,
            waiter,
            context=self.tester.context,
        )
        await waiter

    # -- bending

    def record_fault(self, verb: str, args: Facts) -> None:
        """A lever was pulled, or let go."""
        self.bent_until_ns = self.now_ns
        self.trace.fault(self.tester.host, verb, args)

    def scheduled(self, number: int, fault: str, phase: Phase, args: Facts) -> None:
        """A fault of the schedule began, ended, or met nobody."""
        self.trace.scheduled(self.tester.host, number, fault, phase, args)

    def at(self, when_ns: int, action: Callable[[], None]) -> None:
        """Do something at a moment, or now where it is past. What the action raises ends the run."""
        self.loop.at(
            max(when_ns, self.loop.now_ns), self.tester.host, self._do, action, context=self.tester.context
        )

    def _do(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            self.fail(error)

    def bend(self, what: str, undo: Callable[[], None]) -> SimBend:
        """Say that something is bent, until it is lifted."""
        return SimBend(self, what, undo)

    def heal(self) -> None:
        """Lift every bend, set right the clocks that were stepped, and revive every host."""
        for bend in list(self.bends.values()):
            bend.lift()
        wrong = [host.name for host in (self.tester.host, *self.hosts) if sum(host.offsets.values())]
        if wrong:
            self.clock.correct(wrong)
        for host in self.hosts:
            if host.down or not host.powered:
                host.down.clear()
                self.lifecycle.revive(host)
            else:
                self.lifecycle.restart(host)

    def remember(self, bend: "SimBend") -> int:
        """Something is bent: the number under which it stands in `bends`, until it is lifted."""
        self._bends_made += 1
        self.bends[self._bends_made] = bend
        return self._bends_made

    def kill_all(self, host: SimHost, cause: str) -> None:
        """Kill every process of a host."""
        for process in list(host.processes):
            self.lifecycle.kill(process, cause)

    def cut_power(self, host: SimHost, unsynced: Unsynced = "any") -> None:
        """Take a host's power."""
        self.lifecycle.cut_power(host, unsynced)

    def terminate_all(self, host: SimHost) -> None:
        """Ask every process of a host to end."""
        for process in list(host.processes):
            process.stopping = True
            self.lifecycle.signal(host, process.pid, 15)

    def revive(self, host: SimHost) -> None:
        """Start again what does not run on a host."""
        self.lifecycle.revive(host)

    # -- what programs ask of their kernel (see `patches`)

    def bind_address(self, kind: int, name: str, port: int) -> tuple[str, int]:
        """The address and port that a socket gets when it binds."""
        process = self.loop.process()
        address = self.network_model.resolve(process, name)
        if address not in (ANY, LOCAL, process.host.address):
            raise OSError(99, f"Cannot assign requested address: {name}")
        ports: Any = self.network_model.udp if kind == 2 else self.network_model.tcp
        return address, port or ports.ephemeral(process.host)

    def connect_unix(self, path: Any) -> SimStream:
        """Connect to a path of the host."""
        return self.network_model.connect_unix(self.loop.process(), path)

    def signal(self, pid: int, number: int) -> None:
        """`os.kill`. Who kills itself does not come back from it."""
        process = self.loop.process()
        self.lifecycle.signal(process.host, pid, number)
        if not process.alive:
            raise Vanished

    def exit_now(self, process: SimProcess, code: int) -> NoReturn:
        """`os._exit`."""
        self.lifecycle.kill(process, "exit", code)
        raise Vanished

    def _exited(self, process: SimProcess | None, leaving: SystemExit) -> None:
        if process is None or process is self.tester:
            raise leaving
        self.lifecycle.kill(process, "exit", exit_code_of(leaving))

    def refuse(self, what: str, remedy: str) -> NoReturn:
        """A program did what no world can carry out: the run ends, and says who did it, and where."""
        process = self.loop.process()
        program = "the trial" if process is self.tester else f"{process.program} on {process.host.name}"
        error = Refused(f"{program}: {what}", where=culprit(sys._getframe(1)), remedy=remedy)
        self.fail(error)
        raise error

    def fail(self, error: Exception) -> None:
        """End the run now: this error is how it ended, unless another one came first."""
        self.failure = self.failure or error
        self.loop.halt()

    def _nothing_will_happen(self) -> NoReturn:
        places = waiting_places(self.loop)
        raise Deadlock(
            f"everything waits at {self.now_ns / 1e9:.3f} s and nothing will ever happen",
            where="; ".join(places),
            remedy="wait with a timeout, or for something that a program will still do",
        )

    # -- one run

    def run(self, main: Callable[[Any], Awaitable[object]]) -> Outcome:
        """Run a trial's function to its end, and say what happened."""
        started_ns = real.process_time_ns()
        collecting = gc.isenabled()
        gc.disable()
        enter_world(self)
        try:
            with Watchdog(self):
                error = self._run(main)
        finally:
            asyncio.set_event_loop(None)
            leave_world(self)
            BURIED.extend((self, asyncio.all_tasks(self.loop)))
            if collecting:
                gc.enable()
        return self._outcome(error, real.process_time_ns() - started_ns)

    def _run(self, main: Callable[[Any], Awaitable[object]]) -> BaseException | None:
        try:
            task = self.loop.create_task(_as_coroutine(main, self), name="trial", context=self.tester.context)
            task.add_done_callback(lambda _: self.loop.halt())
            self.loop.run_forever()
        except SimulationError as error:
            return error
        if self.failure is not None:
            return self.failure
        return task.exception() if not task.cancelled() else asyncio.CancelledError("the trial was cancelled")

    def _outcome(self, error: BaseException | None, cpu_ns: int) -> Outcome:
        for host in (self.tester.host, *self.hosts):
            for process in host.processes:
                self.trace.entropy(host, process.random.getrandbits(64) ^ process.entropy.word())
        self.trace.end(self.tester.host, "ended" if error is None else type(error).__name__)
        writer = self.trace.writer
        digest = writer.close()
        return Outcome(
            digest=digest,
            records=writer.records,
            virtual_ns=self.now_ns,
            events=self.loop.events,
            cpu_ns=cpu_ns,
            story=tuple(self.trace.story),
            checkpoints=writer.checkpoints,
            error=error,
            asked=self.asked,
            last_words={
                host.name: [f"{at_ns / 1e9:.3f} {stream}: {text}" for at_ns, stream, text in host.last_words]
                for host in (self.tester.host, *self.hosts)
                if host.last_words
            },
        )


async def _as_coroutine(main: Callable[[Any], Awaitable[object]], world: SimWorld) -> None:
    await main(world)


def _settle(waiter: Any) -> None:
    if not waiter.done():
        waiter.set_result(None)


def simulate(
    main: Callable[[Any], Awaitable[object]],
    header: Header,
    *,
    sink: BinaryIO | None = None,
    regions: Map | None = None,
    tempo: Tempo | None = None,
    limits: Limits | None = None,
    parts: Mapping[str, tuple[int, ...]] | None = None,
) -> Outcome:
    """Run a trial's function in a fresh simulated world, under the header's seed.

    The header's schedule is what the trace claims; whoever calls this lets `main` perform it.

    Patches the interpreter once, for good: programs under test belong into a process of their own
    (see `lydite.runner`), where nothing else runs.
    """
    install()
    world = SimWorld(TraceWriter(header, sink), regions=regions, tempo=tempo, limits=limits, parts=parts)
    return world.run(main)
