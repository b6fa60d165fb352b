"""What would break if a file lay elsewhere: imports that lean on its folder, and paths that start at it.

A file of which this is true stays where it is, and is told how to be made free of its place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lydite.adopting.facts import Facts
from lydite.adopting.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The project as far as imports are concerned."""

    root: Path
    settings: Settings
    imported: Mapping[str, tuple[str, ...]]
    """By the path of a script: the files that import it."""


def breakage(path: str, place: str, facts: Facts, ground: Ground) -> Iterator[str]:
    """Each thing that would break if the test at the one path lay at the other."""
    yield from _ties(path, facts, ground)
    yield from _lost_imports(facts, _sources(path, ground), _sources(place, ground), ground)
    lost = [folder for folder in _conftests(path, ground) if folder not in _conftests(place, ground)]
    for folder in lost:
        yield f"the fixtures of {_joined(folder, 'conftest.py')} would not reach it any more"


def script_breakage(path: str, facts: Facts, ground: Ground) -> Iterator[str]:
    """Each thing that would break if a script that is run by itself lay elsewhere."""
    yield from _ties(path, facts, ground)
    yield from _lost_imports(facts, (_folder(path),), (), ground)


def _ties(path: str, facts: Facts, ground: Ground) -> Iterator[str]:
    """What ties a file to its place, wherever else it would lie."""
    for each in facts.imports:
        if each.level:
            yield f"line {each.line}: a relative import of {each.name}"
    for line in facts.path_lines:
        yield (
            f"line {line}: sys.path is changed there; say `pythonpath` in the settings of pytest instead, "
            "and take the line out"
        )
    if not facts.path_lines:
        for line in facts.own_place_lines:
            yield f"line {line}: a path that starts at the place of the file itself (__file__)"
    for other in ground.imported.get(path, ()):
        yield f"{other} imports it"


def _lost_imports(
    facts: Facts, before: tuple[str, ...], after: tuple[str, ...], ground: Ground
) -> Iterator[str]:
    """Modules that are found from where the file lies, and would not be from where it would lie."""
    told = set()
    for each in facts.imports:
        head = each.name.partition(".")[0]
        if each.level or head in told:
            continue
        told.add(head)
        homes = [folder for folder in before if _has_module(ground.root / folder, head)]
        if homes and not any(folder in after for folder in homes) and not _installed_from(homes[0], ground):
            remedy = f'`pythonpath = ["{homes[0] or "."}"]` in the settings of pytest'
            yield f"line {each.line}: imports {head} from its own folder; {remedy} lets it be found"


def _sources(path: str, ground: Ground) -> tuple[str, ...]:
    """The folders of the project from which a file imports when pytest runs it."""
    if ground.settings.by_file:
        return ground.settings.paths
    folders = [_top(_folder(path), ground.root)]
    folders += [_top(folder, ground.root) for folder in _conftests(path, ground)]
    return tuple(dict.fromkeys((*folders, *ground.settings.paths)))


def _installed_from(folder: str, ground: Ground) -> bool:
    """Is the folder the `src` of a project that gets installed?"""
    return folder == "src" and (ground.root / "pyproject.toml").exists()


def _top(folder: str, root: Path) -> str:
    """The first folder upwards that is no package: what pytest puts in front of `sys.path`."""
    while folder and (root / folder / "__init__.py").exists():
        folder = _folder(folder)
    return folder


def _conftests(path: str, ground: Ground) -> list[str]:
    folder = _folder(path)
    found = []
    while True:
        if (ground.root / folder / "conftest.py").exists():
            found.append(folder)
        if not folder:
            return found
        folder = _folder(folder)


def _has_module(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").exists() or (folder / name).is_dir()


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
