"""`sys.argv`: each process finds its own program and arguments there, and not those of Lydite's command line.

As `os.environ`, it is one object that everybody may hold, so it is not exchanged but taught: it is a list
that is another one for each process. What a program changes in it stays with the process.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from lydite.sim.context import current_process
from lydite.sim.patches.memory import memory_of

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

NAMES: Final = (
    *("__add__", "__contains__", "__delitem__", "__eq__", "__getitem__", "__iadd__", "__iter__", "__len__"),
    *("__mul__", "__ne__", "__repr__", "__reversed__", "__rmul__", "__setitem__"),
    *("append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"),
)


def arguments_of(process: "SimProcess") -> list[str]:
    """The name of the program and its arguments, as the process has left them."""
    memory = memory_of(process)
    if memory.arguments is None:
        entry: Any = getattr(process.program, "entry", "trial")
        name = entry if isinstance(entry, str) else entry.__qualname__
        memory.arguments = [name, *process.argv]
    return memory.arguments


class HostArguments(list[str]):
    """`sys.argv` inside a world, and what it always was outside."""


def _taught(name: str) -> Callable[..., Any]:
    real = getattr(list, name)

    def method(self: list[str], *arguments: Any, **keywords: Any) -> Any:
        process = current_process()
        answer = real(self if process is None else arguments_of(process), *arguments, **keywords)
        # `sys.argv += [...]` binds what it gets to `sys.argv`, which stays the one object of all.
        return self if name == "__iadd__" else answer

    method.__name__ = name
    method.__qualname__ = f"HostArguments.{name}"
    return method


def install() -> None:
    """Give every process arguments of its own."""
    for name in NAMES:
        setattr(HostArguments, name, _taught(name))
    sys.argv = HostArguments(sys.argv)
