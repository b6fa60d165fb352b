"""Threads: refused, because which of two threads runs first is nothing that a seed decides.

What most programs want a thread for works without one: `asyncio.to_thread` and `run_in_executor` run
the function at once, inside the world. What would wait for another thread is refused too: there is
none that could end the wait, so a `queue.Queue.get()` in a coroutine would stop the world for ever.
"""

import _thread
import threading
from collections.abc import Callable
from typing import Any, Final

from lydite.sim.context import current_process
from lydite.sim.patches import real
from lydite.sim.patches.refusal import refuse
from lydite.sim.patches.swaps import put

REMEDY: Final = (
    "call the function with `await asyncio.to_thread(...)` or `loop.run_in_executor(...)`: "
    "inside the world these run it at once, without a thread"
)


def start(self: threading.Thread) -> None:
    """`Thread.start`, and so `Timer` and the executors of `concurrent.futures`."""
    if current_process() is not None:
        what: Any = getattr(self, "_target", None)
        of = f" of {what.__module__}.{what.__qualname__}" if hasattr(what, "__qualname__") else ""
        refuse(f"a thread{of} would have been started", REMEDY)
    real.thread_start(self)


def wait(self: threading.Condition, timeout: float | None = None) -> bool:
    """`Condition.wait`, on which `Event.wait`, `Queue.get` and `Future.result` rest."""
    # Looking without waiting (`timeout=0`) is how an executor counts its idle threads.
    if current_process() is not None and (timeout is None or timeout > 0):
        refuse(
            "the program would have waited for another thread, and in a simulated world there is none",
            "use the awaitable twin: asyncio.Event, asyncio.Queue, asyncio.wrap_future",
        )
    return _real_wait(self, timeout)


class Threads:
    """What stands in for the functions of `_thread`."""

    def start_new_thread(self, function: Callable[..., object], args: Any, kwargs: Any = None, /) -> int:
        if current_process() is not None:
            refuse("a thread would have been started", REMEDY)
        if kwargs is None:
            return real.start_new_thread(function, args)
        return real.start_new_thread(function, args, kwargs)

    def start_joinable_thread(self, function: Callable[[], object], **keywords: Any) -> object:
        if current_process() is not None:
            refuse("a thread would have been started", REMEDY)
        return _real_start_joinable(function, **keywords)


_real_wait: Final = threading.Condition.wait
_real_start_joinable: Final[Any] = getattr(_thread, "start_joinable_thread", None)


def install() -> None:
    """Refuse threads inside a world."""
    threads = Threads()
    put(_thread, "start_new_thread", threads.start_new_thread)
    put(_thread, "start_new", threads.start_new_thread)
    put(_thread, "start_joinable_thread", threads.start_joinable_thread)
    threading.Thread.start = start  # type: ignore[method-assign]
    threading.Condition.wait = wait  # type: ignore[method-assign]
