"""Other programs: refused, because what a real process does is not in the world's hands.

A second program belongs on a host: the trial starts it there, with a network, a disk and a clock that
obey the seed. What is refused is every way to start one, at the lowest point that Python can see:
`subprocess`, `multiprocessing`, `os.system` and `os.popen` all end here.
"""

import _posixsubprocess
import multiprocessing.process
import os
import subprocess
from collections.abc import Callable
from types import MethodType
from typing import Any, Final

from lydite.sim.context import current_process
from lydite.sim.patches.refusal import refuse
from lydite.sim.patches.swaps import Kept, put

REMEDY: Final = (
    "start the other program on a host of the world, `await world.start(host, program)`, "
    "and talk to it over the network"
)

NAMES: Final = (
    "fork",
    "forkpty",
    "posix_spawn",
    "posix_spawnp",
    "system",
    "execv",
    "execve",
)
"""The functions of `os` that start a program. The others of their families call one of these."""


def _refused(owner: str, name: str) -> Callable[..., object]:
    """A function that refuses inside a world and is the real one outside."""

    def function(anchor: "Programs", /, *arguments: Any, **keywords: Any) -> object:
        if current_process() is not None:
            told = f" {arguments[0]!r}" if arguments and isinstance(arguments[0], str | bytes) else ""
            refuse(f"{owner}.{name} would have started a program{told} outside of the world", REMEDY)
        return _real[owner, name](*arguments, **keywords)

    function.__name__ = function.__qualname__ = name
    return MethodType(function, _ANCHOR)


class Programs:
    """Where the refusing functions are bound to."""


def popen_init(self: "subprocess.Popen[Any]", args: Any, *rest: Any, **keywords: Any) -> None:
    """`Popen`: refused before it has opened any pipe, naming the command."""
    if current_process() is not None:
        self._child_created = False  # type: ignore[attr-defined]  # its finalizer asks
        refuse(f"subprocess would have started {args!r} outside of the world", REMEDY)
    _real_popen_init(self, args, *rest, **keywords)


def process_start(self: multiprocessing.process.BaseProcess) -> None:
    """`multiprocessing.Process.start`: refused before it has made any pipe."""
    if current_process() is not None:
        refuse(f"multiprocessing would have started the process {self.name!r}", REMEDY)
    _real_process_start(self)


_ANCHOR: Final = Programs()
_real: Final = Kept()
_real_popen_init: Final = subprocess.Popen.__init__
_real_process_start: Final = multiprocessing.process.BaseProcess.start


def install() -> None:
    """Refuse other programs inside a world."""
    for module, owner, names in ((os, "os", NAMES), (_posixsubprocess, "subprocess", ("fork_exec",))):
        for name in names:
            if hasattr(module, name):
                _real[owner, name] = getattr(module, name)
                put(module, name, _refused(owner, name))
    subprocess.Popen.__init__ = popen_init  # type: ignore[method-assign]
    multiprocessing.process.BaseProcess.start = process_start  # type: ignore[method-assign]
