"""Importers: which files import which scripts, wherever in the project they lie.

An import that starts at the root, at a folder on the way, or at the folder of the script itself may mean it; so does
one by a bare name, unless the importer has a module of that name beside it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final, TypeAlias

from lydite.adopting.facts import Facts, Imported, facts_of, parsed
from lydite.adopting.folder import Folder
from lydite.model import InputError

Parts: TypeAlias = tuple[str, ...]

BY_PLACE: Final = ("__init__", "conftest")
"""What never moves, whoever imports it."""


def importers(folder: Folder, read: Mapping[str, Facts]) -> dict[str, tuple[str, ...]]:
    """The files that import each of these, by their paths; those that nobody imports are left out."""
    homes: dict[str, list[str]] = {}
    for path in read:
        name = PurePosixPath(path).stem
        if name not in BY_PLACE:
            homes.setdefault(name, []).append(path)
    modules = {_module(each.path) for each in (*folder.pythons, *folder.others)}
    found: dict[str, dict[str, None]] = {}
    for importer, facts in (*read.items(), *_elsewhere(folder, homes)):
        for each in facts.imports:
            for path in _meant(each, importer, homes, modules, folder.root.name):
                found.setdefault(path, {})[importer] = None
    return {path: tuple(files) for path, files in found.items()}


def _elsewhere(folder: Folder, homes: Mapping[str, list[str]]) -> Iterator[tuple[str, Facts]]:
    """The other files of the project that have one of the names in them at all."""
    if not homes:
        return
    names = re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(homes)) + rb")\b")
    for source in folder.others:
        if names.search(source.data):
            try:
                yield source.path, facts_of(parsed(source.data))
            except (InputError, RecursionError):
                # What does not parse imports nothing.
                continue


def _meant(
    each: Imported, importer: str, homes: Mapping[str, list[str]], modules: set[Parts], root: str
) -> Iterator[str]:
    """The scripts that an import may mean."""
    names = tuple(filter(None, each.name.split(".")))
    beside = PurePosixPath(importer).parent.parts
    if each.level:
        names = (*beside[: len(beside) - each.level + 1], *names)
    for at, name in enumerate(names):
        for path in homes.get(name, ()):
            if path == importer:
                continue
            place = _module(path)
            if each.level:
                if names[: at + 1] == place:
                    yield path
            elif (root, *place)[-at - 1 :] == names[: at + 1]:
                own = (*beside, name)
                if at or own == place or own not in modules:
                    yield path


def _module(path: str) -> Parts:
    """What a file is imported as from the root: `src.shop.coins`, and a package by its folder."""
    parts = PurePosixPath(path).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts
