"""Private modules: each process of a program named by text runs its own copies of the program's modules.

Module globals are a process's memory. Two hosts that run the same program share none, and a restart
forgets them; in one interpreter that needs a copy of the program's modules for each process (which
these are says `lydite.sim.programs.private`). Third-party modules are shared, as their code is: it would cost
seconds to run it a thousand times.

**How.** While a private module is being imported, `sys.modules` holds the process's copies under
their names, so that relative imports, circular ones, dataclasses, pydantic and pickle find what they
look for; afterwards it holds again what it held before. Private code gets a `__builtins__` of its own
whose `__import__` belongs to the process, so that a late ``import`` in a function finds the copies
and nobody else's imports become slower. `importlib.import_module`, with which libraries import what
they are told by name, asks for the current process.

**Limit.** What looks a class's module up in `sys.modules` long after the import finds the interpreter's
copy, or none, unless it is one of `LOOKING_BY_NAME` or pydantic (see `lydite.sim.patches.libraries`).
"""

import builtins
import functools
import importlib
import inspect
import pickle
import sys
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import resolve_name
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

from lydite.sim.context import PROCESS, current_process
from lydite.sim.patches import real
from lydite.sim.patches.memory import Memory, memory_of
from lydite.sim.patches.swaps import Swap, put
from lydite.sim.programs.entry import Entry, attribute_of, failed_to_import, parse_entry
from lydite.sim.programs.private import PrivateFinder, find, is_private, path_of, private_names

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess


def load_entry(process: "SimProcess", entry: str) -> Any:
    """Import the module of an entry afresh for a process, in its context; what the entry names.

    The entry is `package.module:attribute` or `path/to/file.py:attribute`. What is not found raises
    `TargetNotFound`, and a program that fails while it is imported an `InputError`.
    """
    install()
    parsed = parse_entry(entry)
    if PROCESS.get() is process:
        return _load(process, parsed)
    return process.context.run(_load, process, parsed)


def warm(entry: str) -> None:
    """Import a program once for the interpreter and compile its modules, so that every start is cheap."""
    install()
    parsed = parse_entry(entry)
    memory = Memory()
    _make_private(memory, parsed)
    with _searching(parsed.folder):
        try:
            importlib.import_module(parsed.module)
        except Exception as error:
            raise failed_to_import(parsed, error) from error
    for name in private_names(memory):
        find(name, path_of(name, memory))


def _load(process: "SimProcess", entry: Entry) -> Any:
    _make_private(memory_of(process), entry)
    with _visible(process):
        try:
            module = real.import_module(entry.module)
        except Exception as error:
            raise failed_to_import(entry, error) from error
    return attribute_of(module, entry)


def _make_private(memory: Memory, entry: Entry) -> None:
    root = entry.module.partition(".")[0]
    if root not in memory.private_roots:
        memory.private_roots = (*memory.private_roots, root)
    if entry.folder and entry.folder not in memory.private_folders:
        memory.private_folders = (*memory.private_folders, entry.folder)


# Making a process's modules visible while something of it is imported.

_visible_to: list["SimProcess"] = []


@contextmanager
def _visible(process: "SimProcess") -> Iterator[None]:
    """Let `sys.modules` hold this process's modules under their names, and nobody else's."""
    if _visible_to and _visible_to[-1] is process:
        yield
        return
    memory = memory_of(process)
    hidden = {name: sys.modules.pop(name) for name in private_names(memory)}
    sys.modules.update(process.modules)
    finder = PrivateFinder(memory, _builtins_of(process))
    sys.meta_path.insert(0, finder)
    _visible_to.append(process)
    try:
        yield
    finally:
        _visible_to.pop()
        sys.meta_path.remove(finder)
        process.modules.update({name: sys.modules.pop(name) for name in private_names(memory)})
        sys.modules.update(hidden)


@contextmanager
def _searching(folder: str) -> Iterator[None]:
    """Look into a folder first while the interpreter's own copy of a program file is imported."""
    if folder:
        sys.path.insert(0, folder)
    try:
        yield
    finally:
        if folder:
            sys.path.remove(folder)


# Late imports.


def _builtins_of(process: "SimProcess") -> dict[str, Any]:
    """The builtins of a process: everybody's, and an `__import__` that finds its modules."""
    memory = memory_of(process)

    def import_(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        absolute = name if level == 0 else _absolute(name, level, globals)
        if not is_private(absolute, memory):
            return real.import_function(name, globals, locals, fromlist or (), level)
        module = process.modules.get(absolute)
        if module is not None and fromlist and all(hasattr(module, item) for item in fromlist):
            return module
        with _visible(process):
            return real.import_function(name, globals, locals, fromlist or (), level)

    if memory.builtins is None:
        memory.builtins = {**vars(builtins), "__import__": import_}
    return memory.builtins


def _absolute(name: str, level: int, namespace: Mapping[str, object] | None) -> str:
    package = str((namespace or {}).get("__package__") or "")
    try:
        return resolve_name("." * level + name, package)
    except ImportError:
        # The real import says better what is wrong.
        return name


def import_module(name: str, package: str | None = None) -> ModuleType:
    """`importlib.import_module`: what a library imports by name is the current process's own."""
    process = current_process()
    if process is None or not process.modules:
        return real.import_module(name, package)
    absolute = resolve_name(name, package) if package else name
    if not is_private(absolute, memory_of(process)):
        return real.import_module(name, package)
    if absolute in process.modules:
        return process.modules[absolute]
    with _visible(process):
        return real.import_module(name, package)


def _among_its_modules(owner: ModuleType, name: str) -> Callable[..., object]:
    """A function that looks modules up in `sys.modules` by name, and finds the current process's there."""
    kept = Swap(getattr(owner, name), None)

    @functools.wraps(cast("Callable[..., object]", kept.real))
    def function(*arguments: Any, **keywords: Any) -> object:
        real_function = cast("Callable[..., object]", kept.real)
        with _visible_to_current():
            return real_function(*arguments, **keywords)

    del function.__wrapped__
    return function


@contextmanager
def _visible_to_current() -> Iterator[None]:
    process = current_process()
    if process is None or not process.modules:
        yield
    else:
        with _visible(process):
            yield


LOOKING_BY_NAME: Final = (
    (pickle, "dumps"),
    (pickle, "dump"),
    (pickle, "loads"),
    (pickle, "load"),
    (typing, "get_type_hints"),
    (inspect, "get_annotations"),
)
"""Functions of the standard library that find the module of a class by its name."""

_installed: list[bool] = []


def install() -> None:
    """Let imports and look-ups by name find the process's modules. Once per interpreter."""
    if not _installed:
        _installed.append(True)
        put(importlib, "import_module", import_module)
        for owner, name in LOOKING_BY_NAME:
            put(owner, name, _among_its_modules(owner, name))
