"""Libraries that use threads for what a world does without: adapted when they are imported.

| library | what it does | inside a world |
|---|---|---|
| anyio (`to_thread.run_sync`; so FastAPI's sync endpoints) | a pool of threads | the function runs, after 0.1 ms |
| aiosqlite (so SQLAlchemy on it) | a thread for each connection, fed by a queue | the queue runs it, after 0.1 ms |
| numpy's legacy generator | one for the interpreter | one for each process |
| pydantic, completing a model late | looks for its module by name | finds the process's own |

The delay is there because a thread is never free: without it a program would not meet another task
between asking and being answered, and would be tested against a luck that it never has.

What a function in anyio's thread calls back with `anyio.from_thread` cannot work without a thread.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable
from contextvars import copy_context
from types import ModuleType
from typing import Any, Final, cast

from lydite.sim.context import current_process
from lydite.sim.patches import arrivals
from lydite.sim.patches.arrivals import on_arrival
from lydite.sim.patches.randomness import patch_numpy
from lydite.sim.patches.swaps import Swap, put
from lydite.sim.patches.tasks import number_of

HANDOVER_S: Final = 0.0001
"""What it takes to hand something to a thread and back."""


def patch_anyio(module: ModuleType) -> None:
    """`AsyncIOBackend.run_sync_in_worker_thread`: the function, its limiter and cancel scope, no thread."""
    backend: Any = module.AsyncIOBackend
    vars_of_backend = vars(backend)
    real_run = vars_of_backend["run_sync_in_worker_thread"].__func__

    async def run_sync_in_worker_thread(
        cls: Any,
        func: Callable[..., object],
        args: tuple[object, ...],
        abandon_on_cancel: bool = False,
        limiter: Any = None,
    ) -> object:
        if current_process() is None:
            return await real_run(cls, func, args, abandon_on_cancel, limiter)
        await cls.checkpoint()
        async with limiter or cls.current_default_thread_limiter():
            with module.CancelScope(shield=not abandon_on_cancel):
                await asyncio.sleep(HANDOVER_S)
                return copy_context().run(func, *args)

    backend.run_sync_in_worker_thread = classmethod(run_sync_in_worker_thread)
    module.CancelScope.__hash__ = number_of  # cancelled in the order of a set
    module.Event.__hash__ = number_of  # a memory stream that is closed wakes a set of them


class InlineQueue:
    """The queue between aiosqlite and its thread, which inside a world does the thread's work.

    An item is a future (or None) and a function. Each runs a moment after it was put, in the order
    of putting; the future is told what came of it. Anything else that is put is a request to stop.
    """

    def put_nowait(self, item: object) -> None:
        if not isinstance(item, tuple):
            return
        future, function = item
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # A finalizer outside of the loop closes its connection: there is nothing to wait for.
            self._run(future, function)
        else:
            loop.call_later(HANDOVER_S, self._run, future, function)

    put = put_nowait

    @staticmethod
    def _run(future: "Future[object] | None", function: Callable[[], object]) -> None:
        try:
            result = function()
        except BaseException as error:
            if future is not None and not future.done():
                future.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            if future is not None and not future.done():
                future.set_result(result)


class NoThread:
    """What aiosqlite 0.22 and later keeps in the place of its thread."""

    daemon = False
    name = "aiosqlite"

    def start(self) -> None:
        """The queue works by itself."""

    def is_alive(self) -> bool:
        return False

    def join(self, timeout: float | None = None) -> None:
        """There is nothing to wait for."""


def patch_aiosqlite(module: ModuleType) -> None:
    """`aiosqlite.core`: connections made inside a world get a queue that works by itself, and no thread.

    The connection's own code stays as it is, so whatever SQLAlchemy's dialect reaches into is there.
    Until 0.21 a connection was itself the thread; there `start` is what must not happen.
    """
    real_queue, real_thread, connection = module.SimpleQueue, module.Thread, module.Connection

    def make_queue() -> object:
        return real_queue() if current_process() is None else InlineQueue()

    def make_thread(*arguments: Any, **keywords: Any) -> object:
        return real_thread(*arguments, **keywords) if current_process() is None else NoThread()

    def start(self: Any) -> None:
        if not isinstance(self._tx, InlineQueue):
            real_thread.start(self)

    module.SimpleQueue = make_queue  # type: ignore[attr-defined]
    if issubclass(connection, real_thread):
        connection.start = start
    else:
        module.Thread = make_thread  # type: ignore[attr-defined]


def patch_pydantic(module: ModuleType) -> None:
    """`get_module_ns_of`: a model completed at its first use finds the types next to it.

    pydantic looks for them in `sys.modules`, where the private modules of a process are only while they
    are being imported.
    """
    kept = Swap(getattr(module, "get_module_ns_of", None), None)

    def get_module_ns_of(obj: object) -> dict[str, Any]:
        process = current_process()
        own = None if process is None else process.modules.get(getattr(obj, "__module__", None) or "")
        if own is not None:
            return vars(own)
        return cast("Callable[[object], dict[str, Any]]", kept.real)(obj)

    put(module, "get_module_ns_of", get_module_ns_of)


def install() -> None:
    """Adapt these libraries, now or when they are imported."""
    arrivals.install()
    on_arrival("anyio._backends._asyncio", patch_anyio)
    on_arrival("aiosqlite.core", patch_aiosqlite)
    on_arrival("numpy.random", patch_numpy)
    on_arrival("pydantic._internal._namespace_utils", patch_pydantic)
