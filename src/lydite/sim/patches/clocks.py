"""Time: what a program reads is the clock of its own host.

| asked for | answered by |
|---|---|
| `time.time(_ns)`, `gmtime`, `localtime`, `strftime` | the wall clock, through time-machine's hook in C |
| `datetime.now`, `utcnow`, `today`, `date.today` | the same |
| `clock_gettime(_ns)` | wall or monotonic clock, as its number says |
| `monotonic(_ns)`, `perf_counter(_ns)` | the monotonic clock: it drifts with the host, it never steps |
| `process_time(_ns)`, `thread_time(_ns)` | how long the host has been up: a simulated processor does not count cycles |
| `ctime`, `asctime` without argument | the wall clock (C reads it without asking `time`) |
| `sleep` | refused: it would stop the whole world; `sleep(0)` is nothing and stays so |

**Why a hook in C for the wall clock.** `datetime.datetime` is a type: whoever has imported it holds
the type itself, subclasses it, and asks `isinstance`. Exchanging it for a subclass breaks all three.
time-machine exchanges the functions behind the type and behind `time.time` instead, so that early
references are reached as well. It asks whoever is on top of its stack of travellers what time it is;
ours is there exactly as long as a world runs, and outside the C functions are the original ones.
"""

import sys
import time
from types import ModuleType
from typing import Final

from lydite.model import InputError
from lydite.sim.context import active_world, at_threshold, current_process
from lydite.sim.hosts.clock import BILLION
from lydite.sim.patches import real
from lydite.sim.patches.refusal import refuse
from lydite.sim.patches.swaps import put_all

_WALL_CLOCKS: Final = {
    getattr(time, name)
    for name in ("CLOCK_REALTIME", "CLOCK_TAI", "CLOCK_REALTIME_COARSE")
    if hasattr(time, name)
}
_PROCESSOR_CLOCKS: Final = {
    getattr(time, name)
    for name in ("CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID", "CLOCK_PROF", "CLOCK_VIRTUAL")
    if hasattr(time, name)
}


def _now_ns() -> int:
    """The world's own time; only asked while one runs."""
    world = active_world()
    assert world is not None
    return world.now_ns


def wall_ns() -> int:
    """The wall clock of the host whose code is running; the real one outside a world."""
    process = current_process()
    return real.time_ns() if process is None else process.host.clock.wall(_now_ns())


def elapsed_ns() -> int:
    """How long the host whose code is running has been up; this machine outside a world."""
    process = current_process()
    return real.monotonic_ns() if process is None else process.host.clock.elapsed(_now_ns())


class HostClocks:
    """What stands in for the functions of `time`."""

    def monotonic(self) -> float:
        process = current_process()
        return real.monotonic() if process is None else process.host.clock.monotonic(_now_ns()) / BILLION

    def monotonic_ns(self) -> int:
        process = current_process()
        return real.monotonic_ns() if process is None else process.host.clock.monotonic(_now_ns())

    def perf_counter(self) -> float:
        process = current_process()
        return real.perf_counter() if process is None else process.host.clock.monotonic(_now_ns()) / BILLION

    def perf_counter_ns(self) -> int:
        process = current_process()
        return real.perf_counter_ns() if process is None else process.host.clock.monotonic(_now_ns())

    def process_time(self) -> float:
        return real.process_time() if current_process() is None else elapsed_ns() / BILLION

    def process_time_ns(self) -> int:
        return real.process_time_ns() if current_process() is None else elapsed_ns()

    def thread_time(self) -> float:
        return real.thread_time() if current_process() is None else elapsed_ns() / BILLION

    def thread_time_ns(self) -> int:
        return real.thread_time_ns() if current_process() is None else elapsed_ns()

    def clock_gettime(self, clk_id: int, /) -> float:
        if current_process() is None:
            return real.clock_gettime(clk_id)
        return self.clock_gettime_ns(clk_id) / BILLION

    def clock_gettime_ns(self, clk_id: int, /) -> int:
        if current_process() is None:
            return real.clock_gettime_ns(clk_id)
        if clk_id in _WALL_CLOCKS:
            return wall_ns()
        return elapsed_ns() if clk_id in _PROCESSOR_CLOCKS else self.monotonic_ns()

    def ctime(self, seconds: float | None = None, /) -> str:
        if seconds is None and current_process() is not None:
            seconds = wall_ns() // BILLION
        return real.ctime(seconds)

    def asctime(self, *when: time.struct_time) -> str:
        if not when and current_process() is not None:
            return real.asctime(time.localtime())
        return real.asctime(*when)

    def sleep(self, seconds: float, /) -> None:
        if current_process() is None or seconds == 0:
            real.sleep(seconds)
        else:
            refuse(
                f"time.sleep({seconds}) would have slept for real and stopped the whole world",
                "use `await asyncio.sleep(...)`, which sleeps in the world's own time",
            )


class Traveller:
    """What time-machine's hook asks for the time."""

    def time_ns(self) -> int:
        return wall_ns()

    def time(self) -> float:
        return wall_ns() / BILLION


CLOCKS: Final = HostClocks()
NAMES: Final = (
    "monotonic",
    "monotonic_ns",
    "perf_counter",
    "perf_counter_ns",
    "process_time",
    "process_time_ns",
    "thread_time",
    "thread_time_ns",
    "clock_gettime",
    "clock_gettime_ns",
    "ctime",
    "asctime",
    "sleep",
)


def install() -> None:
    """Let the hosts' clocks stand in for this machine's."""
    hook = find_hook(_import_time_machine())
    traveller = Traveller()

    def enter() -> None:
        hook.travellers.append(traveller)
        hook.module.patch()

    def leave() -> None:
        hook.travellers.remove(traveller)
        if not hook.travellers:
            hook.module.unpatch()

    put_all(time, NAMES, CLOCKS)
    at_threshold(enter=enter, leave=leave)


class Hook:
    """time-machine's extension module, and the stack of travellers that it asks."""

    def __init__(self, module: ModuleType, travellers: list[object]) -> None:
        self.module = module
        self.travellers = travellers


def find_hook(time_machine: ModuleType) -> Hook:
    """The hook, or an error that says which version has it.

    time-machine 3.0 to 3.2 ask through functions of their Python module, 3.3 and later directly;
    both end at `traveller_stack[-1].time_ns()`. Version 2 also bends the monotonic clock.
    """
    travellers = getattr(time_machine, "traveller_stack", None)
    module = getattr(time_machine, "_time_machine", None)
    if not isinstance(travellers, list) or not hasattr(module, "patch") or not hasattr(module, "unpatch"):
        version = _version_of_time_machine()
        raise InputError(
            f"time-machine {version} has no hook that Lydite knows, so hosts would see this machine's clock",
            where=str(getattr(time_machine, "__file__", "time_machine")),
            remedy="install time-machine 3.0 or newer: pip install 'time-machine>=3.0'",
        )
    assert isinstance(module, ModuleType)
    return Hook(module, travellers)


def _version_of_time_machine() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("time-machine")
    except PackageNotFoundError:
        return "of unknown version"


def _import_time_machine() -> ModuleType:
    """Import it without pytest, which it would load (for its plugin) if pytest can be found: 100 ms."""
    if "time_machine" in sys.modules or "pytest" in sys.modules:
        return real.import_module("time_machine")
    sys.modules["pytest"] = None  # type: ignore[assignment]
    try:
        return real.import_module("time_machine")
    finally:
        del sys.modules["pytest"]
