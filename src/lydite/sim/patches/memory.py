"""What the patched standard library keeps for each process, as its own interpreter would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

ExitHandler: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
"""A function and what to call it with."""


@dataclass(slots=True)
class Memory:
    """The module globals of the standard library that would be a process's own."""

    environ_ready: bool = False
    """Has the process been given its environment?"""
    arguments: list[str] | None = None
    """What it finds in `sys.argv`."""
    lines: dict[str, str] = field(default_factory=dict)
    """What was printed on each stream since the last end of line."""
    exit_handlers: list[ExitHandler] = field(default_factory=list)
    """What `atexit` was told, in the order of registration."""
    uuid_globals: dict[str, object] = field(default_factory=dict)
    """What `uuid` remembers of the last time-based UUID."""
    numpy_state: Any = None
    """The legacy generator of numpy, once it is used."""
    builtins: dict[str, Any] | None = None
    """What its own modules have for builtins: everybody's, with an `__import__` of its own."""
    private_roots: tuple[str, ...] = ()
    """Packages of which the process has copies of its own, beyond those that are private anyway."""
    private_folders: tuple[str, ...] = ()
    """Folders of programs named by file: searched before `sys.path`."""


def memory_of(process: "SimProcess") -> Memory:
    """The memory of a process, made when it is first asked for."""
    memory = process.memory
    if memory is None:
        memory = process.memory = Memory()
    return memory
