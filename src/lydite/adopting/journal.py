"""The journal of an adoption: what was there before, so that all of it can be put back byte for byte.

It is on the disk before the first file is touched. Each step holds for itself whether it was taken, by the digest of
the file, so that an adoption that died half-way is put back as well.
"""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from lydite.adopting.marking import Insertion
from lydite.model import InputError

FORMAT: Final = "lydite-adoption-1"
FOLDER: Final = ".lydite/adoptions"
JOURNAL_BYTES_MAX: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is done with one file."""

    path: str
    """Where it was, as seen from the root of the project."""
    place: str
    """Where it is put."""
    before: str
    """The digest of its bytes before, and after."""
    after: str
    insertions: tuple[Insertion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """All steps, in order, and the folders that are made for them."""

    root: Path
    steps: tuple[Step, ...]
    folders: tuple[str, ...]


def digest(data: bytes) -> str:
    """What tells whether a file is as it was."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def read_whole(path: Path) -> bytes | None:
    """A regular file that is there, never through a link; None where there is none."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(number, "rb") as file:
        return file.read() if stat.S_ISREG(os.fstat(number).st_mode) else None


def write_journal(journal: Journal) -> Path:
    """Write it under a number of its own, and wait until the disk has it."""
    folder = journal.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_as_plain(journal), indent=1) + "\n"
    number = len(list(folder.glob("*.json"))) + 1
    while True:
        path = folder / f"{number:04}.json"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            number += 1
            continue
        return path


def read_journal(path: Path) -> Journal:
    """A journal that is there, in the project that it is about."""
    place = path.absolute()
    if not place.parent.as_posix().endswith(f"/{FOLDER}"):
        raise InputError(
            "a journal lies in the project that it is about", where=str(path), remedy=f"look into {FOLDER}"
        )
    data = read_whole(place)
    if data is None:
        raise InputError("there is no such journal", where=str(path), remedy=f"look into {FOLDER}")
    if len(data) > JOURNAL_BYTES_MAX:
        raise InputError(f"a journal has {JOURNAL_BYTES_MAX:,} bytes at most", where=str(path))
    try:
        return _from_plain(json.loads(data), place.parents[2])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        told = error.what if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
        raise InputError(f"this is no journal of an adoption: {told}", where=str(path)) from error


def _as_plain(journal: Journal) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "folders": list(journal.folders),
        "steps": [
            {
                "path": each.path,
                "place": each.place,
                "before": each.before,
                "after": each.after,
                "insertions": [
                    {"at": one.at, "data": base64.b64encode(one.data).decode()} for one in each.insertions
                ],
            }
            for each in journal.steps
        ],
    }


def _from_plain(plain: Mapping[str, Any], root: Path) -> Journal:
    if plain["format"] != FORMAT:
        raise ValueError(f"expected the format {FORMAT}, found {plain['format']!r}")
    steps = tuple(
        Step(
            path=_inside(each["path"]),
            place=_inside(each["place"]),
            before=str(each["before"]),
            after=str(each["after"]),
            insertions=tuple(
                Insertion(at=_natural(one["at"]), data=base64.b64decode(one["data"], validate=True))
                for one in each["insertions"]
            ),
        )
        for each in plain["steps"]
    )
    return Journal(root=root, steps=steps, folders=tuple(_inside(each) for each in plain["folders"]))


def _inside(path: object) -> str:
    """A path that stays in the project."""
    if not isinstance(path, str) or not path or PurePosixPath(path).is_absolute() or "\0" in path:
        raise ValueError(f"{path!r} is no path in the project")
    if ".." in PurePosixPath(path).parts:
        raise ValueError(f"{path!r} leads out of the project")
    return path


def _natural(number: object) -> int:
    if type(number) is not int or number < 0:
        raise ValueError(f"{number!r} is no number of bytes")
    return number
