"""Tasks and futures of the simulated world: asyncio's own, but each is hashed by a number of its process."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any, Final

from lydite.sim.context import PROCESS

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

RealTask = asyncio.Task
RealFuture = asyncio.Future
_make_task: Final[Any] = RealTask.__init__
"""Looked up once: `super()` would do so for each task."""


class _StandIn(type):
    """Lets `isinstance(x, asyncio.Task)` stay true of other tasks while `SimTask` stands in; so with futures."""

    def __instancecheck__(cls, instance: object) -> bool:
        real = _real_of(cls)
        return super().__instancecheck__(instance) if real is None else isinstance(instance, real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        real = _real_of(cls)
        return super().__subclasscheck__(subclass) if real is None else issubclass(subclass, real)


def _real_of(kind: type) -> type | None:
    """For whom a class stands in; nobody, if it is a class that a program has made of it."""
    # Kept in the class itself, the sweep of early references would find it there.
    return RealTask if kind is SimTask else RealFuture if kind is SimFuture else None


class SimTask(asyncio.Task[Any], metaclass=_StandIn):
    """A task of a process. Its hash is a number, so that a set of tasks has the same order in every run.

    It stands in for `asyncio.Task` too: aiohttp makes its tasks by hand from Python 3.12 on.
    """

    __slots__ = ("number", "process")

    number: int
    process: "SimProcess | None"

    def __init__(
        self,
        coro: Coroutine[Any, Any, Any],
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        name: object = None,
        context: Context | None = None,
        **options: Any,
    ) -> None:
        # Numbers and names count for each process alone: nobody else's tasks may move them. Both must be
        # there before the task is made, for asyncio puts it into a set at once.
        self.process = process = PROCESS.get() if context is None else context.get(PROCESS)
        if process is not None:
            self.number = process.task_number()
            if name is None:
                name = f"Task-{process.task_name()}"
        elif (number_of_nobody := getattr(loop, "number_of_nobody", None)) is not None:
            self.number = number = number_of_nobody()
            if name is None:
                name = f"Task-{number}"
        else:
            # Outside of a world it is like any other.
            self.number = object.__hash__(self)
        _make_task(self, coro, loop=loop, name=name, context=context, **options)

    def __hash__(self) -> int:
        return self.number


class SimFuture(asyncio.Future[Any], metaclass=_StandIn):
    """A future whose hash is a number of its process, given when it is first asked for.

    It stands in for `asyncio.Future` too, for programs that make futures by hand.
    """

    __slots__ = ("number",)

    number: int

    def __hash__(self) -> int:
        try:
            return self.number
        except AttributeError:
            process = PROCESS.get()
            if process is not None:
                self.number = process.number()
            else:
                # Outside of a world it is like any other.
                of_a_world = hasattr(self.get_loop(), "number_of_nobody")
                self.number = 0 if of_a_world else object.__hash__(self)
            return self.number
