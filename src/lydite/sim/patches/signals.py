"""Signals: they belong to a process of the world, and only the world delivers them.

| asked for | inside a world |
|---|---|
| `signal.signal`, `getsignal` | a handler of the process, called as ``handler(signum, None)`` |
| `os.kill`, `killpg`, `abort`, `raise_signal`, `pthread_kill` | sent by the world, with the kernel's defaults |
| `setitimer`, `alarm`, `pause`, `sigwait` | refused: they would wait for a real signal |
| `set_wakeup_fd`, `siginterrupt` | nothing happens |
"""

import os
import signal
from collections.abc import Callable
from functools import partial
from types import MethodType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from lydite.sim.context import active_world, current_process
from lydite.sim.patches import real
from lydite.sim.patches.machine import Machine
from lydite.sim.patches.refusal import refuse
from lydite.sim.patches.swaps import put, put_all

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

FOREVER: Final = {signal.SIGKILL, signal.SIGSTOP}
"""Signals that no process can handle."""


def _ignore(signum: int, frame: None) -> None:
    """What is registered for SIG_IGN."""


def _number(signalnum: int) -> int:
    return int(signal.Signals(signalnum))


def handler_of(process: "SimProcess", signum: int) -> Any:
    """What `getsignal` answers: the function that was given to `signal.signal`, or a constant."""
    registered = process.signals.get(_number(signum))
    if registered is None:
        return signal.default_int_handler if signum == signal.SIGINT else signal.SIG_DFL
    handler = registered.func if isinstance(registered, partial) else registered
    return signal.SIG_IGN if handler is _ignore else handler


class Signals:
    """What stands in for the functions of `signal` and `os`."""

    def signal(self, signalnum: int, handler: Any, /) -> Any:
        process = current_process()
        if process is None:
            return real.signal(signalnum, handler)
        number = _number(signalnum)
        if number in FOREVER:
            raise OSError(22, "Invalid argument")
        before = handler_of(process, number)
        if handler == signal.SIG_DFL or handler is signal.default_int_handler:
            process.signals.pop(number, None)
        elif handler == signal.SIG_IGN:
            process.signals[number] = partial(_ignore, number, None)
        elif callable(handler):
            process.signals[number] = partial(handler, number, None)
        else:
            raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
        return before

    def getsignal(self, signalnum: int, /) -> Any:
        process = current_process()
        return real.getsignal(signalnum) if process is None else handler_of(process, signalnum)

    def set_wakeup_fd(self, fd: int, /, *, warn_on_full_buffer: bool = True) -> int:
        if current_process() is None:
            return _real_set_wakeup_fd(fd, warn_on_full_buffer=warn_on_full_buffer)
        return -1

    def siginterrupt(self, signalnum: int, flag: bool, /) -> None:
        if current_process() is None:
            _real_siginterrupt(signalnum, flag)

    def kill(self, pid: int, signal: int, /) -> None:
        world = active_world()
        if current_process() is None or world is None:
            real.kill(pid, signal)
        else:
            world.signal(pid, int(signal))

    def killpg(self, pgid: int, signal: int, /) -> None:
        if current_process() is None:
            _real_killpg(pgid, signal)
        else:
            self.kill(pgid, signal)

    def raise_signal(self, signalnum: int, /) -> None:
        process = current_process()
        if process is None:
            _real_raise_signal(signalnum)
        else:
            self.kill(process.pid, signalnum)

    def pthread_kill(self, thread_id: int, signalnum: int, /) -> None:
        if current_process() is None:
            _real_pthread_kill(thread_id, signalnum)
        else:
            self.raise_signal(signalnum)

    def abort(self) -> NoReturn:
        process = current_process()
        if process is None:
            _real_abort()
        Machine()._exit(-int(signal.SIGABRT))


class Waits:
    """Where the functions that would wait for a real signal are bound to."""


def _refused(name: str) -> Callable[..., object]:
    def function(self: Waits, /, *arguments: Any) -> object:
        if current_process() is not None:
            refuse(
                f"signal.{name} would have waited for a signal of this machine's clock or of another process",
                "use `loop.call_later(...)` for a timer, and `loop.add_signal_handler(...)` for signals",
            )
        return globals()[f"_real_{name}"](*arguments)

    function.__name__ = function.__qualname__ = name
    return MethodType(function, Waits())


_real_set_wakeup_fd: Final = signal.set_wakeup_fd
_real_siginterrupt: Final = signal.siginterrupt
_real_killpg: Final = os.killpg
_real_raise_signal: Final = signal.raise_signal
_real_pthread_kill: Final = signal.pthread_kill
_real_abort: Final = os.abort
_real_setitimer: Final = signal.setitimer
_real_alarm: Final = signal.alarm
_real_pause: Final = signal.pause
_real_sigwait: Final = signal.sigwait


def install() -> None:
    """Give every process signals of its own."""
    signals = Signals()
    put_all(
        signal,
        ("signal", "getsignal", "set_wakeup_fd", "siginterrupt", "raise_signal", "pthread_kill"),
        signals,
    )
    put_all(os, ("kill", "killpg", "abort"), signals)
    for name in ("setitimer", "alarm", "pause", "sigwait"):
        put(signal, name, _refused(name))
