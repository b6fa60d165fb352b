"""Names: what a project may be called, so that its package can be imported and takes nobody's place."""

import keyword
import re
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

from lydite.model import InputError

LETTERS_MAX: Final = 40

PLACES: Final = ("examples", "src", "tests")
"""Folders of a project: a package of that name would be mistaken for one of them."""


SUBJECTS: Final = "lydite.subjects"
"""The group of entry points in which a project announces itself by its name."""


def name_of(folder: Path) -> str:
    """The name of the project in a folder, which is that of the folder; or an error that tells all that is wrong."""
    name = folder.name or folder.resolve().name
    problems = [*_problems(name)]
    if problems:
        raise InputError(
            f"a project cannot be called {name!r}: {'; '.join(problems)}",
            where=str(folder),
            remedy=f"for instance {_suggested(name)}",
        )
    return name


def _problems(name: str) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        yield "its package is imported by that name, which is made of small letters, digits and _, a letter first"
    if len(name) > LETTERS_MAX:
        yield f"it has at most {LETTERS_MAX} letters, found {len(name)}"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        yield "that is a word of Python"
    elif name in sys.stdlib_module_names:
        yield "that is a module of Python's own"
    elif name in PLACES:
        yield "that is the name of a folder in a project"
    elif name in {subject.name for subject in entry_points(group=SUBJECTS)}:
        yield "that is the name of a subject which is installed"
    elif name.isidentifier() and (place := _taken(name)):
        yield f"that is a package which is installed: {place}"


def _taken(name: str) -> str:
    """Where a module of that name lies, if one is installed outside of the current folder; nothing is imported."""
    here = Path.cwd()
    places = [place for place in sys.path if place and Path(place).resolve() != here]
    spec = PathFinder.find_spec(name, places)
    # A folder with no code in it, which Python would take for a package as well, has no origin.
    return "" if spec is None else spec.origin or ""


def _suggested(name: str) -> str:
    """A name that may be used, as close to this one as can be."""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_").lstrip("0123456789_")[: LETTERS_MAX - 6]
    for candidate in (words, f"my_{words}", f"{words}_chain"):
        if words and not [*_problems(candidate)]:
            return candidate
    return "mychain"
