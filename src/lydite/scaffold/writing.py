"""Writing a project into a folder: all of it or nothing, and over nothing that is there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lydite.model import InputError
from lydite.scaffold.naming import name_of
from lydite.scaffold.templates import File, Template, files_of

HARMLESS: Final = frozenset({".git"})
"""What may be in a folder that counts as empty: a repository that was just made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What was written, and where."""

    name: str
    folder: Path
    template: Template
    files: tuple[File, ...]


def scaffold(folder: Path, template: Template) -> Project:
    """Write a new project into a folder that is empty or not there; the folder's name is that of the project."""
    name = name_of(folder)
    _refuse_what_is_there(folder)
    files = files_of(template, name)
    made: list[Path] = []
    try:
        for file in files:
            _write(folder / file.path, file.text, made)
    except BaseException as error:
        _take_back(made)
        if isinstance(error, OSError):
            reason = (error.strerror or type(error).__name__).lower()
            raise InputError(
                f"the project cannot be written: {reason}",
                where=str(error.filename or folder),
                remedy="what was written of it is gone again; name a folder that can be written",
            ) from error
        raise
    return Project(name=name, folder=folder, template=template, files=files)


def _refuse_what_is_there(folder: Path) -> None:
    try:
        there = sorted(each.name for each in folder.iterdir() if each.name not in HARMLESS)
    except FileNotFoundError:
        return
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"the folder cannot be used: {reason}", where=str(folder)) from error
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise InputError(
            f"a new project goes into an empty folder, found {', '.join(there[:3])}{more}",
            where=str(folder),
            remedy="name a folder that is not there yet; nothing was written",
        )


def _write(path: Path, text: str, made: list[Path]) -> None:
    """Write a file that is not there, and remember it, with every folder that is made for it."""
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        made.append(folder)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        made.append(path)
        file.write(text)


def _take_back(made: list[Path]) -> None:
    """Remove what was made, the newest first. Nothing else is in these folders, or they stay."""
    for path in reversed(made):
        try:
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
        except OSError:
            continue
