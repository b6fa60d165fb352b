"""Whose code is running: the one place where the world and the current process are looked up.

There is at most one world in an interpreter at a time. Inside it every callback carries a
context, and the context carries the process, so that `time.time()`, `random.random()` or
`open()` in an unmodified program finds the clock, the randomness and the disk of its own host.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import get_ident
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.world import SimWorld

PROCESS: Final[ContextVar["SimProcess | None"]] = ContextVar("lydite_process", default=None)

_worlds: list["SimWorld"] = []
_threads: list[int] = []
_thresholds: list[tuple[Callable[[], None], Callable[[], None]]] = []


def active_world() -> "SimWorld | None":
    """The world that is running in this interpreter, if one is."""
    return _worlds[-1] if _worlds else None


def current_process() -> "SimProcess | None":
    """The process whose code is running: None outside a world, the tester's own for trial code.

    A world lives in one thread. Others that the interpreter may have (a watchdog, a test runner's)
    are outside of it.
    """
    if not _worlds:
        return None
    process = PROCESS.get()
    if process is None and get_ident() == _threads[-1]:
        return _worlds[-1].tester
    return process


def enter_world(world: "SimWorld") -> None:
    """Make this the running world."""
    assert not _worlds, "a world inside a world"
    _worlds.append(world)
    _threads.append(get_ident())
    for enter, _ in _thresholds:
        enter()


def leave_world(world: "SimWorld") -> None:
    """The world is over."""
    assert _worlds == [world]
    for _, leave in reversed(_thresholds):
        leave()
    _worlds.clear()
    _threads.clear()


def at_threshold(*, enter: Callable[[], None], leave: Callable[[], None]) -> None:
    """Call these when a world begins and when it is over: for what must cost nothing outside of one."""
    _thresholds.append((enter, leave))
    if _worlds:
        enter()


@contextmanager
def outside() -> Iterator[None]:
    """Step out of the world for a moment: what Lydite does for itself meets this machine's files and clock."""
    worlds, threads = _worlds[:], _threads[:]
    _worlds.clear()
    _threads.clear()
    try:
        yield
    finally:
        _worlds.extend(worlds)
        _threads.extend(threads)
