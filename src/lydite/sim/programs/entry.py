"""Entries: how a program is named, and what is said when there is none of that name.

`package.module:attribute` names an attribute of a module that can be imported;
`path/to/file.py:attribute` names one of a file. A file inside of a package is a module of it.
"""

import importlib.util
import os
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from lydite.model import InputError, LyditeError, TargetNotFound
from lydite.sim.patches import real
from lydite.sim.programs.culprit import is_foreign


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A program's name, taken apart."""

    text: str
    module: str
    attribute: str
    folder: str = ""
    """Where to look for the module, if the entry names a file."""


def parse_entry(text: str) -> Entry:
    """Take an entry apart.

    >>> parse_entry("shop.node:main").module
    'shop.node'
    """
    place, colon, attribute = text.rpartition(":")
    if not colon or not place or not attribute:
        raise TargetNotFound(
            f"{text!r} names no program",
            remedy="write `package.module:main` or `path/to/file.py:main`",
        )
    if place.endswith(".py"):
        return _entry_of_file(text, Path(place), attribute)
    if not all(part.isidentifier() for part in place.split(".")):
        raise TargetNotFound(
            f"{place!r} in {text!r} is no name of a module",
            remedy="write `package.module:main` or `path/to/file.py:main`",
        )
    return Entry(text=text, module=place, attribute=attribute)


def _entry_of_file(text: str, path: Path, attribute: str) -> Entry:
    file = Path(os.path.normpath(Path(real.os_getcwd(), path)))
    if not real.is_file(str(file)):
        near = _close(file.name, real.names_in(str(file.parent)))
        raise TargetNotFound(f"there is no file {path}", where=str(file.parent), remedy=_did_you_mean(near))
    module, folder = file.stem, file.parent
    while real.is_file(str(folder / "__init__.py")):
        module, folder = f"{folder.name}.{module}", folder.parent
    return Entry(text=text, module=module, attribute=attribute, folder=str(folder))


def attribute_of(module: ModuleType, entry: Entry) -> Any:
    """What the entry names in its module."""
    value: Any = module
    for part in entry.attribute.split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            public = [name for name in vars(module) if not name.startswith("_")]
            raise TargetNotFound(
                f"the module {entry.module!r} has no {entry.attribute!r}",
                where=str(getattr(module, "__file__", entry.module)),
                remedy=_did_you_mean(_close(entry.attribute, public) or public[:5]),
            ) from None
    return value


def failed_to_import(entry: Entry, error: Exception) -> LyditeError:
    """What to raise when the module of an entry could not be imported."""
    if isinstance(error, LyditeError):
        return error
    if isinstance(error, ModuleNotFoundError) and error.name and _is_within(entry.module, error.name):
        return TargetNotFound(
            f"there is no module {error.name!r} (looked for by the program {entry.text!r})",
            remedy=_did_you_mean(_neighbours(error.name))
            or "run in the folder that holds it, or put that folder on PYTHONPATH",
        )
    return InputError(
        f"the program {entry.text!r} failed while it was imported: {type(error).__name__}: {error}",
        where=_line_of(error),
        remedy=f"`python -c 'import {entry.module}'` should succeed first",
    )


def _is_within(module: str, missing: str) -> bool:
    return f"{module}.".startswith(f"{missing}.")


def _line_of(error: Exception) -> str:
    """The last line of the program itself on the way to the error."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    steps = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    own = [(filename, line) for filename, line in steps if _is_program_file(filename)]
    return f"{own[-1][0]}:{own[-1][1]}" if own else ""


def _is_program_file(filename: str) -> bool:
    return not (filename.startswith("<") or is_foreign(filename))


def _neighbours(missing: str) -> list[str]:
    """Modules that exist and are named almost like the missing one."""
    parent, _, last = missing.rpartition(".")
    paths: Iterable[str] = sys.path
    if parent:
        spec = importlib.util.find_spec(parent)
        paths = (spec.submodule_search_locations if spec is not None else None) or ()
    # Not with `pkgutil`: it would look on the disk of a host.
    names = {name.partition(".")[0] for path in paths for name in real.names_in(path or ".")}
    return [f"{parent}.{name}" if parent else name for name in _close(last, names)]


def _close(name: str, names: Iterable[str]) -> list[str]:
    return get_close_matches(name, sorted(names), n=3)


def _did_you_mean(names: Iterable[str]) -> str:
    found = [repr(name) for name in names]
    return f"did you mean {' or '.join(found)}?" if found else ""
