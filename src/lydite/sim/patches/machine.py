"""The machine as a program sees it: the host's name, the process's number, two processors, always.

| asked for | answer |
|---|---|
| `os.getpid`, `os.getppid` | the number of the process in the world; its parent is 1 |
| `os.uname`, `platform.uname` and what rests on it | the host's name, and a release that never changes |
| `os.getuid` and its family | 0: a host has one user, who may do everything |
| `os.cpu_count`, `process_cpu_count`, `sched_getaffinity` | two, on every machine |
| `os.getloadavg`, `os.times`, `resource.getrusage` | an idle machine; times from the host's clock |
| `input` | the end of the file: a program of the world has no keyboard |
| `os._exit` | the end of the process, at once, without clean-up |
| `atexit.register` by a program | kept with the process, and run when it ends by itself |

`sys.argv` stays what it is for the whole interpreter: a program of a world is handed its arguments.
"""

import atexit
import builtins
import os
import platform
import resource
import sys
import sysconfig
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

from lydite.sim.context import active_world, current_process
from lydite.sim.hosts.clock import BILLION
from lydite.sim.patches import real
from lydite.sim.patches.clocks import elapsed_ns
from lydite.sim.patches.memory import memory_of
from lydite.sim.patches.swaps import put, put_all

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

PROCESSORS: Final = 2
RELEASE: Final = "6.1.0-lydite"


class Machine:
    """What stands in for the functions of `os` that tell about the machine."""

    def getpid(self) -> int:
        process = current_process()
        return real.getpid() if process is None else process.pid

    def getppid(self) -> int:
        return _real_getppid() if current_process() is None else 1

    def getuid(self) -> int:
        return _real_getuid() if current_process() is None else 0

    def geteuid(self) -> int:
        return _real_geteuid() if current_process() is None else 0

    def getgid(self) -> int:
        return _real_getgid() if current_process() is None else 0

    def getegid(self) -> int:
        return _real_getegid() if current_process() is None else 0

    def getgroups(self) -> list[int]:
        return _real_getgroups() if current_process() is None else [0]

    def getlogin(self) -> str:
        return _real_getlogin() if current_process() is None else "root"

    def uname(self) -> os.uname_result:
        process = current_process()
        told = _real_uname()
        if process is None:
            return told
        return os.uname_result((told.sysname, process.host.name, RELEASE, "#1 SMP", told.machine))

    def cpu_count(self) -> int | None:
        return real.cpu_count() if current_process() is None else PROCESSORS

    def process_cpu_count(self) -> int | None:
        if current_process() is None:
            count: int | None = _real_process_cpu_count()
            return count
        return PROCESSORS

    def sched_getaffinity(self, pid: int, /) -> set[int]:
        return _real_affinity(pid) if current_process() is None else set(range(PROCESSORS))

    def getloadavg(self) -> tuple[float, float, float]:
        return _real_load() if current_process() is None else (0.0, 0.0, 0.0)

    def times(self) -> os.times_result:
        if current_process() is None:
            return _real_times()
        elapsed = elapsed_ns() / BILLION
        return os.times_result((elapsed, 0.0, 0.0, 0.0, elapsed))

    def _exit(self, status: int) -> NoReturn:
        process, world = current_process(), active_world()
        if process is None or world is None:
            real.exit_now(status)
        world.exit_now(process, status)


class Rest:
    """The same for what lives outside of `os`."""

    def getrusage(self, who: int, /) -> resource.struct_rusage:
        if current_process() is None:
            return _real_getrusage(who)
        return resource.struct_rusage((elapsed_ns() / BILLION, *[0] * 15))

    def input(self, prompt: object = "", /) -> str:
        if current_process() is None:
            return _real_input(prompt)
        raise EOFError("a program in a simulated world has no standard input")

    def register(self, func: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Callable[..., Any]:
        process = current_process()
        # What a library registers on import is for the interpreter, whoever imported it first.
        if process is None or not _is_called_by(process):
            return _real_register(func, *arguments, **keywords)
        memory_of(process).exit_handlers.append((func, arguments, keywords))
        return func

    def unregister(self, func: Callable[..., Any], /) -> None:
        process = current_process()
        if process is not None:
            memory = memory_of(process)
            memory.exit_handlers = [item for item in memory.exit_handlers if item[0] != func]
        _real_unregister(func)


def _is_called_by(process: "SimProcess") -> bool:
    """Did the program itself call, and not a library? The second frame from here is the caller's."""
    caller = sys._getframe(2)
    return caller.f_globals.get("__name__") in process.modules or not caller.f_code.co_filename.startswith(
        _library_folders()
    )


@lru_cache(maxsize=1)
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def run_exit_handlers(process: "SimProcess") -> None:
    """What `atexit` was told by a process that ends by itself, last registered first. Run in its context."""
    handlers = memory_of(process).exit_handlers
    while handlers:
        function, arguments, keywords = handlers.pop()
        function(*arguments, **keywords)


def platform_uname() -> platform.uname_result:
    """`platform.uname`: made of `os.uname`, and without the `uname -p` that it would start a process for."""
    if current_process() is None:
        return _real_platform_uname()
    told = os.uname()
    answer = platform.uname_result(told.sysname, told.nodename, told.release, told.version, told.machine)
    vars(answer)["processor"] = ""
    return answer


_real_getppid: Final = os.getppid
_real_getuid: Final = os.getuid
_real_geteuid: Final = os.geteuid
_real_getgid: Final = os.getgid
_real_getegid: Final = os.getegid
_real_getgroups: Final = os.getgroups
_real_getlogin: Final = os.getlogin
_real_uname: Final = os.uname
_real_affinity: Final = os.sched_getaffinity
_real_process_cpu_count: Final = getattr(os, "process_cpu_count", os.cpu_count)
_real_load: Final = os.getloadavg
_real_times: Final = os.times
_real_platform_uname: Final = platform.uname
_real_getrusage: Final = resource.getrusage
_real_input: Final = builtins.input
_real_register: Final = atexit.register
_real_unregister: Final = atexit.unregister

NAMES: Final = (
    "getpid",
    "getppid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getgroups",
    "getlogin",
    "uname",
    "cpu_count",
    "process_cpu_count",
    "sched_getaffinity",
    "getloadavg",
    "times",
    "_exit",
)


def install() -> None:
    """Let programs see their host instead of this machine."""
    rest = Rest()
    put_all(os, NAMES, Machine())
    put(platform, "uname", platform_uname)
    put(resource, "getrusage", rest.getrusage)
    put(builtins, "input", rest.input)
    put_all(atexit, ("register", "unregister"), rest)
