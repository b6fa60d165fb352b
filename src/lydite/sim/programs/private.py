"""Which modules are a program's own, where they are, and how a copy of one is made.

*Private* is what belongs to the program: every module that is found outside of the standard library,
of site-packages and of Lydite, everything in the package of the entry itself, and the third-party
packages in `STATEFUL`. Extension modules are not: C cannot be copied.

Each module is found and compiled once; a further copy only runs its code.
"""

import sys
import sysconfig
from collections.abc import Sequence
from functools import lru_cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType
from typing import Any, Final, NamedTuple

from lydite.sim.context import outside
from lydite.sim.patches import real
from lydite.sim.patches.arrivals import Escort
from lydite.sim.patches.memory import Memory

STATEFUL: Final = ("prometheus_client",)
"""Third-party packages that keep a program's state in their globals: private as well."""

PLATFORM: Final = "lydite"

_is_program: dict[str, bool] = {}
"""Top-level names, and whether they belong to programs rather than to libraries."""
_uncopied: set[str] = set()
"""Extension modules: shared though their package is private."""
_shared: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = {}
"""For each choice of private roots and folders, the names that are known to be shared."""


def is_private(name: str, memory: Memory) -> bool:
    """Does a process have a module of its own under that name?"""
    root = name.partition(".")[0]
    if root == PLATFORM or name in _uncopied:
        return False
    return (
        root in memory.private_roots
        or root in STATEFUL
        or _belongs_to_a_program(root)
        or (memory.private_folders != () and _lies_in(root, memory.private_folders))
    )


def private_names(memory: Memory) -> list[str]:
    """The private modules that are in `sys.modules` now. Asked at each start: the shared are remembered."""
    shared = _shared.setdefault((memory.private_roots, memory.private_folders), set())
    found = []
    for name in sys.modules.keys() - shared:
        if is_private(name, memory):
            found.append(name)
        else:
            shared.add(name)
    # Not in the order of a set; parents come before their children.
    return sorted(found)


def _belongs_to_a_program(root: str) -> bool:
    known = _is_program.get(root)
    if known is not None:
        return known
    if root in sys.stdlib_module_names or root == "__main__":
        places: Sequence[str] | None = ()
    else:
        places = _places_of(root)
    if places is None:
        # Not found now, perhaps found later: a program may still extend `sys.path`.
        return False
    libraries = _library_folders()
    _is_program[root] = any(not place.startswith(libraries) for place in places)
    return _is_program[root]


@lru_cache(maxsize=4096)
def _lies_in(root: str, folders: tuple[str, ...]) -> bool:
    """Is it next to a program that is named by its file? Python itself would find it there."""
    if root in sys.stdlib_module_names:
        return False
    endings = (".py", "/__init__.py")
    return any(real.is_file(f"{folder}/{root}{ending}") for folder in folders for ending in endings)


def _places_of(root: str) -> Sequence[str] | None:
    """Where the source of a top-level module lies: nowhere for a built-in one, None if it is not found."""
    module = sys.modules.get(root)
    spec = getattr(module, "__spec__", None)
    if module is not None and spec is None:
        return ()
    if spec is None:
        spec = PathFinder.find_spec(root)
    if spec is None:
        return None
    if spec.origin is not None and spec.has_location:
        return (spec.origin,)
    return tuple(spec.submodule_search_locations or ())


@lru_cache(maxsize=1)
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple(dict.fromkeys(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")))


class Found(NamedTuple):
    """A module of a program: where it is, and its code, compiled once."""

    spec: ModuleSpec
    code: CodeType


_found: dict[tuple[str, tuple[str, ...]], Found | None] = {}


def find(name: str, path: tuple[str, ...]) -> Found | None:
    """Find and compile a module, or None if it has no Python code (then nothing of it is private)."""
    key = (name, path)
    if key not in _found:
        # The source lies on this machine's disk, not on the host's.
        with outside():
            spec = _spec_of(name, path)
            code = None if spec is None else _code_of(name, spec)
        if spec is None:
            return None
        _found[key] = None if code is None else Found(spec, code)
        if code is None and spec.origin is not None:
            _uncopied.add(name)
    return _found[key]


def _spec_of(name: str, path: tuple[str, ...]) -> ModuleSpec | None:
    for finder in sys.meta_path:
        if not isinstance(finder, PrivateFinder | Escort):
            spec = finder.find_spec(name, path if "." in name else None)
            if spec is not None:
                return spec
    return PathFinder.find_spec(name, path)


def _code_of(name: str, spec: ModuleSpec) -> CodeType | None:
    get_code = getattr(spec.loader, "get_code", None)
    if get_code is None or spec.origin is None:
        return None
    code: CodeType | None = get_code(name)
    return code


def path_of(name: str, memory: Memory) -> tuple[str, ...]:
    """Where to look for a module: in its package, or in the folders of the program and `sys.path`."""
    parent = name.rpartition(".")[0]
    if parent:
        return tuple(getattr(sys.modules.get(parent), "__path__", ()))
    return (*memory.private_folders, *sys.path)


class PrivateFinder(MetaPathFinder):
    """Finds the private modules of the process for which something is being imported."""

    def __init__(self, memory: Memory, own_builtins: dict[str, Any]) -> None:
        self.memory = memory
        self.loader = PrivateLoader(own_builtins)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not is_private(name, self.memory):
            return None
        found = find(name, path_of(name, self.memory) if path is None else tuple(path))
        if found is None:
            return None
        spec = ModuleSpec(name, self.loader, origin=found.spec.origin, loader_state=found)
        spec.submodule_search_locations = found.spec.submodule_search_locations
        spec.cached = found.spec.cached
        spec.has_location = found.spec.has_location
        return spec


class PrivateLoader(Loader):
    """Runs compiled code in a new module that has the builtins of its process."""

    def __init__(self, own_builtins: dict[str, Any]) -> None:
        self.own_builtins = own_builtins

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        assert spec is not None
        found: Found = spec.loader_state
        # Whoever asks for the source or for data files asks the module's own loader.
        spec.loader = module.__loader__ = found.spec.loader
        spec.loader_state = found.spec.loader_state
        module.__dict__["__builtins__"] = self.own_builtins
        exec(found.code, module.__dict__)  # noqa: S102 - this is what an import does
