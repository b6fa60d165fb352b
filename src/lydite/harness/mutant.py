"""Mutants: bugs that are planted on purpose, to see whether the trials find them.

A mutant is a replacement of source text, made in memory while the module is imported. The honest program
carries no switch and the file on disk stays as it is, so what is tested is what is written, with one
thing wrong. The text must occur exactly once: a mutant that fits nowhere, or in two places, is an error.

Programs import late, and each process for itself, so whether a mutant is in force is known only after a run:
its loader notes that it was asked for the code.
"""

import importlib.util
import linecache
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType

from lydite.model import MutantDoesNotFit


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One planted bug, named after the flaw it imitates, and the check that must catch it."""

    name: str
    module: str
    replace: str
    by: str
    caught_by: str
    story: str = ""


class MutatedLoader(SourceFileLoader):
    """Loads a module from its file with texts replaced. Compiled files are neither read nor written."""

    def __init__(self, name: str, path: str, mutants: Sequence[Mutant]) -> None:
        super().__init__(name, path)
        self.used = False
        """Has anything in this interpreter asked for the mutated code?"""
        self._source = _mutated(SourceFileLoader(name, path), mutants)
        # Tracebacks quote what runs, not what is on the disk. An entry without a time is never checked again.
        text = self._source.decode("utf-8")
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)

    def get_data(self, path: str) -> bytes:
        """The mutated source; other files as they are."""
        return self._source if path == self.path else super().get_data(path)

    def get_code(self, fullname: str) -> CodeType | None:
        """The mutated code, to be run."""
        self.used = True
        return super().get_code(fullname)

    def path_stats(self, path: str) -> dict[str, object]:
        """Nothing: a compiled file could only be that of the honest source."""
        raise OSError(f"{path} is mutated in memory")


class Planter(MetaPathFinder):
    """Finds a mutated module before the ordinary finders do."""

    def __init__(self, mutants: Sequence[Mutant]) -> None:
        names = dict.fromkeys(mutant.module for mutant in mutants)
        self._loaders = {name: _loader_of(name, mutants) for name in names}

    @property
    def in_force(self) -> bool:
        """Was every mutated module loaded, in this interpreter and by now?"""
        return all(loader.used for loader in self._loaders.values())

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for a mutated module, nothing for all others."""
        del path, target
        loader = self._loaders.get(fullname)
        if loader is None:
            return None
        return importlib.util.spec_from_file_location(fullname, loader.path, loader=loader)


def plant(mutants: Sequence[Mutant]) -> Planter:
    """Mutate what is imported from now on; an error if a text does not fit, or it is too late."""
    imported = set(sys.modules)
    planter = Planter(mutants)
    # To find a module Python imports the package that it is in, and that may import the honest module.
    for name in sorted(set(sys.modules) - imported):
        _forget(name)
    for mutant in mutants:
        if mutant.module in sys.modules:
            raise MutantDoesNotFit(
                f"the mutant {mutant.name} comes too late: {mutant.module} is imported already",
                where=mutant.module,
                remedy="let mutants.py import nothing of the program",
            )
    sys.meta_path.insert(0, planter)
    return planter


def _forget(name: str) -> None:
    module = sys.modules.pop(name)
    package, _, attribute = name.rpartition(".")
    if getattr(sys.modules.get(package), attribute, None) is module:
        delattr(sys.modules[package], attribute)


def _loader_of(name: str, mutants: Sequence[Mutant]) -> MutatedLoader:
    wanted = [mutant for mutant in mutants if mutant.module == name]
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None or not isinstance(spec.loader, SourceFileLoader):
        raise MutantDoesNotFit(
            f"the mutant {wanted[0].name} replaces text of {name}, and there is no source of that module",
            where=wanted[0].name,
            remedy="name a module that is a .py file",
        )
    return MutatedLoader(name, spec.origin, wanted)


def _mutated(loader: SourceFileLoader, mutants: Sequence[Mutant]) -> bytes:
    text = loader.get_data(loader.path).decode("utf-8")
    for mutant in mutants:
        count = text.count(mutant.replace)
        if count != 1:
            raise MutantDoesNotFit(
                f"the mutant {mutant.name} replaces a text that occurs once, found {count} times: "
                f"{mutant.replace.strip().partition(chr(10))[0]!r}",
                where=loader.path,
                remedy="write the replaced text anew, as it stands in the file",
            )
        text = text.replace(mutant.replace, mutant.by)
    return text.encode("utf-8")
