"""Targets: how a word on the command line names trials.

    counter                     every trial of a subject, in the order in which they are written
    counter.some_trial          one of them
    path/to/file.py             every `@trial` in a file
    path/to/file.py::name       one of them, or any async function of a world
    path/to/file.py::name[case] one case of a test of pytest, or of a method `Class::name`: see `fitting`
    package.module              every `@trial` in a module
    package.module:name         one of them, or any async function of a world

A module is looked for in the folder itself and in its `src`, where many projects keep theirs.
Only a nursery loads a target, for that imports code which is not ours. `aim` finds the module without
importing it, so that a mutant can be planted first; `load` imports it.
"""

import difflib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from lydite.checks import described, place_of
from lydite.harness import Script, Trial, marked, marks_of
from lydite.model import InputError, LyditeError, TargetNotFound
from lydite.runner.talking import trial_of
from lydite.runner.whereabouts import roots, subjects

TRIALS = "trials"
"""What the module with the trials of a project is usually called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where a target points: a module, perhaps a name in it."""

    target: str
    module: str
    name: str = ""
    scope: str
    """In front of a trial's name in its label: `counter` of `counter.converges`. Histories are told by labels."""
    spelling: str
    """What turns a trial's name into a target: `counter.{}`."""
    file: str = ""
    """The file that the module must come from, where a path was given."""

    @property
    def mutants(self) -> str:
        """The module beside the trials in which planted bugs are kept."""
        package = self.module.rpartition(".")[0]
        return f"{package}.mutants" if package else "mutants"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A trial under the name by which its module knows it."""

    name: str
    trial: Trial


def aim(target: str, home: Path) -> Aim:
    """Find the module of a target, seen from a folder; nothing of it is imported yet."""
    for root in reversed(roots(home)):
        _let_import_from(root)
    file, double, name = target.partition("::")
    if not double and ".py:" in target:
        file, _, name = target.partition(":")
    if double or file.endswith(".py"):
        return _aim_at_file(target, file, name, home)
    module, colon, name = target.partition(":")
    if colon:
        if not _exists(module):
            raise _not_found(target, home)
        return Aim(target=target, module=module, name=name, scope=_scope(module), spelling=f"{module}:{{}}")
    for subject in subjects():
        if target == subject.name or target.startswith(f"{subject.name}."):
            return Aim(
                target=target,
                module=subject.module,
                name=target[len(subject.name) + 1 :],
                scope=subject.name,
                spelling=f"{subject.name}.{{}}",
            )
    if _exists(target):
        return Aim(target=target, module=target, scope=_scope(target), spelling=f"{target}:{{}}")
    raise _not_found(target, home)


def load(aimed: Aim) -> tuple[Loaded, ...]:
    """Import the module and find the trials that the target names; at least one, or an error."""
    module = import_target(aimed)
    found = trials_of(module)
    if not aimed.name:
        if found:
            return found
        raise TargetNotFound(
            f"there is no trial in {aimed.target}",
            where=_file_of(module),
            remedy="mark an async function of a world with @trial, or name it: "
            + aimed.spelling.format("function"),
        )
    for each in found:
        if aimed.name in (each.name, each.trial.name):
            return (each,)
    return (Loaded(name=aimed.name, trial=_as_trial(module, aimed)),)


def trials_of(module: ModuleType) -> tuple[Loaded, ...]:
    """The trials of a module in the order in which they are written, each once."""
    found: dict[int, Loaded] = {}
    for name, value in vars(module).items():
        if isinstance(value, Trial):
            found.setdefault(id(value), Loaded(name=name, trial=value))
    return tuple(found.values())


def import_target(aimed: Aim) -> ModuleType:
    """Import the module of a target; what goes wrong on the way is told with its place."""
    module = import_own(aimed.module, aimed.target)
    if aimed.file and Path(_file_of(module)).resolve() != Path(aimed.file):
        raise InputError(
            f"the module name {aimed.module} is taken",
            where=f"by {_file_of(module) or 'the interpreter itself'}, wanted {aimed.file}",
            remedy="give the file another name",
        )
    return module


def import_own(name: str, why: str) -> ModuleType:
    """Import a module of the user's; an exception on the way becomes a sentence."""
    try:
        return importlib.import_module(name)
    except LyditeError:
        raise
    except (Exception, SystemExit) as error:
        remedy = "make the module importable by itself"
        if isinstance(error, ModuleNotFoundError):
            remedy = f"install what provides {error.name}, or start where it can be found"
        raise InputError(
            f"{why} cannot be imported: {described(error)}", where=str(place_of(error)), remedy=remedy
        ) from error


def _aim_at_file(target: str, file: str, name: str, home: Path) -> Aim:
    path = (home / file).resolve()
    if not path.is_file():
        siblings = sorted(other.name for other in path.parent.glob("*.py")) if path.parent.is_dir() else []
        raise TargetNotFound(
            f"there is no file {file}" if not path.is_dir() else f"{file} is a folder",
            where=f"seen from {home}",
            remedy=_meant(path.name, siblings) or "name a .py file with a trial in it",
        )
    root, parts = path.parent, [path.stem]
    while (root / "__init__.py").is_file():
        root, parts = root.parent, [root.name, *parts]
    if parts[-1] == "__init__":
        parts.pop()
    _let_import_from(root)
    module = ".".join(parts)
    return Aim(
        target=target,
        module=module,
        name=name,
        scope=_scope(module),
        spelling=f"{file}::{{}}",
        file=str(path),
    )


def _as_trial(module: ModuleType, aimed: Aim) -> Trial:
    value = getattr(module, aimed.name, None)
    if inspect.iscoroutinefunction(value):
        return marked(value, marks_of(value, module))
    if isinstance(value, type) and issubclass(value, Script):
        return trial_of(value)
    if value is not None:
        raise TargetNotFound(
            f"{aimed.target} is not a trial: {aimed.name} is a {type(value).__name__}",
            where=_file_of(module),
            remedy=f"write `async def {aimed.name}(world: World) -> None`",
        )
    names = [each.name for each in trials_of(module)]
    # Where trials are marked, the other coroutines are their parts.
    names = names or [
        name
        for name, value in vars(module).items()
        if inspect.iscoroutinefunction(value) and not name.startswith("_")
    ]
    raise TargetNotFound(
        f"there is no trial {aimed.name!r} in {aimed.spelling.partition('{')[0].rstrip('.:')}",
        where=_file_of(module),
        remedy=_meant(aimed.name, names) or f"there are: {', '.join(names) or 'none'}",
    )


def _not_found(target: str, home: Path) -> TargetNotFound:
    names = [subject.name for subject in subjects()]
    files = [path.name for path in sorted(home.glob("*.py"))]
    known = f"a subject ({', '.join(names) or 'none is installed'})"
    return TargetNotFound(
        f"there is no target {target!r}",
        where=f"looked for {known}, a file ending in .py and a module, from {' and '.join(map(str, roots(home)))}",
        remedy=_meant(target, [*names, *files]) or "`lydite list` shows the subjects",
    )


def _meant(wanted: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(wanted, list(dict.fromkeys(known)), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else ""


def _exists(module: str) -> bool:
    if not all(part.isidentifier() for part in module.split(".")):
        return False
    parent = module.rpartition(".")[0]
    if parent:
        if not _exists(parent):
            return False
        import_own(parent, module)
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin not in (None, "built-in", "frozen")


def _let_import_from(folder: Path) -> None:
    if str(folder) in sys.path:
        sys.path.remove(str(folder))
    sys.path.insert(0, str(folder))


def _file_of(module: ModuleType) -> str:
    return getattr(module, "__file__", None) or ""


def _scope(module: str) -> str:
    """What stands before the names of a module's trials. What every project calls alike is named by its package.

    >>> _scope("mychain.trials"), _scope("mychain.storms"), _scope("shop"), _scope("trials")
    ('mychain', 'storms', 'shop', 'trials')
    """
    package, _, name = module.rpartition(".")
    return _scope(package) if package and name == TRIALS else name
