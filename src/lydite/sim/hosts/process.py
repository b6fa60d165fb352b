"""A process of a simulated host: one incarnation of a program, with all that dies with it.

Each start makes a new process in a context of its own. When it is killed its handles never run
again, no `finally` and no exit handler included, and its objects are kept until the world ends:
were they collected earlier, the interpreter would unwind their frames and so run the very
clean-up code that a dead machine cannot run.
"""

import random
from asyncio import Future, Task
from contextvars import Context
from itertools import count
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lydite.model import Draws, derive
from lydite.sim.context import PROCESS

if TYPE_CHECKING:
    from collections.abc import Callable

    from lydite.sim.disk.descriptors import Descriptors
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.patches.memory import Memory
    from lydite.world import Runnable

KILLED = -9
"""The exit code of a process that was killed."""


class SimProcess:
    """One incarnation of a program on a host."""

    __slots__ = (
        "alive",
        "argv",
        "closers",
        "context",
        "cwd",
        "descriptors",
        "entropy",
        "environ",
        "exception_handler",
        "exit_code",
        "finished",
        "graveyard",
        "host",
        "incarnation",
        "main_task",
        "memory",
        "modules",
        "number",
        "pid",
        "program",
        "random",
        "signals",
        "stopping",
        "successor",
        "task_factory",
        "task_name",
        "task_number",
    )

    def __init__(
        self, host: "SimHost", program: "Runnable | None", *, pid: int, seed: int, finished: "Future[int]"
    ) -> None:
        self.host = host
        self.program = program
        self.pid = pid
        self.incarnation = host.incarnations
        name = f"{host.name}/{self.incarnation}"
        self.random = random.Random(derive(seed, "random", name))
        self.entropy = Draws(seed, "entropy", name)
        first = int.from_bytes(derive(seed, "numbers", name)[:7], "little")
        self.task_number = count(first).__next__
        """The next task's hash. The start is the seed's, so that no program comes to rely on the order."""
        self.number = count(first).__next__
        """The same for whatever else is kept in sets: futures, streams, queues."""
        self.task_name = count(1).__next__
        self.alive = True
        self.argv: tuple[str, ...] = ()
        self.cwd = host.root
        self.environ: dict[str, str] = {}
        self.descriptors: Descriptors | None = None
        self.modules: dict[str, ModuleType] = {}
        self.memory: Memory | None = None
        """What the patched standard library keeps for it: made when it is first asked for."""
        self.signals: dict[int, Callable[[], object]] = {}
        self.closers: dict[object, Callable[[], None]] = {}
        """What its kernel does when it dies, by what is closed: sockets, ports, files."""
        self.task_factory: Callable[..., Any] | None = None
        self.exception_handler: Callable[..., object] | None = None
        self.graveyard: list[object] = []
        self.main_task: Task[object] | None = None
        self.exit_code: int | None = None
        self.stopping = False
        """Has a lever asked it to end?"""
        self.successor: Future[SimProcess] | None = None
        """Of a process that a fault has felled: the next one of its program, started when that fault is over."""
        self.finished = finished
        self.context = Context()
        self.context.run(PROCESS.set, self)

    def __repr__(self) -> str:
        return f"<SimProcess {self.host.name}/{self.incarnation} {self.program}>"

    @property
    def running(self) -> bool:
        """Has it neither ended nor been killed?"""
        return self.alive and self.exit_code is None

    async def wait(self) -> int:
        """Wait until it ends; its exit code."""
        if self.exit_code is None:
            await self.finished
        assert self.exit_code is not None
        return self.exit_code
