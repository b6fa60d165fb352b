"""Accompanying imports: libraries are adapted when they arrive, and arriving costs a process nothing.

A library that nobody imports needs no adapter. One that a program imports late, in the middle of a run,
must be adapted before its first line of use; so its import is accompanied.

Inside a world every import of a shared module is. Such a module runs once per interpreter, for whoever
comes first; were it to draw from that process's randomness (numpy does, to seed itself), the run would
depend on what the interpreter had imported before. While it runs, it draws from a stream of its own.
"""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, TypeAlias

from lydite.model import Draws, derive
from lydite.sim.context import current_process

Adapter: TypeAlias = Callable[[ModuleType], None]


class Escort(MetaPathFinder):
    """A finder that finds nothing itself: it lets the others find, and goes along."""

    def __init__(self) -> None:
        self.awaited: dict[str, Adapter] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self.awaited and current_process() is None:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = None if find is None or finder is self else find(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = EscortedLoader(spec.loader, self.awaited.get(name))
                return spec
        return None


class EscortedLoader(Loader):
    """The module's own loader, with randomness of its own, and the adapter right after it."""

    def __init__(self, loader: Any, adapter: Adapter | None) -> None:
        self.loader = loader
        self.adapter = adapter

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        with _randomness_for(spec.name):
            module: ModuleType | None = self.loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        with _randomness_for(module.__name__):
            self.loader.exec_module(module)
        if self.adapter is not None:
            self.adapter(module)


@contextmanager
def _randomness_for(name: str) -> Iterator[None]:
    """Let a module that is being imported draw from what its name says, and not from the process."""
    process = current_process()
    if process is None:
        yield
        return
    kept = process.entropy, process.random
    process.entropy = Draws(0, "import", name)
    process.random = random.Random(derive(0, "import", name))
    try:
        yield
    finally:
        process.entropy, process.random = kept


_escort = Escort()


def on_arrival(name: str, adapter: Adapter) -> None:
    """Adapt that module as soon as it is there."""
    module = sys.modules.get(name)
    if module is not None:
        adapter(module)
    else:
        _escort.awaited[name] = adapter


def install() -> None:
    """Accompany every import inside a world from now on."""
    sys.meta_path.insert(0, _escort)
