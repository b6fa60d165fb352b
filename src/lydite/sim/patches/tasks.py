"""Tasks: whose they are, and in which order they come out of a set.

| asked for | answer |
|---|---|
| `asyncio.all_tasks` | the tasks of the process that asks: the loop carries those of all hosts |
| `asyncio.Task`, called by hand | a task of the process, as `create_task` makes it |
| `asyncio.Future`, called by hand | a future of the process, as `create_future` makes it |
| `asyncio.as_completed` | what it is given is started in the order in which it is given |
| `asyncio.wait_for`, before 3.12 | that of 3.12: the older one takes more steps, and traces are equal on every Python |
| `hash` of streams, transports, sockets, servers, timers, queues, locks and their like | a number of the process |

**Why numbers.** An object without a hash of its own is hashed by its address, so `for writer in writers`
over a set takes another way through it in every run. For the objects that asyncio programs keep in sets
(the idiom of every chat server) the world gives out numbers instead, as it does for tasks and futures.
Numbers count from a start that the seed has drawn for the process, so nobody else's objects move them.
What a program makes of classes of its own is hashed by address still: the determinism gate shows it.

**One stranger spoils a set.** Where an object lies in the table of a set depends on what lay there before it.
aiohttp keeps a connection's place in a set of numbered protocols with an object that is gone again before
anybody walks the set; hashed by its address, it moved those that stayed. So whatever enters the set counts.
"""

import asyncio
import itertools
import sys
import weakref
from asyncio import events, futures, tasks
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from types import ModuleType
from typing import Any, Final

from lydite.sim.context import current_process
from lydite.sim.network.sockets import SimSocket
from lydite.sim.patches import real
from lydite.sim.patches.arrivals import on_arrival
from lydite.sim.patches.swaps import put
from lydite.sim.tasks import SimFuture, SimTask

NUMBERED: Final = (
    asyncio.BaseProtocol,
    asyncio.BaseTransport,
    asyncio.AbstractServer,
    asyncio.Handle,
    SimSocket,
    asyncio.StreamReader,
    asyncio.StreamWriter,
    asyncio.Queue,
    asyncio.Event,
    asyncio.Lock,
    asyncio.Condition,
    asyncio.Semaphore,
    asyncio.Barrier,
    tasks._GatheringFuture,  # type: ignore[attr-defined]
)
"""Classes of asyncio that people keep in sets, and whose hash was an address."""

LIBRARIES: Final = (
    ("starlette.requests", "HTTPConnection"),
    ("aiohttp.web_response", "StreamResponse"),
    ("aiohttp.client_ws", "ClientWebSocketResponse"),
    ("aiohttp.connector", "_TransportPlaceholder"),
)
"""The same in libraries: the web sockets that broadcasts go to, and what keeps the place of a connection in the
set of those that a session closes. (For anyio see `libraries`.)"""


def all_tasks(loop: asyncio.AbstractEventLoop | None = None) -> "set[asyncio.Task[Any]]":
    """The tasks of the process: another's are as far from it as another machine's."""
    found: set[asyncio.Task[Any]] = real.all_tasks(loop)
    process = current_process()
    if process is None:
        return found
    return {task for task in found if getattr(task, "process", process) is process}


def as_completed(fs: Iterable[Any], *, timeout: float | None = None) -> Any:
    """asyncio walks a set of the coroutines that it is given; here they are tasks by then, and numbered."""
    if current_process() is not None and not isinstance(fs, Coroutine | asyncio.Future):
        loop = events.get_running_loop()
        fs = [asyncio.ensure_future(each, loop=loop) for each in dict.fromkeys(fs)]
    return _real_as_completed(fs, timeout=timeout)


async def wait_for(fut: Any, timeout: float | None) -> Any:
    """`asyncio.wait_for` as of 3.12, which waits in the task itself and makes no other one for it."""
    if current_process() is None:
        return await _real_wait_for(fut, timeout)
    if timeout is None or timeout > 0:
        async with asyncio.timeout(timeout):
            return await fut
    future = asyncio.ensure_future(fut)
    if not future.done():
        await _cancel_and_wait(future, loop=events.get_running_loop())
    try:
        return future.result()
    except asyncio.CancelledError as error:
        raise TimeoutError from error


def number_of(self: object) -> int:
    """The hash of an object: a number of the process in which it was first asked for, and ever the same."""
    namespace: dict[str, Any] | None = getattr(self, "__dict__", None)
    known = namespace.get("_lydite_number") if namespace is not None else _given.get(id(self))
    if known is not None:
        number: int = known
        return number
    process = current_process()
    if process is not None:
        number = process.number()
    elif namespace is not None:
        # What a module has made while it was imported may be in its dictionaries before the world begins.
        number = _number_outside()
    else:
        return object.__hash__(self)
    if namespace is None:
        _remember(self, number)
    else:
        namespace["_lydite_number"] = number
    return number


_number_outside: Final = itertools.count(1).__next__
_given: Final[dict[int, int]] = {}
"""The numbers of objects that have no room for one, by their ids."""
_alive: Final[dict[int, object]] = {}
"""What takes their numbers back when they die, before their ids are given to others."""


def _remember(item: object, number: int) -> None:
    key = id(item)

    def forget(_: object) -> None:
        del _given[key], _alive[key]

    _given[key] = number
    try:
        _alive[key] = weakref.ref(item, forget)
    except TypeError:
        _alive[key] = item


def _number_class(name: str) -> Callable[[ModuleType], None]:
    def adapt(module: ModuleType) -> None:
        getattr(module, name).__hash__ = number_of

    return adapt


_real_as_completed: Final = tasks.as_completed
_real_wait_for: Final = tasks.wait_for
_cancel_and_wait: Final[Callable[..., Awaitable[None]]] = tasks._cancel_and_wait  # type: ignore[attr-defined]


def install() -> None:
    """Give each process its own tasks, and what is kept in sets an order."""
    put(tasks, "all_tasks", all_tasks)
    put(asyncio, "all_tasks", all_tasks)
    put(tasks, "Task", SimTask)
    put(asyncio, "Task", SimTask)
    put(futures, "Future", SimFuture)
    put(asyncio, "Future", SimFuture)
    put(tasks, "as_completed", as_completed)
    put(asyncio, "as_completed", as_completed)
    if sys.version_info < (3, 12):
        put(tasks, "wait_for", wait_for)
        put(asyncio, "wait_for", wait_for)
    for kind in NUMBERED:
        kind.__hash__ = number_of  # type: ignore[method-assign]
    for module, name in LIBRARIES:
        on_arrival(module, _number_class(name))
